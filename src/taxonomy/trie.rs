//! A trie over bytes that is walked from every word start of a text: a walk ends after two or three letters for nearly
//! every word, so that a description is read about once, whatever the number of spellings. ASCII case does not matter,
//! and a hyphen is a space.
//! (An Aho-Corasick automaton reports matches inside of words too, and took three times as long.)

use anyhow::ensure;
use std::collections::VecDeque;

/// Spellings by their first bytes.
pub struct Trie {
    /// Bit of each byte among a node's children; 127 for bytes that no spelling has.
    columns: [u8; 256],
    /// By level, so that the first letters of all spellings lie together.
    nodes: Vec<Node>,
    /// What is left of spellings where nothing else begins alike, one behind the other: most nodes are never made.
    tails: Vec<u8>,
    /// Whether rare bytes share the last column, so that a walk must be compared with the spelling.
    is_shared: bool,
    /// The spellings in small letters, one behind the other, with where each begins; only to compare with.
    spellings: (Vec<u8>, Vec<u32>),
    /// A bit for the first three bytes of every spelling: small enough to stay in the nearest cache, and most words of a
    /// text end here.
    starts: Vec<u64>,
}

/// One more byte of a spelling. Its children lie side by side, in the order of their columns.
#[derive(Clone, Copy)]
struct Node {
    children: u128,
    first_child: u32,
    /// One more than the number of the spelling that ends here, or behind the tail; 0 is none.
    end: u32,
    /// Where the tail begins, and its length. A node with a tail has no children.
    tail: u32,
    tail_length: u32,
}

const LEAF: Node = Node { children: 0, first_child: 0, end: 0, tail: 0, tail_length: 0 };

/// The column that no child has.
const NO_COLUMN: u8 = 127;

/// Slot of three bytes in [`Trie::starts`]: five bits of each, the same for a capital and its small letter.
fn slot(first: u8, second: u8, third: u8) -> usize {
    usize::from(first & 31) << 10 | usize::from(second & 31) << 5 | usize::from(third & 31)
}

impl Trie {
    /// Builds the trie of spellings that are numbered in order. Equal ones, apart from case, must not occur.
    pub fn new<S: AsRef<str>>(spellings: &[S]) -> anyhow::Result<Trie> {
        let mut trie = Trie {
            columns: [NO_COLUMN; 256],
            nodes: vec![LEAF],
            tails: Vec::new(),
            is_shared: false,
            spellings: (Vec::new(), vec![0]),
            starts: vec![0; 512],
        };
        trie.choose_columns(spellings);
        let mut keys: Vec<(Vec<u8>, usize)> = Vec::with_capacity(spellings.len());
        for (number, spelling) in spellings.iter().map(AsRef::as_ref).enumerate() {
            ensure!(!spelling.is_empty(), "a spelling is empty");
            trie.add_start(spelling.as_bytes());
            keys.push((spelling.bytes().map(|byte| trie.columns[usize::from(byte)]).collect(), number));
            trie.spellings.0.extend(spelling.bytes().map(folded));
            trie.spellings.1.push(trie.spellings.0.len() as u32);
        }
        keys.sort_unstable();
        ensure!(
            keys.windows(2).all(|pair| pair[0].0 != pair[1].0),
            "two spellings are equal, or have too many different characters to be told apart"
        );
        trie.add_levels(&keys);
        Ok(trie)
    }

    /// Gives the most frequent bytes a column each; what is left shares the last one.
    fn choose_columns<S: AsRef<str>>(&mut self, spellings: &[S]) {
        let mut counts = [0_u32; 256];
        for byte in spellings.iter().flat_map(|spelling| spelling.as_ref().bytes()) {
            counts[usize::from(folded(byte))] += 1;
        }
        let mut used: Vec<u8> = (0..=u8::MAX).filter(|byte| counts[usize::from(*byte)] > 0).collect();
        used.sort_by_key(|byte| std::cmp::Reverse(counts[usize::from(*byte)]));
        self.is_shared = used.len() > usize::from(NO_COLUMN);
        for (index, byte) in used.into_iter().enumerate() {
            let column = index.min(usize::from(NO_COLUMN) - 1) as u8;
            self.columns[usize::from(byte)] = column;
            self.columns[usize::from(byte.to_ascii_uppercase())] = column;
            if byte == b' ' {
                self.columns[usize::from(b'-')] = column;
            }
        }
    }

    fn spelling(&self, number: usize) -> &[u8] {
        &self.spellings.0[self.spellings.1[number] as usize..self.spellings.1[number + 1] as usize]
    }

    fn add_start(&mut self, spelling: &[u8]) {
        for second in spelling.get(1).copied().into_iter().chain((0..32).filter(|_| spelling.len() < 2)) {
            for third in spelling.get(2).copied().into_iter().chain((0..32).filter(|_| spelling.len() < 3)) {
                let slot = slot(spelling[0], second, third);
                self.starts[slot / 64] |= 1 << (slot % 64);
            }
        }
    }

    /// Makes the nodes of sorted keys, level by level.
    fn add_levels(&mut self, keys: &[(Vec<u8>, usize)]) {
        let mut queue = VecDeque::from([(0, 0..keys.len(), 0)]);
        while let Some((node, mut range, depth)) = queue.pop_front() {
            if let [(_, number)] = keys[range.clone()] {
                let start = self.tails.len();
                let spelling =
                    self.spellings.1[number] as usize + depth..self.spellings.1[number + 1] as usize;
                self.tails.extend_from_slice(&self.spellings.0[spelling]);
                self.nodes[node].end = number as u32 + 1;
                self.nodes[node].tail = start as u32;
                self.nodes[node].tail_length = (self.tails.len() - start) as u32;
                continue;
            }
            if keys.get(range.start).is_some_and(|(key, _)| key.len() == depth) {
                self.nodes[node].end = keys[range.start].1 as u32 + 1;
                range.start += 1;
            }
            self.nodes[node].first_child = self.nodes.len() as u32;
            while !range.is_empty() {
                let column = keys[range.start].0[depth];
                let group = keys[range.clone()].iter().take_while(|(key, _)| key[depth] == column).count();
                let child = range.start..range.start + group;
                range.start = child.end;
                self.nodes[node].children |= 1 << column;
                queue.push_back((self.nodes.len(), child, depth + 1));
                self.nodes.push(LEAF);
            }
        }
    }

    /// The number of the spelling that a whole text is.
    pub fn number(&self, text: &[u8]) -> Option<usize> {
        let mut whole = None;
        self.walk(text, 0, &mut |number, _, end| whole = whole.or((end == text.len()).then_some(number)));
        whole
    }

    /// Calls `found(number, start, end)` for every spelling that begins where no ASCII letter, digit or `_` precedes.
    /// Word starts are computed for 64 bytes at a time without a branch: guessing each one wrong costs more than it.
    pub fn at_word_starts(&self, text: &[u8], mut found: impl FnMut(usize, usize, usize)) {
        let mut carry = 0;
        for (index, block) in text.chunks(BLOCK).enumerate() {
            let (inside, first) = classes(block);
            let mut starts = first & !(inside << 1 | carry);
            carry = inside >> (BLOCK - 1);
            while starts != 0 {
                let start = index * BLOCK + starts.trailing_zeros() as usize;
                starts &= starts - 1;
                let later = |ahead: usize| text.get(start + ahead).copied().unwrap_or_default();
                let slot = slot(text[start], later(1), later(2));
                if self.starts[slot / 64] & 1 << (slot % 64) != 0 {
                    self.walk(text, start, &mut found);
                }
            }
        }
    }

    fn walk(&self, text: &[u8], start: usize, found: &mut impl FnMut(usize, usize, usize)) {
        let mut node = self.nodes[0];
        let mut end = start;
        loop {
            if node.end > 0 {
                let tail = node.tail as usize..(node.tail + node.tail_length) as usize;
                let whole = end + tail.len();
                let number = node.end as usize - 1;
                if text.get(end..whole).is_some_and(|rest| is_same(rest, &self.tails[tail]))
                    && (!self.is_shared || is_same(&text[start..whole], self.spelling(number)))
                {
                    found(number, start, whole);
                }
            }
            let Some(byte) = text.get(end) else { break };
            let bit = 1_u128 << self.columns[usize::from(*byte)];
            if node.children & bit == 0 {
                break;
            }
            let earlier = (node.children & (bit - 1)).count_ones();
            node = self.nodes[(node.first_child + earlier) as usize];
            end += 1;
        }
    }
}

/// A byte in its small form: a hyphen is a space, since `machine-learning` is `machine learning`.
fn folded(byte: u8) -> u8 {
    if byte == b'-' { b' ' } else { byte.to_ascii_lowercase() }
}

/// Whether a text is a spelling that is folded already.
fn is_same(text: &[u8], spelling: &[u8]) -> bool {
    text.len() == spelling.len() && text.iter().zip(spelling).all(|(byte, known)| folded(*byte) == *known)
}

/// A spelling as the trie compares it, so that equal ones can be told before it is built.
pub fn key(spelling: &str) -> String {
    spelling.chars().map(|letter| if letter == '-' { ' ' } else { letter.to_ascii_lowercase() }).collect()
}

/// Bytes whose classes fill one word of bits.
const BLOCK: usize = 64;

/// A bit for each byte of a block that belongs to a word, and one for each that may begin a spelling: that is no white
/// space and not the middle of a character. Written as comparisons of whole arrays, which the compiler turns into SIMD.
fn classes(block: &[u8]) -> (u64, u64) {
    let mut bytes = [0; BLOCK];
    bytes[..block.len()].copy_from_slice(block);
    let inside = bytes.map(|byte| {
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        u8::from(letter | (byte.wrapping_sub(b'0') < 10) | (byte == b'_'))
    });
    let first = bytes.map(|byte| u8::from((byte as i8 > b' ' as i8) | (byte >= 0xC0)));
    (bits(&inside), bits(&first))
}

/// Gathers bytes of 0 or 1 into bits: the product moves the bits of eight bytes into its highest byte.
fn bits(flags: &[u8; BLOCK]) -> u64 {
    let mut bits = 0;
    for (index, eight) in flags.as_chunks::<8>().0.iter().enumerate() {
        let gathered = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits |= gathered << (8 * index);
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_are_found_at_word_starts() {
        let spellings = ["java", "javascript", ".net", "é", "r"].map(str::to_owned);
        let trie = Trie::new(&spellings).expect("a trie");
        let check = |text: &str, expected: &[(usize, usize, usize)]| {
            let mut found = Vec::new();
            trie.at_word_starts(text.as_bytes(), |number, start, end| found.push((number, start, end)));
            assert_eq!(found, expected, "{text}");
        };
        check("JavaScript", &[(0, 0, 4), (1, 0, 10)]);
        check("xjava", &[]);
        check("a .NET b", &[(2, 2, 6)]);
        check("(java", &[(0, 1, 5)]);
        check("–é", &[(3, 3, 5)]);
        check("R", &[(4, 0, 1)]);
        check("an R&D", &[(4, 3, 4)]);
        check(&format!("{} java", "x".repeat(63)), &[(0, 64, 68)]);
        check(&format!("{}java", "x".repeat(64)), &[]);
        check("jav", &[]);
        check("", &[]);
    }

    #[test]
    fn a_whole_text_has_a_number() {
        let trie = Trie::new(&["of", "often", "off-site"]).expect("a trie");
        let check = |text: &str, expected| assert_eq!(trie.number(text.as_bytes()), expected, "{text}");
        check("of", Some(0));
        check("OFTEN", Some(1));
        check("off-site", Some(2));
        check("offer", None);
        check("oft", None);
        check("", None);
    }

    #[test]
    fn more_characters_than_columns_are_told_apart() {
        let letters =
            ('a'..='z').chain('0'..='9').chain('\u{c0}'..='\u{17f}').chain('α'..='ω').chain('а'..='я');
        let spellings: Vec<String> = letters.map(|letter| format!("x{letter}y")).collect();
        let trie = Trie::new(&spellings).expect("a trie");
        for (expected, spelling) in spellings.iter().enumerate() {
            assert_eq!(trie.number(spelling.as_bytes()), Some(expected), "{spelling}");
        }
    }

    /// The same by the definition, without blocks, masks or nodes.
    fn by_definition(spellings: &[String], text: &str) -> Vec<(usize, usize, usize)> {
        let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let mut found = Vec::new();
        for (start, _) in text.char_indices() {
            if start > 0 && is_inside(text.as_bytes()[start - 1]) {
                continue;
            }
            for (number, spelling) in spellings.iter().enumerate() {
                let end = start + spelling.len();
                let same = text.as_bytes().get(start..end);
                if same.is_some_and(|bytes| bytes.eq_ignore_ascii_case(spelling.as_bytes())) {
                    found.push((number, start, end));
                }
            }
        }
        found.sort_unstable();
        found
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]
        #[test]
        fn texts_of_any_length_are_read_as_defined(text in "[ab_.É 1]{0,200}") {
            let spellings = ["a", "ab", "a b", ".a", "ba", "é", "É", "1a"].map(str::to_owned);
            let trie = Trie::new(&spellings).expect("a trie");
            let mut found = Vec::new();
            trie.at_word_starts(text.as_bytes(), |number, start, end| found.push((number, start, end)));
            found.sort_unstable();
            proptest::prop_assert_eq!(found, by_definition(&spellings, &text));
        }
    }
}

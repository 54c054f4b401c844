//! A trie over bytes that is walked from the starts of words. Most words of a text begin no spelling, and a filter over
//! whole first words, small enough for the nearest cache, says so before the trie is touched: a description is read about
//! once, whatever the number of spellings. ASCII case does not matter, and a hyphen is a space.
//! (An Aho-Corasick automaton reports matches inside of words too, and takes longer.)

use super::blocks::{BLOCK, Classes, classes};
use anyhow::ensure;

/// Spellings by their first bytes.
pub struct Trie {
    /// Bit of each byte among a node's children; 127 for bytes that no spelling has.
    columns: [u8; 256],
    /// Children side by side, and each way to its end before the next: a walk stays close together.
    nodes: Vec<Node>,
    /// What is left of spellings where nothing else begins alike, one behind the other: most nodes are never made.
    tails: Vec<u8>,
    /// Whether rare bytes share the last column, so that a walk must be compared with the spelling.
    is_shared: bool,
    /// The spellings in small letters, one behind the other, with where each begins; only to compare with.
    spellings: (Vec<u8>, Vec<u32>),
    /// Bits of the first words of all spellings, see [`key_of_word`].
    filter: Vec<u64>,
    /// Where a walk goes on after a first word, by the word: a table with open addresses, less than half full.
    doors: Vec<Door>,
}

/// The node that a first word leads to: a copy of it, since the way to memory is what takes time.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Door {
    node: Node,
    /// [`key_of_word`]; 0 is none.
    word: u64,
    /// Letters that the way to the node has; fewer than the word's where its rest is a tail.
    depth: u32,
}

/// A word of a text that may begin a spelling.
#[derive(Clone, Copy, Default)]
struct Word {
    /// First byte.
    start: usize,
    /// Letters.
    count: usize,
    /// [`key_of_word`].
    key: u64,
    /// Where its door is, or would be.
    door: usize,
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

impl Node {
    /// The child in a column. Frequent bytes have low columns, so that half of the bits are seldom counted.
    fn child(&self, column: u8) -> Option<usize> {
        let earlier = self.children & ((1 << column) - 1);
        let high = if column < 64 { 0 } else { ((earlier >> 64) as u64).count_ones() };
        let is_child = self.children >> column & 1 != 0;
        is_child.then(|| (self.first_child + (earlier as u64).count_ones() + high) as usize)
    }
}

/// The column that no child has.
const NO_COLUMN: u8 = 127;

/// Words of 64 bits of the filter, as a power of two: 32 KiB.
const FILTER_WORDS: u32 = 12;

/// The word of the filter that a key belongs to, and its three bits there: with 40,000 spellings one key in forty that
/// none has set seems to be set.
fn place_in_filter(key: u64) -> (usize, u64) {
    let bit = |shift: u32| 1_u64 << (key >> shift & 63);
    ((key >> (u64::BITS - FILTER_WORDS)) as usize, bit(46) | bit(40) | bit(34))
}

/// Odd numbers with scattered bits, from the digits of the golden ratio and of the square root of two.
const SCATTER: u64 = 0x9E37_79B9_7F4A_7C15;
const SCATTER_MORE: u64 = 0x6A09_E667_F3BC_C909;

/// Letters of a second word that the filter knows.
const NEXT_LETTERS: usize = 3;

/// Longer first words are walked letter by letter.
const LONGEST_WORD: usize = 16;

/// A number for the letters at the start of a text, at most [`LONGEST_WORD`]: different for different words. Without a
/// branch on their count, which nobody can guess.
fn key_of_word(text: &[u8], letters: usize) -> u64 {
    let kept = u64::MAX.checked_shr(64 - 8 * letters.min(8) as u32).unwrap_or(0);
    let first = (eight(text) & kept) | SMALL;
    let last = eight(&text[letters.saturating_sub(8)..]) | SMALL;
    let last = if letters > 8 { last } else { 0 };
    let mixed = (first ^ last.rotate_left(29).wrapping_mul(SCATTER_MORE)) ^ letters as u64;
    mixed.wrapping_mul(SCATTER)
}

/// The same for a word and what follows it: one byte, and the letters behind it, of which the first [`NEXT_LETTERS`] count.
fn key_of_start(word: u64, text: &[u8], letters: usize) -> u64 {
    let next = eight(&text[letters..]);
    let small = next | SMALL;
    // The highest bit of each byte that is no ASCII letter, but of the first.
    let low = small & !HIGHEST;
    let is_letter =
        low.wrapping_add(0x1F1F_1F1F_1F1F_1F1F) & !low.wrapping_add(0x0505_0505_0505_0505) & !small;
    let ends = !is_letter & HIGHEST & !0xFF | 1 << (8 * (NEXT_LETTERS + 1));
    let kept = (1 << (ends.trailing_zeros() & !7)) - 1;
    let between = if next as u8 == b'-' { b' ' } else { small as u8 };
    (word ^ (small & kept & !0xFF | u64::from(between)) << 8).wrapping_mul(SCATTER_MORE)
}

/// The bit that tells small letters from capitals, of eight bytes.
const SMALL: u64 = 0x2020_2020_2020_2020;
/// The highest bit of eight bytes.
const HIGHEST: u64 = 0x8080_8080_8080_8080;

/// The first eight bytes of a text, as far as it has them.
fn eight(text: &[u8]) -> u64 {
    match text.first_chunk::<8>() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => text.iter().rev().fold(0, |eight, byte| eight << 8 | u64::from(*byte)),
    }
}

/// Letters at the start of a text.
fn letters(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count()
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
            filter: vec![0; 1 << FILTER_WORDS],
            doors: Vec::new(),
        };
        trie.choose_columns(spellings);
        for spelling in spellings.iter().map(AsRef::as_ref) {
            ensure!(!spelling.is_empty(), "a spelling is empty");
            trie.add_start(spelling.as_bytes());
            trie.spellings.0.extend(spelling.bytes().map(folded));
            trie.spellings.1.push(trie.spellings.0.len() as u32);
        }
        let columns: Vec<u8> = trie.spellings.0.iter().map(|byte| trie.columns[usize::from(*byte)]).collect();
        let ends = trie.spellings.1.windows(2).enumerate();
        let mut keys: Vec<(&[u8], usize)> =
            ends.map(|(number, ends)| (&columns[ends[0] as usize..ends[1] as usize], number)).collect();
        keys.sort_unstable();
        ensure!(
            keys.windows(2).all(|pair| pair[0].0 != pair[1].0),
            "two spellings are equal, or have too many different characters to be told apart"
        );
        trie.add_levels(&keys);
        trie.add_doors(spellings);
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

    /// Whether a text that was walked has a byte that shares its column with others.
    fn may_differ(&self, text: &[u8]) -> bool {
        self.is_shared && text.iter().any(|byte| self.columns[usize::from(*byte)] == NO_COLUMN - 1)
    }

    fn spelling(&self, number: usize) -> &[u8] {
        &self.spellings.0[self.spellings.1[number] as usize..self.spellings.1[number + 1] as usize]
    }

    fn add_start(&mut self, spelling: &[u8]) {
        let count = letters(spelling);
        let word = key_of_word(spelling, count);
        if count < spelling.len() {
            self.set(key_of_start(word, spelling, count));
            if spelling.len() > count + 1 && spelling.len() <= count + NEXT_LETTERS {
                self.set(key_of_start(word, &[spelling, b"s"].concat(), count));
            }
        } else {
            self.set(word);
            let plural = [spelling, b"s"].concat();
            self.set(key_of_word(&plural, count + 1));
        }
    }

    fn add_doors<S: AsRef<str>>(&mut self, spellings: &[S]) {
        let mut words: Vec<(u64, &[u8])> = Vec::with_capacity(spellings.len());
        for spelling in spellings {
            let spelling = spelling.as_ref().as_bytes();
            let count = letters(spelling);
            if (1..=LONGEST_WORD).contains(&count) {
                words.push((key_of_word(spelling, count), &spelling[..count]));
            }
        }
        words.sort_unstable();
        words.dedup();
        let none = Door { node: LEAF, word: 0, depth: 0 };
        self.doors = vec![none; (2 * words.len()).next_power_of_two().max(2)];
        for (word, text) in words {
            let (mut node, mut depth) = (0, 0);
            while depth < text.len() {
                let column = self.columns[usize::from(text[depth])];
                let Some(child) = self.nodes[node].child(column) else { break };
                node = child;
                depth += 1;
            }
            let slot = self.slot(word);
            self.doors[slot] = Door { node: self.nodes[node], word, depth: depth as u32 };
        }
    }

    /// Where a word is in the table, or would be.
    fn slot(&self, word: u64) -> usize {
        let mut slot = (word >> 32) as usize & (self.doors.len() - 1);
        while self.doors[slot].word != word && self.doors[slot].word != 0 {
            slot = (slot + 1) & (self.doors.len() - 1);
        }
        slot
    }

    fn set(&mut self, key: u64) {
        let (word, bits) = place_in_filter(key);
        self.filter[word] |= bits;
    }

    fn has(&self, key: u64) -> bool {
        let (word, bits) = place_in_filter(key);
        self.filter[word] & bits == bits
    }

    /// Makes the nodes of sorted keys, each way to its end before the next, so that a walk stays close together in memory.
    fn add_levels(&mut self, keys: &[(&[u8], usize)]) {
        let mut ahead = vec![(0, 0..keys.len(), 0)];
        while let Some((node, mut range, depth)) = ahead.pop() {
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
                ahead.push((self.nodes.len(), child, depth + 1));
                self.nodes.push(LEAF);
            }
        }
    }

    /// The number of the spelling that a whole text is.
    pub fn number(&self, text: &[u8]) -> Option<usize> {
        let count = letters(text);
        let word = key_of_word(text, count);
        if !self.has(if count < text.len() { key_of_start(word, text, count) } else { word }) {
            return None;
        }
        let mut whole = None;
        self.walk(text, 0, self.nodes[0], 0, &mut |number, _, end| {
            whole = whole.or((end == text.len()).then_some(number))
        });
        whole
    }

    /// Calls `found(number, start, end)` for every spelling that begins where no ASCII letter, digit or `_` precedes, and
    /// after which no letter goes on, but for a plural `s`. Word starts are computed for 64 bytes at a time without a
    /// branch: guessing each one wrong costs more than it.
    pub fn at_word_starts(&self, text: &[u8], mut found: impl FnMut(usize, usize, usize)) {
        let mut carry = 0;
        let (mut words, mut known) = ([Word::default(); 3 * BLOCK], 0);
        for (index, block) in text.chunks(BLOCK).enumerate() {
            let Classes { inside, first, letter } = classes(block);
            let mut starts = first & !(inside << 1 | carry);
            carry = inside >> (BLOCK - 1);
            while starts != 0 {
                let offset = starts.trailing_zeros();
                starts &= starts - 1;
                let start = index * BLOCK + offset as usize;
                let rest = &text[start..];
                let mut count = (letter >> offset).trailing_ones() as usize;
                if offset as usize + count == BLOCK {
                    count += letters(&rest[count..]);
                }
                let key = key_of_word(rest, count);
                words[known] = Word { start, count, key, door: 0 };
                known += usize::from(self.has(key) | self.has(key_of_start(key, rest, count)));
            }
            if known >= 2 * BLOCK {
                self.read_words(text, &mut words[..known], &mut found);
                known = 0;
            }
        }
        self.read_words(text, &mut words[..known], &mut found);
    }

    /// Walks on from words that may begin a spelling. Looks up all their doors first: the ways to memory are then gone
    /// side by side.
    fn read_words(&self, text: &[u8], words: &mut [Word], found: &mut impl FnMut(usize, usize, usize)) {
        for word in words.iter_mut() {
            word.door = self.slot(word.key);
        }
        for &Word { start, count, door, .. } in &*words {
            let mut at_end = |number, start, end| {
                if is_end(text, end) {
                    found(number, start, end);
                }
            };
            if !(1..=LONGEST_WORD).contains(&count) {
                self.walk(text, start, self.nodes[0], start, &mut at_end);
                continue;
            }
            self.enter(text, start, self.doors[door], &mut at_end);
            // "APIs" are found behind the door of "API".
            if text[start + count - 1] | 0x20 == b's' && count > 1 {
                let singular = start + count - 1;
                let door = self.doors[self.slot(key_of_word(&text[start..], count - 1))];
                self.enter(text, start, door, &mut |number, start, end| {
                    if end == singular {
                        found(number, start, end);
                    }
                });
            }
        }
    }

    /// Walks on behind the door of a word, if it has one.
    fn enter(&self, text: &[u8], start: usize, door: Door, found: &mut impl FnMut(usize, usize, usize)) {
        if door.word != 0 {
            self.walk(text, start, door.node, start + door.depth as usize, found);
        }
    }

    fn walk(
        &self,
        text: &[u8],
        start: usize,
        mut node: Node,
        mut end: usize,
        found: &mut impl FnMut(usize, usize, usize),
    ) {
        loop {
            if node.end > 0 {
                let tail = node.tail as usize..(node.tail + node.tail_length) as usize;
                let whole = end + tail.len();
                let number = node.end as usize - 1;
                if text.get(end..whole).is_some_and(|rest| is_same(rest, &self.tails[tail]))
                    && (!self.may_differ(&text[start..whole])
                        || is_same(&text[start..whole], self.spelling(number)))
                {
                    found(number, start, whole);
                }
            }
            let Some(byte) = text.get(end) else { break };
            let Some(child) = node.child(self.columns[usize::from(*byte)]) else { break };
            node = self.nodes[child];
            end += 1;
        }
    }
}

/// Whether no letter follows, but for a plural `s`.
fn is_end(text: &[u8], end: usize) -> bool {
    let is_letter = |index: usize| text.get(index).is_some_and(u8::is_ascii_alphabetic);
    !text[end - 1].is_ascii_alphabetic()
        || !is_letter(end)
        || (text[end] | 0x20 == b's' && !is_letter(end + 1))
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
        check("JavaScript", &[(1, 0, 10)]);
        check("javas", &[(0, 0, 4)]);
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
                let is_same = same.is_some_and(|bytes| key_of(bytes) == key_of(spelling.as_bytes()));
                let rest = text.as_bytes().get(end..).unwrap_or_default();
                let is_letter = |index: usize| rest.get(index).is_some_and(u8::is_ascii_alphabetic);
                let plural = rest.first().is_some_and(|byte| b"sS".contains(byte)) && !is_letter(1);
                if is_same
                    && (!spelling.ends_with(|c: char| c.is_ascii_alphabetic()) || !is_letter(0) || plural)
                {
                    found.push((number, start, end));
                }
            }
        }
        found.sort_unstable();
        found
    }

    fn key_of(bytes: &[u8]) -> Vec<u8> {
        bytes.iter().map(|byte| if *byte == b'-' { b' ' } else { byte.to_ascii_lowercase() }).collect()
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]
        #[test]
        fn texts_of_any_length_are_read_as_defined(text in "[abs_.É 1-]{0,200}") {
            let spellings = ["a", "ab", "a b", ".a", "ba", "é", "É", "1a", "a.", "a1b", "bbbbbbbbb", "abé", "abs", "ab s"].map(str::to_owned);
            let trie = Trie::new(&spellings).expect("a trie");
            let mut found = Vec::new();
            trie.at_word_starts(text.as_bytes(), |number, start, end| found.push((number, start, end)));
            found.sort_unstable();
            proptest::prop_assert_eq!(found, by_definition(&spellings, &text));
        }
    }
}

//! A trie over bytes that is walked from the starts of words. Most words of a text begin no spelling, and a filter over
//! whole first words, small enough for the nearest cache, says so before the trie is touched: a description is read about
//! once, whatever the number of spellings. ASCII case does not matter, and a hyphen is a space.
//! (An Aho-Corasick automaton reports matches inside of words too, and takes longer.)

use super::blocks::{BLOCK, Classes, classes};
use super::word_keys::{Filter, LONGEST_WORD, NEXT_LETTERS, key_of_start, key_of_word, letters};
use anyhow::ensure;

/// Spellings by their first bytes.
pub struct Trie {
    /// Step of each byte, [`RARE`] or [`NO_STEP`].
    steps: [u8; 256],
    /// Children side by side, and each way to its end before the next: a walk stays close together.
    nodes: Vec<Node>,
    /// What is left of spellings where nothing else begins alike, one behind the other: most nodes are never made.
    tails: Vec<u8>,
    /// The first words of all spellings.
    filter: Filter,
    /// Where a walk goes on after a first word, by the word: a table with open addresses, less than half full.
    doors: Vec<Door>,
}

/// The node that a first word leads to: a copy of it, since the way to memory is what takes time.
#[derive(Clone, Copy)]
#[repr(align(32))]
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

/// One more step of a spelling. Its children lie side by side, in the order of their steps. Small, since a walk over many
/// of them waits for memory most of the time.
#[derive(Clone, Copy)]
struct Node {
    /// A bit for the step of each child; or [`TAIL`] and the length of the tail, which only a node without children has.
    children: u64,
    /// Where the children begin, or the tail.
    first: u32,
    /// One more than the number of the spelling that ends here, or behind the tail; 0 is none.
    end: u32,
}

const LEAF: Node = Node { children: 0, first: 0, end: 0 };
/// Marks a node with a tail: the bit of [`NO_STEP`].
const TAIL: u64 = 1 << NO_STEP;

impl Node {
    fn child(&self, step: u8) -> Option<usize> {
        let earlier = self.children & ((1 << step) - 1);
        let is_child = self.children & TAIL == 0 && self.children >> step & 1 != 0;
        is_child.then(|| (self.first + earlier.count_ones()) as usize)
    }
}

/// The step that no child has.
const NO_STEP: u8 = 63;
/// The step before the two halves of a byte that is too rare for a step of its own.
const RARE: u8 = 62;

impl Trie {
    /// Builds the trie of spellings that are numbered in order. Equal ones, apart from case, must not occur.
    pub fn new<S: AsRef<str>>(spellings: &[S]) -> anyhow::Result<Trie> {
        let mut trie = Trie {
            steps: [NO_STEP; 256],
            nodes: vec![LEAF],
            tails: Vec::new(),
            filter: Filter::new(),
            doors: Vec::new(),
        };
        trie.choose_steps(spellings);
        let mut keys = Vec::with_capacity(spellings.len());
        for (spelling, number) in spellings.iter().map(|spelling| spelling.as_ref().as_bytes()).zip(0..) {
            ensure!(!spelling.is_empty(), "a spelling is empty");
            trie.add_start(spelling);
            let steps: Vec<u8> = spelling.iter().flat_map(|byte| trie.steps_of(*byte)).collect();
            keys.push(Key { steps, spelling, number });
        }
        keys.sort_unstable_by(|one, other| one.steps.cmp(&other.steps));
        ensure!(keys.windows(2).all(|pair| pair[0].steps != pair[1].steps), "two spellings are equal");
        trie.add_levels(&keys);
        trie.add_doors(spellings);
        Ok(trie)
    }

    /// Gives the most frequent bytes a step each; what is left takes three.
    fn choose_steps<S: AsRef<str>>(&mut self, spellings: &[S]) {
        let mut counts = [0_u32; 256];
        for byte in spellings.iter().flat_map(|spelling| spelling.as_ref().bytes()) {
            counts[usize::from(folded(byte))] += 1;
        }
        let mut used: Vec<u8> = (0..=u8::MAX).filter(|byte| counts[usize::from(*byte)] > 0).collect();
        // Letters come first whatever their number, so that the way behind a door has one step each.
        used.sort_by_key(|byte| (!byte.is_ascii_alphabetic(), std::cmp::Reverse(counts[usize::from(*byte)])));
        for (byte, step) in used.into_iter().zip(0..) {
            let step = RARE.min(step);
            self.steps[usize::from(byte)] = step;
            self.steps[usize::from(byte.to_ascii_uppercase())] = step;
            if byte == b' ' {
                self.steps[usize::from(b'-')] = step;
            }
        }
    }

    /// The steps that a byte takes: one, or [`RARE`] and its halves.
    fn steps_of(&self, byte: u8) -> impl Iterator<Item = u8> {
        let byte = folded(byte);
        let step = self.steps[usize::from(byte)];
        let halves = (step == RARE).then_some([byte >> 4, byte & 15]);
        [step].into_iter().chain(halves.into_iter().flatten())
    }

    fn add_start(&mut self, spelling: &[u8]) {
        let count = letters(spelling);
        let word = key_of_word(spelling, count);
        if count < spelling.len() {
            self.filter.set(key_of_start(word, spelling, count));
            if spelling.len() > count + 1 && spelling.len() <= count + NEXT_LETTERS {
                self.filter.set(key_of_start(word, &[spelling, b"s"].concat(), count));
            }
        } else {
            self.filter.set(word);
            let plural = [spelling, b"s"].concat();
            self.filter.set(key_of_word(&plural, count + 1));
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
                let step = self.steps[usize::from(text[depth])];
                let Some(child) = self.nodes[node].child(step) else { break };
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

    /// Makes the nodes of sorted keys, each way to its end before the next, so that a walk stays close together in memory.
    fn add_levels(&mut self, keys: &[Key]) {
        let mut ahead = vec![(0, 0..keys.len(), 0)];
        while let Some((node, mut range, depth)) = ahead.pop() {
            let Some(first) = keys.get(range.start) else { continue };
            if let Some(rest) = first.behind(depth).filter(|_| range.len() == 1) {
                self.nodes[node] = Node {
                    children: TAIL | rest.len() as u64,
                    first: self.tails.len() as u32,
                    end: first.number + 1,
                };
                self.tails.extend(rest.iter().map(|byte| folded(*byte)));
                continue;
            }
            if first.steps.len() == depth {
                self.nodes[node].end = first.number + 1;
                range.start += 1;
            }
            self.nodes[node].first = self.nodes.len() as u32;
            while !range.is_empty() {
                let step = keys[range.start].steps[depth];
                let group = keys[range.clone()].iter().take_while(|key| key.steps[depth] == step).count();
                let child = range.start..range.start + group;
                range.start = child.end;
                self.nodes[node].children |= 1 << step;
                ahead.push((self.nodes.len(), child, depth + 1));
                self.nodes.push(LEAF);
            }
        }
    }

    /// The number of the spelling that a whole text is.
    pub fn number(&self, text: &[u8]) -> Option<usize> {
        let count = letters(text);
        let word = key_of_word(text, count);
        if !self.filter.has(if count < text.len() { key_of_start(word, text, count) } else { word }) {
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
            let Classes { inside, first, letter, .. } = classes(block);
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
                known += usize::from(self.filter.has(key) | self.filter.has(key_of_start(key, rest, count)));
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
            if node.children & TAIL != 0 {
                let tail = &self.tails[node.first as usize..][..(node.children & !TAIL) as usize];
                let whole = end + tail.len();
                if text.get(end..whole).is_some_and(|rest| is_same(rest, tail)) {
                    found(node.end as usize - 1, start, whole);
                }
                break;
            }
            if node.end > 0 {
                found(node.end as usize - 1, start, end);
            }
            let Some(byte) = text.get(end) else { break };
            let step = self.steps[usize::from(*byte)];
            let Some(mut child) = node.child(step) else { break };
            if step == RARE {
                let halves = self.nodes[child].child(byte >> 4);
                let Some(rare) = halves.and_then(|half| self.nodes[half].child(byte & 15)) else { break };
                child = rare;
            }
            node = self.nodes[child];
            end += 1;
        }
    }
}

/// A spelling while the trie is built.
struct Key<'a> {
    steps: Vec<u8>,
    spelling: &'a [u8],
    number: u32,
}

impl Key<'_> {
    /// What is left of the spelling behind a number of steps, unless they end within a byte.
    fn behind(&self, depth: usize) -> Option<&[u8]> {
        let (mut step, mut byte) = (0, 0);
        while step < depth {
            step += if self.steps[step] == RARE { 3 } else { 1 };
            byte += 1;
        }
        (step == depth).then(|| &self.spelling[byte..])
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
pub(super) fn folded(byte: u8) -> u8 {
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
    fn more_characters_than_steps_are_told_apart() {
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

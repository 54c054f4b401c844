//! A trie over bytes that is walked from every word start of a text: a walk ends after two or three letters for nearly
//! every word, so that a description is read about once, whatever the number of spellings. ASCII case does not matter.
//! (An Aho-Corasick automaton reports matches inside of words too, and took three times as long.)

use anyhow::ensure;

/// Spellings by their first bytes.
pub struct Trie {
    /// Column of each byte; 0 for bytes that no spelling has.
    columns: [u8; 256],
    width: usize,
    /// Next node by node and column; 0 is no node, since nothing leads to the root.
    next: Vec<u16>,
    /// One more than the number of the spelling that ends at each node; 0 is none.
    ends: Vec<u16>,
    /// A bit for the first three bytes of every spelling: small enough to stay in the nearest cache, and most words of a
    /// text end here.
    starts: Vec<u64>,
}

/// Slot of three bytes in [`Trie::starts`]: five bits of each, the same for a capital and its small letter.
fn slot(first: u8, second: u8, third: u8) -> usize {
    usize::from(first & 31) << 10 | usize::from(second & 31) << 5 | usize::from(third & 31)
}

impl Trie {
    /// Builds the trie of spellings that are numbered in order. Equal ones, apart from case, must not occur.
    pub fn new(spellings: &[String]) -> anyhow::Result<Trie> {
        let mut columns = [0_u8; 256];
        let mut width = 1;
        for byte in spellings.iter().flat_map(|spelling| spelling.bytes()) {
            let lower = usize::from(byte.to_ascii_lowercase());
            if columns[lower] == 0 {
                columns[lower] = width as u8;
                columns[usize::from(byte.to_ascii_lowercase().to_ascii_uppercase())] = width as u8;
                width += 1;
            }
        }
        let mut trie = Trie { columns, width, next: vec![0; width], ends: vec![0], starts: vec![0; 512] };
        for (number, spelling) in spellings.iter().enumerate() {
            ensure!(!spelling.is_empty(), "a spelling is empty");
            let bytes = spelling.as_bytes();
            let (seconds, thirds) = (bytes.get(1).copied().into_iter(), bytes.get(2).copied().into_iter());
            for second in seconds.chain((0..32).filter(|_| bytes.len() < 2)) {
                for third in thirds.clone().chain((0..32).filter(|_| bytes.len() < 3)) {
                    let slot = slot(bytes[0], second, third);
                    trie.starts[slot / 64] |= 1 << (slot % 64);
                }
            }
            let mut node = 0;
            for byte in spelling.bytes() {
                let slot = node * width + usize::from(columns[usize::from(byte)]);
                if trie.next[slot] == 0 {
                    ensure!(trie.ends.len() < usize::from(u16::MAX), "the dictionary has too many letters");
                    trie.next[slot] = trie.ends.len() as u16;
                    trie.ends.push(0);
                    trie.next.resize(trie.ends.len() * width, 0);
                }
                node = usize::from(trie.next[slot]);
            }
            trie.ends[node] = number as u16 + 1;
        }
        Ok(trie)
    }

    /// Calls `found(number, start, end)` for every spelling that begins where no ASCII letter, digit or `_` precedes.
    pub fn at_word_starts(&self, text: &[u8], mut found: impl FnMut(usize, usize, usize)) {
        let mut inside = false;
        for (start, byte) in text.iter().enumerate() {
            let begins = !inside && byte & 0xC0 != 0x80;
            inside = byte.is_ascii_alphanumeric() || *byte == b'_';
            if !begins {
                continue;
            }
            let later = |index: usize| text.get(start + index).copied().unwrap_or_default();
            let slot = slot(*byte, later(1), later(2));
            if self.starts[slot / 64] & 1 << (slot % 64) == 0 {
                continue;
            }
            let mut node = 0;
            for (end, byte) in text.iter().enumerate().skip(start) {
                node =
                    usize::from(self.next[node * self.width + usize::from(self.columns[usize::from(*byte)])]);
                if node == 0 {
                    break;
                }
                if self.ends[node] > 0 {
                    found(usize::from(self.ends[node]) - 1, start, end + 1);
                }
            }
        }
    }
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
        check("jav", &[]);
        check("", &[]);
    }
}

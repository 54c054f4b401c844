//! Numbers for the first words of a text, and a filter that knows which of them begin a spelling: small enough for the
//! nearest cache, and without a branch that a processor would have to guess.

use super::scatter::ODD;
use super::trie::folded;

/// Which keys were set; of others, one in forty seems to be, with 40,000 spellings.
pub(super) struct Filter(Vec<u64>);

/// Words of 64 bits of the filter, as a power of two: 32 KiB.
const FILTER_WORDS: u32 = 12;

impl Filter {
    pub(super) fn new() -> Filter {
        Filter(vec![0; 1 << FILTER_WORDS])
    }

    pub(super) fn set(&mut self, key: u64) {
        let (word, bits) = Filter::place(key);
        self.0[word] |= bits;
    }

    pub(super) fn has(&self, key: u64) -> bool {
        let (word, bits) = Filter::place(key);
        self.0[word] & bits == bits
    }

    /// The word that a key belongs to, and its three bits there.
    fn place(key: u64) -> (usize, u64) {
        let bit = |shift: u32| 1_u64 << (key >> shift & 63);
        ((key >> (u64::BITS - FILTER_WORDS)) as usize, bit(46) | bit(40) | bit(34))
    }
}

/// A second odd number with scattered bits, from the digits of the square root of two.
const MORE_ODD: u64 = 0x6A09_E667_F3BC_C909;

/// Letters of a second word that the filter knows.
pub(super) const NEXT_LETTERS: usize = 3;

/// Longer first words are walked letter by letter.
pub(super) const LONGEST_WORD: usize = 16;

/// A number for the letters at the start of a text, at most [`LONGEST_WORD`]: different for different words. Without a
/// branch on their count, which nobody can guess.
pub(super) fn key_of_word(text: &[u8], letters: usize) -> u64 {
    let kept = u64::MAX.checked_shr(64 - 8 * letters.min(8) as u32).unwrap_or(0);
    let first = (eight(text) & kept) | SMALL;
    let last = eight(&text[letters.saturating_sub(8)..]) | SMALL;
    let last = if letters > 8 { last } else { 0 };
    let mixed = (first ^ last.rotate_left(29).wrapping_mul(MORE_ODD)) ^ letters as u64;
    mixed.wrapping_mul(ODD)
}

/// The same for a word and what follows it: one byte, and the letters behind it, of which the first [`NEXT_LETTERS`] count.
pub(super) fn key_of_start(word: u64, text: &[u8], letters: usize) -> u64 {
    let next = eight(&text[letters..]);
    let small = next | SMALL;
    // The highest bit of each byte that is no ASCII letter, but of the first.
    let low = small & !HIGHEST;
    let is_letter =
        low.wrapping_add(0x1F1F_1F1F_1F1F_1F1F) & !low.wrapping_add(0x0505_0505_0505_0505) & !small;
    let ends = !is_letter & HIGHEST & !0xFF | 1 << (8 * (NEXT_LETTERS + 1));
    let kept = (1 << (ends.trailing_zeros() & !7)) - 1;
    let between = folded(next as u8) | SMALL as u8;
    (word ^ (small & kept & !0xFF | u64::from(between)) << 8).wrapping_mul(MORE_ODD)
}

/// The bit that tells small letters from capitals, of eight bytes.
pub(super) const SMALL: u64 = 0x2020_2020_2020_2020;
/// The highest bit of eight bytes.
const HIGHEST: u64 = 0x8080_8080_8080_8080;

/// The first eight bytes of a text, as far as it has them.
pub(super) fn eight(text: &[u8]) -> u64 {
    match text.first_chunk::<8>() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => text.iter().rev().fold(0, |eight, byte| eight << 8 | u64::from(*byte)),
    }
}

/// Letters at the start of a text.
pub(super) fn letters(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn words_have_keys_of_their_own() {
        let key = |text: &str| key_of_word(text.as_bytes(), letters(text.as_bytes()));
        assert_eq!(key("Java, 8"), key("java"));
        assert_eq!(key("INFRASTRUCTURE as"), key("infrastructure"));
        let words: HashSet<u64> =
            ["", "a", "b", "ab", "ba", "engineer", "engineers", "engineering", "reengineering"]
                .into_iter()
                .map(key)
                .collect();
        assert_eq!(words.len(), 9);
    }

    #[test]
    fn starts_know_three_letters_of_the_next_word() {
        let start = |text: &str| key_of_start(0, text.as_bytes(), letters(text.as_bytes()));
        let check = |one: &str, other: &str, is_same: bool| {
            assert_eq!(start(one) == start(other), is_same, "{one} | {other}")
        };
        check("data engineer", "data-Engine", true);
        check("data en", "data eng", false);
        check("data en, as", "data en", true);
        check("data (en", "data en", false);
        check("data é", "data 1", true);
        check("c++", "c#", false);
    }
}

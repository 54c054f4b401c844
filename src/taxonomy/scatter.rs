//! A hash for the tables of the dictionaries, whose keys nobody outside chooses: a few instructions a word, where that of
//! the standard library, made for keys that an enemy may send, takes most of the time of a look-up.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A table whose keys come from the dictionaries.
pub type Table<K, V> = HashMap<K, V, BuildHasherDefault<Scatter>>;

/// An odd number with scattered bits, from the digits of the golden ratio.
pub(super) const ODD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Mixes eight bytes at a time by a product.
#[derive(Debug, Default, Clone, Copy)]
pub struct Scatter(u64);

impl Scatter {
    fn add(&mut self, eight: u64) {
        self.0 = (self.0.rotate_left(23) ^ eight).wrapping_mul(ODD);
    }
}

impl Hasher for Scatter {
    fn write(&mut self, bytes: &[u8]) {
        let (eights, rest) = bytes.as_chunks::<8>();
        for eight in eights {
            self.add(u64::from_le_bytes(*eight));
        }
        if !rest.is_empty() {
            self.add(rest.iter().rev().fold(0, |eight, byte| eight << 8 | u64::from(*byte)));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.add(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.add(number.into());
    }

    fn finish(&self) -> u64 {
        // The table takes its place from the lowest bits and its mark from the highest; a product mixes upwards only.
        self.0 ^ self.0 >> 32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::hash::BuildHasher;

    #[test]
    fn keys_are_scattered() {
        let hash = BuildHasherDefault::<Scatter>::default();
        let words: Vec<String> = (0..10_000).map(|number| format!("word {number}")).collect();
        let lowest: HashSet<u64> = words.iter().map(|word| hash.hash_one(word) & 0xFFFF).collect();
        let marks: HashSet<u64> = words.iter().map(|word| hash.hash_one(word) >> 57).collect();
        assert!(lowest.len() > 8_500, "{} places for 10,000 words", lowest.len());
        assert_eq!(marks.len(), 128);
        let numbers: HashSet<u64> = (0..10_000_u32).map(|number| hash.hash_one(number) & 0xFFFF).collect();
        assert!(numbers.len() > 8_500, "{} places for 10,000 numbers", numbers.len());
        assert_ne!(hash.hash_one("ab"), hash.hash_one("ba"));
    }
}

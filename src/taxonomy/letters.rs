//! Words and labels by their letters: which groups of letters a word holds, and how much two labels share. Knows no
//! meaning.

use super::lists::Lists;
use super::scatter::Table;

/// Groups of three letters as a set of 256 bits.
#[derive(Clone, Copy, Default)]
pub(super) struct Letters {
    bits: [u64; 4],
    count: f32,
}

/// The groups of letters of all words.
pub(super) struct Groups {
    pub ids: Table<u32, u32>,
    pub words: Lists,
    pub rarity: Vec<f32>,
    pub lengths: Vec<f32>,
}

impl Groups {
    pub(super) fn new(names: &[Box<str>]) -> Groups {
        let mut ids: Table<u32, u32> = Table::default();
        let mut of_words = Lists::empty();
        for name in names {
            for group in groups_of(name) {
                let next = ids.len() as u32;
                of_words.items.push(*ids.entry(group).or_insert(next));
            }
            of_words.end();
        }
        let words = of_words.turned(ids.len());
        let count = names.len() as f32;
        let rarity: Vec<f32> = words.each().map(|list| (1.0 + count / list.len() as f32).ln()).collect();
        let lengths = of_words.each().map(|list| length_of(list, &rarity)).collect();
        Groups { ids, words, rarity, lengths }
    }
}

/// The length of a list of items as a vector of their weights.
pub(super) fn length_of(list: &[u32], weights: &[f32]) -> f32 {
    list.iter().map(|item| weights[*item as usize].powi(2)).sum::<f32>().sqrt()
}

/// The groups of three and four letters of a word with its ends marked.
pub(super) fn groups_of(word: &str) -> Vec<u32> {
    let mut bytes = Vec::with_capacity(word.len() + 2);
    bytes.push(b'^');
    bytes.extend(word.bytes());
    bytes.push(b'$');
    let threes = bytes.windows(3).map(|group| u32::from_le_bytes([group[0], group[1], group[2], 0]));
    let fours = bytes.windows(4).map(|group| u32::from_le_bytes([group[0], group[1], group[2], group[3]]));
    let mut groups: Vec<u32> = threes.chain(fours).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// The letters of a folded text.
pub(super) fn letters_of(folded: &str) -> Letters {
    let mut bits = [0_u64; 4];
    for group in folded.as_bytes().windows(3) {
        let number = u32::from_le_bytes([group[0], group[1], group[2], 0]).wrapping_mul(0x9e37_79b1) >> 24;
        bits[number as usize / 64] |= 1 << (number % 64);
    }
    Letters { bits, count: bits.iter().map(|bits| bits.count_ones()).sum::<u32>() as f32 }
}

/// How alike two texts are by their letters, 0 to 1.
pub(super) fn cosine(one: &Letters, other: &Letters) -> f32 {
    let both = one.bits.iter().zip(other.bits).map(|(one, other)| (one & other).count_ones()).sum::<u32>();
    both as f32 / (one.count * other.count).sqrt().max(1.0)
}

//! Words and labels by their letters: which groups of letters a word holds, and how much two labels share. Knows no
//! meaning.

use super::lists::Lists;
use super::scatter::Table;

/// Least likeness of letters, as a cosine over groups of three and four, for one word to stand for another.
const LIKENESS: f32 = 0.5;
/// How many words that look alike stand for one.
const ALIKE: usize = 8;
/// Groups of letters in more words than this find no word.
const COMMON_GROUP: usize = 400;

/// Groups of three letters as a set of 256 bits.
#[derive(Clone, Copy, Default)]
pub(super) struct Letters {
    bits: [u64; 4],
    count: f32,
}

/// The groups of letters of all words.
pub(super) struct Groups {
    ids: Table<u32, u32>,
    words: Lists,
    rarity: Vec<f32>,
    lengths: Vec<f32>,
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

    /// The words that look like a word, but for itself, each with how much, the most alike first. A group of letters that
    /// no word has weighs as the rarest does. `dots` has a zero for every word, before and after.
    pub(super) fn alike(
        &self,
        word: &str,
        own: Option<u32>,
        rarest: f32,
        dots: &mut Vec<f32>,
    ) -> Vec<(u32, f32)> {
        dots.resize(self.lengths.len().max(dots.len()), 0.0);
        let (mut touched, mut length) = (Vec::new(), 0.0);
        for group in groups_of(word) {
            let Some(group) = self.ids.get(&group) else {
                length += rarest * rarest / 2.0;
                continue;
            };
            let weight = self.rarity[*group as usize].powi(2);
            length += weight;
            let words = self.words.of(*group);
            if words.len() > COMMON_GROUP {
                continue;
            }
            for word in words {
                let dot = &mut dots[*word as usize];
                if *dot == 0.0 {
                    touched.push(*word);
                }
                *dot += weight;
            }
        }
        let length = f32::sqrt(length);
        let mut found = Vec::new();
        for word in touched {
            let likeness = dots[word as usize] / (length * self.lengths[word as usize]);
            dots[word as usize] = 0.0;
            if likeness >= LIKENESS && Some(word) != own {
                found.push((word, likeness));
            }
        }
        found.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        found.truncate(ALIKE);
        found
    }
}

/// The length of a list of items as a vector of their weights.
pub(super) fn length_of(list: &[u32], weights: &[f32]) -> f32 {
    list.iter().map(|item| weights[*item as usize].powi(2)).sum::<f32>().sqrt()
}

/// The groups of three and four letters of a word with its ends marked.
fn groups_of(word: &str) -> Vec<u32> {
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

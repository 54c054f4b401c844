//! Descriptions as sets of shingles: what postings of one employer share is learnt and taken out, and what is left is
//! kept as a sketch from which the agreement of two texts is estimated. Never keeps a word of the text.

use super::hash;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

/// Words of one shingle.
const SHINGLE: usize = 3;
/// Longest text that is read, in bytes; the longest real descriptions are shorter.
const LONGEST: usize = 40_000;
/// Bins of a sketch, one byte each. The standard error of an agreement of 0.8 is 0.025.
pub const BINS: usize = 256;
/// Fewer shingles of its own than this, and a text says nothing besides its employer's boilerplate.
pub const LEAST: u16 = 8;
/// Headlines of an employer that must share a shingle before it is boilerplate.
const SHARED_BY: usize = 3;
/// The same as a share of the employer's headlines, where it has many.
const SHARED_SHARE: f64 = 0.02;
/// Headlines of an employer that boilerplate is learnt from.
const LEARNT_FROM: usize = 256;

/// The distinct shingles of a text, sorted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shingles {
    hashes: Vec<u64>,
    /// Whether the text carries the mark of a site that copies postings.
    pub is_republished: bool,
}

impl Shingles {
    /// Reads a text: words are runs of letters and digits in lower case; marks of republishers and hashtags are left out.
    pub fn of(text: &str) -> Shingles {
        let mut shingles = Shingles::default();
        let mut last = [0_u64; SHINGLE];
        let mut count = 0;
        for_each_word(text, &mut shingles.is_republished, |word| {
            last.rotate_left(1);
            last[SHINGLE - 1] = word;
            count += 1;
            if count >= SHINGLE {
                shingles.hashes.push(hash::pair(hash::pair(last[0], last[1]), last[2]));
            }
        });
        shingles.hashes.sort_unstable();
        shingles.hashes.dedup();
        shingles
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// One hash for all of them: equal texts have equal ones.
    pub fn digest(&self) -> u64 {
        self.hashes.iter().fold(self.hashes.len() as u64, |digest, shingle| hash::pair(digest, *shingle))
    }
}

/// Calls `each` with the hash of every word; tells whether a republisher's mark was seen.
fn for_each_word(text: &str, is_republished: &mut bool, mut each: impl FnMut(u64)) {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let bytes = &text.as_bytes()[..end];
    let mut word: Vec<u8> = Vec::with_capacity(64);
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte == b'#' && word.is_empty() {
            let (length, is_mark) = hashtag(&bytes[at + 1..]);
            *is_republished |= is_mark;
            at += 1 + length;
        } else if byte.is_ascii() {
            if byte.is_ascii_alphanumeric() {
                word.push(byte.to_ascii_lowercase());
            } else if !word.is_empty() {
                each(hash::of_bytes(&word));
                word.clear();
            }
            at += 1;
        } else {
            let character = text[at..].chars().next().expect("the text goes on here");
            if character.is_alphanumeric() {
                let mut buffer = [0; 4];
                for lower in character.to_lowercase() {
                    word.extend_from_slice(lower.encode_utf8(&mut buffer).as_bytes());
                }
            } else if !word.is_empty() {
                each(hash::of_bytes(&word));
                word.clear();
            }
            at += character.len_utf8();
        }
    }
    if !word.is_empty() {
        each(hash::of_bytes(&word));
    }
}

/// Length of the hashtag that `rest` begins with, and whether it is the mark of a republisher: `J-18808-Ljbffr` and its
/// like, a number between hyphens. `LI-Remote` and other tags are left out too, for they come and go with the board.
fn hashtag(rest: &[u8]) -> (usize, bool) {
    let length =
        rest.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-').unwrap_or(rest.len());
    let tag = &rest[..length];
    let is_mark = length <= 40
        && tag.split(|byte| *byte == b'-').count() == 3
        && tag
            .split(|byte| *byte == b'-')
            .nth(1)
            .is_some_and(|part| part.len() >= 4 && part.iter().all(u8::is_ascii_digit));
    (length, is_mark)
}

/// Hashes are mixed already.
#[derive(Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash::of_bytes(bytes);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// The shingles that one employer's postings have in common.
#[derive(Default)]
pub struct Boilerplate(HashSet<u64, BuildHasherDefault<AsIs>>);

impl Boilerplate {
    /// Learns from one text for each headline of an employer: reposts and copies for other cities, which share the
    /// headline, prove nothing. `texts` are in an order that does not depend on the order of the jobs.
    pub fn learn(texts: &[&Shingles]) -> Boilerplate {
        if texts.len() < SHARED_BY {
            return Boilerplate::default();
        }
        let step = texts.len().div_ceil(LEARNT_FROM);
        let sample: Vec<&&Shingles> = texts.iter().step_by(step).collect();
        let enough = SHARED_BY.max((sample.len() as f64 * SHARED_SHARE).ceil() as usize);
        let mut all: Vec<u64> = sample.iter().flat_map(|shingles| shingles.hashes.iter().copied()).collect();
        all.sort_unstable();
        Boilerplate(
            all.chunk_by(|left, right| left == right)
                .filter(|run| run.len() >= enough)
                .map(|run| run[0])
                .collect(),
        )
    }

    /// The sketch of what a text says besides.
    pub fn sketch_without(&self, shingles: &Shingles) -> Sketch {
        Sketch::of(shingles.hashes.iter().copied().filter(|shingle| !self.0.contains(shingle)))
    }
}

/// A set of shingles in 256 bytes: the smallest hash of each of 256 bins, of which one byte is kept. An empty bin takes
/// the value of another one, chosen by the bin's number alone (Shrivastava 2017, "optimal densification").
#[derive(Debug, Clone, PartialEq)]
pub struct Sketch {
    /// How many shingles went in, at most 65,535.
    pub count: u16,
    bins: Box<[u8; BINS]>,
}

impl Sketch {
    fn of(shingles: impl Iterator<Item = u64>) -> Sketch {
        let mut lowest = [u64::MAX; BINS];
        let mut count = 0_u32;
        for shingle in shingles {
            let bin = &mut lowest[(shingle >> 56) as usize];
            *bin = (*bin).min(shingle & 0x00ff_ffff_ffff_ffff);
            count += 1;
        }
        let mut bins = Box::new([0; BINS]);
        if count > 0 {
            for (bin, value) in bins.iter_mut().enumerate() {
                let mut from = bin;
                let mut attempt = 0_u64;
                while lowest[from] == u64::MAX {
                    attempt += 1;
                    from = (hash::mix((bin as u64) << 32 | attempt) >> 56) as usize;
                }
                *value = hash::mix(lowest[from]) as u8;
            }
        }
        Sketch { count: count.min(u32::from(u16::MAX)) as u16, bins }
    }

    /// A sketch as it is stored.
    pub fn from_parts(count: u16, bins: [u8; BINS]) -> Sketch {
        Sketch { count, bins: Box::new(bins) }
    }

    /// The bytes of the bins.
    pub fn bins(&self) -> &[u8; BINS] {
        &self.bins
    }

    /// Whether the text says enough of its own to be compared.
    pub fn is_telling(&self) -> bool {
        self.count >= LEAST
    }

    /// Estimated agreement with another text.
    pub fn overlap(&self, other: &Sketch) -> Overlap {
        if self.count == 0 || other.count == 0 {
            return Overlap { jaccard: 0.0, containment: 0.0 };
        }
        let same = self.bins.iter().zip(other.bins.iter()).filter(|(left, right)| left == right).count();
        let chance = 1.0 / 256.0;
        let jaccard = ((same as f32 / BINS as f32 - chance) / (1.0 - chance)).clamp(0.0, 1.0);
        let (left, right) = (f32::from(self.count), f32::from(other.count));
        let smaller = left.min(right);
        let shared = (jaccard * (left + right) / (1.0 + jaccard)).min(smaller);
        Overlap { jaccard: jaccard.min(smaller / left.max(right)), containment: shared / smaller }
    }
}

/// How far two texts agree, without boilerplate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overlap {
    /// Shared shingles of all shingles.
    pub jaccard: f32,
    /// Shared shingles of those of the shorter text: 1 when it was cut out of the longer one.
    pub containment: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(from: usize, to: usize) -> String {
        (from..to).map(|number| format!("w{number} ")).collect()
    }

    fn sketch(text: &str) -> Sketch {
        Boilerplate::default().sketch_without(&Shingles::of(text))
    }

    #[track_caller]
    fn check_overlap(left: &str, right: &str, jaccard: f32, containment: f32) {
        let found = sketch(left).overlap(&sketch(right));
        assert!((found.jaccard - jaccard).abs() < 0.1, "{found:?}, expected {jaccard}");
        assert!((found.containment - containment).abs() < 0.12, "{found:?}, expected {containment}");
    }

    #[test]
    fn agreement_is_estimated() {
        check_overlap(&words(0, 400), &words(0, 400), 1.0, 1.0);
        check_overlap(&words(0, 400), &words(1000, 1400), 0.0, 0.0);
        check_overlap(&words(0, 400), &words(200, 600), 0.333, 0.5);
        check_overlap(&words(0, 800), &words(0, 400), 0.5, 1.0);
        check_overlap(&words(0, 60), &words(0, 40), 0.65, 1.0);
        check_overlap("", "", 0.0, 0.0);
    }

    #[test]
    fn marks_of_republishers_are_left_out_and_seen() {
        let plain = Shingles::of("Build the data platform of the harbour. Apply today.");
        let marked = Shingles::of("Build the DATA platform of the harbour!\nApply today. #J-18808-Ljbffr");
        assert_eq!(plain.digest(), marked.digest());
        assert!(marked.is_republished && !plain.is_republished);
        let tagged = Shingles::of("Build the data platform of the harbour. Apply today. #LI-Remote #LI-AB1");
        assert_eq!((tagged.digest(), tagged.is_republished), (plain.digest(), false));
        assert_ne!(Shingles::of("C# and F# here").digest(), Shingles::of("C and here").digest());
    }

    #[test]
    fn boilerplate_is_what_three_headlines_share() {
        let common = words(0, 100);
        let texts: Vec<Shingles> = (1..5)
            .map(|job| Shingles::of(&format!("{common} {}", words(job * 1000, job * 1000 + 50))))
            .collect();
        let all: Vec<&Shingles> = texts.iter().collect();
        let own = Boilerplate::learn(&all).sketch_without(&texts[0]);
        assert!((50..56).contains(&own.count), "{}", own.count);
        let two = Boilerplate::learn(&all[..2]).sketch_without(&texts[0]);
        assert_eq!(usize::from(two.count), texts[0].len(), "two headlines prove nothing");
    }

    #[test]
    fn every_text_can_be_read() {
        for text in
            ["", "#", "##", "a#", "é", "\u{fffd}", "日本 語 の", "#J--", "ab\u{0}c", &"é".repeat(50_000)]
        {
            Shingles::of(text);
        }
    }
}

//! Finds which of many folded phrases a folded text holds. Knows nothing about what they mean.

use aho_corasick::{AhoCorasick, MatchKind};

/// A set of phrases, each with the number of what it stands for.
pub struct Phrases {
    automaton: AhoCorasick,
    owners: Vec<usize>,
}

/// One phrase found, with its place in the folded text (including the spaces around it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Number of what the phrase stands for.
    pub owner: usize,
    /// First byte.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
}

impl Phrases {
    /// Builds the set from phrases that are folded, with a space at each end.
    pub fn new(phrases: &[(String, usize)]) -> anyhow::Result<Phrases> {
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(phrases.iter().map(|(phrase, _)| phrase.as_bytes()))?;
        Ok(Phrases { automaton, owners: phrases.iter().map(|(_, owner)| *owner).collect() })
    }

    /// Every phrase in `folded`, overlapping ones too.
    pub fn find<'a>(&'a self, folded: &'a str) -> impl Iterator<Item = Found> + 'a {
        self.automaton.find_overlapping_iter(folded).map(|found| Found {
            owner: self.owners[found.pattern().as_usize()],
            start: found.start(),
            end: found.end(),
        })
    }
}

/// Finds words in running text, where neither case nor accents are folded: any case of ASCII letters, every one that
/// overlaps another too.
///
/// # Panics
/// When the words do not fit into an automaton, which a constant list of them does.
pub fn any_case<W: AsRef<[u8]>>(words: impl IntoIterator<Item = W>) -> AhoCorasick {
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).expect("a constant list of words")
}

//! Which postings of one company, headline and place are one job. Knows texts by their hash only, and never guesses: where it
//! parts what is one opening after all, dedupe ties the two again and says why and how alike they are.

use super::keys;
use super::merge::Dated;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// What is read of a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told<'a> {
    /// Its source.
    pub source: &'a str,
    /// `keys::text_hash` of its description.
    pub text_hash: Option<&'a str>,
}

/// For each posting of one shared key the index of the first one of its job.
///
/// One source that tells two texts under one headline has two openings, or one that it advertised again and edited: the
/// postings are parted by their texts. As long as no source does, another text is another source's copy, cut or dressed up,
/// and all are one job. A posting without a text stays with the first.
pub fn firsts(postings: &[Told]) -> Vec<usize> {
    let mut texts: HashMap<&str, &str> = HashMap::new();
    let is_parted = postings.iter().any(|posting| {
        let text_hash = posting.text_hash;
        text_hash.is_some_and(|hash| *texts.entry(posting.source).or_insert(hash) != hash)
    });
    if !is_parted {
        return vec![0; postings.len()];
    }
    let mut first_of: HashMap<&str, usize> = HashMap::new();
    let mut firsts = Vec::with_capacity(postings.len());
    for (index, posting) in postings.iter().enumerate() {
        firsts.push(posting.text_hash.map_or(0, |hash| *first_of.entry(hash).or_insert(index)));
    }
    // Before a text is known there is nothing to part: who comes first without one shares the first text's job.
    if let Some(told) = postings.iter().position(|posting| posting.text_hash.is_some()) {
        firsts.iter_mut().filter(|first| **first == told).for_each(|first| *first = 0);
    }
    firsts
}

/// A posting of a shared key, and when it was first seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The posting.
    pub dated: Dated,
    /// `first_seen_at` of its presence, which never moves: so no later posting takes over the key of an earlier one.
    pub first_seen_at: DateTime<Utc>,
}

/// The jobs of one shared key, each with its `hash_key` and its postings. The job of the posting that was seen first has the
/// shared key itself. Order of arrival never matters.
pub fn openings(mut postings: Vec<Seen>) -> Vec<(String, Vec<Dated>)> {
    if let [alone] = &postings[..] {
        let hash_key = alone.dated.canonical.hash_key.clone();
        return vec![(hash_key, postings.into_iter().map(|posting| posting.dated).collect())];
    }
    postings.sort_by(|left, right| rank(left).cmp(&rank(right)));
    let hashes: Vec<Option<String>> = postings
        .iter()
        .map(|posting| posting.dated.canonical.description_text.as_deref().map(keys::text_hash))
        .collect();
    let told: Vec<Told> = postings
        .iter()
        .zip(&hashes)
        .map(|(posting, hash)| Told { source: &posting.dated.canonical.source, text_hash: hash.as_deref() })
        .collect();
    let firsts = firsts(&told);
    let keys: Vec<String> = firsts.iter().map(|first| key(*first, &postings[*first])).collect();
    let mut jobs: Vec<(String, Vec<Dated>)> = Vec::new();
    let mut at: HashMap<usize, usize> = HashMap::new();
    for ((first, hash_key), mut posting) in firsts.into_iter().zip(keys).zip(postings) {
        posting.dated.canonical.hash_key.clone_from(&hash_key);
        let index = *at.entry(first).or_insert_with(|| {
            jobs.push((hash_key, Vec::new()));
            jobs.len() - 1
        });
        jobs[index].1.push(posting.dated);
    }
    jobs
}

fn rank(posting: &Seen) -> (DateTime<Utc>, &str, &str) {
    let canonical = &posting.dated.canonical;
    (posting.first_seen_at, &canonical.source, &canonical.provider_job_id)
}

fn key(first: usize, posting: &Seen) -> String {
    let canonical = &posting.dated.canonical;
    if first == 0 {
        canonical.hash_key.clone()
    } else {
        keys::opening_key(&canonical.hash_key, &canonical.source, &canonical.provider_job_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(postings: &[(&str, &str)], expected: &[usize]) {
        let told: Vec<Told> = postings
            .iter()
            .map(|(source, hash)| Told { source, text_hash: Some(*hash).filter(|hash| !hash.is_empty()) })
            .collect();
        assert_eq!(firsts(&told), expected, "{postings:?}");
    }

    #[test]
    fn one_source_with_two_texts_has_two_jobs() {
        check(&[("a", "x")], &[0]);
        check(&[("a", "x"), ("a", "x")], &[0, 0]);
        check(&[("a", "x"), ("a", "y"), ("a", "x"), ("a", "y")], &[0, 1, 0, 1]);
    }

    #[test]
    fn another_source_tells_the_same_job_in_other_words() {
        check(&[("a", "x"), ("b", "y"), ("c", "z")], &[0, 0, 0]);
        check(&[("a", "x"), ("b", "y"), ("a", "z")], &[0, 1, 2]);
        check(&[("a", "x"), ("b", "y"), ("a", "y")], &[0, 1, 1]);
    }

    #[test]
    fn without_a_text_nothing_is_parted() {
        check(&[("a", ""), ("a", "x")], &[0, 0]);
        check(&[("a", ""), ("a", "x"), ("a", "y"), ("b", "")], &[0, 0, 2, 0]);
        check(&[], &[]);
    }
}

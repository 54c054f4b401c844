//! Headlines as they are compared: words in one spelling, without what only decorates, and with the words that tell two
//! openings of one employer apart (levels, numbers, shifts, terms) marked. Never guesses an occupation.

use super::title_words::{GENDERS, JOINED, NOISE, SIGNS, SPELLINGS, TELLING};
use crate::taxonomy::words::fold;
use std::collections::BTreeSet;

/// Longest normalised headline, in bytes.
const LONGEST: usize = 160;
/// Least agreement by Levenshtein of two words that are one word misspelt.
const ONE_WORD: f64 = 0.85;
/// Stands before a word that tells openings apart.
const MARK: char = '!';

/// Brings a headline to the words that are compared, in their order. `left_out` holds folded words that the headline may
/// repeat without meaning: the place and the name of the employer.
pub fn normalize(title: &str, left_out: &BTreeSet<String>) -> String {
    let words = spelled(title);
    let mut tokens: Vec<String> = Vec::new();
    for (index, word) in words.iter().enumerate() {
        if let Some(token) = token(&words, index, word, left_out)
            && !tokens.contains(&token)
        {
            tokens.push(token);
        }
    }
    if tokens.is_empty() {
        tokens = fold(title).split_ascii_whitespace().map(str::to_owned).collect();
    }
    let mut text = tokens.join(" ");
    if text.len() > LONGEST {
        let end = text[..floor(&text, LONGEST)].rfind(' ').unwrap_or(0);
        text.truncate(end);
    }
    text
}

fn floor(text: &str, most: usize) -> usize {
    (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The folded words with joined and synonymous spellings replaced.
fn spelled(title: &str) -> Vec<String> {
    let mut lower = title.to_lowercase();
    for (sign, word) in SIGNS {
        if lower.contains(sign) {
            lower = lower.replace(sign, word);
        }
    }
    let folded = fold(&lower);
    let raw: Vec<&str> = folded.split_ascii_whitespace().collect();
    let mut words = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        let next = raw.get(at + 1).copied().unwrap_or_default();
        let joined = JOINED.iter().find(|(first, second, _)| *first == raw[at] && *second == next);
        let word = joined.map_or(raw[at], |(_, _, word)| word);
        at += if joined.is_some() { 2 } else { 1 };
        let word = singular(word);
        let spelling = SPELLINGS.iter().find(|(from, _)| *from == word);
        words.extend(
            spelling.map_or(word, |(_, to)| to).split(' ').filter(|word| !word.is_empty()).map(str::to_owned),
        );
    }
    words
}

fn singular(word: &str) -> &str {
    let is_plural = word.len() > 3
        && word.ends_with('s')
        && !["ss", "us", "is", "ics"].iter().any(|end| word.ends_with(end));
    if is_plural { &word[..word.len() - 1] } else { word }
}

/// What a word is compared as, or `None` when it only decorates.
fn token(words: &[String], index: usize, word: &str, left_out: &BTreeSet<String>) -> Option<String> {
    let is_gender = |word: &String| GENDERS.contains(&word.as_str());
    let beside = [index.checked_sub(1), Some(index + 1)];
    if is_gender(&words[index]) && beside.into_iter().flatten().any(|at| words.get(at).is_some_and(is_gender))
    {
        return None;
    }
    if NOISE.contains(&word) || left_out.contains(word) {
        return None;
    }
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 {
        let names_requisition =
            word.len() == 1 && words.get(index + 1).is_some_and(|next| is_requisition(next));
        if names_requisition {
            return None;
        }
        let roman = ["i", "ii", "iii", "iv", "v", "vi"].iter().position(|roman| *roman == word);
        if let Some(number) = roman {
            return Some(format!("{MARK}{}", number + 1));
        }
        let is_telling = TELLING.contains(&word) || word.len() == 1;
        return Some(if is_telling { format!("{MARK}{word}") } else { word.to_owned() });
    }
    if let Some(number) = word.strip_suffix("st").or(word.strip_suffix("nd")).or(word.strip_suffix("rd"))
        && number.len() == digits
    {
        return Some(format!("{MARK}{number}"));
    }
    // A number of the advertisement may begin with its year.
    let begins_one = digits == 4 && words.get(index + 1).is_some_and(|next| is_requisition(next));
    (!begins_one && !is_requisition(word)).then(|| format!("{MARK}{word}"))
}

fn is_requisition(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    (digits >= 4 && word.len() > 4) || (digits == 4 && word.starts_with('0'))
}

/// How two normalised headlines compare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// 0 to 1: agreement of the words and of the trigrams.
    pub similarity: f32,
    /// Whether every word has its like, misspellings allowed.
    pub is_same: bool,
    /// Whether words that tell openings apart differ.
    pub is_conflict: bool,
    /// Ordinary words that only the one has, and only the other.
    pub only: (usize, usize),
}

/// Compares two normalised headlines.
pub fn compare(left: &str, right: &str) -> Comparison {
    if left == right {
        return Comparison { similarity: 1.0, is_same: true, is_conflict: false, only: (0, 0) };
    }
    let split = |text: &'_ str| -> (Vec<String>, Vec<String>) {
        text.split(' ').map(str::to_owned).partition(|word| word.starts_with(MARK))
    };
    let ((left_marks, left_words), (right_marks, right_words)) = (split(left), split(right));
    let is_conflict =
        left_marks.len() != right_marks.len() || left_marks.iter().any(|mark| !right_marks.contains(mark));
    let mut free: Vec<&String> = right_words.iter().collect();
    let mut matched = 0;
    for word in &left_words {
        if let Some(at) = free.iter().position(|other| *other == word) {
            free.swap_remove(at);
            matched += 1;
        }
    }
    let unmatched = left_words.iter().filter(|word| !right_words.contains(word));
    for word in unmatched {
        if let Some(at) =
            free.iter().position(|other| !left_words.contains(other) && is_one_word(word, other))
        {
            free.swap_remove(at);
            matched += 1;
        }
    }
    let marks = left_marks.iter().filter(|mark| right_marks.contains(mark)).count();
    let all = left_words.len() + right_words.len() + left_marks.len() + right_marks.len();
    let of_words = 2.0 * (matched + marks) as f32 / all.max(1) as f32;
    let only = (left_words.len() - matched, right_words.len() - matched);
    Comparison {
        similarity: 0.6 * of_words + 0.4 * trigrams(left, right),
        is_same: !is_conflict && only == (0, 0) && matched > 0,
        is_conflict,
        only,
    }
}

/// A misspelling, or a word and its beginning (`quant`, `quantitative`).
fn is_one_word(left: &str, right: &str) -> bool {
    let (short, long) = if left.len() < right.len() { (left, right) } else { (right, left) };
    if short.len() < 4 {
        return false;
    }
    (long.starts_with(short) && short.len() >= 5)
        || (short.len() >= 6 && strsim::normalized_damerau_levenshtein(left, right) >= ONE_WORD)
}

/// Shared trigrams of all, after Dice; each text gets a space at both ends.
pub fn trigrams(left: &str, right: &str) -> f32 {
    let of = |text: &str| -> Vec<[u8; 3]> {
        let padded = [b" ", text.as_bytes(), b" "].concat();
        let mut trigrams: Vec<[u8; 3]> =
            padded.windows(3).map(|window| [window[0], window[1], window[2]]).collect();
        trigrams.sort_unstable();
        trigrams
    };
    let (left, right) = (of(left), of(right));
    let (mut at, mut to, mut shared) = (0, 0, 0);
    while at < left.len() && to < right.len() {
        match left[at].cmp(&right[to]) {
            std::cmp::Ordering::Less => at += 1,
            std::cmp::Ordering::Greater => to += 1,
            std::cmp::Ordering::Equal => {
                shared += 1;
                at += 1;
                to += 1;
            }
        }
    }
    2.0 * shared as f32 / (left.len() + right.len()).max(1) as f32
}

/// The words of a normalised headline in an order that does not depend on how they were arranged.
pub fn sorted_words(title: &str) -> String {
    let mut words: Vec<&str> = title.split(' ').collect();
    words.sort_unstable();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(left: &str, right: &str) -> Comparison {
        let none = BTreeSet::new();
        compare(&normalize(left, &none), &normalize(right, &none))
    }

    #[track_caller]
    fn check_same(left: &str, right: &str) {
        let found = compared(left, right);
        assert!(found.is_same, "{left} | {right}: {found:?}");
    }

    #[track_caller]
    fn check_conflict(left: &str, right: &str) {
        let found = compared(left, right);
        assert!(found.is_conflict && !found.is_same, "{left} | {right}: {found:?}");
    }

    #[test]
    fn spellings_of_one_headline_are_the_same() {
        check_same("Development Intern", "Internship - Development");
        check_same("Sr. Software Engineer, Back-End", "Senior Backend Software Engineer (m/w/d)");
        check_same("SWE Intern", "Software Engineering Internship");
        check_same("Développeur(se) Full Stack H/F", "Developpeur fullstack");
        check_same("2024-86949 Data Scientist", "Data Scientist");
        check_same("Data Engineer - Remote", "Data Engineer (Full-time, R-104233)");
        check_same("Orthopaedic Nurse", "Orthopedic Nurse");
        check_same("Software Engineer II", "Software Engineer 2");
    }

    #[test]
    fn levels_numbers_and_shifts_tell_apart() {
        check_conflict("Software Engineer II", "Software Engineer III");
        check_conflict("Nurse Band 5", "Nurse Band 6");
        check_conflict("Security Officer, Night Shift", "Security Officer, Day Shift");
        check_conflict("Cook - Part Time", "Cook - Full Time");
        check_conflict("Senior Data Analyst", "Data Analyst");
        check_conflict("Analyst Intern, Summer 2026", "Analyst Intern, Summer 2025");
        check_conflict("Infirmier de nuit", "Infirmière de jour");
    }

    #[test]
    fn trades_that_look_alike_are_not_the_same() {
        for (left, right) in [
            ("Backend Engineer", "Frontend Engineer"),
            ("C++ Developer", "C# Developer"),
            ("Neurology Nurse", "Urology Nurse"),
            ("Inbound Sales", "Outbound Sales"),
        ] {
            assert!(!compared(left, right).is_same, "{left} | {right}");
        }
    }

    #[test]
    fn places_and_employer_are_left_out() {
        let left_out: BTreeSet<String> = ["edmonton".to_owned()].into();
        assert_eq!(normalize("Store Manager - Edmonton", &left_out), "store !manager");
        assert_eq!(normalize("Edmonton", &left_out), "edmonton");
        assert_eq!(normalize("", &left_out), "");
    }
}

//! The years of experience that a description asks for, in English and French.

use crate::posting::Seniority;
use crate::taxonomy::phrases::any_case;
use aho_corasick::{AhoCorasick, MatchKind};
use std::sync::LazyLock;

/// More than this is the age of a company or of a reader.
const MOST: u32 = 20;
/// Bytes before and after a number of years that may say what they are of.
const BEFORE: usize = 48;
const AFTER: usize = 64;
/// Bytes beside it that may say how many they are at least.
const NEAR: usize = 20;

/// In the cases that occur: a text is passed over much faster than in any case.
static UNITS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let units = [
        "year", "Year", "YEAR", "yrs", "Yrs", "YRS", "yr ", "Yr ", "YR ", " ans", " ANS", " an ", " An ",
        " AN ", "année", "Année", "ANNÉE", "YOE", "YoE", "yoe",
    ];
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .build(units)
        .expect("a constant list of words")
});
static SUBJECT: LazyLock<AhoCorasick> = LazyLock::new(|| {
    any_case([
        "experience",
        "expérience",
        "exp.",
        "track record",
        "background",
        "working ",
        "worked ",
        "hands-on",
        "poste similaire",
        "poste équivalent",
    ])
});
/// What makes a number of years a demand by itself: nobody else says "at least" of years.
static LEAST: LazyLock<AhoCorasick> =
    LazyLock::new(|| any_case(["minimum", "at least", "au moins", "minima", "min."]));
static OTHER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    any_case([
        "last",
        "past",
        "over the",
        "years old",
        "of age",
        " ago",
        "founded",
        "history",
        "vest",
        "contract",
        "we have",
        "we've",
        "derni",
        "in our",
        "our team",
        "duration",
        "durée",
        "existence",
        "cdd",
        "renouvel",
        "renewable",
    ])
});

/// The fewest years that the first such requirement of a text asks for.
pub fn years_asked(text: &str) -> Option<u32> {
    UNITS.find_iter(text).find_map(|unit| {
        let years = number_before(&text[..unit.start()]).filter(|years| *years <= MOST)?;
        let before = &text[text.ceil_char_boundary(unit.start().saturating_sub(BEFORE))..unit.start()];
        let after = &text[unit.end()..text.floor_char_boundary((unit.end() + AFTER).min(text.len()))];
        let before = before.rsplit(['\n', '.']).next().unwrap_or_default();
        let after = after.split(['\n', '.', ';']).next().unwrap_or_default();
        let is_asked = SUBJECT.is_match(after)
            || SUBJECT.is_match(before)
            || is_demand(before, &text[unit.range()], after);
        let is_other = OTHER.is_match(before) || OTHER.is_match(after);
        (is_asked && !is_other).then_some(years)
    })
}

/// Whether the sign or the words around a number of years demand them, whatever follows: `5+ years`, `3 ans minimum`, `4 YOE`.
fn is_demand(before: &str, unit: &str, after: &str) -> bool {
    let near_before = &before[before.ceil_char_boundary(before.len().saturating_sub(NEAR))..];
    let near_after = &after[..after.floor_char_boundary(after.len().min(NEAR))];
    unit.eq_ignore_ascii_case("yoe")
        || before.trim_end().ends_with('+')
        || LEAST.is_match(near_before)
        || LEAST.is_match(near_after)
}

/// Required years of experience as a source states them: `3 an`, `24 moi`, `5 year` (folded, singular).
pub fn years_stated(folded: &str) -> Option<u32> {
    let words: Vec<&str> = folded.split_ascii_whitespace().collect();
    let pair = words.windows(2).find_map(|pair| Some((pair[0].parse::<u32>().ok()?, pair[1])))?;
    match pair {
        (count, "an" | "annee" | "year" | "yr" | "ans") => Some(count),
        (count, "mois" | "moi" | "month") => Some(count / 12),
        _ => None,
    }
}

/// The level that usually goes with a number of years.
pub fn level(years: u32) -> Seniority {
    match years {
        0..=1 => Seniority::Junior,
        2..=4 => Seniority::Intermediate,
        _ => Seniority::Senior,
    }
}

/// The number that ends a text, of a range the lower one: `5+`, `3 - 5`, `two`, `five (5)`, `10 or more`.
fn number_before(text: &str) -> Option<u32> {
    let end = text.trim_end();
    let end =
        ["or more", "ou plus", "plus", "full"].iter().find_map(|more| end.strip_suffix(more)).unwrap_or(end);
    let end = end.trim_end().trim_end_matches(['+', ')', '*']).trim_end();
    let (last, before) = last_number(end)?;
    let connected =
        ["-", "–", "—", "to", "à", "/"].iter().find_map(|word| before.trim_end().strip_suffix(word));
    let first = connected.and_then(|before| last_number(before.trim_end().trim_end_matches('+')));
    Some(first.map_or(last, |(first, _)| first.min(last)))
}

/// The number at the very end of a text, in digits or as a word, and what comes before it.
fn last_number(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        let (before, number) = text.split_at(text.len() - digits);
        let is_part = before.ends_with(['.', ',', '$', '€', '£']) || before.ends_with(char::is_alphabetic);
        return if digits > 2 || is_part { None } else { Some((number.parse().ok()?, before)) };
    }
    let letters: usize =
        text.chars().rev().take_while(|character| character.is_alphabetic()).map(char::len_utf8).sum();
    let (before, word) = text.split_at(text.len() - letters);
    let value = NUMBERS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word))?.1;
    Some((value, before))
}

const NUMBERS: &[(&str, u32)] = &[
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("un", 1),
    ("deux", 2),
    ("trois", 3),
    ("quatre", 4),
    ("cinq", 5),
    ("sept", 7),
    ("huit", 8),
    ("neuf", 9),
    ("dix", 10),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_of_experience_are_found() {
        let check = |text: &str, expected: Option<u32>| assert_eq!(years_asked(text), expected, "{text}");
        check("You have 5+ years of experience with SQL.", Some(5));
        check("3-5 years' experience in a similar role", Some(3));
        check("At least two years of hands-on experience", Some(2));
        check("Minimum five (5) years of professional experience", Some(5));
        check("Experience: 10 or more years", Some(10));
        check("2 to 4 yrs experience", Some(2));
        check("Expérience de 3 ans minimum", Some(3));
        check("Minimum de 5 à 7 années d'expérience pertinente", Some(5));
        check("Un an d'expérience", Some(1));
        check("You: 5+ years shipping production systems", Some(5));
        check("Full-stack engineers (4 YoE)", Some(4));
        check("Un cursus en informatique (3 ans minimum)", Some(3));
        check("Vous justifiez d'au moins 5 ans sur ce métier", Some(5));
        check("Durée : 2 ans minimum", None);
        check("In our 12+ years in business", None);
        check("A term of 2 years", None);
        check("For over 25 years we have built on experience", None);
        check("In the last 10 years our experience grew", None);
        check("You must be 18 years of age", None);
        check("A 2 year contract; experience with Rust", None);
        check("Founded in 2012", None);
        check("years of experience", None);
    }
}

//! Finds the words that say how long an amount pays for, around it: `per annum`, `/h`, `de l'heure`, `Mensuel de`.

use crate::posting::SalaryPeriod;
use crate::taxonomy::periods::{AFTER, BEFORE};
use crate::taxonomy::phrases::any_case;
use aho_corasick::AhoCorasick;
use std::cmp::Reverse;
use std::sync::LazyLock;

/// Bytes looked at on either side.
const REACH: usize = 48;

static PHRASES_AFTER: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(AFTER));
static PHRASES_BEFORE: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(BEFORE));

/// The phrases as one automaton.
struct Phrases {
    automaton: AhoCorasick,
    periods: Vec<SalaryPeriod>,
}

/// A phrase found on word boundaries.
struct Found {
    start: usize,
    end: usize,
    period: SalaryPeriod,
}

impl Phrases {
    fn new(list: &[(&str, SalaryPeriod)]) -> Phrases {
        let mut spellings = Vec::new();
        let mut periods = Vec::new();
        for (phrase, period) in list {
            spellings.push((*phrase).to_owned());
            periods.push(*period);
            if phrase.contains('\'') {
                spellings.push(phrase.replace('\'', "’"));
                periods.push(*period);
            }
        }
        Phrases { automaton: any_case(spellings), periods }
    }

    fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Found> + 'a {
        self.automaton.find_overlapping_iter(text).filter_map(|found| {
            let (start, end) = (found.start(), found.end());
            let period = self.periods[found.pattern().as_usize()];
            is_word(text, start, end).then_some(Found { start, end, period })
        })
    }
}

/// The period that the words right after byte `at` state: before the next number, line or sentence.
pub fn after(text: &str, at: usize) -> Option<SalaryPeriod> {
    let reach = text.floor_char_boundary((at + REACH).min(text.len()));
    let rest = &text[at..reach];
    let end = rest
        .find(|c: char| c.is_ascii_digit() || matches!(c, '\n' | ';' | '•' | '|' | '$' | '€' | '£'))
        .unwrap_or(rest.len());
    // `pr. måned` is no end of a sentence.
    let stop = rest[..end].match_indices(". ").find(|(stop, _)| !rest[..*stop].ends_with("pr"));
    let end = stop.map_or(end, |(stop, _)| stop);
    let first = PHRASES_AFTER.find(&rest[..end]).min_by_key(|found| (found.start, Reverse(found.end)));
    first.map(|found| found.period)
}

/// The period that the words before byte `at` state, the nearest first.
pub fn before(text: &str, at: usize) -> Option<SalaryPeriod> {
    let reach = text.ceil_char_boundary(at.saturating_sub(REACH));
    let words = &text[reach..at];
    let is_end = |c: char| c.is_ascii_digit() || matches!(c, '\n' | ';' | '•' | '|');
    let words = words.rsplit(is_end).next().unwrap_or(words);
    PHRASES_BEFORE.find(words).max_by_key(|found| found.end).map(|found| found.period)
}

/// The period at the beginning of a short text between two amounts, and the text without it.
pub fn within(text: &str) -> (Option<SalaryPeriod>, &str) {
    let trimmed = text.trim();
    let longest = PHRASES_AFTER.find(trimmed).filter(|found| found.start == 0).max_by_key(|found| found.end);
    match longest {
        Some(found) => (Some(found.period), trimmed[found.end..].trim()),
        None => (None, trimmed),
    }
}

/// Whether no letter touches the phrase, but for a number's own: `15ph` and `73,796pa` are written together.
fn is_word(text: &str, start: usize, end: usize) -> bool {
    let glued_before = text[start..].starts_with(char::is_alphabetic)
        && text[..start].chars().next_back().is_some_and(char::is_alphabetic);
    !glued_before && !text[end..].starts_with(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use SalaryPeriod::{Hour, Month, Year};

    #[test]
    fn periods_are_found_after_and_before() {
        let check = |text: &str, expected: Option<SalaryPeriod>| {
            let at = text.find('#').expect("the amount is #");
            let found = after(text, at + 1).or_else(|| before(text, at));
            assert_eq!(found, expected, "{text}");
        };
        check("# per annum", Some(Year));
        check("#pa inc HCAS", Some(Year));
        check("#/h", Some(Hour));
        check("# de l’heure", Some(Hour));
        check("# par heure", Some(Hour));
        check("Annuel de #", Some(Year));
        check("Hourly rate: #", Some(Hour));
        check("# gross per month, 40 hours per week", Some(Month));
        check("# (月薪)", Some(Month));
        check("# for a part of Paris", None);
        check("# brut annuel", Some(Year));
    }
}

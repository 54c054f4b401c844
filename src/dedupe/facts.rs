//! The few statements of a description in which two openings under one headline differ although the words around them agree:
//! band, hours, times, contract, years asked for, amounts, and names of wards, teams, towns and people. Kept as hashes of a
//! class and a value; compared class by class.

use super::fact_words::{CONTRACTS, NO_NAMES, REFERENCES};
use super::hash;

/// Most terms that are kept.
const MOST_TERMS: usize = 24;
/// Most names that are kept: those with the smallest hashes, so that two lists stay comparable.
const MOST_NAMES: usize = 48;
/// Most words at the beginning of a sentence that are kept.
const MOST_OPENINGS: usize = 64;
/// Longest text that is read, in bytes.
const LONGEST: usize = 40_000;

/// Statements of terms, and names. Each is sorted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// Class in the upper four bits, hash of the value below.
    pub terms: Vec<u32>,
    /// Short hashes of words with a capital that no sentence begins with.
    pub names: Vec<u16>,
    /// Short hashes of the words with a capital that a sentence begins with: a name of the other text may be one of these.
    pub openings: Vec<u16>,
}

/// The classes of terms; each has its own way to differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Band = 1,
    Hours = 2,
    Time = 3,
    Contract = 4,
    Years = 5,
    Amount = 6,
    Reference = 7,
}

/// Digits of such a number at least.
const LEAST_DIGITS: usize = 4;

impl Facts {
    /// Reads a text.
    pub fn of(text: &str) -> Facts {
        let mut end = text.len().min(LONGEST);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let mut facts = Facts::default();
        let mut before = Word { text: "", begins: true };
        let is_capital = |word: Word| word.text.as_bytes().first().is_some_and(u8::is_ascii_uppercase);
        for word in (Words { rest: &text[..end], begins: true }) {
            if is_capital(before) && before.begins && is_capital(word) && !word.begins {
                // Two capitals in a row are a name, also where a sentence begins.
                facts.name(before.text);
            }
            facts.read(before, word);
            before = word;
        }
        sort_and_cut(&mut facts.terms, MOST_TERMS);
        sort_and_cut(&mut facts.names, MOST_NAMES);
        facts.openings.retain(|word| facts.names.binary_search(word).is_err());
        sort_and_cut(&mut facts.openings, MOST_OPENINGS);
        facts
    }

    fn read(&mut self, before: Word, word: Word) {
        let bytes = word.text.as_bytes();
        let has_digit = bytes.iter().any(u8::is_ascii_digit);
        if has_digit {
            self.read_number(before.text, word.text);
            return;
        }
        if before.text.as_bytes().first().is_some_and(u8::is_ascii_digit) {
            self.read_unit(before.text, word.text);
        }
        let is_capital = bytes.first().is_some_and(u8::is_ascii_uppercase);
        if is_capital && !word.begins && bytes.len() > 1 {
            self.name(word.text);
        } else if bytes.len() > 1 && is_capital {
            self.openings.push(name_of(word.text));
        }
        let length = bytes.len();
        if (3..=10).contains(&length)
            && let Some((_, contract)) =
                CONTRACTS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word.text))
        {
            self.add(Class::Contract, contract);
        }
        let time =
            |first: &str| before.text.eq_ignore_ascii_case(first) && word.text.eq_ignore_ascii_case("time");
        if time("part") {
            self.add(Class::Contract, "part");
        } else if time("full") {
            self.add(Class::Contract, "full");
        }
    }

    fn name(&mut self, word: &str) {
        let lower = word.to_ascii_lowercase();
        if lower.len() > 1 && !NO_NAMES.contains(&lower.as_str()) {
            self.names.push(name_of(word));
        }
    }

    /// A number says what the word before it names, or is an amount or a time by its own form.
    fn read_number(&mut self, before: &str, number: &str) {
        let (before, number) = match number.rsplit_once(':') {
            Some((cue, number)) if cue.bytes().all(|byte| byte.is_ascii_alphabetic()) => (cue, number),
            _ => (before, number),
        };
        let is_band = ["band", "bands", "grade", "level", "niveau", "stage", "tier"]
            .iter()
            .any(|name| name.eq_ignore_ascii_case(before));
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let lower = number.to_ascii_lowercase();
        if is_band && digits.len() <= 2 {
            self.add(Class::Band, &digits);
        } else if lower.ends_with("am") || lower.ends_with("pm") {
            // One time, or from one to another: 8am-4.30pm.
            for time in lower.split('-').filter(|time| time.len() <= 7) {
                self.add(Class::Time, time);
            }
        } else if digits.len() >= LEAST_DIGITS && REFERENCES.contains(&before.to_lowercase().as_str()) {
            self.add(Class::Reference, &lower);
        } else if number.starts_with(['$', '£', '€']) {
            let whole = number.split('.').next().unwrap_or(number);
            let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
            let thousands = if lower.ends_with('k') { "000" } else { "" };
            self.add(Class::Amount, &format!("{digits}{thousands}"));
        } else if number.len() <= 4 && number.bytes().any(|byte| byte.is_ascii_uppercase()) {
            // A ward or a building: L8, 7E.
            self.name(number);
        }
    }

    /// The word after a number says what it counts.
    fn read_unit(&mut self, number: &str, unit: &str) {
        let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(unit));
        let value = number.trim_end_matches('+').trim_end_matches(".0").trim_end_matches(".00");
        if value.len() > 5 {
            return;
        }
        if is(&["hours", "hrs", "hour", "heures", "hpw"]) {
            self.add(Class::Hours, value);
        } else if is(&["years", "year", "yrs", "ans"]) {
            self.add(Class::Years, value);
        } else if is(&["months", "month", "mois"]) {
            self.add(Class::Contract, value);
        } else if is(&["am", "pm"]) {
            self.add(Class::Time, &format!("{value}{}", unit.to_ascii_lowercase()));
        }
    }

    fn add(&mut self, class: Class, value: &str) {
        self.terms.push(term(class, value));
    }

    /// Whether one text says that the contract ends, and the other does not: permanent is what goes without saying.
    pub fn one_is_temporary(&self, other: &Facts) -> bool {
        let temporary = |facts: &Facts| {
            ["fixed", "cover", "bank", "secondment", "locum"]
                .iter()
                .any(|word| facts.terms.binary_search(&term(Class::Contract, word)).is_ok())
        };
        temporary(self) != temporary(other)
    }

    /// Whether each states a number of its advertisement, and they share none.
    pub fn references_differ(&self, other: &Facts) -> bool {
        self.differ_in(other, Class::Reference)
            && !self.terms.iter().any(|term| is_of(*term, Class::Reference) && other.terms.contains(term))
    }

    /// Whether two texts in two languages differ in a number that both state.
    pub fn numbers_differ(&self, other: &Facts) -> bool {
        [Class::Band, Class::Hours, Class::Amount].into_iter().any(|class| self.differ_in(other, class))
    }

    /// Whether both state something of this class, and not the same.
    fn differ_in(&self, other: &Facts, class: Class) -> bool {
        let of_class = |facts: &Facts| -> Vec<u32> {
            facts.terms.iter().copied().filter(|term| is_of(*term, class)).collect()
        };
        let (left, right) = (of_class(self), of_class(other));
        !left.is_empty() && !right.is_empty() && left != right
    }

    /// Whether two texts that are otherwise one differ in a term that both state, or each has more than `names_allowed` names
    /// that the other lacks. `known` holds names that may differ: those of the employers.
    pub fn differ(&self, other: &Facts, names_allowed: usize, known: &[u16]) -> bool {
        let classes = [Class::Band, Class::Hours, Class::Contract, Class::Years, Class::Amount, Class::Time];
        let by_terms = classes.into_iter().any(|class| self.differ_in(other, class));
        let names = self.own_names(other, known).min(other.own_names(self, known));
        by_terms || names > names_allowed
    }

    /// How many names the other lacks, as far as both lists reach: a full list was cut, and says nothing beyond its end.
    pub fn own_names(&self, other: &Facts, known: &[u16]) -> usize {
        let is_full = other.names.len() >= MOST_NAMES;
        let end = if is_full { other.names.last().copied().unwrap_or(u16::MAX) } else { u16::MAX };
        let is_other = |name: &u16| {
            other.names.binary_search(name).is_ok() || other.openings.binary_search(name).is_ok()
        };
        self.names.iter().filter(|name| **name <= end && !is_other(name) && !known.contains(name)).count()
    }
}

/// A name as it is compared. A word that stands twice without a blank, as flattened pages have it, counts once.
pub fn name_of(word: &str) -> u16 {
    let lower = word.to_ascii_lowercase();
    let (first, second) = lower.split_at_checked(lower.len() / 2).unwrap_or((&lower, ""));
    hash::of(if first == second { first } else { &lower }) as u16
}

fn term(class: Class, value: &str) -> u32 {
    (class as u32) << 28 | hash::short(value) & 0x0fff_ffff
}

fn is_of(term: u32, class: Class) -> bool {
    term >> 28 == class as u32
}

fn sort_and_cut<T: Ord>(list: &mut Vec<T>, most: usize) {
    list.sort_unstable();
    list.dedup();
    list.truncate(most);
}

/// A word with its signs, and whether a sentence, a line or a list item begins with it.
#[derive(Debug, Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    begins: bool,
}

/// Flattened pages glue the end of a line to the next: `NameJane DoeJob title`. So a word ends before a capital too, and what
/// follows begins a line; names written that way, like `GitHub`, fall into the same two parts everywhere.
struct Words<'a> {
    rest: &'a str,
    begins: bool,
}

impl<'a> Iterator for Words<'a> {
    type Item = Word<'a>;

    fn next(&mut self) -> Option<Word<'a>> {
        let bytes = self.rest.as_bytes();
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte >= 0x80 || byte == b'$';
        let start = bytes.iter().position(|byte| is_word(*byte))?;
        let begins = self.begins || bytes[..start].iter().any(|byte| is_break(*byte));
        let mut end = start;
        let mut is_glued = false;
        while end < bytes.len() && !is_glued && (is_word(bytes[end]) || is_inner(bytes, end)) {
            end += 1;
            is_glued =
                bytes[end - 1].is_ascii_lowercase() && bytes.get(end).is_some_and(u8::is_ascii_uppercase);
        }
        let text = &self.rest[start..end];
        self.rest = &self.rest[end..];
        self.begins = is_glued;
        Some(Word { text, begins })
    }
}

/// Whether a sentence, a line or an item of a list ends here.
fn is_break(byte: u8) -> bool {
    matches!(byte, b'.' | b'!' | b'?' | b'\n' | b':' | b'*' | b'|' | b'"' | b'(' | b'-' | b';')
}

/// A point, comma, hyphen or colon between two letters or digits belongs to the word.
fn is_inner(bytes: &[u8], at: usize) -> bool {
    let beside = at > 0
        && bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)
        && bytes[at - 1].is_ascii_alphanumeric();
    beside && matches!(bytes[at], b'.' | b',' | b'-' | b':' | b'\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(left: &str, right: &str, differ: bool) {
        let (left_facts, right_facts) = (Facts::of(left), Facts::of(right));
        assert_eq!(
            left_facts.differ(&right_facts, 0, &[]),
            differ,
            "{left} | {right}\n{left_facts:?}\n{right_facts:?}"
        );
        assert_eq!(right_facts.differ(&left_facts, 0, &[]), differ);
    }

    #[test]
    fn terms_that_both_state_tell_apart() {
        check("a nurse at Band 5 on the ward", "a nurse at band 6 on the ward", true);
        check("for 37.5 hours a week", "for 22.5 hours a week", true);
        check("a permanent post", "a fixed-term post", true);
        check("with 3+ years of practice", "with 7+ years of practice", true);
        check("from 4.30am to noon", "from 11pm to noon", true);
        check("on 8am-4.30pm", "on 11pm-8am", true);
        check("a permanent post", "a post", false);
        let temporary = |left: &str, right: &str| Facts::of(left).one_is_temporary(&Facts::of(right));
        assert!(temporary("a post, fixed term for six months", "a post"));
        assert!(!temporary("a permanent post", "a post"));
        check("apply by 3 May 2026", "apply by 9 June 2026", false);
    }

    #[test]
    fn names_tell_apart_when_each_has_its_own() {
        check("you will join Heron ward", "you will join Linnet ward", true);
        check("you will join Heron ward", "you will join the ward", false);
        check("Apply now. Heron is a ward", "Heron is a ward", false);
        check("you will join Heron ward and Linnet", "for Linnet ward. Heron is new", false);
        check("you will join HeronHeron ward", "you will join Heron and Wren", false);
        check("ask for NameWren AlderJob title", "ask for Name Wren Alder Job title", false);
        check("you will join ward 7E", "you will join ward 8F", true);
    }

    #[test]
    fn every_text_can_be_read() {
        for text in ["", "$", "£", "é-", "5", "5 hours", "band", "日本 5 hours", "a\u{0}b", "--..", "$£€5"]
        {
            Facts::of(text);
        }
    }
}

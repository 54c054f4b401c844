//! Roles that a text names with their rank, and the kind of text that only the experienced are called by.

use crate::taxonomy::phrases::any_case;
use aho_corasick::{AhoCorasick, Match};
use std::sync::LazyLock;

static RANKS: LazyLock<AhoCorasick> = LazyLock::new(|| any_case(WORDS.iter().chain(SENIOR)));

/// Words that are a rank only where a role follows.
const WORDS: &[&str] = &["staff", "principal", LEAD, EXPERIENCED, "founding"];
const LEAD: &str = "lead";
const EXPERIENCED: &str = "experienced";
/// Words that are a rank unless people follow.
const SENIOR: &[&str] = &["senior", "sr."];

/// Whom "senior" describes when it names no role: those above and around the job, and the old.
const PEOPLE: &[&str] = &[
    "management",
    "manager",
    "leader",
    "executive",
    "stakeholder",
    "team",
    "director",
    "staff",
    "living",
    "care",
    "people",
    "citizen",
    "partner",
    "level",
    "official",
    "communit",
    "member",
    "colleague",
    "client",
    "home",
    "housing",
    "center",
    "centre",
    "school",
    "year",
    "student",
];

/// Roles that have ranks.
const ROLES: &[&str] = &[
    "engineer",
    "developer",
    "designer",
    "scientist",
    "architect",
    "analyst",
    "researcher",
    "consultant",
    "administrator",
    "programmer",
    "swe",
    "sre",
];
/// Words between a rank and a role that tear them apart.
const APART: &[&str] =
    &["of", "the", "a", "an", "our", "your", "with", "to", "for", "on", "in", "as", "team"];
/// Words from a rank to its role at most: "Staff Deep Learning Computer Vision Engineer".
const BETWEEN: usize = 5;

/// Bytes in which a text says whom it looks for, if it begins so.
const FIRST: usize = 120;
/// Bytes that hold the head of an advertisement.
const HEAD: usize = 300;

/// Whether a text names a role of the experienced: "Senior Backend Engineer", "experienced React developers", and not
/// "senior management".
pub(super) fn names_senior(text: &str) -> bool {
    RANKS.find_iter(text).any(|found| is_of_role(text, &found))
}

/// Whether the first words of a text name a rank of the experienced.
pub(super) fn begins_with_senior(text: &str) -> bool {
    let first = &text[..text.floor_char_boundary(FIRST.min(text.len()))];
    let is_rank = |found: &Match| WORDS.get(found.pattern().as_usize()) != Some(&EXPERIENCED);
    RANKS.find_iter(first).filter(is_rank).any(|found| is_of_role(first, &found))
}

/// Whether a role follows a rank.
fn is_of_role(text: &str, found: &Match) -> bool {
    let rest = &text[found.end()..];
    let Some(word) = WORDS.get(found.pattern().as_usize()) else {
        let after = rest.trim_start_matches([' ', '-', '/']);
        return rest.starts_with([' ', '-', '/']) && !PEOPLE.iter().any(|word| starts_with(after, word));
    };
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '-';
    let is_word = !text[..found.start()].ends_with(is_part) && !rest.starts_with(char::is_alphabetic);
    // "You lead engineers" and "help lead analysts" name nobody's rank.
    let is_verb = *word == LEAD;
    is_word && !(is_verb && text[found.range()].starts_with('l')) && leads_to_role(rest, is_verb)
}

/// Whether the next words of a text are a role, in the singular if it must be one.
fn leads_to_role(text: &str, is_one: bool) -> bool {
    let end = text.find(['.', ';', ':', '\n', '|', '(', ')', '<']).unwrap_or(text.len());
    let words = text[..end].split([' ', '/', ',', '-', '+', '&']).filter(|word| !word.is_empty());
    for word in words.take(BETWEEN) {
        if APART.iter().any(|apart| word.eq_ignore_ascii_case(apart)) {
            return false;
        }
        let is_role = |role: &&&str| starts_with(word, role) && matches!(&word[role.len()..], "" | "s");
        if ROLES.iter().find(is_role).is_some() {
            return !(is_one && word.ends_with('s'));
        }
    }
    false
}

/// Whether a text begins as those of hiring threads do, "Company | Roles | Place | Remote": small firms write there, to
/// people who need no training.
pub(super) fn is_of_thread(text: &str) -> bool {
    let head = &text[..text.floor_char_boundary(HEAD.min(text.len()))];
    let line = head.lines().next().unwrap_or_default();
    line.matches(" | ").count() >= 2
}

fn starts_with(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_of_roles_and_not_of_people() {
        let check = |text: &str, expected: bool| assert_eq!(names_senior(text), expected, "{text}");
        check("Now hiring: Senior Backend Engineer", true);
        check("You report to senior management.", false);
        check("We want experienced React Native developers.", true);
        check("an experienced team of engineers", false);
        check("Staff Deep Learning Computer Vision Engineer", true);
        check("Our staff and the engineers", false);
        check("Lead Software Engineer, invoices", true);
        check("You lead engineers through hard times", false);
        check("Mislead Engineer", false);
        check("Senior/Staff Platform Engineer", true);
        check("", false);
    }

    #[test]
    fn hiring_threads_are_known_by_their_first_line() {
        let check = |text: &str, expected: bool| assert_eq!(is_of_thread(text), expected, "{text}");
        check("Boats & Co | Engineers | Lisbon | Remote\nWe sell boats.", true);
        check("We sell boats | Lisbon", false);
        check("We sell boats.\na | b | c", false);
    }
}

//! What a text says of the rank of its job: words for beginners and for the experienced, roles that it names with their
//! rank, and the kind of text by which only the experienced are called.

use crate::taxonomy::phrases::any_case;
use aho_corasick::{AhoCorasick, Match};
use std::sync::LazyLock;

/// In the order of [`Word`].
static WORDS: LazyLock<AhoCorasick> =
    LazyLock::new(|| any_case(BEGINNER.iter().chain(EXPERIENCED).chain(MIDDLE).chain(&RANKS).chain(&SENIOR)));

const BEGINNER: &[&str] = &[
    "entry level",
    "entry-level",
    "new grad",
    "recent graduate",
    "no experience",
    "no prior experience",
    "will train",
    "training provided",
    "on-the-job training",
    "débutant accepté",
    "débutants acceptés",
    "débutant(e) accepté",
    "sans expérience",
    "aucune expérience",
    "débutant ou",
    "débutants bienvenus",
    "débutant bienvenu",
    "première expérience",
    "formation assurée",
    "formation interne",
    "formés en interne",
    "junior",
];
const EXPERIENCED: &[&str] = &[
    "seasoned",
    "more junior",
    "to junior",
    "mentor junior",
    "coach junior",
    "train junior",
    "guide junior",
    "support junior",
    "of junior",
    "with junior",
    "extensive experience",
    "proven track record",
    "you will mentor",
    "mentoring",
    "mentorship of",
    "technical leadership",
    "expérience confirmée",
    "expérience significative",
    "expérimenté",
    "solide expérience",
];

const MIDDLE: &[&str] = &["mid-level", "mid level"];

/// Words that are a rank only where a role follows.
const RANKS: [&str; 5] = ["staff", "principal", "founding", LEAD, "experienced"];
const LEAD: &str = "lead";
/// Words that are a rank unless people follow.
const SENIOR: [&str; 2] = ["senior", "sr."];

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

/// Bytes after a rank in which its role stands.
const WINDOW: usize = 120;
/// Bytes in which a text says whom it looks for, if it begins so.
const FIRST: usize = 120;
/// Bytes that hold the head of an advertisement.
const HEAD: usize = 300;

/// What a text says of the level of its job.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// How often it speaks of beginners.
    pub beginner: usize,
    /// How often of the experienced.
    pub experienced: usize,
    /// How often of those between.
    pub middle: usize,
    /// Whether it names a role of the experienced: "Senior Backend Engineer", "experienced React developers", and not
    /// "senior management".
    pub names_senior: bool,
}

/// Reads a text once.
pub(super) fn said(text: &str) -> Said {
    const MIDDLE_FROM: usize = BEGINNER.len() + EXPERIENCED.len();
    let mut said = Said::default();
    for found in WORDS.find_iter(text) {
        match found.pattern().as_usize() {
            word if word < BEGINNER.len() => said.beginner += 1,
            word if word < MIDDLE_FROM => said.experienced += 1,
            word if word < RANKS_FROM => said.middle += 1,
            word => {
                said.experienced += usize::from(word >= SENIOR_FROM);
                said.names_senior = said.names_senior || is_of_role(text, &found);
            }
        }
    }
    said
}

const RANKS_FROM: usize = BEGINNER.len() + EXPERIENCED.len() + MIDDLE.len();
const SENIOR_FROM: usize = RANKS_FROM + RANKS.len();

/// Whether the first words of a text name a rank of the experienced. To be "experienced" is none.
pub(super) fn begins_with_senior(text: &str) -> bool {
    let first = &text[..text.floor_char_boundary(FIRST.min(text.len()))];
    let ranks = RANKS_FROM..SENIOR_FROM - 1;
    WORDS.find_iter(first).any(|found| {
        let word = found.pattern().as_usize();
        (ranks.contains(&word) || word >= SENIOR_FROM) && is_of_role(first, &found)
    })
}

/// Whether a role follows a rank.
fn is_of_role(text: &str, found: &Match) -> bool {
    let rest = &text[found.end()..text.floor_char_boundary((found.end() + WINDOW).min(text.len()))];
    let word = found.pattern().as_usize();
    if word >= SENIOR_FROM {
        let after = rest.trim_start_matches([' ', '-', '/']);
        return rest.starts_with([' ', '-', '/']) && !PEOPLE.iter().any(|word| starts_with(after, word));
    }
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '-';
    let is_word = !text[..found.start()].ends_with(is_part) && !rest.starts_with(char::is_alphabetic);
    // "You lead engineers" and "help lead analysts" name nobody's rank.
    let is_verb = RANKS[word - RANKS_FROM] == LEAD;
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
        let check = |text: &str, expected: bool| assert_eq!(said(text).names_senior, expected, "{text}");
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
    fn words_for_beginners_and_others_are_counted() {
        let check = |text: &str, expected: (usize, usize, usize)| {
            let said = said(text);
            assert_eq!((said.beginner, said.experienced, said.middle), expected, "{text}");
        };
        check("Entry-level; débutant accepté", (2, 0, 0));
        check("You mentor junior colleagues", (0, 1, 0));
        check("Mid-level or senior", (0, 1, 1));
        check("", (0, 0, 0));
    }

    #[test]
    fn hiring_threads_are_known_by_their_first_line() {
        let check = |text: &str, expected: bool| assert_eq!(is_of_thread(text), expected, "{text}");
        check("Boats & Co | Engineers | Lisbon | Remote\nWe sell boats.", true);
        check("We sell boats | Lisbon", false);
        check("We sell boats.\na | b | c", false);
    }
}

//! A text about a place, cut into parts and words, and the words that are no places. Looks nothing up.

use super::super::gazetteer::key;

/// Words around a place that say how one works there.
pub(super) const NOISE: [&str; 61] = [
    "remote",
    "remotely",
    "hybrid",
    "hybride",
    "onsite",
    "on",
    "site",
    "office",
    "offices",
    "hq",
    "headquarters",
    "in",
    "based",
    "greater",
    "area",
    "metro",
    "metropolitan",
    "region",
    "downtown",
    "only",
    "anywhere",
    "person",
    "days",
    "week",
    "full",
    "time",
    "teletravail",
    "or",
    "and",
    "the",
    "de",
    "within",
    "flexible",
    "location",
    "locations",
    "fully",
    "home",
    "work",
    "from",
    "working",
    "wfh",
    "ou",
    "et",
    "a",
    "at",
    "of",
    "multiple",
    "various",
    "surrounding",
    "areas",
    "arrondissement",
    "er",
    "e",
    "eme",
    "cedex",
    "city",
    "near",
    "all",
    "any",
    "bureau",
    "available",
];

/// Names of cities that are words of a posting too: they count only with their region.
pub(super) const ORDINARY: [&str; 34] = [
    "mobile",
    "orange",
    "independence",
    "corona",
    "central",
    "university",
    "college",
    "plant",
    "park",
    "industry",
    "commerce",
    "enterprise",
    "liberty",
    "hope",
    "union",
    "campus",
    "center",
    "centre",
    "international",
    "global",
    "national",
    "normal",
    "field",
    "hospital",
    "eastern",
    "western",
    "northern",
    "southern",
    "east",
    "west",
    "north",
    "south",
    "general",
    "progress",
];

/// Parts of the world that are larger than a country; some villages have such a name too.
pub(super) const WORLD: [&str; 16] = [
    "apac", "emea", "emeia", "latam", "amer", "amers", "namer", "americas", "america", "europe", "asia",
    "africa", "mena", "dach", "benelux", "world",
];

/// Names of countries that are written in capitals within other words: "Acme UK".
pub(super) const SHORT_COUNTRIES: [&str; 4] = ["us", "usa", "uk", "uae"];

/// Words after a name that make it one of a street, or the beginning of a longer name.
pub(super) const OTHERWISE: [&str; 31] = [
    "road",
    "rd",
    "street",
    "avenue",
    "ave",
    "lane",
    "drive",
    "boulevard",
    "blvd",
    "way",
    "square",
    "close",
    "des",
    "du",
    "sur",
    "sous",
    "en",
    "les",
    "la",
    "le",
    "upon",
    "am",
    "an",
    "der",
    "bei",
    "im",
    "del",
    "di",
    "da",
    "aan",
    "sul",
];

/// A part of a text between separators, as words.
pub(super) struct Part<'t> {
    pub text: &'t str,
    key: String,
    pub words: Vec<(usize, usize)>,
}

impl<'t> Part<'t> {
    pub(super) fn new(text: &'t str) -> Part<'t> {
        let key = key(text);
        let mut words = Vec::new();
        let mut start = 0;
        for word in key.split(' ') {
            if !word.is_empty() {
                words.push((start, start + word.len()));
            }
            start += word.len() + 1;
        }
        Part { text, key, words }
    }

    pub(super) fn span(&self, from: usize, to: usize) -> &str {
        &self.key[self.words[from].0..self.words[to - 1].1]
    }

    pub(super) fn is_noise(&self, word: usize) -> bool {
        let word = self.span(word, word + 1);
        word.bytes().any(|byte| byte.is_ascii_digit()) || NOISE.contains(&word)
    }
}

/// The parts of a text between signs and words that separate places.
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', '|', '/', '(', ')', '•', '·', '–', '—', '&', '\n', ':', '+'])
        .flat_map(|part| part.split(" - "))
        .flat_map(|part| part.split(" or "))
}

/// Abbreviations that are written with one capital: "Montréal, Qc", "Winnipeg, Man."
const CAPITALIZED: [&str; 7] = ["qc", "que", "ont", "alb", "man", "yn", "ipe"];

/// Whether the words stand in the text as an abbreviation: in capitals, or as `Qc`.
pub(super) fn is_abbreviation(text: &str, words: &str) -> bool {
    let letters = words.chars().filter(|letter| *letter != ' ');
    let is_written = |word: &str| {
        let mut written = word.chars().filter(|letter| letter.is_alphanumeric());
        written.clone().all(|letter| !letter.is_lowercase())
            && key(word).chars().filter(|c| *c != ' ').eq(letters.clone())
            || CAPITALIZED.contains(&words)
                && written.next().is_some_and(char::is_uppercase)
                && key(word) == words
    };
    text.split([' ', '-']).any(is_written) || is_written(text)
}

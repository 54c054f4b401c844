//! Tells English, French, German, Spanish, Dutch, Portuguese and Italian apart by their small words. Others stay unknown.
//!
//! A text in two languages, as many Canadian postings are, has the language of the larger share of it, and the share as
//! its confidence; of equals the one named first in the list, so English before French. Short texts need more agreement:
//! null rather than wrong.

use super::blocks::{BLOCK, classes};
use super::scatter::ODD;
use super::word_keys::{SMALL, eight};
use std::sync::LazyLock;

/// Most bytes that are looked at in each of the samples, which lie at the beginning, the middle and the end.
const SAMPLE: usize = 700;
const SAMPLES: usize = 3;
/// ISO 639-1.
const LANGUAGES: [&str; 7] = ["en", "fr", "de", "es", "nl", "pt", "it"];
/// Small words from which on a text counts as long.
const LONG: u16 = 12;

/// The language of a text as ISO 639-1, and how sure that is (0..1).
pub fn detect(text: &str) -> Option<(&'static str, f64)> {
    let table = &*TABLE;
    let mut tally = 0;
    for sample in samples(text.as_bytes()) {
        each_word(sample, |start, length| tally += table.languages(&sample[start..], length));
    }
    let count = |lane: usize| (tally >> (LANE * lane)) as u16;
    let (best, hits) = (0..LANGUAGES.len())
        .map(|at| (at, count(at)))
        .max_by_key(|(at, hits)| (*hits, LANGUAGES.len() - at))?;
    let share = f64::from(hits) / f64::from(count(LANGUAGES.len()).max(1));
    let least = if hits >= LONG { 0.45 } else { 0.65 };
    (hits >= 2 && share >= least).then(|| (LANGUAGES[best], (share * 100.0).round() / 100.0))
}

/// Calls `found(start, length)` for every word: letters, and the bytes of characters beyond ASCII. Edges of words are
/// computed for 64 bytes at a time, since a processor guesses half of them wrong.
fn each_word(text: &[u8], mut found: impl FnMut(usize, usize)) {
    let (mut carry, mut start) = (0, 0);
    for (index, block) in text.chunks(BLOCK).enumerate() {
        let inside = classes(block).spoken;
        let mut edges = inside ^ (inside << 1 | carry);
        // A word that goes on from the block before ends with the first edge.
        let mut is_open = carry != 0;
        carry = inside >> (BLOCK - 1);
        while edges != 0 {
            let at = index * BLOCK + edges.trailing_zeros() as usize;
            edges &= edges - 1;
            if is_open {
                found(start, at - start);
            }
            start = at;
            is_open = !is_open;
        }
    }
    if carry != 0 {
        found(start, text.len() - start);
    }
}

/// The beginning, the middle and the end of a long text; all of a short one.
fn samples(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_long = text.len() > SAMPLE * SAMPLES;
    let count = if is_long { SAMPLES } else { 1 };
    (0..count).map(move |index| {
        if !is_long {
            return text;
        }
        let from = (text.len() - SAMPLE) / (SAMPLES - 1) * index;
        &text[from..from + SAMPLE]
    })
}

/// The small words of each language, in the order of [`LANGUAGES`]. Those that mislead, such as the French and Italian `la`
/// beside the Spanish, stand with each.
const SMALL_WORDS: [&str; LANGUAGES.len()] = [
    "the and of to for with you our is are your will this that have from who we be",
    "et pour dans vous nous avec sur est aux au notre votre ou du ses par nos vos sont qui la le les des une de en un",
    "und das mit wir sie ein eine zu von dich ist dem oder auf bei nicht der die",
    "el los las del su con por para como ser una que la de en un",
    "het een voor van je zijn met naar ons onze jij niet ook aan wij de en",
    "com uma os em dos ao nossa nosso você mais seu sua na para por como ser que de",
    "di il che per della nella gli dei delle sono nel alla dell ti con una del la le un",
];

/// Bits of the count of one language among those of all; a sample has fewer words than they can count.
const LANE: usize = 16;
/// Four times as many as there are words.
const PLACES: usize = 512;
/// The longest small word, in bytes.
const LONGEST: usize = 5;

/// Small words by their bytes as a number, with open addresses: 1 in the lane of each language that has the word, and in
/// the lane behind them.
struct Table([(u64, u128); PLACES]);

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table([(0, 0); PLACES]);
    for (words, language) in SMALL_WORDS.iter().zip(0..) {
        for word in words.split(' ') {
            let key = key(word.as_bytes(), word.len());
            let place = table.place(key);
            table.0[place] = (key, table.0[place].1 | 1 << (LANE * language) | 1 << (LANE * LANGUAGES.len()));
        }
    }
    table
});

impl Table {
    /// What a word at the start of a text adds to the counts of the languages.
    fn languages(&self, text: &[u8], length: usize) -> u128 {
        self.0[self.place(key(text, length))].1
    }

    fn place(&self, key: u64) -> usize {
        let mut place = (key.wrapping_mul(ODD) >> 55) as usize;
        while self.0[place].0 != 0 && self.0[place].0 != key {
            place = (place + 1) % PLACES;
        }
        place
    }
}

/// The bytes of a word at the start of a text as a number, whatever its case; 0 for a word that is too long or too short.
fn key(text: &[u8], length: usize) -> u64 {
    let kept = if (2..=LONGEST).contains(&length) { (1 << (8 * length)) - 1 } else { 0 };
    (eight(text) | SMALL) & kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(detect(text).map(|found| found.0), expected, "{text}")
        };
        check("We are looking for an engineer who will join our team and build the platform", Some("en"));
        check(
            "Nous cherchons un ingénieur pour rejoindre notre équipe et bâtir la plateforme dans le nuage",
            Some("fr"),
        );
        check("Wir suchen eine Person, die mit uns das Produkt baut und betreibt", Some("de"));
        check("Buscamos una persona para el equipo, con experiencia en los datos", Some("es"));
        check("Wij zoeken een collega voor het team, met ervaring in data en een goed humeur", Some("nl"));
        check("Procuramos uma pessoa para o time, com experiência em dados e mais uma em nuvem", Some("pt"));
        check("Cerchiamo una persona per il team che si occupi della piattaforma e dei dati", Some("it"));
        check("データエンジニア", None);
        check("", None);
        check("é", None);
        check("Data Engineer", None);
        check("Le Data Manager of Paris", None);
    }

    #[test]
    fn a_text_in_two_languages_has_the_one_with_the_larger_share() {
        let english = "We are hiring a nurse for the clinic and you will care for patients with our team. ";
        let french =
            "Nous cherchons une personne pour la clinique et vous serez avec notre équipe dans la ville. ";
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(detect(text).map(|found| found.0), expected, "{text}")
        };
        check(&format!("{}{french}", english.repeat(3)), Some("en"));
        check(&format!("{}{english}", french.repeat(3)), Some("fr"));
        check(&format!("{}{}", french.repeat(30), english.repeat(90)), Some("en"));
        assert!(detect(&format!("{}{french}", english.repeat(3))).is_some_and(|found| found.1 < 0.9));
    }
}

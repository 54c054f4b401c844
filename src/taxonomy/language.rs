//! Tells English, French, German, Spanish, Dutch, Portuguese and Italian apart by their small words. Others stay unknown.
//!
//! A text in two languages, as many Canadian postings are, has the language of the larger share of it, and the share as
//! its confidence; of equals the one named first in the list, so English before French. Short texts need more agreement:
//! null rather than wrong.

/// Most bytes that are looked at in each of the samples, which lie at the beginning, the middle and the end.
const SAMPLE: usize = 700;
const SAMPLES: usize = 3;
/// ISO 639-1.
const LANGUAGES: [&str; 7] = ["en", "fr", "de", "es", "nl", "pt", "it"];
/// Small words from which on a text counts as long.
const LONG: u32 = 12;

/// The language of a text as ISO 639-1, and how sure that is (0..1).
pub fn detect(text: &str) -> Option<(&'static str, f64)> {
    let mut counts = [0_u32; LANGUAGES.len()];
    let mut small_words = 0_u32;
    for sample in samples(text.as_bytes()) {
        for word in sample.split(|byte| !byte.is_ascii_alphabetic() && *byte < 0x80) {
            let languages = small_word(word);
            small_words += u32::from(languages > 0);
            for (count, bit) in counts.iter_mut().zip(0..) {
                *count += u32::from(languages >> bit & 1);
            }
        }
    }
    let (best, hits) =
        counts.iter().copied().enumerate().max_by_key(|(index, hits)| (*hits, counts.len() - index))?;
    let share = f64::from(hits) / f64::from(small_words.max(1));
    let least = if hits >= LONG { 0.45 } else { 0.65 };
    (hits >= 2 && share >= least).then(|| (LANGUAGES[best], (share * 100.0).round() / 100.0))
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

const EN: u8 = 1;
const FR: u8 = 1 << 1;
const DE: u8 = 1 << 2;
const ES: u8 = 1 << 3;
const NL: u8 = 1 << 4;
const PT: u8 = 1 << 5;
const IT: u8 = 1 << 6;

/// The languages of which a word is one of the small words, as bits. Words that mislead, such as the French and Italian
/// `la` beside the Spanish, count for each.
fn small_word(word: &[u8]) -> u8 {
    if word.len() < 2 || word.len() > 5 {
        return 0;
    }
    let mut lower = [0_u8; 5];
    for (to, from) in lower.iter_mut().zip(word) {
        *to = from.to_ascii_lowercase();
    }
    match &lower[..word.len()] {
        b"the" | b"and" | b"of" | b"to" | b"for" | b"with" | b"you" | b"our" | b"is" | b"are" | b"your"
        | b"will" | b"this" | b"that" | b"have" | b"from" | b"who" => EN,
        b"we" | b"be" => EN,
        b"et" | b"pour" | b"dans" | b"vous" | b"nous" | b"avec" | b"sur" | b"est" | b"aux" | b"au"
        | b"notre" | b"votre" | b"ou" | b"du" | b"ses" | b"par" | b"nos" | b"vos" | b"sont" | b"qui" => FR,
        b"und" | b"das" | b"mit" | b"wir" | b"sie" | b"ein" | b"eine" | b"zu" | b"von" | b"dich" | b"ist"
        | b"dem" | b"oder" | b"auf" | b"bei" | b"nicht" | b"der" => DE,
        b"el" | b"los" | b"las" | b"del" | b"su" | b"con" | b"por" | b"para" | b"como" | b"ser" | b"una"
        | b"que" => match &lower[..word.len()] {
            b"para" | b"por" | b"como" | b"ser" | b"que" => ES | PT,
            b"con" | b"una" | b"del" => ES | IT,
            _ => ES,
        },
        b"het" | b"een" | b"voor" | b"van" | b"je" | b"zijn" | b"met" | b"naar" | b"ons" | b"onze"
        | b"jij" | b"niet" | b"ook" | b"aan" | b"wij" => NL,
        b"com" | b"uma" | b"os" | b"em" | b"dos" | b"ao" | b"nossa" | b"nosso" | b"voc\xc3" | b"mais"
        | b"seu" | b"sua" | b"na" => PT,
        b"di" | b"il" | b"che" | b"per" | b"della" | b"nella" | b"gli" | b"dei" | b"delle" | b"sono"
        | b"nel" | b"alla" | b"dell" | b"ti" => IT,
        b"la" => FR | ES | IT,
        b"le" => FR | IT,
        b"les" | b"des" | b"une" => FR,
        b"die" => DE,
        b"de" => FR | ES | NL | PT,
        b"en" => FR | ES | NL,
        b"un" => FR | ES | IT,
        _ => 0,
    }
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

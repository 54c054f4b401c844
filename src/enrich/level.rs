//! The level of a job: what the source states, then the title, then the years and words of the text, then what is usual
//! for the occupation. Everything below the text is a guess, and its confidence of less than a half says so.

use super::core::{EnrichInput, Provenance};
use super::{experience, roles};
use crate::posting::Seniority::{self, Director, Intermediate, Junior, Manager, Senior};
use crate::taxonomy::words::fold_singular;
use crate::taxonomy::{Taxonomy, language};

/// What is known of a job before its level is read.
pub(super) struct Known<'a> {
    /// The title, folded and singular.
    pub folded: &'a str,
    /// The level that the occupation itself implies.
    pub implied: Option<Seniority>,
    /// Unit group of NOC 2021, whose second digit is the TEER.
    pub noc: Option<&'a str>,
    /// The fewest years that the text asks for.
    pub years: Option<u32>,
}

/// How much of a text tells its language.
const START: usize = 400;

/// Years from which a French title is no more junior.
const FRENCH_INTERMEDIATE: u32 = 3;

/// Words of titles, folded and singular, that people begin with.
const STARTERS: &[&str] = &[
    " assistant ",
    " assistante ",
    " aide ",
    " helper ",
    " attendant ",
    " clerk ",
    " crew ",
    " part time ",
    " seasonal ",
    " temporary ",
    " summer ",
    " volunteer ",
    " temps partiel ",
    " saisonnier ",
    " operator ",
    " picker ",
    " packer ",
    " labourer ",
    " laborer ",
    " driver ",
];

/// Groups of NOC 2021 with professions that a licence opens, but for physicians and lecturers.
const LICENSED: &[&str] = &["313", "3120", "32", "4122", "413", "42"];

/// The source's own level wins, unless it is one of the coarse words that cover several levels and the title is exact.
pub(super) fn level(
    input: &EnrichInput,
    known: &Known,
    taxonomy: &Taxonomy,
) -> (Option<Seniority>, Provenance) {
    let stated = input.seniority_raw.and_then(|word| {
        let folded = fold_singular(word);
        experience::years_stated(&folded)
            .map(experience::level)
            .or_else(|| taxonomy.titles.source_level(&folded))
    });
    let titled = taxonomy.titles.level(known.folded);
    match (stated, titled) {
        (Some(Intermediate), Some(level)) => (Some(level), Provenance::new("title", 0.9)),
        (Some(level), _) => (Some(level), Provenance::new("structured", 0.9)),
        (None, Some(level)) => (Some(level), Provenance::new("title", 0.85)),
        (None, None) => {
            let (level, origin, confidence) = guess(input, known);
            (Some(level), Provenance::new(origin, confidence))
        }
    }
}

fn guess(input: &EnrichInput, known: &Known) -> (Seniority, &'static str, f64) {
    if let Some(level) = known.implied {
        return (level, "dictionary", 0.7);
    }
    let text = input.description_text.unwrap_or_default();
    if let Some(years) = known.years {
        return (of_years(years, text), "text", 0.6);
    }
    let said = roles::said(text);
    if said.beginner > 0 && said.beginner >= said.experienced {
        return (Junior, "text", 0.5);
    }
    if said.names_senior {
        return (Senior, "text", 0.45);
    }
    if said.experienced >= 2 {
        // "Une expérience significative" is one of some years.
        let level = if is_french(text) { Intermediate } else { Senior };
        return (level, "text", 0.45);
    }
    if said.middle > 0 {
        return (Intermediate, "text", 0.45);
    }
    if roles::is_of_thread(text) {
        return (Senior, "text", 0.4);
    }
    match known.noc.and_then(|noc| noc.as_bytes().get(1)) {
        Some(b'0') if known.folded.contains(" director ") => (Director, "occupation", 0.45),
        Some(b'0') if known.folded.contains("manager ") => (Manager, "occupation", 0.4),
        _ if starts_a_career(known.folded) => (Junior, "title", 0.4),
        _ if is_licensed(known.noc) => (Junior, "occupation", 0.4),
        // TEER 3 is learnt in a short course or on the job, 4 and 5 in weeks.
        Some(b'3'..=b'5') => (Junior, "occupation", 0.4),
        // French advertisements state the years that they want; most of those that state none take beginners.
        _ if is_french(text) => (Junior, "text", 0.4),
        Some(_) => (Intermediate, "occupation", 0.35),
        None => (Intermediate, "default", 0.3),
    }
}

/// Whether a title names a rank below the trade's own, or work by the hour or the season.
fn starts_a_career(folded: &str) -> bool {
    STARTERS.iter().any(|word| folded.contains(word))
        && ![" manager ", " director ", " professor ", " president ", " executive "]
            .iter()
            .any(|word| folded.contains(word))
}

/// Whether the start of a text is French.
fn is_french(text: &str) -> bool {
    let start = &text[..text.floor_char_boundary(START.min(text.len()))];
    language::detect(start).is_some_and(|(code, _)| code == "fr")
}

/// Health, teaching, counselling and the law: whoever holds the licence may begin, and ranks are named where they matter.
fn is_licensed(noc: Option<&str>) -> bool {
    noc.is_some_and(|noc| LICENSED.iter().any(|group| noc.starts_with(group)))
}

/// The level of a number of years that a text asks for. What is looked for is said first, and a rank there goes before the
/// years; in France those of less than three years are called junior.
fn of_years(years: u32, text: &str) -> Seniority {
    match experience::level(years) {
        Intermediate if roles::begins_with_senior(text) => Senior,
        Intermediate if years < FRENCH_INTERMEDIATE && is_french(text) => Junior,
        level => level,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_come_from_the_best_evidence() {
        let taxonomy = Taxonomy::bundled();
        let check = |title: &str, text: &str, expected: (Seniority, &str)| {
            let input =
                EnrichInput { job_title: title, description_text: Some(text), ..EnrichInput::default() };
            let folded = fold_singular(title);
            let known =
                Known { folded: &folded, implied: None, noc: None, years: experience::years_asked(text) };
            let (level, from) = level(&input, &known, &taxonomy);
            assert_eq!((level, from.origin), (Some(expected.0), expected.1), "{title}: {text}");
        };
        check("Senior Accountant", "An entry-level job", (Senior, "title"));
        check("Accountant", "6 years of experience in audit", (Senior, "text"));
        check("Accountant", "An entry-level job", (Junior, "text"));
        check("Comptable", "Débutant accepté", (Junior, "text"));
        check("Accountant", "", (Intermediate, "default"));
        check(
            "Comptable",
            "Vous tenez les comptes de nos clients et préparez les bilans avec eux.",
            (Junior, "text"),
        );
        check("Accountant", "You keep the books of our clients.", (Intermediate, "default"));
        check("Engineer", "Now hiring: Senior Backend Engineer. We sell boats.", (Senior, "text"));
        check("Engineer", "You report to senior management.", (Intermediate, "default"));
        check("Engineer", "Boats | Senior Engineer (3+ years) | Lisbon | Remote", (Senior, "text"));
        check("Engineer", "Boats | Engineers | Lisbon | Remote", (Senior, "text"));
        check("Engineer", "A mid-level job.", (Intermediate, "text"));
        check("Engineer", "Boats | Mid-level Engineers | Lisbon | Remote", (Intermediate, "text"));
        check("Accountant", "2 years of experience in audit", (Intermediate, "text"));
        check(
            "Comptable",
            "Vous avez 2 ans d'expérience dans un cabinet et vous aimez les chiffres de nos clients.",
            (Junior, "text"),
        );
        check(
            "Comptable",
            "Vous avez une solide expérience et une expérience significative de la paie dans un cabinet.",
            (Intermediate, "text"),
        );
    }

    #[test]
    fn an_occupation_lends_its_usual_level_as_a_guess() {
        let taxonomy = Taxonomy::bundled();
        let check = |title: &str, noc: &str, expected: Seniority| {
            let folded = fold_singular(title);
            let known = Known { folded: &folded, implied: None, noc: Some(noc), years: None };
            let (level, from) =
                level(&EnrichInput { job_title: title, ..EnrichInput::default() }, &known, &taxonomy);
            assert_eq!(level, Some(expected), "{title}");
            assert!(from.confidence < 0.5, "{title}: a guess must count as unknown in the ranking");
        };
        check("Cashier", "65100", Junior);
        check("Nurse Aide", "33102", Junior);
        check("Laboratory Assistant", "22110", Junior);
        check("Assistant Manager", "60020", Manager);
        check("Pharmacist", "31120", Intermediate);
        check("Registered Nurse", "31301", Junior);
        check("School Counsellor", "41301", Junior);
        check("Economist", "41401", Intermediate);
        check("Electrician", "72200", Intermediate);
    }
}

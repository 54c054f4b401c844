//! Standard title, occupation code and level of a job, from its title and the source's own level.

use super::core::{EnrichInput, Provenance};
use super::experience;
use crate::posting::Seniority;
use crate::taxonomy::Taxonomy;
use crate::taxonomy::titles::Title;
use crate::taxonomy::words::fold_singular;
use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// What a title says.
pub(super) struct StandardTitle {
    pub title: Option<String>,
    pub occupation_code: Option<String>,
    pub from: Provenance,
    pub level: Option<Seniority>,
    pub level_from: Provenance,
}

/// Reads a title, the source's word for the level, and the years that the description asks for.
pub(super) fn standard(input: &EnrichInput, taxonomy: &Taxonomy) -> StandardTitle {
    let title = &without_inclusive_endings(input.job_title);
    let folded = fold_singular(title);
    let found = find(title, &folded, taxonomy);
    let (level, level_from) = level(&folded, input, found.map(|(entry, _)| entry), taxonomy);
    StandardTitle {
        title: found.map(|(entry, _)| entry.title.clone()),
        occupation_code: found.and_then(|(entry, _)| entry.noc.clone()),
        from: found.map_or(Provenance::NONE, |(_, confidence)| Provenance::new("title", confidence)),
        level,
        level_from,
    }
}

/// `Développeur` for the French `Développeur·euse`, `Développeur(euse)` and `Développeur.euse`.
fn without_inclusive_endings(title: &str) -> Cow<'_, str> {
    static ENDING: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)([a-zà-ÿ]{3})[·•.(-](?:e|es|ne|nes|se|ses|euse|euses|rice|trice|trices|ère|ice)\b\)?(?:[·.]s\b)?")
            .expect("a constant expression, compiled by a test")
    });
    if title.contains(['·', '•', '.', '(', '-']) {
        ENDING.replace_all(title, "$1")
    } else {
        Cow::Borrowed(title)
    }
}

/// The first part of a title is what the job is; the rest is the team, the product or the place.
fn find<'a>(title: &str, folded: &str, taxonomy: &'a Taxonomy) -> Option<(&'a Title, f64)> {
    let head = title.split([',', '(', '|', '–', '—', '/', ':', '@', '[']).next().unwrap_or(title);
    let head = head.split(" - ").next().unwrap_or(head);
    if head.len() < title.len()
        && let Some((entry, _)) = taxonomy.titles.find(&fold_singular(head))
    {
        return Some((entry, 0.9));
    }
    let (entry, left_over) = taxonomy.titles.find(folded)?;
    let confidence = match (left_over, head.len() == title.len()) {
        (0..=1, _) => 1.0,
        (_, true) => 0.9,
        _ => 0.6,
    };
    Some((entry, confidence))
}

/// The source's own level wins, unless it is one of the coarse words that cover several levels and the title is exact.
fn level(
    folded: &str,
    input: &EnrichInput,
    entry: Option<&Title>,
    taxonomy: &Taxonomy,
) -> (Option<Seniority>, Provenance) {
    let stated = input.seniority_raw.and_then(|word| {
        let folded = fold_singular(word);
        years(&folded).or_else(|| taxonomy.titles.source_level(&folded))
    });
    let titled = taxonomy.titles.level(folded);
    match (stated, titled) {
        (Some(Seniority::Intermediate), Some(level)) => (Some(level), Provenance::new("title", 0.9)),
        (Some(level), _) => (Some(level), Provenance::new("structured", 0.9)),
        (None, Some(level)) => (Some(level), Provenance::new("title", 0.85)),
        (None, None) => {
            let implied = entry.and_then(|entry| entry.level);
            let asked = || input.description_text.and_then(experience::years_asked).map(experience::level);
            match implied.map(|level| (level, "dictionary", 0.7)).or_else(|| Some((asked()?, "text", 0.6))) {
                Some((level, origin, confidence)) => (Some(level), Provenance::new(origin, confidence)),
                None => (None, Provenance::NONE),
            }
        }
    }
}

/// A level from required years of experience: `3 an`, `24 moi`, `5 year` (folded, singular).
fn years(folded: &str) -> Option<Seniority> {
    let words: Vec<&str> = folded.split_ascii_whitespace().collect();
    let pair = words.windows(2).find_map(|pair| Some((pair[0].parse::<u32>().ok()?, pair[1])))?;
    let years = match pair {
        (count, "an" | "annee" | "year" | "yr" | "ans") => count,
        (count, "mois" | "moi" | "month") => count / 12,
        _ => return None,
    };
    Some(experience::level(years))
}

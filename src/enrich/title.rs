//! Standard title, occupation codes and level of a job, from its title and the source's own level.

use super::core::{EnrichInput, Provenance};
use super::level::{self, Known};
use super::{experience, title_noise};
use crate::posting::Seniority;
use crate::taxonomy::Taxonomy;
use crate::taxonomy::memo::Memo;
use crate::taxonomy::occupations::{self, Kind, Match};
use crate::taxonomy::titles::Title;
use crate::taxonomy::words::fold_singular;
use std::sync::LazyLock;

/// What a title says.
pub(super) struct StandardTitle {
    pub title: Option<String>,
    pub occupation_code: Option<String>,
    pub esco_code: Option<String>,
    pub from: Provenance,
    pub level: Option<Seniority>,
    pub level_from: Provenance,
    pub years_asked: Option<u16>,
}

/// A part of a title besides its head weighs this much when the nearest occupation is looked for.
const BESIDE: f32 = 0.8;
/// The words of a rank weigh this much.
const RANK: f32 = 0.7;
/// Least likeness of a title that is taken for an occupation's.
const FLOOR: f32 = 0.55;
/// From this likeness on, the nearest occupation is better than a phrase that leaves most of the title over.
const CLOSE: f32 = 0.8;

/// Reads a title, the source's word for the level, and the years that the description asks for.
pub(super) fn standard(input: &EnrichInput, taxonomy: &Taxonomy) -> StandardTitle {
    let title = &title_noise::clean(input.job_title);
    let folded = fold_singular(title);
    let entry = find(title, &folded, taxonomy);
    let least = if entry.is_some() { CLOSE } else { FLOOR };
    let near = if entry.as_ref().is_some_and(|found| found.is_whole) { None } else { nearest(title, least) };
    let near = near.filter(|near| near.likeness >= least);
    let years = input.description_text.and_then(experience::years_asked);
    let mut standard = match (&entry, near) {
        (_, Some(near)) => of_occupation(&near),
        (Some(found), None) => of_entry(found),
        (None, None) => StandardTitle::NONE,
    };
    let known = Known {
        folded: &folded,
        implied: entry.filter(|_| near.is_none()).and_then(|found| found.entry.level),
        noc: standard.occupation_code.as_deref(),
        years,
    };
    (standard.level, standard.level_from) = level::level(input, &known, taxonomy);
    standard.years_asked = years.and_then(|years| u16::try_from(years).ok());
    standard
}

impl StandardTitle {
    const NONE: StandardTitle = StandardTitle {
        title: None,
        occupation_code: None,
        esco_code: None,
        from: Provenance::NONE,
        level: None,
        level_from: Provenance::NONE,
        years_asked: None,
    };
}

/// An entry of the curated titles that a title holds.
struct Found<'a> {
    entry: &'a Title,
    confidence: f64,
    /// Whether it is most of the title's head.
    is_whole: bool,
}

fn find<'a>(title: &str, folded: &str, taxonomy: &'a Taxonomy) -> Option<Found<'a>> {
    let head = title_noise::head(title);
    if head.len() < title.len() {
        let folded = fold_singular(head);
        if let Some((entry, left_over)) = taxonomy.titles.find(&folded) {
            return Some(Found { entry, confidence: 0.9, is_whole: left_over * 2 < folded.len() });
        }
    }
    let (entry, left_over) = taxonomy.titles.find(folded)?;
    let confidence = match (left_over, head.len() == title.len()) {
        (0..=1, _) => 1.0,
        (_, true) => 0.9,
        _ => 0.6,
    };
    Some(Found { entry, confidence, is_whole: confidence > 0.6 && left_over * 2 < folded.len() })
}

/// The occupation nearest to a title, if one can be as alike as `least`.
fn nearest(title: &str, least: f32) -> Option<Match> {
    // The dictionary is built in, so that a title has one answer for each of the two bounds.
    static SEEN: LazyLock<[Memo<Option<Match>>; 2]> = LazyLock::new(Default::default);
    SEEN[usize::from(least > FLOOR)].get(title, || {
        let parts = parts(title);
        occupations::nearest(&parts.each_ref().map(|(text, weight)| (text.as_str(), *weight)), least)
    })
}

/// The words of a cleaned title by how much they say of the job.
pub fn parts(title: &str) -> [(String, f32); 3] {
    let head = title_noise::head(title);
    let (job, rank) = title_noise::words(&fold_singular(head));
    let rest = title.find(head).map_or("", |at| &title[at + head.len()..]);
    let (beside, _) = title_noise::words(&fold_singular(rest));
    [(job, 1.0), (rank, RANK), (beside, BESIDE)]
}

fn of_entry(found: &Found) -> StandardTitle {
    StandardTitle {
        title: Some(found.entry.title.clone()),
        occupation_code: found.entry.noc.clone(),
        esco_code: found.entry.esco.clone(),
        from: Provenance::new("title", found.confidence),
        ..StandardTitle::NONE
    }
}

fn of_occupation(near: &Match) -> StandardTitle {
    StandardTitle {
        title: Some(shown(near.occupation.title, near.occupation.kind)),
        occupation_code: near.noc.map(str::to_owned),
        esco_code: near.esco.map(str::to_owned),
        from: Provenance::new("taxonomy", confidence(near.likeness)),
        ..StandardTitle::NONE
    }
}

/// How sure a likeness is: the share of titles of a job board whose unit group of ISCO is right, over the share (0.63) of the
/// very labels of ESCO that the board itself puts where ESCO does. Between 0.65 and 0.9 a greater likeness is no surer.
fn confidence(likeness: f32) -> f64 {
    match likeness {
        likeness if likeness < 0.65 => 0.4,
        likeness if likeness < 0.9 => 0.5,
        likeness if likeness < 0.95 => 0.6,
        likeness if likeness < 0.99 => 0.7,
        _ => 0.85,
    }
}

/// `Pastry Cook` for ESCO's `pastry cook` and O*NET's `Pastry Cooks`.
fn shown(title: &str, kind: Kind) -> String {
    let mut shown = String::with_capacity(title.len());
    let last = title.split(' ').count() - 1;
    for (at, word) in title.split(' ').enumerate() {
        let is_plural = kind != Kind::Esco && at == last && word.ends_with('s') && !word.ends_with("ss");
        let word = if is_plural { &word[..word.len() - 1] } else { word };
        if at > 0 {
            shown.push(' ');
        }
        let is_small = at > 0 && ["of", "and", "in", "for", "the", "to", "or", "with"].contains(&word);
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if !is_small => shown.extend(first.to_uppercase().chain(letters)),
            Some(first) => shown.extend([first].into_iter().chain(letters)),
            None => {}
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_get_a_standard_title_and_codes() {
        let taxonomy = Taxonomy::bundled();
        let check = |title: &str, expected: Option<(&str, &str, &str)>| {
            let found = standard(&EnrichInput { job_title: title, ..EnrichInput::default() }, &taxonomy);
            let found =
                found.title.zip(found.occupation_code).map(|(title, noc)| (title, noc, found.from.origin));
            let found = found.as_ref().map(|(title, noc, origin)| (title.as_str(), noc.as_str(), *origin));
            assert_eq!(found, expected, "{title}");
        };
        check("Sr. Data Engineer (m/w/d) | Toronto", Some(("Data Engineer", "21223", "title")));
        check("Dental Hygienist - R12345", Some(("Dental Hygienist", "32111", "taxonomy")));
        check("Soudeur·euse (H/F)", Some(("Welder", "72106", "taxonomy")));
        check("Préposé(e) aux bénéficiaires [temps plein]", Some(("Nurse Aide", "33102", "taxonomy")));
        check("Zzyzx", None);
        check("", None);
    }

    #[test]
    fn occupations_are_shown_as_titles() {
        let check = |title: &str, kind: Kind, expected: &str| assert_eq!(shown(title, kind), expected);
        check("pastry cook", Kind::Esco, "Pastry Cook");
        check("Software Developers", Kind::Onet, "Software Developer");
        check("director of arts", Kind::Esco, "Director of Arts");
        check("", Kind::Noc, "");
    }
}

//! Where the work is done, and from which countries a remote job may be done.
//!
//! The field of a source comes first, with two exceptions where its `remote` is contradicted: plain words ("this is not a
//! remote role") always win, and a text that asks for days in the office makes it hybrid unless place or headline say
//! remote too. Without a field, the place is read, then the headline, then the text; a text that only praises remote
//! work says least. Countries come from the place, else from the sentences about it; none is stated by silence.

use super::core::{EnrichInput, Provenance};
use super::work_words::{self, Said};
use crate::posting::RemoteType;
use crate::taxonomy::Taxonomy;
use crate::taxonomy::places::world::WORLDWIDE;
use crate::taxonomy::work_model;

/// Where the work is done.
pub(super) struct Work {
    pub model: RemoteType,
    /// ISO 3166-1 alpha-2, sorted; empty when not stated.
    pub countries: Vec<String>,
    pub from: Provenance,
}

/// Reads the place of work of a job.
pub(super) fn work(input: &EnrichInput, taxonomy: &Taxonomy) -> Work {
    // No text changes what a source states of an office.
    let is_settled = matches!(input.remote_type, RemoteType::Onsite | RemoteType::Hybrid);
    let text = input.description_text.filter(|_| !is_settled).unwrap_or_default();
    let sentences = work_words::sentences(text);
    let (model, from) = model(input, work_words::read(&sentences));
    let is_open = model == RemoteType::Remote;
    let countries = if is_open { countries(input, &sentences, taxonomy) } else { Vec::new() };
    Work { model, countries, from }
}

fn model(input: &EnrichInput, said: Said) -> (RemoteType, Provenance) {
    let (written, is_plain) = said.model();
    let place = input.location.map_or(RemoteType::Unknown, work_model::from_place);
    let title = work_model::from_title(input.job_title);
    let shown = if place == RemoteType::Unknown { title } else { place };
    match input.remote_type {
        RemoteType::Remote if said.not_remote > 0 => (written, Provenance::new("text", 0.7)),
        RemoteType::Remote if written == RemoteType::Hybrid && is_plain && shown != RemoteType::Remote => {
            (RemoteType::Hybrid, Provenance::new("text", 0.6))
        }
        RemoteType::Unknown => match (shown, written) {
            (RemoteType::Remote, _) if said.not_remote > 0 => (written, Provenance::new("text", 0.7)),
            (RemoteType::Unknown, RemoteType::Unknown) => (RemoteType::Unknown, Provenance::NONE),
            (RemoteType::Unknown, _) => (written, Provenance::new("text", if is_plain { 0.7 } else { 0.5 })),
            _ => (shown, Provenance::new(if place == shown { "dictionary" } else { "title" }, 0.8)),
        },
        stated => (stated, Provenance::new("structured", 0.9)),
    }
}

/// The countries a remote job is open to.
fn countries(input: &EnrichInput, sentences: &[&str], taxonomy: &Taxonomy) -> Vec<String> {
    let places = &taxonomy.places;
    let mut found = Vec::new();
    for shown in input.location.into_iter().chain(input.more_locations.iter().map(String::as_str)) {
        found.extend(places.shown(shown).open_countries(shown, places).iter().cloned());
    }
    if found.is_empty() {
        for part in input.job_title.split(['(', ')', '[', ']', '|']).filter(|part| is_about_work(part)) {
            found.extend(places.open_countries(part).into_iter().map(str::to_owned));
        }
    }
    if found.is_empty() {
        for stated in sentences.iter().filter_map(|sentence| open_to(sentence)) {
            found.extend(places.open_countries(stated).into_iter().map(str::to_owned));
        }
    }
    if found.iter().any(|country| country == WORLDWIDE) {
        return vec![WORLDWIDE.to_owned()];
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn is_about_work(part: &str) -> bool {
    work_model::from_place(part) == RemoteType::Remote
}

/// Of a sentence about remote work the words behind what opens it to a country: "remote within Canada".
fn open_to(sentence: &str) -> Option<&str> {
    const OPENERS: [&str; 12] = [
        "within",
        "based in",
        "located in",
        "reside in",
        "residing in",
        "anywhere in",
        "remote in",
        "remote -",
        "across",
        "authorized to work in",
        "remotely from",
        "remote from",
    ];
    let lower = sentence.to_ascii_lowercase();
    let behind = OPENERS.iter().filter_map(|opener| lower.find(opener).map(|at| at + opener.len())).min()?;
    let most = sentence.floor_char_boundary((behind + 60).min(sentence.len()));
    sentence.get(behind..most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_yields_to_plain_words_only() {
        let taxonomy = Taxonomy::bundled();
        let check = |flag: RemoteType, location: &str, title: &str, text: &str, expected: (&str, &str)| {
            let input = EnrichInput {
                job_title: title,
                location: Some(location),
                remote_type: flag,
                description_text: Some(text),
                ..EnrichInput::default()
            };
            let work = work(&input, &taxonomy);
            assert_eq!(
                (work.model.as_str(), work.from.origin),
                expected,
                "{flag:?} {location} {title} {text}"
            );
        };
        let (remote, unknown) = (RemoteType::Remote, RemoteType::Unknown);
        check(remote, "Toronto", "Engineer", "", ("remote", "structured"));
        check(remote, "Toronto", "Engineer", "This is not a remote role.", ("onsite", "text"));
        check(remote, "Toronto", "Engineer", "Three days a week in the office.", ("hybrid", "text"));
        check(remote, "Remote", "Engineer", "Three days a week in the office.", ("remote", "structured"));
        check(
            remote,
            "Remote",
            "Engineer",
            "We do not offer this. This is not a remote role.",
            ("onsite", "text"),
        );
        check(RemoteType::Onsite, "Toronto", "Engineer", "Work from anywhere.", ("onsite", "structured"));
        check(unknown, "Toronto (Hybrid)", "Engineer", "", ("hybrid", "dictionary"));
        check(unknown, "Toronto", "Engineer (Remote)", "", ("remote", "title"));
        check(unknown, "Toronto", "Engineer", "The role is fully remote.", ("remote", "text"));
        check(unknown, "Toronto", "Engineer", "We build boats.", ("unknown", "none"));
    }

    #[test]
    fn countries_are_stated_by_place_then_headline_then_text() {
        let taxonomy = Taxonomy::bundled();
        let check = |location: &str, title: &str, text: &str, expected: &[&str]| {
            let input = EnrichInput {
                job_title: title,
                location: Some(location),
                remote_type: RemoteType::Remote,
                description_text: Some(text),
                ..EnrichInput::default()
            };
            assert_eq!(work(&input, &taxonomy).countries, expected, "{location} {title} {text}");
        };
        check("Remote - US", "Engineer", "", &["US"]);
        check("Remote (US or Canada)", "Engineer", "", &["CA", "US"]);
        check("Remote", "Engineer (Remote, Canada)", "", &["CA"]);
        check("Remote", "Engineer", "You can work remotely from anywhere in Canada.", &["CA"]);
        check("Remote", "Engineer", "Remote within Germany or Austria.", &["AT", "DE"]);
        check("Anywhere", "Engineer", "", &[WORLDWIDE]);
        check("Remote", "Engineer", "We are remote-first.", &[]);
        check("Toronto, ON", "Engineer", "", &[]);
        let onsite = EnrichInput { location: Some("Canada"), ..EnrichInput::default() };
        assert!(work(&onsite, &taxonomy).countries.is_empty());
    }
}

//! What YAML alone cannot know: that a source exists, and that each of its searches says what the source needs.

use super::sources::SourcesFile;
use crate::sources::{self, Search, Source};
use crate::yaml::{self, ConfigError, did_you_mean};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_saphyr::{Location, Spanned};
use std::collections::BTreeMap;
use std::path::Path;

/// The file again, reduced to where its sources and searches stand.
#[derive(Deserialize)]
struct Places {
    #[serde(default)]
    sources: BTreeMap<Name, SourcePlaces>,
}

/// A key and where it stands; ordered by the key alone, as a map wants it.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name(Spanned<String>);

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        self.0.value == other.0.value
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Name) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Name) -> std::cmp::Ordering {
        self.0.value.cmp(&other.0.value)
    }
}

#[derive(Deserialize)]
struct SourcePlaces {
    #[serde(default)]
    searches: Vec<Spanned<IgnoredAny>>,
}

/// Reads `sources.yml` and checks it; returns the text as well. All mistakes of meaning are reported at once.
pub fn sources_file(file: &Path) -> Result<(SourcesFile, String), Vec<ConfigError>> {
    let (config, text) = yaml::read::<SourcesFile>(file).map_err(|error| vec![error])?;
    let places = yaml::parse::<Places>(file, &text).map_err(|error| vec![error])?;
    let mut errors = Vec::new();
    for (Name(name), source_places) in &places.sources {
        let at = |location: Location, message: String, suggestion: Option<String>| ConfigError {
            file: file.to_owned(),
            line: location.line(),
            column: location.column(),
            message,
            suggestion,
        };
        let Some(source) = sources::by_name(&name.value) else {
            let known = sources::SOURCES.iter().map(|source| source.name());
            let suggestion = did_you_mean(&name.value, known.clone())
                .or_else(|| Some(format!("known: {}", known.collect::<Vec<_>>().join(", "))));
            errors.push(at(name.referenced, format!("unknown source `{}`", name.value), suggestion));
            continue;
        };
        let searches =
            config.sources.get(&name.value).map(|source| source.searches.as_slice()).unwrap_or_default();
        if searches.is_empty() {
            errors.push(at(
                name.referenced,
                format!("{} has no searches", name.value),
                Some("add one, or remove it".into()),
            ));
        }
        for (search, place) in searches.iter().zip(&source_places.searches) {
            if let Some((message, suggestion)) = mistake(source, search) {
                errors.push(at(place.referenced, message, suggestion));
            }
        }
        for (index, search) in searches.iter().enumerate() {
            let twin = searches[..index].iter().any(|earlier| earlier.label() == search.label());
            if let (true, Some(place)) = (twin, source_places.searches.get(index)) {
                let message = format!("{} has two searches called `{}`", name.value, search.label());
                errors.push(at(place.referenced, message, Some("remove one, or let them differ".into())));
            }
        }
    }
    if errors.is_empty() { Ok((config, text)) } else { Err(errors) }
}

/// What is wrong with one search, and what to do about it.
fn mistake(source: &dyn Source, search: &Search) -> Option<(String, Option<String>)> {
    let policy = source.policy();
    let set = set_fields(search);
    if let Some(missing) = policy.required.iter().find(|field| !set.iter().any(|name| name == *field)) {
        return Some((format!("a search of {} needs `{missing}`", source.name()), None));
    }
    if let Some(message) = source.invalid(search) {
        return Some((message, None));
    }
    let known: Vec<&str> = policy.required.iter().chain(policy.optional).copied().collect();
    let extra = set.iter().find(|field| !known.contains(&field.as_str()))?;
    let suggestion = format!("it reads {}", known.join(", "));
    Some((format!("{} does not read `{extra}`", source.name()), Some(suggestion)))
}

/// Names of the fields of a search that hold something.
fn set_fields(search: &Search) -> Vec<String> {
    let value = serde_json::to_value(search).unwrap_or_default();
    let empty = |value: &serde_json::Value| {
        value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty)
    };
    let fields = value.as_object().cloned().unwrap_or_default();
    fields.into_iter().filter(|(_, value)| !empty(value)).map(|(name, _)| name).collect()
}

//! Standard titles with their occupation codes, and the words that state a level. Reads `titles.yml`.

use super::phrases::{Found, Phrases};
use super::words::fold_singular;
use crate::posting::Seniority;
use crate::yaml;
use anyhow::ensure;
use serde::Deserialize;
use std::collections::HashMap;

/// The compiled file.
pub struct Titles {
    titles: Vec<Title>,
    phrases: Phrases,
    excluded: Phrases,
    words: Phrases,
    source_words: Phrases,
}

/// One standard title.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// As shown.
    pub title: String,
    /// Its French name.
    pub fr: String,
    /// NOC 2021 unit group.
    pub noc: Option<String>,
    /// Level that the occupation itself implies.
    pub level: Option<Seniority>,
    #[serde(default)]
    phrases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    titles: Vec<Title>,
    levels: Levels,
    source_levels: SourceLevels,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Levels {
    not: Vec<String>,
    intern: Vec<String>,
    executive: Vec<String>,
    director: Vec<String>,
    manager: Vec<String>,
    lead: Vec<String>,
    senior: Vec<String>,
    intermediate: Vec<String>,
    junior: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceLevels {
    intern: Vec<String>,
    executive: Vec<String>,
    director: Vec<String>,
    manager: Vec<String>,
    lead: Vec<String>,
    senior: Vec<String>,
    intermediate: Vec<String>,
    junior: Vec<String>,
}

/// The order in which a title's words decide: an "associate director" is a director, a "senior intern" an intern.
const LEVELS: [Seniority; 8] = [
    Seniority::Intern,
    Seniority::Executive,
    Seniority::Director,
    Seniority::Manager,
    Seniority::Lead,
    Seniority::Senior,
    Seniority::Intermediate,
    Seniority::Junior,
];

impl Titles {
    pub(super) fn read(name: &str, text: &str) -> anyhow::Result<Titles> {
        let file: File = yaml::parse(name, text)?;
        let mut owners = HashMap::new();
        for (index, title) in file.titles.iter().enumerate() {
            if let Some(noc) = &title.noc {
                let digits = noc.len() == 5 && noc.bytes().all(|byte| byte.is_ascii_digit());
                ensure!(
                    digits,
                    "{name}: title `{}`: noc must be five digits in quotes, not `{noc}`",
                    title.title
                );
            }
            for phrase in title.phrases.iter().chain([&title.title, &title.fr]) {
                let folded = fold_singular(phrase);
                ensure!(
                    folded != " ",
                    "{name}: title `{}`: the phrase `{phrase}` has no letters",
                    title.title
                );
                if let Some(other) = owners.insert(folded, index).filter(|other| *other != index) {
                    let other = &file.titles[other].title;
                    anyhow::bail!(
                        "{name}: the phrase `{phrase}` belongs to both `{other}` and `{}`",
                        title.title
                    );
                }
            }
        }
        let mut phrases: Vec<_> = owners.into_iter().collect();
        phrases.sort();
        let levels = file.levels;
        let words = [
            levels.intern,
            levels.executive,
            levels.director,
            levels.manager,
            levels.lead,
            levels.senior,
            levels.intermediate,
            levels.junior,
        ];
        let source = file.source_levels;
        let source_words = [
            source.intern,
            source.executive,
            source.director,
            source.manager,
            source.lead,
            source.senior,
            source.intermediate,
            source.junior,
        ];
        Ok(Titles {
            titles: file.titles,
            phrases: Phrases::new(&phrases)?,
            excluded: level_phrases(&[levels.not])?,
            words: level_phrases(&words)?,
            source_words: level_phrases(&source_words)?,
        })
    }

    /// The standard titles in the order of the file.
    pub fn all(&self) -> &[Title] {
        &self.titles
    }

    /// The longest phrase in a folded text, the earliest of equals; and how many bytes of the text it leaves over.
    pub fn find(&self, folded: &str) -> Option<(&Title, usize)> {
        let found = self
            .phrases
            .find(folded)
            .max_by_key(|found| (found.end - found.start, usize::MAX - found.start))?;
        Some((&self.titles[found.owner], folded.len() - (found.end - found.start)))
    }

    /// The level that the words of a folded title state.
    pub fn level(&self, folded: &str) -> Option<Seniority> {
        let excluded: Vec<Found> = self.excluded.find(folded).collect();
        let inside =
            |found: &Found| excluded.iter().any(|out| out.start <= found.start && found.end <= out.end);
        self.words
            .find(folded)
            .filter(|found| !inside(found))
            .map(|found| found.owner)
            .min()
            .map(|index| LEVELS[index])
    }

    /// The level that a source's own word states, the longest phrase first.
    pub fn source_level(&self, folded: &str) -> Option<Seniority> {
        let found =
            self.source_words.find(folded).max_by_key(|found| (found.end - found.start, found.owner))?;
        Some(LEVELS[found.owner])
    }
}

fn level_phrases(groups: &[Vec<String>]) -> anyhow::Result<Phrases> {
    let mut phrases: Vec<(String, usize)> = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        phrases.extend(group.iter().map(|phrase| (fold_singular(phrase), index)));
    }
    Phrases::new(&phrases)
}

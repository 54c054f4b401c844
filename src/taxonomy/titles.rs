//! Standard titles with their occupation codes, and the words that state a level. Reads `titles.yml`.

use super::phrases::{Found, Phrases};
use super::words::fold_singular;
use crate::posting::Seniority;
use crate::yaml::{self, ConfigError};
use anyhow::ensure;
use regex::Regex;
use serde::Deserialize;
use std::collections::HashMap;

/// The compiled file.
pub struct Titles {
    titles: Vec<Title>,
    phrases: Phrases,
    patterns: Vec<Pattern>,
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
    /// Code of the ESCO occupation.
    pub esco: Option<String>,
    /// Level that the occupation itself implies.
    pub level: Option<Seniority>,
    #[serde(default)]
    phrases: Vec<String>,
    #[serde(default)]
    includes: Vec<String>,
    #[serde(default)]
    excludes: Vec<String>,
    regex: Option<String>,
}

/// A pattern over folded titles, tried only where its literal part is found.
struct Pattern {
    literal: String,
    regex: Regex,
    owner: usize,
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
        let mut file: File = yaml::parse(name, text)?;
        let mut owners = HashMap::new();
        let mut patterns = Vec::new();
        for (index, title) in file.titles.iter().enumerate() {
            if let Some(regex) = &title.regex {
                patterns.push(pattern(regex, index).map_err(|message| misread(name, text, regex, message))?);
            }
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
        for title in &mut file.titles {
            for word in title.includes.iter_mut().chain(&mut title.excludes) {
                *word = fold_singular(word);
            }
        }
        Ok(Titles {
            titles: file.titles,
            patterns,
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

    /// The longest phrase in a folded text whose entry fits it, the earliest of equals, or else the first pattern; and how
    /// many bytes of the text it leaves over.
    pub fn find(&self, folded: &str) -> Option<(&Title, usize)> {
        let found = self
            .phrases
            .find(folded)
            .filter(|found| self.titles[found.owner].fits(folded))
            .max_by_key(|found| (found.end - found.start, usize::MAX - found.start));
        if let Some(found) = found {
            return Some((&self.titles[found.owner], folded.len() - (found.end - found.start)));
        }
        self.patterns.iter().find_map(|pattern| {
            if !folded.contains(&pattern.literal) {
                return None;
            }
            let found = pattern.regex.find(folded)?;
            let title = Some(&self.titles[pattern.owner]).filter(|title| title.fits(folded))?;
            Some((title, folded.len() - found.len()))
        })
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

impl Title {
    /// Whether a title that holds a phrase of this entry is one, by its `includes` and `excludes`.
    fn fits(&self, folded: &str) -> bool {
        (self.includes.is_empty() || self.includes.iter().any(|word| folded.contains(word.as_str())))
            && !self.excludes.iter().any(|word| folded.contains(word.as_str()))
    }
}

/// A pattern with the longest run of letters that every match of it holds.
fn pattern(text: &str, owner: usize) -> Result<Pattern, String> {
    let regex = Regex::new(text).map_err(|error| format!("`{text}` is no regular expression: {error}"))?;
    let (mut depth, mut literal, mut run) = (0_usize, String::new(), String::new());
    for letter in text.chars().chain([')']) {
        if depth == 0 && (letter.is_alphanumeric() || letter == ' ') {
            run.push(letter);
            continue;
        }
        if matches!(letter, '?' | '*' | '{') {
            run.pop();
        }
        if depth == 0 && run.len() > literal.len() {
            literal.clone_from(&run);
        }
        run.clear();
        match letter {
            '|' if depth == 0 => return Err(format!("`{text}` has alternatives outside parentheses")),
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    if literal.trim().len() < 5 {
        return Err(format!("`{text}` holds no word of five letters or more that every match has"));
    }
    Ok(Pattern { literal, regex, owner })
}

fn misread(name: &str, text: &str, part: &str, message: String) -> ConfigError {
    let line = text.lines().position(|line| line.contains(part)).map_or(0, |at| at as u64 + 1);
    let column = text.lines().find_map(|line| line.find(part)).map_or(0, |at| at as u64 + 1);
    ConfigError { file: name.into(), line, column, message, suggestion: None }
}

fn level_phrases(groups: &[Vec<String>]) -> anyhow::Result<Phrases> {
    let mut phrases: Vec<(String, usize)> = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        phrases.extend(group.iter().map(|phrase| (fold_singular(phrase), index)));
    }
    Phrases::new(&phrases)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVELS: &str = "levels: {not: [], intern: [], executive: [], director: [], manager: [], lead: [], senior: [], intermediate: [], junior: []}\n\
        source_levels: {intern: [], executive: [], director: [], manager: [], lead: [], senior: [], intermediate: [], junior: []}\n";

    fn read(entry: &str) -> anyhow::Result<Titles> {
        Titles::read(
            "titles.yml",
            &format!("titles:\n  - {{title: Baker, fr: Boulanger, {entry}}}\n{LEVELS}"),
        )
    }

    #[test]
    fn entries_include_exclude_and_match() {
        let check = |entry: &str, title: &str, expected: bool| {
            let titles = read(entry).expect(entry);
            assert_eq!(titles.find(&fold_singular(title)).is_some(), expected, "{entry}: {title}");
        };
        check("excludes: [pastry]", "Baker", true);
        check("excludes: [pastry]", "Pastry Baker", false);
        check("includes: [bread, night]", "Baker", false);
        check("includes: [bread, night]", "Night Bakers", true);
        check("regex: 'maker of (bread|cake)'", "Maker of cakes", true);
        check("regex: 'maker of (bread|cake)'", "Maker of tools", false);
        check("regex: 'maker of (bread|cake)', excludes: [toy]", "Maker of toy cakes", false);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let check = |entry: &str, expected: &str| {
            let message = format!("{:#}", read(entry).err().expect(entry));
            assert!(message.contains(expected), "{message}");
        };
        check("regex: 'maker('", "titles.yml:2:");
        check("regex: '(maker|baker)'", "no word of five letters");
        check("regex: 'maker|baker'", "alternatives");
        check("exclude: [pastry]", "excludes");
    }
}

//! The skill lexicon: one pass over the bytes of a description finds every spelling on word boundaries, without
//! copying or lower-casing the text. Reads `skills.yml`.

use super::trie::Trie;
use super::words::fold;
use crate::yaml;
use anyhow::{Context, bail};
use serde::Deserialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// The compiled file.
pub struct Skills {
    names: Vec<String>,
    trie: Trie,
    /// Patterns that differ in case only, by the number of their spelling in the trie.
    patterns: Vec<Vec<Pattern>>,
    by_word: HashMap<String, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    skills: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    fr: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    exact: Vec<String>,
    #[serde(default)]
    listed: Vec<String>,
}

struct Pattern {
    skill: usize,
    text: String,
    rule: Rule,
}

/// When a spelling counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    Always,
    SameCase,
    SameCaseInList,
}

/// A spelling found at bytes `start..end`.
#[derive(Clone, Copy)]
struct Hit {
    start: usize,
    end: usize,
    skill: usize,
    certain: bool,
}

impl Skills {
    pub(super) fn read(name: &str, text: &str) -> anyhow::Result<Skills> {
        let file: File = yaml::parse(name, text)?;
        let mut patterns: BTreeMap<String, Vec<Pattern>> = BTreeMap::new();
        let mut owners: HashMap<String, usize> = HashMap::new();
        for (skill, entry) in file.skills.iter().enumerate() {
            for (text, rule) in spellings(entry) {
                let lower = text.to_lowercase();
                if lower.trim().is_empty() {
                    bail!("{name}: skill `{}` has an empty spelling", entry.name);
                }
                if let Some(other) = owners.insert(lower, skill).filter(|other| *other != skill) {
                    let other = &file.skills[other].name;
                    bail!("{name}: the spelling `{text}` belongs to both `{other}` and `{}`", entry.name);
                }
                let same = patterns.entry(text.to_ascii_lowercase()).or_default();
                same.push(Pattern { skill, text, rule });
            }
        }
        let (texts, patterns): (Vec<String>, Vec<Vec<Pattern>>) = patterns.into_iter().unzip();
        let trie = Trie::new(&texts).with_context(|| name.to_owned())?;
        let names = file.skills.into_iter().map(|entry| entry.name).collect();
        Ok(Skills { names, trie, patterns, by_word: owners })
    }

    /// The canonical name of a whole word or phrase, in any case.
    pub fn canonical(&self, word: &str) -> Option<&str> {
        self.by_word.get(&word.trim().to_lowercase()).map(|skill| self.names[*skill].as_str())
    }

    /// Every canonical name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Adds the numbers of the skills that a text names to `found`; [`Skills::sorted_names`] turns them into names.
    pub fn find(&self, text: &str, found: &mut Vec<usize>) {
        let mut hits: Vec<Hit> = Vec::new();
        self.trie.at_word_starts(text.as_bytes(), |number, start, end| {
            let fits = |pattern: &&Pattern| {
                pattern.rule == Rule::Always || text.as_bytes()[start..end] == *pattern.text.as_bytes()
            };
            for pattern in self.patterns[number].iter().filter(fits) {
                if stands_alone(text, start, end) {
                    hits.push(Hit {
                        start,
                        end,
                        skill: pattern.skill,
                        certain: pattern.rule != Rule::SameCaseInList,
                    });
                }
            }
        });
        hits.sort_unstable_by_key(|hit| (hit.start, Reverse(hit.end), !hit.certain));
        let mut reach = 0;
        hits.retain(|hit| {
            let free = hit.start >= reach;
            if free {
                reach = hit.end;
            }
            free
        });
        confirm_lists(text, &mut hits);
        found.extend(hits.iter().filter(|hit| hit.certain).map(|hit| hit.skill));
    }

    /// The names of found skills, each once, in alphabetical order.
    pub fn sorted_names(&self, mut found: Vec<usize>) -> Vec<String> {
        found.sort_unstable();
        found.dedup();
        let mut names: Vec<String> = found.into_iter().map(|skill| self.names[skill].clone()).collect();
        names.sort_unstable();
        names
    }

    /// The number of the skill that a source's tag is, as a whole.
    pub fn tag(&self, tag: &str) -> Option<usize> {
        self.by_word.get(&tag.trim().to_lowercase()).copied()
    }
}

/// The spellings of an entry with their rules. Letters beyond ASCII are matched by byte, so their capitals and their
/// forms without accents are spellings too.
fn spellings(entry: &Entry) -> Vec<(String, Rule)> {
    let mut spellings: Vec<(String, Rule)> = Vec::new();
    spellings.extend(entry.exact.iter().map(|text| (text.clone(), Rule::SameCase)));
    spellings.extend(entry.listed.iter().map(|text| (text.clone(), Rule::SameCaseInList)));
    let guarded = entry.exact.iter().chain(&entry.listed).any(|text| *text == entry.name);
    let name = if guarded { None } else { Some(&entry.name) };
    for text in name.into_iter().chain(&entry.fr).chain(&entry.aliases) {
        let mut forms = vec![text.to_lowercase()];
        if !text.is_ascii() {
            forms.push(text.to_uppercase());
            forms.push(fold(text).trim().to_owned());
        }
        for form in forms {
            if !spellings.iter().any(|(known, rule)| *known == form && *rule == Rule::Always) {
                spellings.push((form, Rule::Always));
            }
        }
    }
    spellings
}

/// Whether no letter or digit touches a spelling. A version number may follow a word (`Python3.12`), and a plural `s`.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    if let Some(previous) = start.checked_sub(1).map(|index| bytes[index]) {
        if previous.is_ascii() {
            let glued = previous.is_ascii_alphanumeric() || matches!(previous, b'_' | b'@' | b'#');
            let domain = previous == b'.' && start >= 2 && bytes[start - 2].is_ascii_alphanumeric();
            if glued || domain {
                return false;
            }
        } else if text[..start].chars().next_back().is_some_and(char::is_alphanumeric) {
            return false;
        }
    }
    let last = bytes[end - 1];
    let mut after = end;
    if last.is_ascii_alphabetic() && end - start >= 3 {
        if bytes.get(after) == Some(&b's') {
            after += 1;
        } else {
            after += bytes[after..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        }
    } else if last == b'+' {
        after += bytes[after..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    }
    match bytes.get(after) {
        None => true,
        Some(b'+' | b'#') => !last.is_ascii_alphanumeric(),
        Some(b'.') => {
            let versioned = after > end;
            versioned || !bytes.get(after + 1).is_some_and(u8::is_ascii_alphanumeric)
        }
        Some(next) if next.is_ascii() => !next.is_ascii_alphanumeric() && *next != b'_',
        Some(_) => !text[after..].chars().next().is_some_and(char::is_alphanumeric),
    }
}

/// Confirms an uncertain hit (`R`, `Go`) whose neighbour in a list is a confirmed skill.
fn confirm_lists(text: &str, hits: &mut [Hit]) {
    if hits.iter().all(|hit| hit.certain) {
        return;
    }
    for index in 1..hits.len() {
        let (left, right) = (hits[index - 1], hits[index]);
        if left.certain && !right.certain && is_list_gap(&text[left.end..right.start]) {
            hits[index].certain = true;
        }
    }
    for index in (1..hits.len()).rev() {
        let (left, right) = (hits[index - 1], hits[index]);
        if right.certain && !left.certain && is_list_gap(&text[left.end..right.start]) {
            hits[index - 1].certain = true;
        }
    }
}

/// Whether a text between two skills is only what separates the items of a list.
fn is_list_gap(gap: &str) -> bool {
    gap.len() <= 12
        && gap.chars().any(|character| ",/;|&•·+\n-".contains(character) || character.is_alphabetic())
        && gap.split(|character: char| character.is_whitespace() || ",/;|&•·()+-*".contains(character)).all(
            |word| {
                word.is_empty()
                    || ["and", "or", "et", "ou"].iter().any(|known| word.eq_ignore_ascii_case(known))
            },
        )
}

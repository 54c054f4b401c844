//! The skill lexicon: one pass over the bytes of a text finds every spelling of a skill, and every word that says how to
//! read what stands around it, on word boundaries, without copying or lower-casing the text. Reads `skills.yml`, which
//! comes first and wins, `skills_open.tsv`, made from open taxonomies, and the words of [`super::cues`].

use super::cues::{Cues, Mark, Words};
use super::open_skills::{self, Kind};
use super::scatter::Table;
use super::skill_file::{self, Rule};
use super::trie::{self, Trie};
use anyhow::{Context, bail};
use std::cmp::Reverse;
use std::collections::hash_map::Entry;

/// The compiled files.
pub struct Skills {
    skills: Vec<Skill>,
    trie: Trie,
    /// Patterns by the number of their spelling in the trie; those that differ in case only lie together.
    patterns: Vec<Pattern>,
    /// Where the patterns of each spelling begin, and after the last of them.
    firsts: Vec<u32>,
    by_word: Table<String, u32>,
    /// Words with a part in the grammar of mentions, which are looked up, not searched.
    pub(crate) words: Words,
}

struct Skill {
    /// Lower-cased canonical name.
    name: String,
    kind: Kind,
}

/// What a spelling stands for, and when it counts.
struct Pattern {
    meaning: Meaning,
    /// Set where the case must be this one.
    same_case: Option<Box<str>>,
    /// What else it takes to count.
    proof: Proof,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Skill(u32),
    Mark(Mark),
}

/// A skill found at bytes `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// First byte.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
    /// Number of the skill.
    pub skill: u32,
    /// What it still takes to count.
    pub proof: Proof,
}

/// What a spelling needs to count, besides its letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// Nothing, or its neighbours in a list have given it.
    None,
    /// A text that asks for it: `marketing`.
    Asked,
    /// Another skill beside it: `R`.
    Listed,
}

/// A word that says how to read what stands around it, at bytes `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign {
    /// First byte.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
    /// What it says.
    pub mark: Mark,
}

/// What one pass over a text finds, in the order of the text. Kept between texts, so that nothing is allocated for each.
#[derive(Debug, Default)]
pub struct Scan {
    /// Skills; none overlaps another.
    pub hits: Vec<Hit>,
    /// Signs; they may overlap each other and skills.
    pub signs: Vec<Sign>,
}

impl Skills {
    pub(super) fn read(
        curated: (&str, &str),
        open: (&str, &str),
        cues: (&str, &str),
    ) -> anyhow::Result<Skills> {
        let mut builder = Builder::default();
        for entry in skill_file::read(curated.0, curated.1)? {
            builder.add_curated(curated.0, &entry)?;
        }
        for row in open_skills::rows(open.1) {
            builder.add_open(&row.with_context(|| open.0.to_owned())?);
        }
        let Cues { marks, words } = Cues::read(cues.0, cues.1)?;
        for (text, mark) in marks {
            builder.add_pattern(
                trie::key(&text),
                Pattern { meaning: Meaning::Mark(mark), same_case: None, proof: Proof::None },
            );
        }
        let Builder { skills, by_word, patterns } = builder;
        let mut spelled = patterns;
        spelled.sort_by(|left, right| left.0.cmp(&right.0));
        let (mut texts, mut patterns, mut firsts) =
            (Vec::new(), Vec::with_capacity(spelled.len()), Vec::new());
        for (text, pattern) in spelled {
            if texts.last() != Some(&text) {
                firsts.push(patterns.len() as u32);
                texts.push(text);
            }
            patterns.push(pattern);
        }
        firsts.push(patterns.len() as u32);
        let trie = Trie::new(&texts).with_context(|| curated.0.to_owned())?;
        Ok(Skills { skills, trie, patterns, firsts, by_word, words })
    }

    /// The canonical name of a whole word or phrase, in any case.
    pub fn canonical(&self, word: &str) -> Option<&str> {
        self.tag(word).map(|skill| self.name(skill))
    }

    /// Every canonical name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.skills.iter().map(|skill| skill.name.as_str())
    }

    /// The canonical name of a skill by its number.
    pub fn name(&self, skill: u32) -> &str {
        &self.skills[skill as usize].name
    }

    /// Whether a skill is something to know (`python`), rather than to be good at (`teamwork`).
    pub fn kind(&self, skill: u32) -> Kind {
        self.skills[skill as usize].kind
    }

    /// The number of the skill that a source's tag is, as a whole.
    pub fn tag(&self, tag: &str) -> Option<u32> {
        self.by_word.get(&word_key(tag.trim())).copied()
    }

    /// Every spelling that the lexicon has, in small letters.
    pub fn spellings(&self) -> impl Iterator<Item = &str> {
        self.by_word.keys().map(String::as_str)
    }

    fn patterns_of(&self, number: usize) -> &[Pattern] {
        &self.patterns[self.firsts[number] as usize..self.firsts[number + 1] as usize]
    }

    /// Finds the skills and signs of a text, which replace what `scan` held.
    pub fn scan(&self, text: &str, scan: &mut Scan) {
        let Scan { hits, signs } = scan;
        hits.clear();
        signs.clear();
        self.trie.at_word_starts(text.as_bytes(), |number, start, end| {
            let mut is_alone = None;
            for Pattern { meaning, same_case, proof } in self.patterns_of(number) {
                // "Oracles" are no plural of a name.
                let is_case = same_case.as_ref().is_none_or(|case| {
                    text[start..end] == **case
                        && !(text.as_bytes().get(end) == Some(&b's')
                            && case.ends_with(|c: char| c.is_lowercase()))
                });
                if is_case && *is_alone.get_or_insert_with(|| stands_alone(text, start, end)) {
                    match *meaning {
                        Meaning::Skill(skill) => hits.push(Hit { start, end, skill, proof: *proof }),
                        Meaning::Mark(mark) => signs.push(Sign { start, end, mark }),
                    }
                }
            }
        });
        hits.sort_unstable_by_key(|hit| (hit.start, Reverse(hit.end), hit.proof));
        let mut reach = 0;
        hits.retain(|hit| {
            let free = hit.start >= reach;
            if free {
                reach = hit.end;
            }
            free
        });
        confirm_lists(text, hits);
    }
}

/// The canonical name of a curated skill.
fn skill_name(entry: &skill_file::Entry) -> String {
    entry.name.to_lowercase()
}

/// A spelling as it is looked up: in small letters, with spaces for hyphens.
fn word_key(word: &str) -> String {
    word.to_lowercase().replace('-', " ")
}

#[derive(Default)]
struct Builder {
    skills: Vec<Skill>,
    by_word: Table<String, u32>,
    patterns: Vec<(String, Pattern)>,
}

impl Builder {
    fn add_curated(&mut self, file: &str, entry: &skill_file::Entry) -> anyhow::Result<()> {
        let skill = self.skills.len() as u32;
        let kind = if entry.is_soft { Kind::Competence } else { Kind::Knowledge };
        self.skills.push(Skill { name: skill_name(entry), kind });
        for (text, rule) in entry.spellings() {
            let lower = word_key(&text);
            if lower.trim().is_empty() {
                bail!("{file}: skill `{}` has an empty spelling", entry.name);
            }
            if let Some(other) = self.by_word.insert(lower, skill).filter(|other| *other != skill) {
                let other = &self.skills[other as usize].name;
                bail!("{file}: the spelling `{text}` belongs to both `{other}` and `{}`", skill_name(entry));
            }
            self.add_spelling(text, skill, rule);
        }
        Ok(())
    }

    /// Adds what the curated file does not know. A row of which it knows the name lends its spellings to that skill.
    fn add_open(&mut self, row: &open_skills::Row) {
        let name = row.name.to_lowercase();
        let key = word_key(&name);
        let skill = self.by_word.get(&key).copied().unwrap_or_else(|| {
            self.skills.push(Skill { name: name.clone(), kind: row.kind });
            self.skills.len() as u32 - 1
        });
        for (text, rule) in row.spellings() {
            for (form, rule) in skill_file::forms(text, rule) {
                // What an earlier row or the curated file has keeps its skill and its rule.
                if let Entry::Vacant(vacant) = self.by_word.entry(word_key(&form)) {
                    vacant.insert(skill);
                    self.add_spelling(form, skill, rule);
                }
            }
        }
    }

    fn add_spelling(&mut self, text: String, skill: u32, rule: Rule) {
        let key = trie::key(&text);
        let proof = match rule {
            Rule::Always | Rule::SameCase => Proof::None,
            Rule::Asked => Proof::Asked,
            Rule::SameCaseInList => Proof::Listed,
        };
        let same_case = matches!(rule, Rule::SameCase | Rule::SameCaseInList).then(|| text.into_boxed_str());
        let pattern = Pattern { meaning: Meaning::Skill(skill), same_case, proof };
        self.add_pattern(key, pattern);
    }

    fn add_pattern(&mut self, key: String, pattern: Pattern) {
        self.patterns.push((key, pattern));
    }
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

/// Proves a doubtful hit (`R`, `Go`, `marketing`) whose neighbour in a list is proven.
fn confirm_lists(text: &str, hits: &mut [Hit]) {
    if hits.iter().all(|hit| hit.proof == Proof::None) {
        return;
    }
    for index in 1..hits.len() {
        let (left, right) = (hits[index - 1], hits[index]);
        if left.proof == Proof::None
            && right.proof != Proof::None
            && is_list_gap(&text[left.end..right.start])
        {
            hits[index].proof = Proof::None;
        }
    }
    for index in (1..hits.len()).rev() {
        let (left, right) = (hits[index - 1], hits[index]);
        if right.proof == Proof::None
            && left.proof != Proof::None
            && is_list_gap(&text[left.end..right.start])
        {
            hits[index - 1].proof = Proof::None;
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

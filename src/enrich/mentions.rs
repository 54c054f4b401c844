//! What a text names as something to know or to be good at: skills of the dictionaries, with the words that belong to
//! them (`Java 8`, `relational databases`), and phrases that only grammar gives away: what follows "experience with", and
//! names beside known ones in a list.

use super::sections::Sections;
use super::words::{Chunk, Shape, after, before};
use crate::taxonomy::cues::{Mark, Role, Section};
use crate::taxonomy::open_skills::Kind;
use crate::taxonomy::skills::{Hit, Proof, Scan, Skills};
use std::cmp::Reverse;

/// Words that a noun takes from its left.
const MOST_MODIFIERS: usize = 3;
/// Words of a phrase that no dictionary has.
const MOST_WORDS: usize = 4;
/// How far "experience with" reaches, in bytes.
const FAR: usize = 160;
/// Items of a list after "experience with".
const MOST_ITEMS: usize = 8;

/// Something named, at bytes `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// First byte.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
    /// Number of the skill, when a dictionary has it.
    pub skill: Option<u32>,
    /// Part of the text.
    pub section: Section,
    /// What gave it away.
    pub origin: Origin,
}

/// What gives a mention away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A dictionary has it.
    Dictionary,
    /// It looks like a name, and stands beside a known one.
    Beside,
    /// A noun such as `databases` with the words before it.
    Head,
    /// It follows words such as "experience with".
    Introduced,
    /// A course of study.
    Degree,
}

/// Reads texts, one after the other, without allocating for each.
#[derive(Debug, Default)]
pub struct Reader {
    scan: Scan,
    sections: Sections,
    mentions: Vec<Mention>,
}

/// A text while it is read.
struct Reading<'a> {
    text: &'a str,
    skills: &'a Skills,
    /// Skills and signs.
    scan: &'a Scan,
    sections: &'a Sections,
    found: &'a mut Vec<Mention>,
}

impl Reader {
    /// The mentions of a text, in its order; none overlaps another.
    pub fn read(&mut self, text: &str, skills: &Skills) -> &[Mention] {
        skills.scan(text, &mut self.scan);
        self.sections.read(text, &self.scan.signs);
        self.mentions.clear();
        let mut reading =
            Reading { text, skills, scan: &self.scan, sections: &self.sections, found: &mut self.mentions };
        reading.dictionary();
        reading.signs();
        resolve(&mut self.mentions);
        for mention in &mut self.mentions {
            mention.section = self.sections.at(mention.start);
        }
        &self.mentions
    }
}

impl Reading<'_> {
    fn dictionary(&mut self) {
        for hit in &self.scan.hits {
            if !self.is_proven(hit) {
                continue;
            }
            let mut end = hit.end;
            if self.skills.kind(hit.skill) == Kind::Knowledge {
                if let Some(version) = self.version(end) {
                    end = version;
                }
                self.neighbours(end);
            }
            self.add(hit.start, end, Some(hit.skill), Origin::Dictionary);
        }
    }

    /// Whether a hit counts: a doubtful one needs a text that asks for it.
    fn is_proven(&self, hit: &Hit) -> bool {
        let signs = self.scan.signs.partition_point(|sign| sign.start < hit.start);
        match hit.proof {
            Proof::None => true,
            Proof::Asked => self.is_asked(signs, hit.start) || self.is_alone(hit.start, hit.end),
            Proof::Listed => self.scan.signs[..signs]
                .last()
                .is_some_and(|sign| sign.mark == Mark::Introduces && sign.end + 1 == hit.start),
        }
    }

    fn add(&mut self, start: usize, end: usize, skill: Option<u32>, origin: Origin) {
        self.found.push(Mention { start, end, skill, section: Section::Other, origin });
    }

    /// The end of a version number that follows a name.
    fn version(&self, end: usize) -> Option<usize> {
        let chunk = after(self.text, end)?;
        let word = &self.text[chunk.start..chunk.end];
        let digits = word.strip_prefix(['v', 'V']).unwrap_or(word);
        let is_number = digits.len() <= 6
            && digits.starts_with(|letter: char| letter.is_ascii_digit())
            && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let next = after(self.text, chunk.end).map(|next| &self.text[next.start..next.end]);
        let is_count =
            next.is_some_and(|next| next.starts_with(|letter: char| letter.is_lowercase()) && !chunk.closes);
        (is_number && !chunk.opens && !is_count).then_some(chunk.end)
    }

    /// Names beside a known one in a list, of which the form says that they are names.
    fn neighbours(&mut self, mut end: usize) {
        while let Some(chunk) = after(self.text, end + usize::from(self.text[end..].starts_with([',', '/'])))
        {
            let word = &self.text[chunk.start..chunk.end];
            let is_shout = word.len() > 5 && word.bytes().all(|byte| byte.is_ascii_uppercase());
            if self.hit_at(chunk.start).is_some()
                || Shape::of(word) != Shape::Name
                || is_shout
                || self.skills.words.role(word).is_some()
            {
                break;
            }
            self.add(chunk.start, chunk.end, None, Origin::Beside);
            end = chunk.end;
        }
    }

    fn signs(&mut self) {
        for (index, sign) in self.scan.signs.iter().enumerate() {
            match sign.mark {
                Mark::Head => self.head(index, sign.start, sign.end),
                Mark::Introduces => self.introduced(sign.end),
                Mark::Degree => self.degree(sign.start, sign.end),
                Mark::Heading(_) | Mark::Inline(_) => {}
            }
        }
    }

    /// A noun with the words before it.
    fn head(&mut self, index: usize, start: usize, end: usize) {
        let (mut first, mut skill) = (start, None);
        for count in 0..MOST_MODIFIERS {
            let Some(chunk) = before(self.text, first) else { break };
            if let Some(index) = self.hit_ending(chunk.end) {
                // Between a skill and the noun stand no other words: without commas those are items of a list.
                let hit = self.scan.hits[index];
                if count == 0 && self.skills.kind(hit.skill) == Kind::Knowledge {
                    (first, skill) = (hit.start, Some(hit.skill));
                }
                break;
            }
            let word = &self.text[chunk.start..chunk.end];
            if ends_phrase(self.skills.words.role(word), word)
                || (count > 0 && self.is_head(index, chunk.start))
            {
                break;
            }
            first = chunk.start;
            if chunk.opens {
                break;
            }
        }
        if first == start {
            return;
        }
        if skill.is_some() || self.is_asked(index, first) || self.is_alone(first, end) {
            self.add(first, end, skill, Origin::Head);
        }
    }

    /// Whether a noun of [`Mark::Head`] begins at a byte before the sign `index`.
    fn is_head(&self, index: usize, start: usize) -> bool {
        let mut signs = self.scan.signs[..index].iter().rev().take_while(|sign| sign.start >= start);
        signs.any(|sign| sign.start == start && sign.mark == Mark::Head)
    }

    /// Whether the sentence up to a byte says that something is asked for.
    fn is_asked(&self, index: usize, start: usize) -> bool {
        for sign in self.scan.signs[..index.min(self.scan.signs.len())].iter().rev() {
            if sign.end + FAR < start {
                break;
            }
            let is_asking = matches!(sign.mark, Mark::Introduces | Mark::Degree);
            if is_asking && sign.end <= start {
                return !ends_statement(&self.text[sign.end..start]);
            }
        }
        matches!(self.sections.at(start), Section::Required | Section::NiceToHave)
    }

    /// Whether a phrase is a whole line or item.
    fn is_alone(&self, start: usize, end: usize) -> bool {
        let is_edge = |letter: char| !letter.is_alphanumeric() && letter != ' ' && letter != '&';
        let before = self.text[..start].trim_end_matches(' ');
        let after = self.text[end..].trim_start_matches(' ');
        (before.is_empty() || before.ends_with(is_edge)) && (after.is_empty() || after.starts_with(is_edge))
    }

    /// The phrases of a list that something introduces.
    fn introduced(&mut self, start: usize) {
        let mut position = start;
        for _ in 0..MOST_ITEMS {
            let Some(end) = self.item(position) else { return };
            position = end;
            match self.separator(position) {
                Some(next) => position = next,
                None => return,
            }
        }
    }

    /// One phrase from a byte on; its end.
    fn item(&mut self, start: usize) -> Option<usize> {
        let mut position = start;
        let (mut first, mut words, mut is_telling) = (None, 0, false);
        while let Some(chunk) = after(self.text, position) {
            if words > 0 && chunk.opens {
                break;
            }
            if let Some(index) = self.hit_at(chunk.start) {
                let hit = self.scan.hits[index];
                if words == 0 {
                    return Some(self.version(hit.end).unwrap_or(hit.end));
                }
                break;
            }
            let word = &self.text[chunk.start..chunk.end];
            let role = self.skills.words.role(word);
            let skips = words == 0
                && (role == Some(Role::Loose)
                    || is_determiner(word)
                    || (word.ends_with("ing") && role.is_none()));
            if !skips {
                if matches!(role, Some(Role::Stop | Role::Person))
                    || words == MOST_WORDS
                    || Shape::of(word) == Shape::Other
                    || word.ends_with("ly")
                {
                    break;
                }
                first = first.or(Some(chunk.start));
                words += 1;
                is_telling |= role.is_none();
            }
            position = chunk.end;
            if chunk.closes {
                break;
            }
        }
        let first = first?;
        let is_name = words > 1
            || self.text[first..position].starts_with(char::is_uppercase)
            || is_science(&self.text[first..position]);
        if is_telling && is_name {
            self.add(first, position, None, Origin::Introduced);
        }
        Some(position)
    }

    /// The byte after what separates the items of a list, if the list goes on.
    fn separator(&self, position: usize) -> Option<usize> {
        let rest = &self.text[position..];
        let trimmed = rest.trim_start_matches([' ', ')']);
        let mut at = position + rest.len() - trimmed.len();
        let mut is_list = false;
        if trimmed.starts_with([',', '/', '&', '(']) {
            at += 1;
            is_list = true;
        }
        if let Some(chunk) = after(self.text, at) {
            let word = &self.text[chunk.start..chunk.end];
            let is_and =
                ["and", "or", "and/or", "&", "et", "ou"].iter().any(|and| word.eq_ignore_ascii_case(and));
            if is_and {
                return Some(chunk.end);
            }
        }
        let is_next = self.hit_at(after(self.text, position)?.start).is_some();
        (is_list || is_next).then_some(at)
    }

    /// A course of study, unless it is a person or a place to study.
    fn degree(&mut self, start: usize, end: usize) {
        let word = |chunk: Chunk| self.text[chunk.start..chunk.end].to_ascii_lowercase();
        let next = after(self.text, end).filter(|chunk| !chunk.opens);
        let end = match next {
            Some(chunk) if ["degree", "degrees", "diploma"].contains(&word(chunk).as_str()) => chunk.end,
            Some(chunk) if NOT_DEGREES.contains(&word(chunk).as_str()) => return,
            _ => end,
        };
        let is_named =
            before(self.text, start).is_some_and(|chunk| NOT_BEFORE_DEGREES.contains(&word(chunk).as_str()));
        if !is_named {
            self.add(start, end, None, Origin::Degree);
        }
    }

    fn hit_at(&self, start: usize) -> Option<usize> {
        let index = self.scan.hits.partition_point(|hit| hit.start < start);
        self.scan.hits.get(index).filter(|hit| hit.start == start && hit.proof == Proof::None).map(|_| index)
    }

    fn hit_ending(&self, end: usize) -> Option<usize> {
        let index = self.scan.hits.partition_point(|hit| hit.end < end);
        self.scan.hits.get(index).filter(|hit| hit.end == end && hit.proof == Proof::None).map(|_| index)
    }
}

/// What follows "PhD" when it is no course of study of the reader.
const NOT_DEGREES: [&str; 12] = [
    "student",
    "students",
    "project",
    "scholarship",
    "stipend",
    "candidate",
    "candidates",
    "position",
    "fellow",
    "fellowship",
    "programme",
    "program",
];

/// Whether a statement ends in a text.
fn ends_statement(text: &str) -> bool {
    // Most texts have none of these bytes; the last is the first of a bullet.
    let is_end = |byte: u8| matches!(byte, b'.' | b';' | b'!' | b'?' | b'\n' | 0xE2);
    text.bytes().any(is_end) && text.contains(['.', ';', '!', '?', '\n', '•'])
}

/// Whether a single word is the name of something to study.
fn is_science(word: &str) -> bool {
    ["ology", "ologies", "ics", "istry", "ography", "onomy", "ogie", "ique", "phie"]
        .iter()
        .any(|end| word.ends_with(end))
}

/// Whether a word cannot be part of a phrase.
fn ends_phrase(role: Option<Role>, word: &str) -> bool {
    matches!(role, Some(Role::Stop | Role::Loose | Role::Person))
        || Shape::of(word) == Shape::Other
        || word.ends_with("ly")
}

/// What stands before "PhD" when it names a thing and not what one must have.
const NOT_BEFORE_DEGREES: [&str; 8] = ["the", "cv", "of", "this", "our", "these", "scrum", "relevant"];

fn is_determiner(word: &str) -> bool {
    ["a", "an", "the", "our", "any", "at", "least", "one", "some", "other", "all", "la", "le", "les", "l"]
        .iter()
        .any(|determiner| word.eq_ignore_ascii_case(determiner))
}

/// Of mentions that overlap, keeps the longest; a phrase around a skill takes the skill along.
fn resolve(mentions: &mut Vec<Mention>) {
    mentions.sort_unstable_by_key(|mention| (mention.start, Reverse(mention.end), mention.skill.is_none()));
    let mut kept: usize = 0;
    for index in 0..mentions.len() {
        let mention = mentions[index];
        match kept.checked_sub(1).map(|last| mentions[last]) {
            Some(last) if mention.start < last.end => {
                if last.skill.is_none() && mention.end <= last.end {
                    mentions[kept - 1].skill = mention.skill;
                }
            }
            _ => {
                mentions[kept] = mention;
                kept += 1;
            }
        }
    }
    mentions.truncate(kept);
}

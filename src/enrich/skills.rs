//! The skills of a job, from its tags, title and text: which they are, where they stand and in which part of the text.
//!
//! A skill that only the part about the employer or its benefits names is not asked for: it is among the mentions, and
//! not among the skills. What the grammar finds and no dictionary knows is a mention under its own words.

use super::core::{EnrichInput, Provenance, SkillMention};
use super::mentions::{Mention, Origin, Reader};
use crate::taxonomy::Taxonomy;
use crate::taxonomy::cues::Section;
use std::cell::RefCell;

/// More mentions than this are not kept; the longest real postings have about half as many.
const MOST_MENTIONS: usize = 200;
/// Room for the mentions of most postings.
const USUAL: usize = 48;

/// What is found, and where it is from.
pub struct Found {
    /// Canonical names of what is asked for, lower-cased, sorted, each once.
    pub skills: Vec<String>,
    /// Every place: of each skill the first one in each part of the text.
    pub mentions: Vec<SkillMention>,
    /// Of the skills.
    pub from: Provenance,
}

thread_local! {
    static READER: RefCell<Reader> = RefCell::default();
}

/// The skills of a job.
pub fn find(input: &EnrichInput, taxonomy: &Taxonomy) -> Found {
    READER.with_borrow_mut(|reader| find_with(reader, input, taxonomy))
}

fn find_with(reader: &mut Reader, input: &EnrichInput, taxonomy: &Taxonomy) -> Found {
    let skills = &taxonomy.skills;
    let mut asked: Vec<u32> = Vec::with_capacity(USUAL);
    let mut kept: Vec<SkillMention> = Vec::with_capacity(USUAL);
    for tag in input.skills_raw {
        if let Some(skill) = skills.tag(tag) {
            asked.push(skill);
            let mention = Mention {
                start: 0,
                end: tag.len(),
                skill: Some(skill),
                section: Section::Other,
                origin: Origin::Dictionary,
            };
            keep(&mut kept, skills.name(skill), "tag", &mention);
        }
    }
    let tagged = asked.len();
    let texts = [("title", Some(input.job_title)), ("text", input.description_text)];
    for (place, text) in texts.into_iter().filter_map(|(place, text)| Some((place, text?))) {
        let mut seen: Vec<(u32, Section)> = Vec::with_capacity(USUAL);
        for mention in reader.read(text, skills) {
            let Some(skill) = mention.skill else {
                let words = text[mention.start..mention.end].to_lowercase();
                keep(&mut kept, &words, place, mention);
                continue;
            };
            let known = (skill, mention.section);
            if !seen.contains(&known) {
                seen.push(known);
                keep(&mut kept, skills.name(skill), place, mention);
            }
            if mention.section.asks() {
                asked.push(skill);
            }
        }
    }
    let from = match (tagged, asked.len()) {
        (_, 0) => Provenance::NONE,
        (0, _) => Provenance::new("dictionary", 0.8),
        _ => Provenance::new("structured", 0.95),
    };
    asked.sort_unstable();
    asked.dedup();
    let mut names: Vec<String> = asked.into_iter().map(|skill| skills.name(skill).to_owned()).collect();
    names.sort_unstable();
    Found { skills: names, mentions: kept, from }
}

fn keep(kept: &mut Vec<SkillMention>, skill: &str, place: &'static str, mention: &Mention) {
    if kept.len() < MOST_MENTIONS {
        let (start, end, section) = (mention.start as u32, mention.end as u32, mention.section.as_str());
        kept.push(SkillMention { skill: skill.to_owned(), r#where: place, start, end, section });
    }
}

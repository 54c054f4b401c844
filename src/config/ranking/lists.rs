//! Block and boost lists: what hides a job by name, and what adds or takes a few points. Entries come from `ranking.yml`
//! and from the reader's own marks, which the database keeps.

use super::file::{BoostFile, NamedFile};
use super::wishes::{self, Phrase};
use crate::normalize::company::company_key;
use crate::posting::Hundredths;
use crate::taxonomy::Taxonomy;
use crate::taxonomy::words::{fold, fold_singular};
use anyhow::{Context, bail, ensure};
use serde::Serialize;
use std::fmt;

/// Points of a boost that gives none.
pub const BOOST_POINTS: Hundredths = Hundredths(5_00);
/// All boosts of a job together add or take no more than this.
pub const BOOST_LIMIT: Hundredths = Hundredths(20_00);

/// Both lists of a profile.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Lists {
    /// Each hides the jobs it meets.
    pub block: Vec<Entry>,
    /// Each adds its points to the jobs it meets, and the points.
    pub boost: Vec<(Entry, Hundredths)>,
}

/// What one entry of a list meets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Which of a job's columns it is compared with.
    pub subject: Subject,
    /// As written and as compared: a company by its key, a skill by its canonical name.
    pub phrase: Phrase,
}

/// What an entry of a list is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// The hiring organisation, without its legal form.
    Company,
    /// A phrase of the title.
    Title,
    /// A phrase of title or description.
    Keyword,
    /// A skill.
    Skill,
}

/// A reader's own entry, as the database keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The profile it belongs to; every profile when none.
    pub profile: Option<String>,
    /// Points of a boost; none for a block.
    pub points: Option<Hundredths>,
    /// What it is compared with.
    pub subject: Subject,
    /// As the reader wrote it.
    pub value: String,
}

impl Subject {
    /// Every one, in the order of reports.
    pub const ALL: [Subject; 4] = [Subject::Company, Subject::Title, Subject::Keyword, Subject::Skill];

    /// The word stored in the database and used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Subject::Company => "company",
            Subject::Title => "title",
            Subject::Keyword => "keyword",
            Subject::Skill => "skill",
        }
    }

    /// The subject stored as `text`.
    pub fn from_stored(text: &str) -> Option<Subject> {
        Subject::ALL.into_iter().find(|subject| subject.as_str() == text)
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}", self.subject.as_str(), self.phrase.text)
    }
}

impl Entry {
    /// The name in `hidden_by` of an entry of the block list.
    pub fn block_rule(&self) -> String {
        format!("block.{self}")
    }
}

impl Lists {
    /// These lists with the marks that are for `profile`. A mark whose skill the dictionary no longer knows meets nothing.
    pub fn with_marks(&self, profile: &str, marks: &[Mark], taxonomy: &Taxonomy) -> Lists {
        let mut lists = self.clone();
        for mark in marks.iter().filter(|mark| mark.profile.as_deref().is_none_or(|name| name == profile)) {
            let Ok(entry) = entry(mark.subject, mark.value.clone(), taxonomy) else { continue };
            match mark.points {
                None if lists.block.iter().any(|known| same(known, &entry)) => {}
                None => lists.block.push(entry),
                Some(points) => {
                    // The reader's last word on an entry counts, not the sum of both.
                    lists.boost.retain(|(known, _)| !same(known, &entry));
                    lists.boost.push((entry, points));
                }
            }
        }
        lists
    }
}

fn same(one: &Entry, other: &Entry) -> bool {
    one.subject == other.subject && one.phrase.folded == other.phrase.folded
}

/// An entry of a list, resolved: an unknown skill or a phrase without letters is an error.
pub fn entry(subject: Subject, text: String, taxonomy: &Taxonomy) -> anyhow::Result<Entry> {
    let phrase = match subject {
        Subject::Title => wishes::title_phrase(text)?,
        Subject::Keyword => wishes::text_phrase(text)?,
        Subject::Company => {
            let mut phrase = wishes::text_phrase(text)?;
            phrase.folded = company_key(&phrase.text);
            phrase
        }
        Subject::Skill => {
            let name = wishes::canonical_skill(&text, taxonomy)?;
            Phrase { text: name.clone(), folded: name, language: None }
        }
    };
    Ok(Entry { subject, phrase })
}

/// Checks the points of one boost.
pub fn boost_points(points: f64) -> anyhow::Result<Hundredths> {
    let limit = BOOST_LIMIT.as_f64();
    ensure!(
        points != 0.0 && points.abs() <= limit,
        "points must be between -{limit} and {limit} and not 0, not {points}"
    );
    Hundredths::from_f64(points).context("points must be a number")
}

pub(super) fn compile(block: NamedFile, boost: Vec<BoostFile>, taxonomy: &Taxonomy) -> anyhow::Result<Lists> {
    let mut lists = Lists::default();
    for (subject, texts) in [(Subject::Company, block.companies), (Subject::Skill, block.skills)] {
        for text in texts {
            lists.block.push(entry(subject, text, taxonomy).context("block")?);
        }
    }
    for (subject, words, folding) in [
        (Subject::Title, block.titles, fold_singular as fn(&str) -> String),
        (Subject::Keyword, block.keywords, fold),
    ] {
        let phrases = wishes::phrases(words, folding).context("block")?;
        lists.block.extend(phrases.into_iter().map(|phrase| Entry { subject, phrase }));
    }
    for file in boost {
        lists.boost.push(boosted(file, taxonomy).context("boost")?);
    }
    Ok(lists)
}

fn boosted(file: BoostFile, taxonomy: &Taxonomy) -> anyhow::Result<(Entry, Hundredths)> {
    let points = file.points.map_or(Ok(BOOST_POINTS), boost_points)?;
    let given = [
        (Subject::Company, file.company),
        (Subject::Title, file.title),
        (Subject::Keyword, file.keyword),
        (Subject::Skill, file.skill),
    ];
    let mut given = given.into_iter().filter_map(|(subject, text)| Some((subject, text?)));
    match (given.next(), given.next()) {
        (Some((subject, text)), None) => Ok((entry(subject, text, taxonomy)?, points)),
        _ => bail!("an entry names one of company, title, keyword and skill"),
    }
}

//! `skills_open.tsv`: skills from openly licensed taxonomies, one line each. Pure: text in, rows out. How the table is made
//! from the files of ESCO and O*NET is in the files beside this one.

mod esco;
mod onet;
mod spelling;
mod table;

pub use table::table;

use super::skill_file::Rule;
use anyhow::Context;

/// What a skill is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Something to know or to handle: `python`, `forklift`.
    Knowledge,
    /// Something to be good at: `teamwork`, `manage budgets`.
    Competence,
}

/// One line of the table.
pub struct Row<'a> {
    /// Canonical name, lower-cased.
    pub name: &'a str,
    /// What it is.
    pub kind: Kind,
    spellings: &'a str,
}

/// Before a spelling that counts in exactly this case.
const SAME_CASE: char = '=';
/// Before a spelling that counts in exactly this case, and next to another skill in a list.
const SAME_CASE_IN_LIST: char = '&';
/// Before an ordinary word, which counts where the text asks for something.
const ASKED: char = '~';

impl<'a> Row<'a> {
    /// The spellings with their rules. Without any, the name is the only one.
    pub fn spellings(&self) -> impl Iterator<Item = (&'a str, Rule)> {
        let all = if self.spellings.is_empty() { self.name } else { self.spellings };
        all.split('|').map(|spelling| {
            let text = spelling.trim_start_matches([SAME_CASE, SAME_CASE_IN_LIST, ASKED]);
            match spelling.chars().next() {
                Some(SAME_CASE) => (text, Rule::SameCase),
                Some(SAME_CASE_IN_LIST) => (text, Rule::SameCaseInList),
                Some(ASKED) => (text, Rule::Asked),
                _ => (spelling, Rule::Always),
            }
        })
    }
}

/// The rows of the table.
pub fn rows(text: &str) -> impl Iterator<Item = anyhow::Result<Row<'_>>> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines.map(|(index, line)| row(line).with_context(|| format!("line {}", index + 1)))
}

fn row(line: &str) -> anyhow::Result<Row<'_>> {
    let mut columns = line.split('\t');
    let name = columns.next().filter(|name| !name.is_empty()).context("no name")?;
    let kind = match columns.next() {
        Some("k") => Kind::Knowledge,
        Some("c") => Kind::Competence,
        other => anyhow::bail!("`{}` is neither k nor c", other.unwrap_or_default()),
    };
    Ok(Row { name, kind, spellings: columns.next().unwrap_or_default() })
}

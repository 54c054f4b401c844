//! Which labels of a taxonomy work as spellings in running text, and in which case only.

use super::{ASKED, Kind, SAME_CASE, SAME_CASE_IN_LIST};
use std::collections::HashSet;

/// Longer labels are definitions: nobody writes the same words again.
const MOST_WORDS: usize = 4;
/// The same of competences, `manage budgets`, which people put in ever other words.
const MOST_WORDS_OF_COMPETENCE: usize = 3;
/// The same in bytes.
const MOST_BYTES: usize = 40;
/// Words shorter than this mean too many things in any case.
const FEWEST_LETTERS: usize = 4;

/// What words mean outside of names.
pub struct Vocabulary<'a> {
    refused: HashSet<String>,
    common: HashSet<&'a str>,
}

impl<'a> Vocabulary<'a> {
    /// From the list of refused spellings, and from labels: a word that is written small there is an ordinary one.
    pub fn new(refused: &str, labels: impl Iterator<Item = &'a str>) -> Vocabulary<'a> {
        let refused = refused.lines().filter(|line| !line.starts_with('#')).map(|line| line.trim().to_lowercase());
        let words = labels.filter(|label| label.contains(' ')).flat_map(|label| label.split(' '));
        let common = words.filter(|word| word.chars().all(char::is_lowercase)).collect();
        Vocabulary { refused: refused.collect(), common }
    }

    /// A label as a spelling with the sign of its rule, or nothing.
    pub fn spelling(&self, label: &str, kind: Kind) -> Option<String> {
        let text = bare(label);
        let lower = text.to_lowercase();
        let words = text.split(' ').count();
        let letters = text.chars().filter(|character| character.is_alphabetic()).count();
        let most = if kind == Kind::Competence { MOST_WORDS_OF_COMPETENCE } else { MOST_WORDS };
        let is_fit = words <= most
            && text.len() <= MOST_BYTES
            && letters >= 2
            && text.starts_with(char::is_alphanumeric)
            && !text.contains(['|', '\t', '"', ';', ':', ','])
            && !self.refused.contains(&lower);
        if !is_fit {
            return None;
        }
        if words > 1 {
            let is_title = text.chars().skip(1).any(char::is_uppercase);
            let is_ordinary = lower.split(' ').all(|word| self.common.contains(word) || word.len() < FEWEST_LETTERS);
            return Some(match (kind, is_title, is_ordinary) {
                (Kind::Knowledge, true, true) => format!("{SAME_CASE}{text}"),
                (Kind::Knowledge, false, _) => format!("{ASKED}{lower}"),
                _ => lower,
            });
        }
        let is_ordinary = self.common.contains(lower.as_str());
        let is_small = !text.chars().any(char::is_uppercase);
        if is_small {
            return (letters >= FEWEST_LETTERS).then(|| format!("{ASKED}{lower}"));
        }
        let has_capital_inside = text.chars().skip(1).any(char::is_uppercase);
        let has_small = text.chars().any(char::is_lowercase);
        match (has_capital_inside, is_ordinary || letters < 3) {
            (true, false) if letters > 4 && has_small => Some(lower),
            (true, false) => Some(format!("{SAME_CASE}{text}")),
            (true, true) => Some(format!("{SAME_CASE_IN_LIST}{text}")),
            (false, false) => Some(format!("{SAME_CASE}{text}")),
            (false, true) => None,
        }
    }

    /// A label as a name, or nothing when it is too long to show.
    pub fn name(&self, label: &str) -> Option<String> {
        let name = bare(label).to_lowercase();
        let is_fit = name.split(' ').count() <= MOST_WORDS + 2 && !name.contains(['|', '\t']) && name.len() >= 2;
        is_fit.then_some(name)
    }
}

/// A label without what explains it, `Java (computer programming)`, and with single spaces.
fn bare(label: &str) -> String {
    let label = label.split(" (").next().unwrap_or_default();
    label.split_whitespace().collect::<Vec<_>>().join(" ")
}

//! The curated file `skills.yml`, and the forms in which a spelling is looked for.

use crate::yaml;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    skills: Vec<Entry>,
}

/// One skill of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Canonical name.
    pub name: String,
    fr: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    exact: Vec<String>,
    #[serde(default)]
    listed: Vec<String>,
    #[serde(default)]
    weak: Vec<String>,
    /// Whether it is a way to be or to act, rather than something to know.
    #[serde(default, rename = "soft")]
    pub is_soft: bool,
}

/// When a spelling counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// In any case.
    Always,
    /// In exactly this case.
    SameCase,
    /// In exactly this case, and next to another skill in a list.
    SameCaseInList,
    /// In any case, where the text asks for something: an ordinary word.
    Asked,
}

/// The skills of the file, in its order.
pub fn read(name: &str, text: &str) -> anyhow::Result<Vec<Entry>> {
    let File { skills } = yaml::parse(name, text)?;
    Ok(skills)
}

impl Entry {
    /// The spellings with their rules, each once.
    pub fn spellings(&self) -> Vec<(String, Rule)> {
        let mut spellings: Vec<(String, Rule)> = Vec::new();
        spellings.extend(self.exact.iter().map(|text| (text.clone(), Rule::SameCase)));
        spellings.extend(self.listed.iter().map(|text| (text.clone(), Rule::SameCaseInList)));
        spellings.extend(self.weak.iter().flat_map(|text| forms(text, Rule::Asked)));
        let guarded = self.exact.iter().chain(&self.listed).chain(&self.weak).any(|text| *text == self.name);
        let name = if guarded { None } else { Some(&self.name) };
        for text in name.into_iter().chain(&self.fr).chain(&self.aliases) {
            for form in forms(text, Rule::Always) {
                if !spellings.iter().any(|(text, rule)| *text == form.0 && matches!(rule, Rule::Always | Rule::Asked)) {
                    spellings.push(form);
                }
            }
        }
        spellings
    }
}

/// The forms of a spelling. Letters beyond ASCII are matched by byte, so their capitals and their forms without accents
/// are spellings too.
pub fn forms(text: &str, rule: Rule) -> Vec<(String, Rule)> {
    if matches!(rule, Rule::SameCase | Rule::SameCaseInList) {
        return vec![(text.to_owned(), rule)];
    }
    let mut forms = vec![text.to_lowercase()];
    if text.contains('\'') {
        forms.push(forms[0].replace('\'', "’"));
    }
    if !text.is_ascii() {
        forms.push(text.to_uppercase());
        forms.push(plain(text));
    }
    forms.into_iter().map(|form| (form, rule)).collect()
}

/// Without accents, and with what else the text has: `chaine d'approvisionnement`.
fn plain(text: &str) -> String {
    let letters = text.nfkd().filter(|letter| !is_combining_mark(*letter));
    letters.flat_map(char::to_lowercase).collect::<String>().replace('œ', "oe")
}

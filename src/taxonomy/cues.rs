//! The words that say how to read a job text, of `skill_cues.yml`: what its parts are called, what makes a sentence a wish,
//! and the grammar of words around skills. Knows no skill.

use super::skill_file::{Rule, forms};
use super::trie::Trie;
use crate::yaml;
use anyhow::Context;
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};

/// A part of a job text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// What one must bring.
    Required,
    /// What would be welcome.
    NiceToHave,
    /// What one would do.
    Duties,
    /// The employer.
    AboutUs,
    /// What the employer gives.
    Benefits,
    /// Anything else: the title, and text before any heading.
    Other,
}

impl Section {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Section::Required => "required",
            Section::NiceToHave => "nice_to_have",
            Section::Duties => "duties",
            Section::AboutUs => "about_us",
            Section::Benefits => "benefits",
            Section::Other => "other",
        }
    }

    /// Whether a skill that is named there is asked for.
    pub const fn asks(self) -> bool {
        !matches!(self, Section::AboutUs | Section::Benefits)
    }
}

/// What a word says about the words around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A part of the text begins here, when it stands as a heading does.
    Heading(Section),
    /// The sentence belongs to this part, whatever its heading.
    Inline(Section),
    /// What follows is something to know: `experience with`.
    Introduces,
    /// A noun that names something to know together with the words before it: `databases`.
    Head,
    /// A course of study, before its field: `degree in`, `BSc`.
    Degree,
}

/// How a word that is no skill takes part in a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Ends a phrase: function words, verbs.
    Stop,
    /// Praise and measure before a phrase, which is no part of it: `strong`, `various`.
    Loose,
    /// Says too little to be a phrase alone: `team`.
    Vague,
    /// Does a job: `developer`. Ends a phrase.
    Person,
}

/// Words that are looked up by themselves.
pub struct Words {
    trie: Trie,
    roles: Vec<Role>,
}

impl Words {
    /// What a whole word does to a phrase.
    pub fn role(&self, word: &str) -> Option<Role> {
        self.trie.number(word.as_bytes()).map(|number| self.roles[number])
    }
}

/// The compiled file: phrases to search for in small letters, and words to look up.
pub struct Cues {
    /// Phrases in ASCII small letters, with what they say. A phrase may say several things.
    pub marks: Vec<(String, Mark)>,
    /// Words with a part in the grammar.
    pub words: Words,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    headings: BTreeMap<Section, Vec<String>>,
    inline: BTreeMap<Section, Vec<String>>,
    introduces: Vec<String>,
    heads: Vec<String>,
    degrees: Vec<String>,
    stop: Vec<String>,
    loose: Vec<String>,
    vague: Vec<String>,
    persons: Vec<String>,
}

impl Cues {
    pub(super) fn read(name: &str, text: &str) -> anyhow::Result<Cues> {
        let file: File = yaml::parse(name, text)?;
        let mut marks = Vec::new();
        let mut add = |texts: &[String], mark: Mark| {
            for text in texts {
                let forms = forms(text, Rule::Always);
                marks.extend(forms.into_iter().map(|(form, _)| (form.to_ascii_lowercase(), mark)));
            }
        };
        for (section, texts) in &file.headings {
            add(texts, Mark::Heading(*section));
        }
        for (section, texts) in &file.inline {
            add(texts, Mark::Inline(*section));
        }
        add(&file.introduces, Mark::Introduces);
        add(&file.heads, Mark::Head);
        add(&file.degrees, Mark::Degree);
        let (mut spellings, mut roles, mut known) = (Vec::new(), Vec::new(), HashSet::new());
        let roles_of = [
            (file.persons, Role::Person),
            (file.stop, Role::Stop),
            (file.loose, Role::Loose),
            (file.vague, Role::Vague),
        ];
        for (words, role) in roles_of {
            for (word, _) in words.iter().flat_map(|word| forms(word, Rule::Always)) {
                if known.insert(word.to_ascii_lowercase()) {
                    spellings.push(word);
                    roles.push(role);
                }
            }
        }
        let trie = Trie::new(&spellings).with_context(|| name.to_owned())?;
        Ok(Cues { marks, words: Words { trie, roles } })
    }
}

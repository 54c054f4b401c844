//! The dictionaries of `config/taxonomy`: job titles, levels, skills, places, exchange rates and company sizes, compiled
//! for fast look-up. A file that the folder lacks is replaced by the one built into the program; the tables of cities and
//! postal areas are always the built-in ones. Knows no stage.

pub mod blocks;
pub mod cues;
pub mod currencies;
pub mod ecb;
pub mod gazetteer;
pub mod geonames;
pub mod headcount;
pub mod language;
mod letters;
pub mod lists;
pub mod memo;
pub mod money;
pub mod nearest;
pub mod occupation_links;
pub mod occupation_table;
pub mod occupations;
pub mod open_skills;
pub mod periods;
pub mod phrases;
pub mod places;
pub mod postal;
pub mod postal_table;
pub mod related_words;
pub mod scatter;
pub mod sizes;
pub mod skill_file;
pub mod skills;
pub mod titles;
pub mod trie;
mod word_keys;
pub mod words;
pub mod work_model;

use crate::revision::revision;
use anyhow::Context;
use money::Money;
use places::Places;
use sizes::Sizes;
use skills::Skills;
use std::path::Path;
use titles::Titles;

/// Changes whenever the way the files are read changes, so that jobs are enriched again.
pub const VERSION: &str = "3";

/// Every dictionary, ready for use.
pub struct Taxonomy {
    pub(crate) titles: Titles,
    pub(crate) skills: Skills,
    pub(crate) places: Places,
    pub(crate) money: Money,
    pub(crate) sizes: Sizes,
    revision: String,
}

const FX_RATES: &str = include_str!("../../config/taxonomy/fx_rates.yml");

/// The files: name, and the text built into the program.
const FILES: [(&str, &str); 7] = [
    ("titles.yml", include_str!("../../config/taxonomy/titles.yml")),
    ("skills.yml", include_str!("../../config/taxonomy/skills.yml")),
    ("locations.yml", include_str!("../../config/taxonomy/locations.yml")),
    ("fx_rates.yml", FX_RATES),
    ("company_sizes.yml", include_str!("../../config/taxonomy/company_sizes.yml")),
    ("skills_open.tsv", include_str!("../../config/taxonomy/skills_open.tsv")),
    ("skill_cues.yml", include_str!("../../config/taxonomy/skill_cues.yml")),
];

impl Taxonomy {
    /// The exchange rates built into the program, as text.
    pub fn bundled_fx_rates() -> &'static str {
        FX_RATES
    }

    /// Reads the dictionaries of a folder, normally `config/taxonomy`.
    pub fn load(dir: &Path) -> anyhow::Result<Taxonomy> {
        let texts = Taxonomy::texts(dir)?;
        let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
        Taxonomy::compile(&format!("{}/", dir.display()), &texts)
    }

    /// Name and text of each file of a folder; of one that it lacks, the text built into the program.
    pub fn texts(dir: &Path) -> anyhow::Result<Vec<(&'static str, String)>> {
        let mut texts = Vec::with_capacity(FILES.len());
        for (name, bundled) in FILES {
            let path = dir.join(name);
            let text = match std::fs::read_to_string(&path) {
                Ok(text) => text,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => bundled.to_owned(),
                Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
            };
            texts.push((name, text));
        }
        Ok(texts)
    }

    /// Compiles texts that were read before. `origin` stands before their names in messages; a file that is missing
    /// among them is replaced by the one built into the program.
    pub fn compile(origin: &str, texts: &[(&str, &str)]) -> anyhow::Result<Taxonomy> {
        let text_of = |(name, bundled): (&str, &str)| {
            let text = texts.iter().find(|(known, _)| *known == name).map_or(bundled, |(_, text)| text);
            (format!("{origin}{name}"), text.to_owned())
        };
        Taxonomy::read(&FILES.map(text_of))
    }

    /// The dictionaries built into the program.
    pub fn bundled() -> Taxonomy {
        let texts: Vec<_> =
            FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Taxonomy::read(&texts).expect("the bundled dictionaries are read by a test")
    }

    /// Hash of the content of the files and of [`VERSION`]: output made at another revision is pending.
    pub fn revision(&self) -> String {
        self.revision.clone()
    }

    /// The place that a displayed text such as `Toronto, ON` names.
    pub fn place(&self, text: &str) -> Option<places::Place> {
        self.places.in_text(text)
    }

    /// Every place that a displayed text such as `Toronto, ON or NYC` names.
    pub fn all_places(&self, text: &str) -> Vec<places::Place> {
        self.places.all_in_text(text)
    }

    /// A place as `City, REGION, CC`.
    pub fn shown_place(&self, place: &places::Place) -> String {
        self.places.standard_form(place)
    }

    /// The ISO code of a country from any of its names.
    pub fn country_code(&self, text: &str) -> Option<&str> {
        self.places.country_code(text)
    }

    /// The standard label of a company size as sent ("51-200 employees", "startup"), for example `51-200`.
    pub fn company_size(&self, text: &str) -> Option<&str> {
        self.sizes.label(text)
    }

    /// The canonical name of a skill, from its name or an alias in any case.
    pub fn skill(&self, word: &str) -> Option<&str> {
        self.skills.canonical(word)
    }

    /// The skill lexicon.
    pub fn skills(&self) -> &Skills {
        &self.skills
    }

    fn read(texts: &[(String, String)]) -> anyhow::Result<Taxonomy> {
        let [titles, skills, locations, rates, sizes, open, cues] = texts else {
            anyhow::bail!("the taxonomy has seven files");
        };
        let contents = texts.iter().map(|(_, text)| text.as_str());
        Ok(Taxonomy {
            titles: Titles::read(&titles.0, &titles.1)?,
            skills: Skills::read((&skills.0, &skills.1), (&open.0, &open.1), (&cues.0, &cues.1))?,
            places: Places::read(&locations.0, &locations.1)?,
            money: Money::read(&rates.0, &rates.1)?,
            sizes: Sizes::read(&sizes.0, &sizes.1)?,
            revision: revision(
                [VERSION, gazetteer::revision(), postal::AREAS]
                    .into_iter()
                    .chain(occupations::revision())
                    .chain(contents),
            ),
        })
    }
}

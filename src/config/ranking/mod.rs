//! `config/ranking.yml`: how much each feature weighs, and what each profile wishes for. Turns the words of the file
//! (places, skills, phrases) into what `rank` compares with; a word that could never match is an error. Reads no database:
//! the reader's own marks are handed in.

mod file;
pub mod filters;
pub mod freshness;
pub mod lists;
pub mod wishes;

use crate::posting::{ContractType, RemoteType, Seniority};
use crate::taxonomy::Taxonomy;
use crate::yaml;
use anyhow::{Context, ensure};
use file::{File, ProfileFile};
use filters::Filters;
use freshness::Freshness;
use lists::Lists;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use wishes::{LocationWish, SalaryWish, SizeWish, SkillWish, TitleWish};

/// The whole file, checked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ranking {
    /// Share of each feature in the score.
    pub weights: Weights,
    /// By name; `default` is always there.
    pub profiles: BTreeMap<String, Profile>,
}

/// Shares of the eight features; they sum to 1.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "described in config/ranking.yml, which users read")]
pub struct Weights {
    pub title_keywords: f64,
    pub skills_overlap: f64,
    pub location_proximity: f64,
    pub salary_band: f64,
    pub employment_type: f64,
    pub seniority_match: f64,
    pub remote_type: f64,
    pub company_size: f64,
}

/// What one person looks for. `None` and an empty list mean no preference.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "described in config/ranking.yml, which users read")]
pub struct Profile {
    pub title: Option<TitleWish>,
    pub skills: Option<SkillWish>,
    pub location: Option<LocationWish>,
    pub salary: Option<SalaryWish>,
    pub employment_types: Vec<ContractType>,
    pub seniority: Vec<Seniority>,
    pub remote_types: Vec<RemoteType>,
    pub company_size: Option<SizeWish>,
    pub filters: Filters,
    pub lists: Lists,
    /// For the reader's sort only, so no job is ranked again when it changes.
    #[serde(skip)]
    pub freshness: Freshness,
}

/// The file that a folder without a `ranking.yml` of its own has.
const BUNDLED: &str = include_str!("../../../config/ranking.yml");

/// Reads and checks the file, or the bundled one when it is absent; returns the text as well.
pub fn load(path: &Path, taxonomy: &Taxonomy) -> anyhow::Result<(Ranking, String)> {
    let (name, text) = text_of(path)?;
    let ranking = read(&name, &text, taxonomy)?;
    Ok((ranking, text))
}

/// The names of the profiles with how each sorts by age: what lists need, without the dictionaries.
pub fn outline(path: &Path) -> anyhow::Result<BTreeMap<String, Freshness>> {
    let (name, text) = text_of(path)?;
    outline_of(&name, &text)
}

/// The same of a text; `name` is the file as the user knows it.
pub fn outline_of(name: &str, text: &str) -> anyhow::Result<BTreeMap<String, Freshness>> {
    let file: File = yaml::parse(name, text)?;
    let mut outline = BTreeMap::new();
    for (profile, content) in file.profiles {
        let context = || format!("{name}: profile `{profile}`: freshness");
        let freshness = content.freshness.checked().with_context(context)?;
        outline.insert(profile, freshness);
    }
    Ok(outline)
}

/// The file as the user knows it, and its text.
fn text_of(path: &Path) -> anyhow::Result<(String, String)> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok((path.display().to_string(), text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Ok(("the bundled ranking.yml".to_owned(), BUNDLED.to_owned()))
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Reads and checks a text; `name` is the file as the user knows it.
pub fn read(name: &str, text: &str, taxonomy: &Taxonomy) -> anyhow::Result<Ranking> {
    let file: File = yaml::parse(name, text)?;
    check_weights(&file.weights).with_context(|| name.to_owned())?;
    ensure!(file.profiles.contains_key("default"), "{name}: profiles: `default` is missing");
    let mut profiles = BTreeMap::new();
    for (profile_name, profile) in file.profiles {
        let compiled =
            profile_of(profile, taxonomy).with_context(|| format!("{name}: profile `{profile_name}`"))?;
        let effective = shares(&file.weights, &compiled).iter().any(|share| *share > 0.0);
        ensure!(
            effective,
            "{name}: profile `{profile_name}` wishes for nothing: give at least one preference whose weight is above 0"
        );
        profiles.insert(profile_name, compiled);
    }
    Ok(Ranking { weights: file.weights, profiles })
}

impl Weights {
    /// The names of the features, in the order of every report.
    pub const FEATURES: [&str; 8] = [
        "title_keywords",
        "skills_overlap",
        "location_proximity",
        "salary_band",
        "employment_type",
        "seniority_match",
        "remote_type",
        "company_size",
    ];

    /// The weights in the order of [`Weights::FEATURES`].
    pub fn in_order(&self) -> [f64; 8] {
        [
            self.title_keywords,
            self.skills_overlap,
            self.location_proximity,
            self.salary_band,
            self.employment_type,
            self.seniority_match,
            self.remote_type,
            self.company_size,
        ]
    }
}

impl Profile {
    /// Every rule that can hide a job, as `hidden_by` names it.
    pub fn rules(&self) -> Vec<String> {
        let mut rules = self.filters.rules();
        rules.extend(self.lists.block.iter().map(|entry| entry.block_rule()));
        rules
    }

    /// Whether the profile has a preference, for each of [`Weights::FEATURES`].
    pub fn preferences(&self) -> [bool; 8] {
        [
            self.title.is_some(),
            self.skills.is_some(),
            self.location.is_some(),
            self.salary.is_some(),
            !self.employment_types.is_empty(),
            !self.seniority.is_empty(),
            !self.remote_types.is_empty(),
            self.company_size.is_some(),
        ]
    }
}

/// The share of each feature in a score of this profile: features without a preference drop out, the rest sum to 1.
/// All are 0 when nothing remains.
pub fn shares(weights: &Weights, profile: &Profile) -> [f64; 8] {
    let mut shares = weights.in_order();
    for (share, preferred) in shares.iter_mut().zip(profile.preferences()) {
        if !preferred {
            *share = 0.0;
        }
    }
    let sum: f64 = shares.iter().sum();
    if sum > 0.0 {
        for share in &mut shares {
            *share /= sum;
        }
    }
    shares
}

fn check_weights(weights: &Weights) -> anyhow::Result<()> {
    for (feature, weight) in Weights::FEATURES.iter().zip(weights.in_order()) {
        ensure!(weight.is_finite() && weight >= 0.0, "weights: `{feature}` must be 0 or more, not {weight}");
    }
    let sum: f64 = weights.in_order().iter().sum();
    let rounded = (sum * 1e9).round() / 1e9;
    ensure!((sum - 1.0).abs() <= 1e-9, "weights: they must sum to 1, and sum to {rounded}");
    Ok(())
}

fn profile_of(file: ProfileFile, taxonomy: &Taxonomy) -> anyhow::Result<Profile> {
    let location = file
        .location
        .map(|place| wishes::location(place, taxonomy))
        .transpose()
        .context("location")?
        .flatten();
    Ok(Profile {
        title: file
            .title_keywords
            .map(|title| wishes::title(title, taxonomy))
            .transpose()
            .context("title_keywords")?
            .flatten(),
        skills: file
            .skills
            .map(|skills| wishes::skills(skills, taxonomy))
            .transpose()
            .context("skills")?
            .flatten(),
        salary: file.salary.map(wishes::salary).transpose().context("salary")?.flatten(),
        employment_types: file.employment_types,
        seniority: file.seniority,
        remote_types: file.remote_types,
        company_size: file
            .company_size
            .map(wishes::company_size)
            .transpose()
            .context("company_size")?
            .flatten(),
        filters: filters::compile(file.filters, location.as_ref(), taxonomy).context("filters")?,
        lists: lists::compile(file.block, file.boost, taxonomy)?,
        freshness: file.freshness.checked().context("freshness")?,
        location,
    })
}

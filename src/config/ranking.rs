//! `config/ranking.yml`: how much each feature weighs, and what each profile wishes for. Turns the words of the file
//! (places, skills, phrases) into what `rank` compares with; a word that could never match is an error here.

use crate::posting::{ContractType, RemoteType, Seniority};
use crate::taxonomy::Taxonomy;
use crate::taxonomy::words::fold_singular;
use crate::yaml::{self, did_you_mean};
use anyhow::{Context, bail, ensure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

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
}

/// Phrases a title should have, and phrases it must not have.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TitleWish {
    /// Any of these.
    pub any: Vec<Phrase>,
    /// None of these.
    pub exclude: Vec<Phrase>,
}

/// A phrase as written and as compared.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Phrase {
    /// As the profile has it.
    pub text: String,
    /// With [`fold_singular`].
    pub folded: String,
}

/// Skills by canonical name.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SkillWish {
    /// Every wished skill, the required ones too, in the order of the file.
    pub skills: Vec<String>,
    /// Those that a job must name.
    pub must_have: Vec<String>,
    /// How many of `skills` make a full match.
    pub enough: usize,
}

/// Where the person can work.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LocationWish {
    /// Places with coordinates.
    pub places: Vec<WishedPlace>,
    /// Up to here a place is a full match; at eight times the distance it is none.
    pub near_km: f64,
    /// Countries whose remote jobs are as good as a job around the corner.
    pub remote_from: Vec<String>,
}

/// One place of a profile.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct WishedPlace {
    pub name: String,
    pub country: String,
    pub lat: f64,
    pub lon: f64,
}

/// Canadian dollars a year.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SalaryWish {
    /// Less than this is a miss.
    pub floor: f64,
    /// This is a full match.
    pub target: f64,
}

/// Number of employees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct SizeWish {
    pub min: u64,
    pub max: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    weights: Weights,
    profiles: BTreeMap<String, ProfileFile>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct ProfileFile {
    title_keywords: Option<TitleFile>,
    skills: Option<SkillFile>,
    location: Option<LocationFile>,
    salary: Option<SalaryFile>,
    employment_types: Vec<ContractType>,
    seniority: Vec<Seniority>,
    remote_types: Vec<RemoteType>,
    company_size: Option<SizeFile>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct TitleFile {
    any: Vec<String>,
    exclude: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct SkillFile {
    wanted: Vec<String>,
    must_have: Vec<String>,
    enough: Option<usize>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct LocationFile {
    places: Vec<String>,
    near_km: Option<f64>,
    remote_from: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SalaryFile {
    floor: Option<f64>,
    target: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SizeFile {
    min: Option<u64>,
    max: Option<u64>,
}

/// Distance of a full match where the profile gives none.
const NEAR_KM: f64 = 30.0;

/// The file that a folder without a `ranking.yml` of its own has.
const BUNDLED: &str = include_str!("../../config/ranking.yml");

/// Reads and checks the file, or the bundled one when it is absent; returns the text as well.
pub fn load(path: &Path, taxonomy: &Taxonomy) -> anyhow::Result<(Ranking, String)> {
    let (name, text) = match std::fs::read_to_string(path) {
        Ok(text) => (path.display().to_string(), text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            ("the bundled ranking.yml".to_owned(), BUNDLED.to_owned())
        }
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let ranking = read(&name, &text, taxonomy)?;
    Ok((ranking, text))
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
    Ok(Profile {
        title: file.title_keywords.map(title_wish).transpose().context("title_keywords")?.flatten(),
        skills: file
            .skills
            .map(|skills| skill_wish(skills, taxonomy))
            .transpose()
            .context("skills")?
            .flatten(),
        location: file
            .location
            .map(|place| location_wish(place, taxonomy))
            .transpose()
            .context("location")?
            .flatten(),
        salary: file.salary.map(salary_wish).transpose().context("salary")?.flatten(),
        employment_types: file.employment_types,
        seniority: file.seniority,
        remote_types: file.remote_types,
        company_size: file.company_size.map(size_wish).transpose().context("company_size")?.flatten(),
    })
}

fn title_wish(file: TitleFile) -> anyhow::Result<Option<TitleWish>> {
    let phrases = |texts: Vec<String>| -> anyhow::Result<Vec<Phrase>> {
        let mut phrases = Vec::with_capacity(texts.len());
        for text in texts {
            let folded = fold_singular(&text);
            ensure!(folded != " ", "the phrase `{text}` has no letters");
            phrases.push(Phrase { text, folded });
        }
        Ok(phrases)
    };
    let wish = TitleWish { any: phrases(file.any)?, exclude: phrases(file.exclude)? };
    Ok(if wish.any.is_empty() && wish.exclude.is_empty() { None } else { Some(wish) })
}

fn skill_wish(file: SkillFile, taxonomy: &Taxonomy) -> anyhow::Result<Option<SkillWish>> {
    let canonical = |word: &String| -> anyhow::Result<String> {
        match taxonomy.skill(word) {
            Some(name) => Ok(name.to_owned()),
            None => {
                let hint = did_you_mean(word, taxonomy.skills.names());
                let hint = hint.unwrap_or_else(|| "add it there first".to_owned());
                bail!("`{word}` is not in taxonomy/skills.yml; {hint}")
            }
        }
    };
    let must_have = file.must_have.iter().map(canonical).collect::<anyhow::Result<Vec<_>>>()?;
    let wanted = file.wanted.iter().map(canonical).collect::<anyhow::Result<Vec<_>>>()?;
    let mut skills: Vec<String> = Vec::new();
    for skill in must_have.iter().chain(&wanted) {
        if !skills.contains(skill) {
            skills.push(skill.clone());
        }
    }
    if skills.is_empty() {
        return Ok(None);
    }
    let enough = file.enough.unwrap_or(skills.len());
    ensure!(
        (1..=skills.len()).contains(&enough),
        "enough must be between 1 and {}, not {enough}",
        skills.len()
    );
    Ok(Some(SkillWish { skills, must_have, enough }))
}

fn location_wish(file: LocationFile, taxonomy: &Taxonomy) -> anyhow::Result<Option<LocationWish>> {
    let mut places = Vec::with_capacity(file.places.len());
    for name in file.places {
        let place = taxonomy.places.resolve(&name)?;
        let Some((lat, lon)) = place.coordinates else {
            bail!("`{name}` is no city of taxonomy/locations.yml; name a city near it, or add it there");
        };
        places.push(WishedPlace { name: place.city.unwrap_or(name), country: place.country, lat, lon });
    }
    let mut remote_from = Vec::with_capacity(file.remote_from.len());
    for country in file.remote_from {
        let Some(code) = taxonomy.places.country_code(&country) else {
            bail!("remote_from: `{country}` is no country of taxonomy/locations.yml");
        };
        remote_from.push(code.to_owned());
    }
    let near_km = file.near_km.unwrap_or(NEAR_KM);
    ensure!(near_km.is_finite() && near_km > 0.0, "near_km must be above 0, not {near_km}");
    let nothing = places.is_empty() && remote_from.is_empty();
    Ok(if nothing { None } else { Some(LocationWish { places, near_km, remote_from }) })
}

fn salary_wish(file: SalaryFile) -> anyhow::Result<Option<SalaryWish>> {
    let (floor, target) = match (file.floor, file.target) {
        (None, None) => return Ok(None),
        (Some(floor), None) => (floor, floor),
        (None, Some(target)) => (target, target),
        (Some(floor), Some(target)) => (floor, target),
    };
    ensure!(floor.is_finite() && floor >= 0.0, "floor must be 0 or more, not {floor}");
    ensure!(target.is_finite() && floor <= target, "target ({target}) is below floor ({floor})");
    Ok(Some(SalaryWish { floor, target }))
}

fn size_wish(file: SizeFile) -> anyhow::Result<Option<SizeWish>> {
    if file.min.is_none() && file.max.is_none() {
        return Ok(None);
    }
    let wish = SizeWish { min: file.min.unwrap_or(1), max: file.max.unwrap_or(u64::MAX) };
    ensure!(wish.min <= wish.max, "min ({}) is above max ({})", wish.min, wish.max);
    Ok(Some(wish))
}

//! What a profile wishes for, one type per feature, with its words resolved: places have coordinates, skills their
//! canonical names, phrases are folded. A word that could never match is an error here.

use super::file::{LocationFile, SalaryFile, SizeFile, SkillFile, TitleFile, Words};
use crate::taxonomy::Taxonomy;
use crate::taxonomy::words::{fold, fold_singular};
use crate::yaml::did_you_mean;
use anyhow::{bail, ensure};
use serde::Serialize;

/// Phrases a title should have, and phrases it must not have.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TitleWish {
    /// Any of these.
    pub any: Vec<Phrase>,
    /// None of these.
    pub exclude: Vec<Phrase>,
    /// Standard titles that a phrase of `any` names in English or French, and which phrase.
    pub standard: Vec<(String, String)>,
}

/// A phrase as written and as compared.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Phrase {
    /// As the profile has it.
    pub text: String,
    /// With [`fold_singular`] for titles, with [`fold`] for texts.
    pub folded: String,
    /// Looked for in postings of this language and of an unknown one; in all when none is given.
    pub language: Option<String>,
}

/// Skills by canonical name.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SkillWish {
    /// Every wished skill, the required ones too, in the order of the file.
    pub skills: Vec<String>,
    /// Those that a job must name.
    pub must_have: Vec<String>,
    /// Further skills that the person has; `None` when the profile does not say which.
    pub known: Option<Vec<String>>,
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
    /// Half a match; less tapers off to a miss.
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

/// Distance of a full match where the profile gives none.
const NEAR_KM: f64 = 30.0;

/// Languages that are told apart, ISO 639-1.
const LANGUAGES: [&str; 2] = ["en", "fr"];

pub(super) fn title(file: TitleFile, taxonomy: &Taxonomy) -> anyhow::Result<Option<TitleWish>> {
    let mut wish = TitleWish {
        any: phrases(file.any, fold_singular)?,
        exclude: phrases(file.exclude, fold_singular)?,
        standard: Vec::new(),
    };
    for phrase in &wish.any {
        // Only a phrase that is a title from end to end: "data" alone does not mean every data engineer.
        if let Some((title, 0)) = taxonomy.titles.find(&phrase.folded)
            && !wish.standard.iter().any(|(known, _)| *known == title.title)
        {
            wish.standard.push((title.title.clone(), phrase.text.clone()));
        }
    }
    Ok(if wish.any.is_empty() && wish.exclude.is_empty() { None } else { Some(wish) })
}

/// The phrases of all lists, folded by `fold`.
pub(super) fn phrases(words: Words, fold: fn(&str) -> String) -> anyhow::Result<Vec<Phrase>> {
    let mut phrases = Vec::new();
    for (language, texts) in words.lists {
        let language = language.map(|code| language_code(&code)).transpose()?;
        for text in texts {
            phrases.push(phrase(text, fold, language.clone())?);
        }
    }
    Ok(phrases)
}

/// One phrase for postings of any language, compared with titles.
pub(super) fn title_phrase(text: String) -> anyhow::Result<Phrase> {
    phrase(text, fold_singular, None)
}

/// One phrase for postings of any language, compared with descriptions.
pub(super) fn text_phrase(text: String) -> anyhow::Result<Phrase> {
    phrase(text, fold, None)
}

fn phrase(text: String, fold: fn(&str) -> String, language: Option<String>) -> anyhow::Result<Phrase> {
    let folded = fold(&text);
    ensure!(folded != " ", "the phrase `{text}` has no letters");
    Ok(Phrase { text, folded, language })
}

pub(super) fn language_code(code: &str) -> anyhow::Result<String> {
    let lower = code.to_lowercase();
    ensure!(LANGUAGES.contains(&lower.as_str()), "`{code}` is no language told apart here: en or fr");
    Ok(lower)
}

pub(super) fn canonical_skill(word: &str, taxonomy: &Taxonomy) -> anyhow::Result<String> {
    if let Some(name) = taxonomy.skill(word) {
        return Ok(name.to_owned());
    }
    let hint = did_you_mean(word, taxonomy.skills.names());
    let hint = hint.unwrap_or_else(|| "add it there first".to_owned());
    bail!("`{word}` is not in taxonomy/skills.yml; {hint}")
}

pub(super) fn canonical_skills(words: &[String], taxonomy: &Taxonomy) -> anyhow::Result<Vec<String>> {
    words.iter().map(|word| canonical_skill(word, taxonomy)).collect()
}

pub(super) fn skills(file: SkillFile, taxonomy: &Taxonomy) -> anyhow::Result<Option<SkillWish>> {
    let must_have = canonical_skills(&file.must_have, taxonomy)?;
    let nice_to_have = canonical_skills(&file.nice_to_have, taxonomy)?;
    let known = file.known.map(|known| canonical_skills(&known, taxonomy)).transpose()?;
    let mut skills: Vec<String> = Vec::new();
    for skill in must_have.iter().chain(&nice_to_have) {
        if !skills.contains(skill) {
            skills.push(skill.clone());
        }
    }
    if skills.is_empty() {
        ensure!(known.is_none(), "known: name skills under must_have or nice_to_have too");
        return Ok(None);
    }
    let enough = file.enough.unwrap_or(skills.len());
    ensure!(
        (1..=skills.len()).contains(&enough),
        "enough must be between 1 and {}, not {enough}",
        skills.len()
    );
    Ok(Some(SkillWish { skills, must_have, known, enough }))
}

pub(super) fn location(file: LocationFile, taxonomy: &Taxonomy) -> anyhow::Result<Option<LocationWish>> {
    let mut places = Vec::with_capacity(file.places.len());
    for name in file.places {
        let place = taxonomy.places.resolve(&name)?;
        let Some((lat, lon)) = place.coordinates else {
            bail!("`{name}` is no city of taxonomy/locations.yml; name a city near it, or add it there");
        };
        places.push(WishedPlace { name: place.city.unwrap_or(name), country: place.country, lat, lon });
    }
    let remote_from = countries(&file.remote_from, taxonomy, "remote_from")?;
    let near_km = file.near_km.unwrap_or(NEAR_KM);
    ensure!(near_km.is_finite() && near_km > 0.0, "near_km must be above 0, not {near_km}");
    let nothing = places.is_empty() && remote_from.is_empty();
    Ok(if nothing { None } else { Some(LocationWish { places, near_km, remote_from }) })
}

pub(super) fn countries(names: &[String], taxonomy: &Taxonomy, key: &str) -> anyhow::Result<Vec<String>> {
    let mut codes = Vec::with_capacity(names.len());
    for country in names {
        let Some(code) = taxonomy.places.country_code(country) else {
            bail!("{key}: `{country}` is no country of taxonomy/locations.yml");
        };
        codes.push(code.to_owned());
    }
    Ok(codes)
}

pub(super) fn salary(file: SalaryFile) -> anyhow::Result<Option<SalaryWish>> {
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

pub(super) fn company_size(file: SizeFile) -> anyhow::Result<Option<SizeWish>> {
    if file.min.is_none() && file.max.is_none() {
        return Ok(None);
    }
    let wish = SizeWish { min: file.min.unwrap_or(1), max: file.max.unwrap_or(u64::MAX) };
    ensure!(wish.min <= wish.max, "min ({}) is above max ({})", wish.min, wish.max);
    Ok(Some(wish))
}

//! `ranking.yml` as it is written: every key a user may use, nothing checked beyond its kind. `mod.rs` and its siblings
//! turn it into what `rank` compares with.

use super::Weights;
use super::freshness::Freshness;
use crate::posting::{ContractType, RemoteType, Seniority};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor, value};
use serde::{Deserialize, de};
use std::collections::BTreeMap;
use std::fmt;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub weights: Weights,
    pub profiles: BTreeMap<String, ProfileFile>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ProfileFile {
    pub title_keywords: Option<TitleFile>,
    pub skills: Option<SkillFile>,
    pub location: Option<LocationFile>,
    pub salary: Option<SalaryFile>,
    pub employment_types: Vec<ContractType>,
    pub seniority: Vec<Seniority>,
    pub remote_types: Vec<RemoteType>,
    pub company_size: Option<SizeFile>,
    pub filters: FilterFile,
    pub block: NamedFile,
    pub boost: Vec<BoostFile>,
    pub freshness: Freshness,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TitleFile {
    pub any: Words,
    pub exclude: Words,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SkillFile {
    #[serde(alias = "wanted")]
    pub nice_to_have: Vec<String>,
    pub must_have: Vec<String>,
    pub known: Option<Vec<String>>,
    pub enough: Option<usize>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LocationFile {
    pub places: Vec<String>,
    pub near_km: Option<f64>,
    pub remote_from: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SalaryFile {
    pub floor: Option<f64>,
    pub target: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SizeFile {
    pub min: Option<u64>,
    pub max: Option<u64>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FilterFile {
    pub countries: Vec<String>,
    pub max_km: Option<f64>,
    pub remote_types: Vec<RemoteType>,
    pub languages: Vec<String>,
    pub contract_types: Vec<ContractType>,
    pub seniority: Vec<Seniority>,
    pub min_salary: Option<f64>,
    pub must_have_skills: Vec<String>,
    pub exclude_title: Words,
    pub keywords_any: Words,
    pub keywords_none: Words,
    pub hide_unknown: Vec<String>,
}

/// Lists by what they are compared with.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NamedFile {
    pub companies: Vec<String>,
    pub titles: Words,
    pub keywords: Words,
    pub skills: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct BoostFile {
    pub company: Option<String>,
    pub title: Option<String>,
    pub keyword: Option<String>,
    pub skill: Option<String>,
    pub points: Option<f64>,
}

/// Words for postings of any language, or by language: `[a, b]` or `{ en: [a], fr: [b] }`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Words {
    /// The language of the postings to look in, and the words.
    pub lists: Vec<(Option<String>, Vec<String>)>,
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Words, D::Error> {
        struct EitherForm;
        impl<'de> Visitor<'de> for EitherForm {
            type Value = Words;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a list of words, or lists by language such as { en: [nurse], fr: [infirmière] }")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Words, E> {
                Ok(Words::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Words, A::Error> {
                let words = Vec::deserialize(value::SeqAccessDeserializer::new(list))?;
                Ok(Words { lists: vec![(None, words)] })
            }

            fn visit_map<A: MapAccess<'de>>(self, lists: A) -> Result<Words, A::Error> {
                let lists: BTreeMap<String, Vec<String>> =
                    BTreeMap::deserialize(value::MapAccessDeserializer::new(lists))?;
                Ok(Words { lists: lists.into_iter().map(|(code, words)| (Some(code), words)).collect() })
            }
        }
        deserializer.deserialize_any(EitherForm)
    }
}

//! What a job's own words say: standard title, level, skills, place, pay in Canadian dollars a year, language. Pure: the
//! same job and dictionaries give the same row. Fills a column only from evidence, and says which in `provenance`.

use super::{fingerprint, pay, place, remote, skills, title};
use crate::posting::{Hundredths, RemoteType, SalaryPeriod, Seniority};
use crate::taxonomy::{Taxonomy, language};
use serde::Serialize;

/// Changes whenever a job would be enriched differently, so that all jobs are enriched again.
pub const VERSION: &str = "4";

/// The columns of `staging.job_postings_stg` that are read.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[expect(missing_docs, reason = "the columns are described in the migrations and dbt")]
pub struct EnrichInput<'a> {
    pub job_title: &'a str,
    pub company: &'a str,
    pub location: Option<&'a str>,
    pub more_locations: &'a [String],
    pub place_city: Option<&'a str>,
    pub place_region: Option<&'a str>,
    pub place_country: Option<&'a str>,
    pub place_lat: Option<f64>,
    pub place_lon: Option<f64>,
    pub remote_type: RemoteType,
    pub seniority_raw: Option<&'a str>,
    pub skills_raw: &'a [String],
    pub description_text: Option<&'a str>,
    pub salary_min: Option<Hundredths>,
    pub salary_max: Option<Hundredths>,
    pub salary_currency: Option<&'a str>,
    pub salary_period: Option<SalaryPeriod>,
    pub salary_text: Option<&'a str>,
}

/// The columns of `staging.job_enrichments` below `enrichment_hash`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the columns are described in migrations/0001 and dbt")]
pub struct Enrichment {
    pub job_title_std: Option<String>,
    pub occupation_code: Option<String>,
    pub esco_code: Option<String>,
    pub seniority: Option<Seniority>,
    pub years_asked: Option<u16>,
    pub skills: Vec<String>,
    pub skill_mentions: Vec<SkillMention>,
    pub location_std: Option<String>,
    pub location_city: Option<String>,
    pub location_region: Option<String>,
    pub location_country: Option<String>,
    pub location_lat: Option<f64>,
    pub location_lon: Option<f64>,
    pub places: Vec<JobPlace>,
    pub remote_type: RemoteType,
    pub remote_countries: Vec<String>,
    pub salary_min: Option<Hundredths>,
    pub salary_max: Option<Hundredths>,
    pub salary_currency: Option<String>,
    pub salary_period: Option<SalaryPeriod>,
    pub salary_min_norm: Option<Hundredths>,
    pub salary_max_norm: Option<Hundredths>,
    pub language: Option<String>,
    pub provenance: Provenances,
}

/// A skill where a posting names it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SkillMention {
    /// Canonical name.
    pub skill: String,
    /// `title`, `text` or `tag`.
    pub r#where: &'static str,
    /// First byte in that text.
    pub start: u32,
    /// First byte after it.
    pub end: u32,
    /// Part of the text: `required`, `nice_to_have`, `about_us`, ….
    pub section: &'static str,
}

/// One of the places of a job.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JobPlace {
    /// Name of the city.
    pub city: Option<String>,
    /// Name of the province, state or land.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Degrees north.
    pub lat: Option<f64>,
    /// Degrees east.
    pub lon: Option<f64>,
}

/// Where each group of columns came from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the groups are described in dbt")]
pub struct Provenances {
    pub title: Provenance,
    pub seniority: Provenance,
    pub skills: Provenance,
    pub location: Provenance,
    pub remote: Provenance,
    pub salary: Provenance,
    pub language: Provenance,
}

impl Provenances {
    /// The text that is stored.
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("provenances have text keys only")
    }
}

/// Where a group of columns came from, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Provenance {
    /// `structured`, `title`, `dictionary`, … or `none`.
    pub origin: &'static str,
    /// 0 to 1.
    pub confidence: f64,
}

impl Provenance {
    pub(super) const NONE: Provenance = Provenance { origin: "none", confidence: 0.0 };

    pub(super) fn new(origin: &'static str, confidence: f64) -> Provenance {
        Provenance { origin, confidence }
    }
}

/// Enriches one job.
pub fn enrich(input: &EnrichInput, taxonomy: &Taxonomy) -> Enrichment {
    let title = title::standard(input, taxonomy);
    let skills = skills::find(input, taxonomy);
    let location = place::standard(input, taxonomy);
    let pay = pay::read(input, location.country.as_deref(), taxonomy);
    let text = input.description_text.filter(|text| !text.trim().is_empty());
    let spoken = text.and_then(language::detect).or_else(|| language::detect(input.job_title));
    let work = remote::work(input, taxonomy);
    let language_from =
        spoken.map_or(Provenance::NONE, |(_, confidence)| Provenance::new("dictionary", confidence));

    Enrichment {
        job_title_std: title.title,
        occupation_code: title.occupation_code,
        esco_code: title.esco_code,
        seniority: title.level,
        years_asked: title.years_asked,
        skills: skills.skills,
        skill_mentions: skills.mentions,
        location_std: location.standard,
        location_city: location.city,
        location_region: location.region,
        location_country: location.country,
        location_lat: location.coordinates.map(|(lat, _)| lat),
        location_lon: location.coordinates.map(|(_, lon)| lon),
        places: location.all,
        remote_type: work.model,
        remote_countries: work.countries,
        salary_min: pay.salary_min,
        salary_max: pay.salary_max,
        salary_currency: pay.salary_currency,
        salary_period: pay.salary_period,
        salary_min_norm: pay.salary_min_norm,
        salary_max_norm: pay.salary_max_norm,
        language: spoken.map(|(code, _)| code.to_owned()),
        provenance: Provenances {
            title: title.from,
            seniority: title.level_from,
            skills: skills.from,
            location: location.from,
            remote: work.from,
            salary: pay.from.unwrap_or(Provenance::NONE),
            language: language_from,
        },
    }
}

/// md5 over every column, as 32 hex digits: an equal row is not ranked again.
pub fn enrichment_hash(enrichment: &Enrichment) -> String {
    fingerprint::of(enrichment)
}

//! What is known of a job when it is ranked, and the readings of it that several parts share.

use crate::posting::{ContractType, Hundredths, RemoteType, Seniority};
use crate::taxonomy::words::fold_singular;
use serde::Deserialize;

/// A reading less sure than this counts as unknown.
pub const SURE: f64 = 0.5;

/// What is known of a job.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "the columns are described in the migrations and dbt")]
pub struct RankInput<'a> {
    pub job_title: &'a str,
    pub job_title_std: Option<&'a str>,
    pub company_key: &'a str,
    pub skills: &'a [String],
    /// Skills named in the section of requirements, where the posting has one.
    pub required_skills: &'a [String],
    pub location_city: Option<&'a str>,
    pub location_country: Option<&'a str>,
    pub location_lat: Option<f64>,
    pub location_lon: Option<f64>,
    /// Every place; empty means the one of the `location_` columns.
    pub places: &'a [JobPlace],
    pub remote_type: RemoteType,
    pub remote_countries: &'a [String],
    pub contract_type: ContractType,
    pub seniority: Option<Seniority>,
    pub seniority_confidence: f64,
    pub salary_min_norm: Option<Hundredths>,
    pub salary_max_norm: Option<Hundredths>,
    /// 0 for pay that is only predicted.
    pub salary_confidence: f64,
    pub company_size: Option<&'a str>,
    pub language: Option<&'a str>,
    /// Only read by profiles with keywords.
    pub description_text: Option<&'a str>,
}

/// One entry of the column `places`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "as in the column")]
pub struct JobPlace {
    pub city: Option<String>,
    pub country: String,
    pub lat: Option<f64>,
    pub lon: Option<f64>,
}

/// One place of a job, wherever it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot<'a> {
    pub city: Option<&'a str>,
    pub country: Option<&'a str>,
    /// Degrees north and east.
    pub at: Option<(f64, f64)>,
}

impl Default for RankInput<'_> {
    fn default() -> Self {
        RankInput {
            job_title: "",
            job_title_std: None,
            company_key: "",
            skills: &[],
            required_skills: &[],
            location_city: None,
            location_country: None,
            location_lat: None,
            location_lon: None,
            places: &[],
            remote_type: RemoteType::Unknown,
            remote_countries: &[],
            contract_type: ContractType::Unknown,
            seniority: None,
            seniority_confidence: 1.0,
            salary_min_norm: None,
            salary_max_norm: None,
            salary_confidence: 1.0,
            company_size: None,
            language: None,
            description_text: None,
        }
    }
}

impl<'a> RankInput<'a> {
    /// The places of the job, at least one, perhaps empty.
    pub(super) fn spots(&self) -> impl Iterator<Item = Spot<'a>> + Clone {
        let only = Spot {
            city: self.location_city,
            country: self.location_country,
            at: self.location_lat.zip(self.location_lon),
        };
        let listed = self.places.iter().map(|place| Spot {
            city: place.city.as_deref(),
            country: Some(&place.country),
            at: place.lat.zip(place.lon),
        });
        listed.chain(self.places.is_empty().then_some(only))
    }

    /// Countries whose people may do the job: those a remote job is open to where it says so, else those of its places.
    pub(super) fn countries(&self) -> Vec<&'a str> {
        if self.remote_type == RemoteType::Remote && !self.remote_countries.is_empty() {
            return self.remote_countries.iter().map(String::as_str).collect();
        }
        let mut countries: Vec<&str> = self.spots().filter_map(|spot| spot.country).collect();
        countries.dedup();
        countries
    }

    /// The level, unless it is too unsure to count.
    pub(super) fn sure_seniority(&self) -> Option<Seniority> {
        self.seniority.filter(|_| self.seniority_confidence >= SURE)
    }

    /// Lowest and highest pay in dollars, unless they are too unsure to count.
    pub(super) fn sure_pay(&self) -> [Option<f64>; 2] {
        if self.salary_confidence < SURE {
            return [None, None];
        }
        [self.salary_min_norm, self.salary_max_norm].map(|amount| amount.map(Hundredths::as_f64))
    }

    /// Whether phrases of `language` are looked for in this posting.
    pub(super) fn speaks(&self, language: Option<&str>) -> bool {
        match (language, self.language) {
            (Some(wanted), Some(spoken)) => wanted == spoken,
            _ => true,
        }
    }
}

/// The titles of a job, folded once.
pub(super) struct Words {
    pub title: String,
    pub standard: String,
}

impl Words {
    pub(super) fn of(input: &RankInput) -> Words {
        Words {
            title: fold_singular(input.job_title),
            standard: input.job_title_std.map(fold_singular).unwrap_or_default(),
        }
    }
}

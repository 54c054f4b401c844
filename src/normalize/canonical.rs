//! The canonical columns of one posting, and of the job that one or more postings describe.

use crate::posting::{ContractType, Hundredths, Precision, RemoteType, SalaryPeriod};
use chrono::{DateTime, Utc};
use serde::Serialize;

/// A posting with clean columns: the shape of a `staging.job_postings_stg` row. See design §4 for each column.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the columns are described in migrations/0001 and dbt")]
pub struct Canonical {
    /// md5 of `company|title|location`, each lower-cased with white space collapsed; 32 hex digits.
    pub hash_key: String,
    pub source: String,
    pub provider_job_id: String,
    pub job_title: String,
    pub company: String,
    /// `company` as a key: lower case, punctuation and legal form removed.
    pub company_key: String,
    pub company_size: Option<String>,
    pub location: Option<String>,
    pub more_locations: Vec<String>,
    pub place_city: Option<String>,
    pub place_region: Option<String>,
    pub place_country: Option<String>,
    pub place_lat: Option<f64>,
    pub place_lon: Option<f64>,
    pub remote_type: RemoteType,
    pub contract_type: ContractType,
    pub seniority_raw: Option<String>,
    pub salary_min: Option<Hundredths>,
    pub salary_max: Option<Hundredths>,
    pub salary_currency: Option<String>,
    pub salary_period: Option<SalaryPeriod>,
    pub salary_text: Option<String>,
    pub description_text: Option<String>,
    pub description_html: Option<String>,
    pub skills_raw: Vec<String>,
    pub posted_at: Option<DateTime<Utc>>,
    pub posted_precision: Option<Precision>,
    pub expires_at: Option<DateTime<Utc>>,
    pub apply_url: Option<String>,
    pub job_link: Option<String>,
    pub requisition_id: Option<String>,
    /// What was mended or dropped, sorted, each once: for example `posted_in_future`.
    pub flags: Vec<String>,
}

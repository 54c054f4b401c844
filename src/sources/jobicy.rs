//! Jobicy: remote jobs only, the latest of a place, an industry or a tag in one answer, with a delay of three hours.

use super::{Body, Coverage, Page, PageError, Policy, Record, Request, Search, Source, field, records};
use crate::posting::{Posting, RejectReason, RemoteType, Salary};
use serde_json::Value;

/// `jobicy.com`
pub struct Jobicy;

/// The API's own bound of an answer, which is also what is asked for by default.
const MOST: u32 = 100;

impl Source for Jobicy {
    fn name(&self) -> &'static str {
        "jobicy"
    }

    fn base_url(&self) -> &'static str {
        "https://jobicy.com"
    }

    fn policy(&self) -> Policy {
        Policy {
            requests_per_second: 0.2,
            concurrent: 1,
            coverage: Coverage::Slice,
            key: None,
            // Once an hour is what the terms allow.
            quota_per_month: Some(24 * 30),
            required: &[],
            optional: &["location", "category", "query", "limit"],
            attribution: Some("Jobicy, https://jobicy.com"),
        }
    }

    fn invalid(&self, search: &Search) -> Option<String> {
        let limit = search.limit.filter(|limit| !(1..=MOST).contains(limit))?;
        Some(format!("limit {limit} is not between 1 and {MOST}"))
    }

    fn requests(&self, search: &Search) -> Vec<Request> {
        if self.invalid(search).is_some() {
            return Vec::new();
        }
        let parameters = [
            ("count", Some(search.limit.unwrap_or(MOST).to_string())),
            ("geo", search.location.clone()),
            ("industry", search.category.clone()),
            ("tag", search.query.clone()),
        ];
        vec![Request::first("/api/v2/remote-jobs", parameters, search)]
    }

    fn page(&self, _request: &Request, body: &Body) -> Result<Page, PageError> {
        Ok(records::keyed_by(body, &records::array_under(body, "jobs")?, "id"))
    }

    fn posting(&self, record: &Record) -> Result<Posting, RejectReason> {
        let payload = field::object(record.payload)?;
        Ok(Posting {
            source_job_id: record.source_job_id.to_owned(),
            title: field::text(payload, "jobTitle"),
            company: field::text(payload, "companyName"),
            location: field::text(payload, "jobGeo"),
            remote: Some(RemoteType::Remote),
            employment: field::text(payload, "jobType"),
            seniority: field::text(payload, "jobLevel").filter(|level| level != "Any"),
            salary: salary(payload),
            description_html: field::text(payload, "jobDescription"),
            description_text: field::text(payload, "jobExcerpt"),
            posted_at: field::instant(payload, "pubDate"),
            apply_url: field::text(payload, "url"),
            job_link: field::text(payload, "url"),
            ..Posting::default()
        })
    }
}

/// Pay comes in two shapes; in the older one it is always of a year.
fn salary(payload: &Value) -> Salary {
    let currency = field::text(payload, "salaryCurrency");
    let (min, max) = (field::number(payload, "salaryMin"), field::number(payload, "salaryMax"));
    if min.is_some() || max.is_some() {
        return Salary { min, max, currency, period: field::text(payload, "salaryPeriod"), text: None };
    }
    let (min, max) = (field::number(payload, "annualSalaryMin"), field::number(payload, "annualSalaryMax"));
    if min.is_some() || max.is_some() {
        return Salary { min, max, currency, period: Some("year".to_owned()), text: None };
    }
    Salary::default()
}

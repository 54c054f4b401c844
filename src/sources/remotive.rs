//! Remotive: remote jobs only, a search result in one answer, with a delay of a day.

use super::{Body, Coverage, Page, PageError, Policy, Record, Request, Search, Source, field, records};
use crate::posting::{Posting, RejectReason, RemoteType, Salary};

/// `remotive.com`
pub struct Remotive;

impl Source for Remotive {
    fn name(&self) -> &'static str {
        "remotive"
    }

    fn base_url(&self) -> &'static str {
        "https://remotive.com"
    }

    fn policy(&self) -> Policy {
        Policy {
            // More than two requests a minute are blocked, and the terms allow four a day.
            requests_per_second: 1.0 / 30.0,
            concurrent: 1,
            coverage: Coverage::Slice,
            key: None,
            quota_per_month: Some(4 * 30),
            required: &[],
            optional: &["query", "category", "company", "limit"],
            attribution: Some("Remotive, https://remotive.com"),
        }
    }

    fn requests(&self, search: &Search) -> Vec<Request> {
        let parameters = [
            ("category", search.category.clone()),
            ("search", search.query.clone()),
            ("company_name", search.company.clone()),
            ("limit", search.limit.map(|limit| limit.to_string())),
        ];
        vec![Request::first("/api/remote-jobs", parameters, search)]
    }

    fn page(&self, _request: &Request, body: &Body) -> Result<Page, PageError> {
        Ok(records::keyed_by(body, &records::array_under(body, "jobs")?, "id"))
    }

    fn posting(&self, record: &Record) -> Result<Posting, RejectReason> {
        let payload = field::object(record.payload)?;
        Ok(Posting {
            source_job_id: record.source_job_id.to_owned(),
            title: field::text(payload, "title"),
            company: field::text(payload, "company_name"),
            location: field::text(payload, "candidate_required_location"),
            remote: Some(RemoteType::Remote),
            employment: field::text(payload, "job_type"),
            salary: Salary { text: field::text(payload, "salary"), ..Salary::default() },
            description_html: field::text(payload, "description"),
            skills: field::texts(payload, "tags"),
            posted_at: field::instant(payload, "publication_date"),
            apply_url: field::text(payload, "url"),
            job_link: field::text(payload, "url"),
            ..Posting::default()
        })
    }
}

//! Arbeitnow: the latest postings, mostly of Germany, in numbered pages.

use super::{
    Body, Coverage, Method, Page, PageError, Policy, Record, Request, Search, Source, field, records,
};
use crate::posting::{Posting, RejectReason};

/// `www.arbeitnow.com`
pub struct Arbeitnow;

impl Source for Arbeitnow {
    fn name(&self) -> &'static str {
        "arbeitnow"
    }

    fn base_url(&self) -> &'static str {
        "https://www.arbeitnow.com"
    }

    fn policy(&self) -> Policy {
        Policy {
            requests_per_second: 0.5,
            concurrent: 1,
            coverage: Coverage::Slice,
            key: None,
            quota_per_month: None,
            required: &[],
            optional: &["pages"],
            attribution: Some("Arbeitnow, https://www.arbeitnow.com"),
        }
    }

    fn requests(&self, search: &Search) -> Vec<Request> {
        vec![request(search, 1)]
    }

    fn page(&self, asked: &Request, body: &Body) -> Result<Page, PageError> {
        let items = records::array_under(body, "data")?;
        let mut page = records::keyed_by(body, &items, "slug");
        // Pages are counted here: the address under `links.next` has a parameter that differs each time.
        let next = records::answer(body)?.member("links").and_then(|links| links.member("next"));
        let is_last = items.is_empty() || next.is_some_and(|next| next.json() == "null");
        if !is_last && asked.page < asked.search.pages.unwrap_or(1) {
            page.follow.push(request(&asked.search, asked.page + 1));
        }
        Ok(page)
    }

    fn posting(&self, record: &Record) -> Result<Posting, RejectReason> {
        let payload = field::object(record.payload)?;
        Ok(Posting {
            source_job_id: record.source_job_id.to_owned(),
            title: field::text(payload, "title"),
            company: field::text(payload, "company_name"),
            location: field::text(payload, "location"),
            remote: field::remote_flag(payload, "remote"),
            employment: field::text(payload, "job_types"),
            description_html: field::text(payload, "description"),
            skills: field::texts(payload, "tags"),
            posted_at: field::instant(payload, "created_at"),
            apply_url: field::text(payload, "url"),
            job_link: field::text(payload, "url"),
            ..Posting::default()
        })
    }
}

fn request(search: &Search, page: u32) -> Request {
    let query = vec![("page", page.to_string())];
    Request {
        method: Method::Get,
        path: "/api/job-board-api".to_owned(),
        query,
        page,
        search: search.clone(),
    }
}

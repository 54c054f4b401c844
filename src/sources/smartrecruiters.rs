//! SmartRecruiters job boards: one company a board; a list in pages, then one request for the text of each posting.

use super::records::Raw;
use super::{
    Body, Coverage, Page, PageError, Policy, Record, Request, Search, Source, board, field, records,
};
use crate::posting::{Place, Posting, RejectReason, RemoteType};
use serde_json::Value;

/// `api.smartrecruiters.com`
pub struct SmartRecruiters;

/// Postings a page of the list.
const LIMIT: usize = 100;

const SECTIONS: [&str; 4] =
    ["companyDescription", "jobDescription", "qualifications", "additionalInformation"];

impl Source for SmartRecruiters {
    fn name(&self) -> &'static str {
        "smartrecruiters"
    }

    fn base_url(&self) -> &'static str {
        "https://api.smartrecruiters.com"
    }

    fn policy(&self) -> Policy {
        Policy {
            requests_per_second: 4.0,
            concurrent: 4,
            coverage: Coverage::Full,
            key: None,
            quota_per_month: None,
            required: &["board"],
            optional: &["company", "country", "query"],
            attribution: None,
        }
    }

    fn invalid(&self, search: &Search) -> Option<String> {
        board::invalid(search)
    }

    fn requests(&self, search: &Search) -> Vec<Request> {
        board::request(search, "/v1/companies/", "/postings", query(search, 0))
    }

    fn page(&self, request: &Request, body: &Body) -> Result<Page, PageError> {
        if request.path.ends_with("/postings") { list(request, body) } else { detail(body) }
    }

    fn posting(&self, record: &Record) -> Result<Posting, RejectReason> {
        let payload = field::object(record.payload)?;
        let place = Place {
            city: field::text(payload, "location.city"),
            region: field::text(payload, "location.region"),
            country: field::text(payload, "location.country"),
            lat: field::number(payload, "location.latitude"),
            lon: field::number(payload, "location.longitude"),
        };
        let company = field::text(payload, "company.name").or_else(|| board::company(record.search));
        Ok(Posting {
            source_job_id: record.source_job_id.to_owned(),
            title: field::text(payload, "name"),
            company,
            location: field::text(payload, "location.fullLocation").or_else(|| displayed(&place)),
            place,
            remote: work_model(payload),
            employment: field::first_text(payload, &["typeOfEmployment.label", "typeOfEmployment.id"]),
            seniority: field::first_text(payload, &["experienceLevel.label", "experienceLevel.id"]),
            description_html: description(payload),
            posted_at: field::instant(payload, "releasedDate"),
            apply_url: field::first_text(payload, &["applyUrl", "postingUrl"]),
            job_link: field::text(payload, "postingUrl"),
            requisition_id: field::text(payload, "refNumber"),
            ..Posting::default()
        })
    }
}

/// A page of the list holds no record, only what to ask next.
fn list(request: &Request, body: &Body) -> Result<Page, PageError> {
    let items = records::array_under(body, "content")?;
    let mut page = Page::default();
    for item in &items {
        match segment_of(*item) {
            Ok(id) => page.follow.push(Request {
                path: format!("{}/{id}", request.path),
                query: Vec::new(),
                ..request.clone()
            }),
            Err(reason) => page.rejects.push((super::Bytes::Sent(item.range_in(body)), reason)),
        }
    }
    let seen = request.page as usize * LIMIT;
    let total =
        records::answer(body)?.member("totalFound").and_then(Raw::text).and_then(|total| total.parse().ok());
    let is_last = total.map_or(items.len() < LIMIT, |total: usize| total <= seen);
    if !is_last && !items.is_empty() {
        page.follow.push(Request {
            query: query(&request.search, seen),
            page: request.page + 1,
            ..request.clone()
        });
    }
    Ok(page)
}

fn detail(body: &Body) -> Result<Page, PageError> {
    let answer = records::answer(body)?;
    if answer.member("id").is_none() && answer.member("name").is_none() {
        return Err(records::instead_of("a posting", answer));
    }
    Ok(records::keyed_by(body, &[answer], "id"))
}

/// The identifier comes from outside and goes into a path.
fn segment_of(item: Raw) -> Result<String, RejectReason> {
    let id = records::identifier_of(item, "id")?;
    if board::is_segment(&id) && !id.contains(' ') {
        return Ok(id);
    }
    Err(RejectReason::new("bad_id", "`id` has characters that an address cannot have"))
}

fn query(search: &Search, offset: usize) -> Vec<(&'static str, String)> {
    let mut query = vec![("limit", LIMIT.to_string()), ("offset", offset.to_string())];
    query.extend(search.country.clone().map(|country| ("country", country.to_lowercase())));
    query.extend(search.query.clone().map(|words| ("q", words)));
    query
}

/// City, region and country; the API writes the country's code in small letters.
fn displayed(place: &Place) -> Option<String> {
    let country = place.country.as_deref().map(str::to_uppercase);
    let parts = [place.city.as_deref(), place.region.as_deref(), country.as_deref()];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join(", ")).filter(|location| !location.is_empty())
}

fn work_model(payload: &Value) -> Option<RemoteType> {
    if field::flag(payload, "location.hybrid") == Some(true) {
        return Some(RemoteType::Hybrid);
    }
    field::remote_flag(payload, "location.remote")
}

fn description(payload: &Value) -> Option<String> {
    let mut parts = Vec::new();
    for section in SECTIONS {
        let section = field::at(payload, "jobAd.sections").get(section).unwrap_or(&Value::Null);
        let Some(text) = field::text(section, "text") else { continue };
        parts.extend(field::text(section, "title").map(|title| format!("<h3>{title}</h3>")));
        parts.push(text);
    }
    Some(parts.join("\n")).filter(|html| !html.is_empty())
}

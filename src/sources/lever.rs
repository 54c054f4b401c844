//! Lever job boards: one company a board, in pages, on a host for each of two regions. The API does not send the
//! company's name.

use super::{
    Body, Coverage, Page, PageError, Policy, Record, Request, Search, Source, board, field, records,
};
use crate::posting::{Place, Posting, RejectReason, Salary};
use serde_json::Value;

/// `api.lever.co`, and `api.eu.lever.co` for searches with `region: eu`
pub struct Lever;

/// Postings a page.
const LIMIT: usize = 100;

impl Source for Lever {
    fn name(&self) -> &'static str {
        "lever"
    }

    fn base_url(&self) -> &'static str {
        "https://api.lever.co"
    }

    fn base_url_for(&self, search: &Search) -> &'static str {
        if is_european(search) { "https://api.eu.lever.co" } else { self.base_url() }
    }

    fn policy(&self) -> Policy {
        Policy {
            // One host answers for all boards and throttles at high parallelism.
            requests_per_second: 2.0,
            concurrent: 2,
            coverage: Coverage::Full,
            key: None,
            quota_per_month: None,
            required: &["board"],
            optional: &["company", "region"],
            attribution: None,
        }
    }

    fn invalid(&self, search: &Search) -> Option<String> {
        match search.region.as_deref() {
            None | Some("eu" | "us" | "global") => board::invalid(search),
            Some(region) => Some(format!("region `{}` is neither `eu` nor `us`", region.escape_debug())),
        }
    }

    fn requests(&self, search: &Search) -> Vec<Request> {
        if self.invalid(search).is_some() {
            return Vec::new();
        }
        board::request(search, "/v0/postings/", "", query(0))
    }

    fn page(&self, request: &Request, body: &Body) -> Result<Page, PageError> {
        let answer = records::answer(body)?;
        let items = records::items_of(answer)?;
        let mut page = records::keyed_by(body, &items, "id");
        // A short page is the last one.
        if items.len() >= LIMIT {
            let skip = request.page as usize * LIMIT;
            page.follow.push(Request { query: query(skip), page: request.page + 1, ..request.clone() });
        }
        Ok(page)
    }

    fn posting(&self, record: &Record) -> Result<Posting, RejectReason> {
        let payload = field::object(record.payload)?;
        Ok(Posting {
            source_job_id: record.source_job_id.to_owned(),
            title: field::text(payload, "text"),
            company: board::company(record.search),
            location: field::first_text(payload, &["categories.location", "categories.allLocations.0"]),
            more_locations: field::texts(payload, "categories.allLocations"),
            place: Place { country: field::text(payload, "country"), ..Place::default() },
            remote: field::work_model(payload, "workplaceType"),
            employment: field::text(payload, "categories.commitment"),
            seniority: field::text(payload, "categories.level"),
            salary: salary(payload),
            description_html: description(payload),
            description_text: field::first_text(payload, &["descriptionPlain", "descriptionBodyPlain"]),
            posted_at: field::instant(payload, "createdAt"),
            updated_at: field::instant(payload, "updatedAt"),
            apply_url: field::text(payload, "applyUrl"),
            job_link: field::text(payload, "hostedUrl"),
            requisition_id: field::text(payload, "reqCode"),
            ..Posting::default()
        })
    }
}

fn is_european(search: &Search) -> bool {
    search.region.as_deref() == Some("eu")
}

fn query(skip: usize) -> Vec<(&'static str, String)> {
    vec![("mode", "json".to_owned()), ("skip", skip.to_string()), ("limit", LIMIT.to_string())]
}

fn salary(payload: &Value) -> Salary {
    let range = field::at(payload, "salaryRange");
    Salary {
        min: field::number(range, "min"),
        max: field::number(range, "max"),
        currency: field::text(range, "currency"),
        period: field::text(range, "interval"),
        text: field::text(payload, "salaryDescriptionPlain"),
    }
}

/// The advertisement is spread over a body, lists with a heading each, and a closing part that often holds the pay.
fn description(payload: &Value) -> Option<String> {
    let mut parts = Vec::new();
    parts.extend(html_or_plain(payload, "description", "descriptionPlain"));
    for list in payload.get("lists").and_then(Value::as_array).map_or(&[][..], Vec::as_slice) {
        let heading = field::text(list, "text").map(|heading| format!("<h3>{}</h3>", without_tags(&heading)));
        parts.extend(heading);
        parts.extend(field::text(list, "content").map(|content| match content.contains("<ul") {
            true => content,
            false => format!("<ul>{content}</ul>"),
        }));
    }
    parts.extend(html_or_plain(payload, "additional", "additionalPlain"));
    Some(parts.join("\n")).filter(|html| !html.is_empty())
}

fn html_or_plain(payload: &Value, html: &str, plain: &str) -> Option<String> {
    field::text(payload, html).or_else(|| {
        let lines = field::text(payload, plain)?;
        Some(format!("<p>{}</p>", without_tags(&lines).replace('\n', "<br>")))
    })
}

/// Text that cannot open a tag; an ampersand is left, because it may already begin an entity.
fn without_tags(text: &str) -> String {
    text.replace('<', "&lt;").replace('>', "&gt;")
}

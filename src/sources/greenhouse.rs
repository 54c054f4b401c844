//! Greenhouse job boards: one company a board, everything in one answer; European boards answer on the same host.

use super::{
    Body, Coverage, Page, PageError, Policy, Record, Request, Search, Source, board, field, records,
};
use crate::posting::{Posting, RejectReason, RemoteType, Salary};
use serde_json::Value;

/// `boards-api.greenhouse.io`
pub struct Greenhouse;

impl Source for Greenhouse {
    fn name(&self) -> &'static str {
        "greenhouse"
    }

    fn base_url(&self) -> &'static str {
        "https://boards-api.greenhouse.io"
    }

    fn policy(&self) -> Policy {
        Policy {
            requests_per_second: 2.0,
            concurrent: 3,
            coverage: Coverage::Full,
            key: None,
            quota_per_month: None,
            required: &["board"],
            optional: &["company"],
            attribution: None,
        }
    }

    fn invalid(&self, search: &Search) -> Option<String> {
        board::invalid(search)
    }

    fn requests(&self, search: &Search) -> Vec<Request> {
        board::request(search, "/v1/boards/", "/jobs", vec![("content", "true".to_owned())])
    }

    fn page(&self, _request: &Request, body: &Body) -> Result<Page, PageError> {
        Ok(records::keyed_by(body, &records::array_under(body, "jobs")?, "id"))
    }

    fn posting(&self, record: &Record) -> Result<Posting, RejectReason> {
        let payload = field::object(record.payload)?;
        let (location, remote) = location(payload);
        Ok(Posting {
            source_job_id: record.source_job_id.to_owned(),
            title: field::text(payload, "title"),
            company: field::text(payload, "company_name").or_else(|| board::company(record.search)),
            location,
            more_locations: offices(payload),
            remote: remote.or_else(|| metadata_work_model(payload)),
            employment: metadata(payload, "employment type").and_then(|entry| field::text(entry, "value")),
            salary: salary(payload),
            description_html: field::text(payload, "content").map(|content| unescaped(&content)),
            posted_at: field::instant(payload, "first_published"),
            updated_at: field::instant(payload, "updated_at"),
            expires_at: field::instant(payload, "application_deadline"),
            apply_url: field::text(payload, "absolute_url"),
            job_link: field::text(payload, "absolute_url"),
            requisition_id: field::text(payload, "requisition_id"),
            ..Posting::default()
        })
    }
}

/// Some boards write only the work model where the place belongs; then the office has the place.
fn location(payload: &Value) -> (Option<String>, Option<RemoteType>) {
    match field::work_model(payload, "location.name") {
        Some(model) => {
            let office = field::first_text(payload, &["offices.0.location", "offices.0.name"]);
            (office.or_else(|| field::text(payload, "location.name")), Some(model))
        }
        None => (field::first_text(payload, &["location.name", "location", "offices.0.name"]), None),
    }
}

/// The offices of a posting, where there are several: a single one is often the head office.
fn offices(payload: &Value) -> Vec<String> {
    let offices = payload.get("offices").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let shown = |office| field::first_text(office, &["location", "name"]);
    if offices.len() < 2 { Vec::new() } else { offices.iter().filter_map(shown).collect() }
}

fn metadata_work_model(payload: &Value) -> Option<RemoteType> {
    ["workplace type", "work model", "remote type"]
        .into_iter()
        .find_map(|name| field::work_model(metadata(payload, name)?, "value"))
}

/// An entry of the company's own fields, by its name in lower case.
fn metadata<'a>(payload: &'a Value, name: &str) -> Option<&'a Value> {
    let entries = payload.get("metadata")?.as_array()?;
    entries.iter().find(|entry| field::text(entry, "name").is_some_and(|found| found.to_lowercase() == name))
}

/// Pay comes in cents, and only where the law of a place asks for it.
fn salary(payload: &Value) -> Salary {
    let range = field::at(payload, "pay_input_ranges.0");
    Salary {
        min: field::number(range, "min_cents").map(|cents| cents / 100.0),
        max: field::number(range, "max_cents").map(|cents| cents / 100.0),
        currency: field::text(range, "currency_type"),
        period: None,
        text: field::text(range, "title"),
    }
}

/// The description is HTML that was escaped once more as a whole; a board that sends plain HTML is left as it is.
fn unescaped(content: &str) -> String {
    if content.contains('<') {
        return content.to_owned();
    }
    // The ampersand comes last, so that `&amp;lt;` stays an escaped sign in the HTML.
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&amp;", "&")]
        .into_iter()
        .fold(content.to_owned(), |text, (entity, sign)| text.replace(entity, sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_level_of_escaping_is_undone() {
        #[track_caller]
        fn check(content: &str, expected: &str) {
            assert_eq!(unescaped(content), expected);
        }
        check(
            "&lt;p class=&quot;a&quot;&gt;R&amp;amp;D&amp;nbsp;&lt;/p&gt;",
            "<p class=\"a\">R&amp;D&nbsp;</p>",
        );
        check("&lt;p&gt;a &amp;lt; b&lt;/p&gt;", "<p>a &lt; b</p>");
        check("<p>R&amp;D</p>", "<p>R&amp;D</p>");
        check("plain", "plain");
    }
}

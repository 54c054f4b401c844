//! JSearch: a search over many publishers, with a key and a monthly quota. Two generations of the API are read: pages
//! by number with the rows under `data`, and pages by cursor with the rows under `data.jobs`.

use super::records::{self, Raw};
use super::{Body, Coverage, Key, Method, Page, PageError, Policy, Record, Request, Search, Source, field};
use crate::posting::{Place, Posting, RejectReason, RemoteType, Salary};
use chrono::NaiveDate;
use serde_json::Value;

/// `api.openwebninja.com`
pub struct JSearch;

/// The endpoint asked unless `path` of the search names another, such as `/jsearch/search` of the first generation.
const ENDPOINT: &str = "/jsearch/search-v2";

const DATES: [&str; 5] = ["all", "today", "3days", "week", "month"];

/// Names under which the cursor of the next page was seen.
const CURSORS: [&str; 3] = ["next_cursor", "next_page_token", "cursor"];

impl Source for JSearch {
    fn name(&self) -> &'static str {
        "jsearch"
    }

    fn base_url(&self) -> &'static str {
        "https://api.openwebninja.com"
    }

    fn policy(&self) -> Policy {
        Policy {
            requests_per_second: 1.0,
            concurrent: 1,
            coverage: Coverage::Slice,
            key: Some(Key { header: "X-API-Key", variable: "JSEARCH_API_KEY" }),
            quota_per_month: Some(200),
            required: &["query"],
            optional: &[
                "location",
                "country",
                "language",
                "date_posted",
                "employment_types",
                "remote_only",
                "pages",
                "path",
            ],
            attribution: None,
        }
    }

    fn invalid(&self, search: &Search) -> Option<String> {
        if let Some(date) = search.date_posted.as_deref().filter(|date| !DATES.contains(date)) {
            return Some(format!("date_posted `{}` is none of {}", date.escape_debug(), DATES.join(", ")));
        }
        if let Some(path) = search.path.as_deref().filter(|path| !is_endpoint(path)) {
            return Some(format!("path `{}` is not a path such as {ENDPOINT}", path.escape_debug()));
        }
        None
    }

    /// The API knows only windows that end now, so the shortest one that holds the day is asked for.
    fn search_of_day(&self, search: &Search, _day: NaiveDate, days_ago: i64) -> Option<Search> {
        let window = match days_ago {
            0 => "today",
            1..=2 => "3days",
            3..=6 => "week",
            7..=29 => "month",
            _ => return None,
        };
        Some(Search { date_posted: Some(window.to_owned()), ..search.clone() })
    }

    fn requests(&self, search: &Search) -> Vec<Request> {
        if self.invalid(search).is_some() {
            return Vec::new();
        }
        let path = search.path.clone().unwrap_or_else(|| ENDPOINT.to_owned());
        vec![Request {
            method: Method::Get,
            path,
            query: query(search, Next::Page(1)),
            page: 1,
            search: search.clone(),
        }]
    }

    fn page(&self, request: &Request, body: &Body) -> Result<Page, PageError> {
        let answer = records::answer(body)?;
        let data = answer.member("data").ok_or_else(|| records::instead_of("rows under `data`", answer))?;
        let rows = match data.member("jobs") {
            Some(jobs) => records::items_of(jobs)?,
            None => records::items_of(data)?,
        };
        let mut page = records::keyed_by(body, &rows, "job_id");
        if rows.is_empty() || request.page >= request.search.pages.unwrap_or(1) {
            return Ok(page);
        }
        if let Some(next) = next(request, answer, data) {
            let query = query(&request.search, next);
            page.follow.push(Request { query, page: request.page + 1, ..request.clone() });
        }
        Ok(page)
    }

    fn posting(&self, record: &Record) -> Result<Posting, RejectReason> {
        let payload = field::object(record.payload)?;
        let job_link =
            field::first_text(payload, &["job_apply_link", "apply_options.0.apply_link", "job_google_link"]);
        let mut skills = field::texts(payload, "required_technologies");
        skills.extend(field::texts(payload, "preferred_technologies"));
        skills.extend(field::texts(payload, "job_required_skills"));
        Ok(Posting {
            source_job_id: record.source_job_id.to_owned(),
            title: field::text(payload, "job_title"),
            company: field::text(payload, "employer_name"),
            location: location(payload),
            place: Place {
                city: field::text(payload, "job_city"),
                region: field::text(payload, "job_state"),
                country: field::text(payload, "job_country"),
                lat: field::number(payload, "job_latitude"),
                lon: field::number(payload, "job_longitude"),
            },
            remote: work_model(payload),
            employment: field::first_text(payload, &["job_employment_types", "job_employment_type"]),
            salary: salary(payload),
            description_text: field::text(payload, "job_description"),
            skills,
            posted_at: posted_at(payload),
            expires_at: field::instant(payload, "job_offer_expiration_datetime_utc"),
            apply_url: direct_link(payload).or_else(|| job_link.clone()),
            job_link,
            ..Posting::default()
        })
    }
}

/// What tells the next page: its number in the first generation, its cursor in the second.
enum Next {
    Page(u32),
    Cursor(String),
}

/// A cursor that is there but null ends the search; where no answer speaks of cursors, rows directly under `data` are
/// those of numbered pages.
fn next(request: &Request, answer: Raw, data: Raw) -> Option<Next> {
    let found = CURSORS.iter().find_map(|name| data.member(name).or_else(|| answer.member(name)));
    match found {
        Some(cursor) => cursor.text().filter(|cursor| !cursor.is_empty()).map(Next::Cursor),
        None if data.member("jobs").is_none() => Some(Next::Page(request.page + 1)),
        None => None,
    }
}

fn query(search: &Search, next: Next) -> Vec<(&'static str, String)> {
    let words = search.query.clone().unwrap_or_default();
    let asked = match search.location.as_deref() {
        // The API has no parameter for the place: it reads it out of the query.
        Some(location) => format!("{words} in {location}"),
        None => words,
    };
    let mut query = vec![("query", asked)];
    match next {
        Next::Page(page) => query.push(("page", page.to_string())),
        Next::Cursor(cursor) => query.push(("cursor", cursor)),
    }
    query.push(("num_pages", "1".to_owned()));
    let parameters = [
        ("country", search.country.as_deref().map(str::to_lowercase)),
        ("language", search.language.as_deref().map(str::to_lowercase)),
        ("date_posted", search.date_posted.clone()),
        ("employment_types", search.employment_types.clone()),
        ("work_from_home", search.remote_only.filter(|only| *only).map(|only| only.to_string())),
    ];
    query.extend(parameters.into_iter().filter_map(|(name, value)| Some((name, value?))));
    query
}

fn is_endpoint(path: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_');
    path.starts_with('/') && !path.contains("//") && path.bytes().all(allowed)
}

fn location(payload: &Value) -> Option<String> {
    field::text(payload, "job_location").or_else(|| {
        let parts = ["job_city", "job_state", "job_country"].map(|name| field::text(payload, name));
        Some(parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
            .filter(|location| !location.is_empty())
    })
}

/// `job_is_remote` is false of most remote and hybrid postings, so only true is an answer.
fn work_model(payload: &Value) -> Option<RemoteType> {
    field::work_model(payload, "work_arrangement").or_else(|| field::remote_flag(payload, "job_is_remote"))
}

/// `job_posted_at` is a text such as `2 days ago` and needs a clock, so it is left to the two exact fields.
fn posted_at(payload: &Value) -> Option<String> {
    field::instant(payload, "job_posted_at_timestamp")
        .or_else(|| field::instant(payload, "job_posted_at_datetime_utc"))
}

/// The period is sent even when there is no pay.
fn salary(payload: &Value) -> Salary {
    let (min, max) = (field::number(payload, "job_min_salary"), field::number(payload, "job_max_salary"));
    let text = field::text(payload, "job_salary").filter(|text| text.parse::<f64>().is_err());
    if min.is_none() && max.is_none() {
        return Salary { text, ..Salary::default() };
    }
    Salary {
        min,
        max,
        currency: field::text(payload, "job_salary_currency"),
        period: field::text(payload, "job_salary_period"),
        text,
    }
}

/// The link that leads to the employer, where one of the publishers has it.
fn direct_link(payload: &Value) -> Option<String> {
    let options = payload.get("apply_options")?.as_array()?;
    let direct = options.iter().find(|option| field::flag(option, "is_direct") == Some(true))?;
    field::text(direct, "apply_link")
}

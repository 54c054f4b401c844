//! Local files: JSON, NDJSON, CSV and Parquet exports, with a map from our fields to their columns. Never opens a
//! file: the driver reads it.

mod columns;
mod parquet;
mod rows;

use super::records::{self, Raw};
use super::{
    Body, Bytes, Coverage, FileFormat, Method, Page, PageError, PageRecord, Policy, Record, Request, Search,
    Source,
};
use crate::posting::{Posting, RejectReason};
use chrono::NaiveDate;
use serde_json::Value;

/// Files on this machine
pub struct Files;

impl Source for Files {
    fn name(&self) -> &'static str {
        "files"
    }

    fn base_url(&self) -> &'static str {
        "file://"
    }

    fn policy(&self) -> Policy {
        Policy {
            requests_per_second: 1000.0,
            concurrent: 1,
            coverage: Coverage::Slice,
            key: None,
            quota_per_month: None,
            required: &["path"],
            optional: &["format", "columns", "company", "board"],
            attribution: None,
        }
    }

    fn invalid(&self, search: &Search) -> Option<String> {
        let path = search.path.as_deref().unwrap_or_default();
        if format_of(search).is_none() {
            return Some(format!(
                "the format of `{}` is not told by its name: set format to json, ndjson, csv or parquet",
                path.escape_debug()
            ));
        }
        let unknown = search.columns.keys().find(|name| !columns::is_field(name))?;
        Some(format!("columns: `{}` is none of {}", unknown.escape_debug(), columns::names()))
    }

    /// A file whose path names the day.
    fn search_of_day(&self, search: &Search, day: NaiveDate, _days_ago: i64) -> Option<Search> {
        search.is_dated().then(|| search.dated(day))
    }

    fn requests(&self, search: &Search) -> Vec<Request> {
        if self.invalid(search).is_some() {
            return Vec::new();
        }
        let path = search.path.clone().unwrap_or_default();
        vec![Request { method: Method::File, path, query: Vec::new(), page: 1, search: search.clone() }]
    }

    fn page(&self, request: &Request, body: &Body) -> Result<Page, PageError> {
        let found = match format_of(&request.search) {
            Some(FileFormat::Json) => json(body)?,
            Some(FileFormat::Ndjson) => rows::lines(body),
            Some(FileFormat::Csv) => rows::csv(body)?,
            Some(FileFormat::Parquet) => parquet::rows(body)?,
            None => {
                return Err(PageError {
                    detail: "expected a known format, got a file of another".to_owned(),
                });
            }
        };
        Ok(keyed(body, found, &request.search))
    }

    fn posting(&self, record: &Record) -> Result<Posting, RejectReason> {
        columns::posting(record)
    }
}

/// What the rows of a file are before they are keyed.
#[derive(Default)]
struct Rows {
    rows: Vec<Bytes>,
    rejects: Vec<(Bytes, RejectReason)>,
}

fn format_of(search: &Search) -> Option<FileFormat> {
    if search.format.is_some() {
        return search.format;
    }
    let extension = std::path::Path::new(search.path.as_deref()?).extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "json" => Some(FileFormat::Json),
        "ndjson" | "jsonl" => Some(FileFormat::Ndjson),
        "csv" | "tsv" => Some(FileFormat::Csv),
        "parquet" | "pq" => Some(FileFormat::Parquet),
        _ => None,
    }
}

/// A list of objects, alone or as the only list of an object.
fn json(body: &Body) -> Result<Rows, PageError> {
    let answer = records::answer(body)?;
    let items = match answer.items() {
        Some(items) => items,
        None => {
            let members = answer.members().unwrap_or_default();
            let mut lists = members.into_iter().filter_map(|(_, value)| value.items());
            match (lists.next(), lists.next()) {
                (Some(items), None) => items,
                _ => return Err(records::instead_of("a list of objects", answer)),
            }
        }
    };
    let rows = items.into_iter().map(|item: Raw| Bytes::Sent(item.range_in(body))).collect();
    Ok(Rows { rows, rejects: Vec::new() })
}

/// Every object gets an identifier: its own, else one made from its link, else one made from all of it.
fn keyed(body: &Body, found: Rows, search: &Search) -> Page {
    let mut page = Page { rejects: found.rejects, ..Page::default() };
    for json in found.rows {
        let text = body.text_of(&json);
        match serde_json::from_str::<Value>(&records::mended(text)) {
            Ok(payload) if payload.is_object() => {
                let source_job_id = identifier(&payload, text, search);
                page.records.push(PageRecord { source_job_id, json });
            }
            Ok(_) => page.rejects.push((json, RejectReason::new("not_an_object", "expected an object"))),
            Err(error) => page.rejects.push((json, RejectReason::new("unreadable", error.to_string()))),
        }
    }
    page
}

fn identifier(payload: &Value, json: &str, search: &Search) -> String {
    let own = columns::identifier(payload, json, search).map(|own| match search.board.as_deref() {
        // Numbers that are unique in one export only are told apart by the name of their board.
        Some(board) => format!("{board}/{own}"),
        None => own,
    });
    own.and_then(|own| records::bounded_identifier(&own)).unwrap_or_else(|| {
        match columns::link(payload, search) {
            Some(link) => format!("link:{}", &records::hash(link.as_bytes())[..32]),
            None => format!("row:{}", &records::hash(json.as_bytes())[..32]),
        }
    })
}

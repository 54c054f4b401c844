//! The job APIs. A source says what to ask, reads a page, and reads a record; it does no I/O, reads no clock and
//! no configuration file. `extract` owns everything else. Adding one = one file, two lines here, one fixture folder.

mod board;
mod body;
mod field;
pub mod records;

mod arbeitnow;
mod ashby;
mod files;
mod greenhouse;
mod jobicy;
mod jsearch;
mod lever;
mod remotive;
mod smartrecruiters;

use crate::posting::{Posting, RejectReason};
use chrono::NaiveDate;
use serde_json::Value;
use std::ops::Range;

/// Stands for the date of a run in the path of a search.
const DATE: &str = "{date}";

/// Every source, in alphabetical order.
pub static SOURCES: &[&dyn Source] = &[
    &arbeitnow::Arbeitnow,
    &ashby::Ashby,
    &files::Files,
    &greenhouse::Greenhouse,
    &jobicy::Jobicy,
    &jsearch::JSearch,
    &lever::Lever,
    &remotive::Remotive,
    &smartrecruiters::SmartRecruiters,
];

/// The source of this name, if there is one.
pub fn by_name(name: &str) -> Option<&'static dyn Source> {
    SOURCES.iter().copied().find(|source| source.name() == name)
}

/// Everything job-etl knows about one job API.
pub trait Source: Sync {
    /// The name in `config/sources.yml`, in tables and in reports: lower case.
    fn name(&self) -> &'static str;

    /// Scheme and host of the real API, without a trailing slash; `base_url` of the configuration replaces it.
    fn base_url(&self) -> &'static str;

    /// The same for one search, where the API has a host per region.
    fn base_url_for(&self, _search: &Search) -> &'static str {
        self.base_url()
    }

    /// How fast it may be asked, what a crawl proves, which secrets and fields it wants.
    fn policy(&self) -> Policy;

    /// What is wrong with a search although its fields are the right ones, as one sentence for `job-etl check`.
    /// A search that is invalid has no requests.
    fn invalid(&self, _search: &Search) -> Option<String> {
        None
    }

    /// The search that asks for the postings of a past `day`, `days_ago` days before today; `None` where the API tells
    /// no day apart. What it brings may be of later days too.
    fn search_of_day(&self, _search: &Search, _day: NaiveDate, _days_ago: i64) -> Option<Search> {
        None
    }

    /// The first requests of a search. More may follow from [`Page::follow`].
    fn requests(&self, search: &Search) -> Vec<Request>;

    /// Splits an answer into records, and says what to ask next.
    fn page(&self, request: &Request, body: &Body) -> Result<Page, PageError>;

    /// Reads one record (the JSON stored in raw).
    fn posting(&self, record: &Record) -> Result<Posting, RejectReason>;
}

/// What a source asks of the driver, beyond its requests.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Requests a second to one host, all searches together.
    pub requests_per_second: f64,
    /// Requests under way at once to one host.
    pub concurrent: usize,
    /// Whether a complete crawl lists everything, so that absence is evidence of closure.
    pub coverage: Coverage,
    /// Secret sent with each request, if any.
    pub key: Option<Key>,
    /// Requests a calendar month allows by default (`quota_per_month` of the configuration replaces it).
    pub quota_per_month: Option<u32>,
    /// Fields of a search that must be set.
    pub required: &'static [&'static str],
    /// Fields of a search that may be set.
    pub optional: &'static [&'static str],
    /// Text and link that the source's terms want shown beside its postings.
    pub attribution: Option<&'static str>,
}

/// A secret, by name: the driver reads it and adds it, so that no [`Request`] ever holds one.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Header that carries it.
    pub header: &'static str,
    /// Environment variable (or `NAME_FILE`) that holds it.
    pub variable: &'static str,
}

/// Whether absence from a complete crawl says that a posting is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// The whole catalogue: a posting that a complete crawl lacks is closed.
    Full,
    /// A search result or the latest N: absence says nothing.
    Slice,
}

/// One entry of `searches:` in `config/sources.yml`.
///
/// One flat structure for all sources; [`Policy::required`] and [`Policy::optional`] say which fields a source reads,
/// and `job-etl check` refuses the others.
#[derive(Debug, Clone, Default, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "described in config/sources.yml, which users read")]
pub struct Search {
    pub board: Option<String>,
    pub company: Option<String>,
    pub query: Option<String>,
    pub location: Option<String>,
    pub country: Option<String>,
    pub language: Option<String>,
    pub category: Option<String>,
    pub date_posted: Option<String>,
    pub employment_types: Option<String>,
    pub remote_only: Option<bool>,
    pub region: Option<String>,
    pub limit: Option<u32>,
    pub pages: Option<u32>,
    pub path: Option<String>,
    pub format: Option<FileFormat>,
    pub columns: std::collections::BTreeMap<String, String>,
}

impl Search {
    /// The search of one day: `{date}` in the path becomes that date.
    pub fn dated(&self, day: NaiveDate) -> Search {
        let path = self.path.as_ref().map(|path| path.replace(DATE, &day.to_string()));
        Search { path, ..self.clone() }
    }

    /// Whether its path names a day.
    pub fn is_dated(&self) -> bool {
        self.path.as_ref().is_some_and(|path| path.contains(DATE))
    }

    /// A short stable name of this search: the board, the query and its place, or the path.
    pub fn label(&self) -> String {
        let parts = [&self.board, &self.path, &self.query, &self.category, &self.location, &self.country];
        let words: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        if words.is_empty() { "all".to_owned() } else { words.join(" / ") }
    }
}

/// The file formats of the `files` source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum FileFormat {
    Json,
    Ndjson,
    Csv,
    Parquet,
}

/// One question to a job API, without its secret. Two equal requests have equal answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// `Get`, `Post` with a JSON body, or a local file.
    pub method: Method,
    /// Path below the base URL, beginning with `/`, already encoded; for [`Method::File`] the path of the file.
    pub path: String,
    /// Query parameters in order, not yet encoded.
    pub query: Vec<(&'static str, String)>,
    /// Number of this page, from 1; for reports and for sources that count pages themselves.
    pub page: u32,
    /// The search it belongs to.
    pub search: Search,
}

impl Request {
    /// The first page of a search: a GET with the parameters that have a value.
    pub fn first<const N: usize>(
        path: &str,
        parameters: [(&'static str, Option<String>); N],
        search: &Search,
    ) -> Request {
        let query = parameters.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        Request { method: Method::Get, path: path.to_owned(), query, page: 1, search: search.clone() }
    }
}

/// How a request is sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Method {
    /// HTTP GET.
    Get,
    /// HTTP POST of this JSON.
    Post(Value),
    /// Read a local file.
    File,
}

/// A received body: the bytes as sent without a byte order mark, and a text of the same length in which each invalid
/// byte and each bare control character is `?`, so that a range in the text is a range in the bytes.
pub struct Body<'a> {
    /// The decompressed bytes as received, after the byte order mark if there was one.
    pub bytes: &'a [u8],
    /// The same, as text.
    pub text: std::borrow::Cow<'a, str>,
}

/// What one answer held.
#[derive(Debug, Default, PartialEq)]
pub struct Page {
    /// The records found, in order.
    pub records: Vec<PageRecord>,
    /// Records that could not be keyed: where they stand, and why.
    pub rejects: Vec<(Bytes, RejectReason)>,
    /// What to ask next; empty on the last page.
    pub follow: Vec<Request>,
}

/// One record of a page.
#[derive(Debug, PartialEq)]
pub struct PageRecord {
    /// The source's identifier.
    pub source_job_id: String,
    /// Where its JSON is.
    pub json: Bytes,
}

/// JSON of a record: a range of the body (exactly as sent), or JSON made from a row that was not JSON.
#[derive(Debug, PartialEq)]
pub enum Bytes {
    /// Range of [`Body::bytes`].
    Sent(Range<usize>),
    /// A CSV or Parquet row as a JSON object.
    Made(String),
}

/// A record as `posting` sees it.
pub struct Record<'a> {
    /// The source's identifier, as the page gave it.
    pub source_job_id: &'a str,
    /// The payload.
    pub payload: &'a Value,
    /// The search that first brought it (its company name, its column map).
    pub search: &'a Search,
}

/// The answer was not what the source documents (`E-SHAPE`): a login page, an error object, another format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageError {
    /// One sentence: what was expected, and what came.
    pub detail: String,
}

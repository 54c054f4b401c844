//! Asks one source everything its searches want, follows its pages, and hands each page to the writer.
//! Never touches the database, and no page, search or panic of a source ends another search.

use super::failure::{FetchError, FetchErrorKind};
use super::fetch::fetch;
use super::page::{self, Fill, Taken};
use super::{Client, Endpoint, Quota, hosts, recording};
use crate::config::sources::SourceConfig;
use crate::posting::RejectReason;
use crate::sources::{Request, Search, Source};
use futures_util::stream::{self, FuturesUnordered};
use futures_util::{FutureExt, StreamExt};
use secrecy::SecretString;
use std::any::Any;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::sync::mpsc;

/// Most pages of one search, unless the configuration says otherwise.
const SEARCH_PAGES: u32 = 200;

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
    client: &Client,
    source: &'static dyn Source,
    config: &SourceConfig,
    key: Option<SecretString>,
    quota: Option<Quota>,
    pages: mpsc::Sender<CrawledPage>,
) -> CrawlReport {
    let mut report = CrawlReport::default();
    for host in hosts::by_host(source, config) {
        report.absorb(crawl_host(client, source, &host, key.clone(), quota.clone(), pages.clone()).await);
    }
    report
}

async fn crawl_host(
    client: &Client,
    source: &'static dyn Source,
    config: &SourceConfig,
    key: Option<SecretString>,
    quota: Option<Quota>,
    pages: mpsc::Sender<CrawledPage>,
) -> CrawlReport {
    let endpoint = match Endpoint::new(client, source, config, key, quota) {
        Ok(endpoint) => endpoint,
        Err(error) => return CrawlReport::failed(config, &error),
    };
    let max_pages = config.max_pages.unwrap_or(SEARCH_PAGES);
    let crawl =
        Crawl { client, source, endpoint, max_pages, pages, fill: Arc::default(), end: OnceLock::new() };
    // Boxed one by one: the compiler cannot see that a closure over borrowed searches gives futures that are `Send`.
    let mut under_way = Vec::with_capacity(config.searches.len());
    for (index, search) in config.searches.iter().enumerate() {
        under_way.push(crawl_search(&crawl, search).map(move |progress| (index, progress)).boxed());
    }
    let mut searches: Vec<(usize, Progress)> =
        stream::iter(under_way).buffer_unordered(crawl.endpoint.concurrent).collect().await;
    searches.sort_by_key(|(index, _)| *index);
    let mut report =
        CrawlReport { requests: crawl.endpoint.requests.load(Ordering::Relaxed), ..Default::default() };
    for (_, progress) in searches {
        report.add(progress);
    }
    let mut fill = crawl.fill.lock().unwrap_or_else(PoisonError::into_inner);
    report.fill = std::mem::take(&mut fill.counts);
    report.fill_sampled = fill.sampled;
    report
}

impl CrawlReport {
    /// Adds what another host of the same source answered.
    fn absorb(&mut self, other: CrawlReport) {
        self.searches.extend(other.searches);
        self.requests += other.requests;
        self.pages += other.pages;
        self.bytes += other.bytes;
        self.records += other.records;
        self.duplicates += other.duplicates;
        self.rejects += other.rejects;
        self.fill_sampled += other.fill_sampled;
        for (field, filled) in other.fill {
            *self.fill.entry(field).or_default() += filled;
        }
    }

    fn failed(config: &SourceConfig, error: &FetchError) -> CrawlReport {
        let mut report = CrawlReport::default();
        for search in &config.searches {
            report.add(Progress {
                report: SearchReport::failed(search, error.clone()),
                ..Progress::new(search)
            });
        }
        report
    }

    fn add(&mut self, progress: Progress) {
        self.pages += progress.report.pages;
        self.records += progress.report.records;
        self.bytes += progress.bytes;
        self.duplicates += progress.duplicates;
        self.rejects += progress.rejects;
        self.searches.push(progress.report);
    }
}

impl SearchReport {
    fn failed(search: &Search, error: FetchError) -> SearchReport {
        let complete = false;
        SearchReport {
            label: search.label(),
            search: search.clone(),
            complete,
            pages: 0,
            records: 0,
            error: Some(error),
        }
    }
}

/// What all searches of a crawl share.
struct Crawl<'a> {
    client: &'a Client,
    source: &'static dyn Source,
    endpoint: Endpoint,
    max_pages: u32,
    pages: mpsc::Sender<CrawledPage>,
    fill: Arc<Mutex<Fill>>,
    /// Why no search may ask anything more.
    end: OnceLock<FetchError>,
}

/// How far one search is.
struct Progress {
    report: SearchReport,
    bytes: u64,
    duplicates: u64,
    rejects: u64,
    asked: u32,
    /// Identities of the requests asked, so that a `next` that points back is seen.
    visited: HashSet<String>,
    /// Contents of the pages received, so that a page that comes again under another name is seen.
    seen: Arc<Mutex<HashSet<u64>>>,
}

impl Progress {
    fn new(search: &Search) -> Progress {
        let report = SearchReport {
            label: search.label(),
            search: search.clone(),
            complete: true,
            pages: 0,
            records: 0,
            error: None,
        };
        let (visited, seen) = (HashSet::new(), Arc::default());
        Progress { report, bytes: 0, duplicates: 0, rejects: 0, asked: 0, visited, seen }
    }

    /// The first failure is the one that is told.
    fn fail(&mut self, error: FetchError) {
        self.report.complete = false;
        self.report.error.get_or_insert(error);
    }

    fn enqueue(&mut self, queue: &mut VecDeque<Request>, requests: Vec<Request>) {
        for request in requests {
            if self.visited.insert(recording::identity(&request)) {
                queue.push_back(request);
            } else {
                let detail = format!("page {} is asked for a second time", request.page);
                self.fail(FetchError::new(FetchErrorKind::Loop, detail));
            }
        }
    }
}

async fn crawl_search(crawl: &Crawl<'_>, search: &Search) -> Progress {
    let mut progress = Progress::new(search);
    let mut queue = VecDeque::new();
    match catch_unwind(AssertUnwindSafe(|| crawl.source.requests(search))) {
        Ok(requests) if requests.is_empty() => {
            let detail = "the source has nothing to ask for this search";
            progress.fail(FetchError::new(FetchErrorKind::Refused, detail));
        }
        Ok(requests) => progress.enqueue(&mut queue, requests),
        Err(panic) => progress.fail(panicked(panic.as_ref())),
    }
    let mut under_way = FuturesUnordered::new();
    loop {
        while under_way.len() < crawl.endpoint.concurrent
            && let Some(request) = next_request(crawl, &mut progress, &mut queue)
        {
            under_way.push(crawl_page(crawl, Arc::clone(&progress.seen), request));
        }
        let Some((request, bytes, result)) = under_way.next().await else { return progress };
        progress.bytes += bytes;
        match result {
            Ok(taken) => note_page(&mut progress, &mut queue, taken),
            Err(error) => note_failure(crawl, &mut progress, &mut queue, &request, error).await,
        }
    }
}

/// The next request, unless a cap or the end of the source forbids it.
fn next_request(
    crawl: &Crawl<'_>,
    progress: &mut Progress,
    queue: &mut VecDeque<Request>,
) -> Option<Request> {
    let request = queue.pop_front()?;
    let refused = if let Some(end) = crawl.end.get() {
        end.clone()
    } else if progress.asked == crawl.max_pages {
        FetchError::new(FetchErrorKind::Limit, format!("the search has more than {} pages", crawl.max_pages))
    } else {
        progress.asked += 1;
        return Some(request);
    };
    queue.clear();
    progress.fail(refused);
    None
}

fn note_page(progress: &mut Progress, queue: &mut VecDeque<Request>, taken: Taken) {
    progress.report.pages += 1;
    progress.report.records += taken.records;
    progress.rejects += taken.rejects;
    progress.duplicates += taken.duplicates;
    if let Some(error) = taken.error {
        progress.fail(error);
    }
    progress.enqueue(queue, taken.follow);
}

async fn note_failure(
    crawl: &Crawl<'_>,
    progress: &mut Progress,
    queue: &mut VecDeque<Request>,
    request: &Request,
    error: FetchError,
) {
    if !error.body.is_empty() {
        progress.rejects += 1;
        // A closed channel ends the crawl at the next page that has records.
        let _ = crawl.pages.send(page::refused_page(request, &error)).await;
    }
    if ends_source(crawl, &error) {
        let _ = crawl.end.set(error.clone());
    }
    if error.kind.ends_search() {
        queue.clear();
    }
    progress.fail(error);
}

/// Whether every other search would fail in the same way.
fn ends_source(crawl: &Crawl<'_>, error: &FetchError) -> bool {
    match error.kind {
        FetchErrorKind::RateLimited
        | FetchErrorKind::Quota
        | FetchErrorKind::Stopped
        | FetchErrorKind::Limit => true,
        FetchErrorKind::Unauthorized => crawl.endpoint.keyed,
        FetchErrorKind::Blocked => error.status == Some(403),
        _ => false,
    }
}

/// Fetches one page and takes it apart. Returns the request, the bytes received, and what became of them.
async fn crawl_page(
    crawl: &Crawl<'_>,
    seen: Arc<Mutex<HashSet<u64>>>,
    request: Request,
) -> (Request, u64, Result<Taken, FetchError>) {
    let bytes = match fetch(crawl.client, &crawl.endpoint, &request).await {
        Ok(bytes) => bytes,
        Err(error) => return (request, error.body.len() as u64, Err(error)),
    };
    let received = bytes.len() as u64;
    let _parser = crawl.client.parsers.acquire().await.expect("the semaphore is never closed");
    let (source, fill, pages) = (crawl.source, Arc::clone(&crawl.fill), crawl.pages.clone());
    let asked = request.clone();
    let taken = tokio::task::spawn_blocking(move || {
        let mut emit = |page| pages.blocking_send(page).is_ok();
        page::take_apart(source, &asked, &bytes, &seen, &fill, &mut emit)
    });
    let result = match taken.await {
        Ok(result) => result,
        Err(failed) if failed.is_panic() => Err(panicked(failed.into_panic().as_ref())),
        Err(_) => Err(FetchError::new(FetchErrorKind::Stopped, "the run is being stopped")),
    };
    (request, received, result)
}

fn panicked(panic: &(dyn Any + Send)) -> FetchError {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    FetchError::new(FetchErrorKind::Panicked, format!("the source's code panicked: {message}"))
}

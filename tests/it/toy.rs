//! A small source made for the tests of the driver, and a server for it to ask.

use job_etl::config::sources::SourceConfig;
use job_etl::http::crawl::{CrawlReport, CrawledPage, RawRecord, crawl};
use job_etl::http::{Client, ClientOptions, Quota, Timing};
use job_etl::posting::{Posting, RejectReason};
use job_etl::sources::{
    Body, Bytes, Coverage, Key, Method, Page, PageError, PageRecord, Policy, Record, Request, Search, Source,
};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, Request as Received, ResponseTemplate};

pub const CANARY: &str = "canary-5e1f-secret";

/// An API whose answers are `{"jobs": [{"id": …}], "next": "cursor"}`. A board named `panic` breaks its code.
pub struct Toy {
    pub key: Option<Key>,
    quota: Option<u32>,
    follow_all: bool,
}

pub static OPEN: Toy = Toy { key: None, quota: None, follow_all: false };
pub static KEYED: Toy =
    Toy { key: Some(Key { header: "X-Toy-Key", variable: "TOY_KEY" }), quota: None, follow_all: false };
pub static BILLED: Toy = Toy { key: None, quota: Some(200), follow_all: false };
pub static GREEDY: Toy = Toy { key: None, quota: None, follow_all: true };

impl Source for Toy {
    fn name(&self) -> &'static str {
        "toy"
    }

    fn base_url(&self) -> &'static str {
        "http://127.0.0.1:1"
    }

    fn policy(&self) -> Policy {
        Policy {
            requests_per_second: 1e6,
            concurrent: 2,
            coverage: Coverage::Full,
            key: self.key,
            quota_per_month: self.quota,
            required: &[],
            optional: &[],
            attribution: None,
        }
    }

    fn requests(&self, search: &Search) -> Vec<Request> {
        let (method, path) = match &search.path {
            Some(file) => (Method::File, file.clone()),
            None => (Method::Get, format!("/boards/{}", search.board.as_deref().unwrap_or("good"))),
        };
        vec![Request { method, path, query: Vec::new(), page: 1, search: search.clone() }]
    }

    fn page(&self, request: &Request, body: &Body) -> Result<Page, PageError> {
        #[derive(serde::Deserialize)]
        struct Answer<'a> {
            #[serde(borrow)]
            jobs: Vec<&'a RawValue>,
            next: Option<String>,
        }
        assert!(!request.path.ends_with("panic"), "the toy is broken");
        let answer: Answer =
            serde_json::from_str(&body.text).map_err(|error| PageError { detail: error.to_string() })?;
        let mut page = Page::default();
        for job in answer.jobs {
            let start = job.get().as_ptr() as usize - body.text.as_ptr() as usize;
            let range = Bytes::Sent(start..start + job.get().len());
            match serde_json::from_str::<Value>(job.get()).ok().and_then(|job| job["id"].as_u64()) {
                Some(id) => page.records.push(PageRecord { source_job_id: id.to_string(), json: range }),
                None => page.rejects.push((range, RejectReason::new("missing_id", "the job has no id"))),
            }
        }
        if let Some(next) = answer.next {
            let query = if self.follow_all {
                vec![("page", (request.page + 1).to_string())]
            } else {
                vec![("cursor", next)]
            };
            page.follow.push(Request { query, page: request.page + 1, ..request.clone() });
        }
        Ok(page)
    }

    fn posting(&self, record: &Record) -> Result<Posting, RejectReason> {
        let title = record.payload["title"].as_str().map(str::to_owned);
        Ok(Posting { title, ..Posting::default() })
    }
}

pub fn search(board: &str) -> Search {
    Search { board: Some(board.to_owned()), ..Search::default() }
}

pub fn config(base_url: &str, searches: Vec<Search>) -> SourceConfig {
    SourceConfig {
        enabled: true,
        base_url: Some(base_url.to_owned()),
        requests_per_second: None,
        concurrent: None,
        quota_per_month: None,
        max_pages: None,
        max_seconds: None,
        searches,
    }
}

pub fn options() -> ClientOptions {
    let timing =
        Timing { backoff: Duration::from_millis(1), breaker: Duration::from_millis(20), ..Timing::default() };
    ClientOptions { timing, ..ClientOptions::default() }
}

pub async fn run_with(
    options: ClientOptions,
    source: &'static Toy,
    config: &SourceConfig,
    quota: Option<Quota>,
) -> (CrawlReport, Vec<CrawledPage>) {
    let client = Client::new(options).expect("a client");
    let (sender, mut receiver) = mpsc::channel(2);
    let key = source.key.map(|_| CANARY.into());
    let crawling = crawl(&client, source, config, key, quota, sender);
    let collecting = async {
        let mut pages = Vec::new();
        while let Some(page) = receiver.recv().await {
            pages.push(page);
        }
        pages
    };
    tokio::join!(crawling, collecting)
}

pub async fn run(source: &'static Toy, base_url: &str, boards: &[&str]) -> (CrawlReport, Vec<CrawledPage>) {
    run_with(options(), source, &config(base_url, boards.iter().map(|board| search(board)).collect()), None)
        .await
}

/// Mounts `answer` for `GET /boards/<board>`.
pub async fn mount(server: &MockServer, board: &str, answer: impl wiremock::Respond + 'static) {
    Mock::given(path(format!("/boards/{board}"))).respond_with(answer).mount(server).await;
}

pub fn jobs(ids: &[u64]) -> Value {
    let jobs: Vec<Value> = ids.iter().map(|id| json!({"id": id, "title": "Welder"})).collect();
    json!({"jobs": jobs})
}

pub fn ok(ids: &[u64]) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(jobs(ids))
}

/// Answers in turn; the last one again and again.
pub fn in_turn(answers: Vec<ResponseTemplate>) -> impl Fn(&Received) -> ResponseTemplate + Send + Sync {
    let next = AtomicU32::new(0);
    move |_: &Received| {
        let index = next.fetch_add(1, Ordering::Relaxed) as usize;
        answers[index.min(answers.len() - 1)].clone()
    }
}

pub fn records(pages: &[CrawledPage]) -> Vec<&RawRecord> {
    pages.iter().flat_map(|page| &page.records).collect()
}

pub fn status(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status)
}

pub fn wait(seconds: &str) -> ResponseTemplate {
    status(429).insert_header("Retry-After", seconds)
}

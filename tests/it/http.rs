//! The driver against servers that misbehave, and the crawl over a small source made for it.

use super::stub::Answers;
use flate2::{Compression, write::GzEncoder};
use job_etl::config::sources::SourceConfig;
use job_etl::http::crawl::{CrawlReport, CrawledPage, RawRecord, crawl};
use job_etl::http::failure::FetchErrorKind as Kind;
use job_etl::http::{Client, ClientOptions, Quota, Timing};
use job_etl::posting::{Posting, RejectReason};
use job_etl::sources::{
    Body, Bytes, Coverage, Key, Method, Page, PageError, PageRecord, Policy, Record, Request, Search, Source,
};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use wiremock::matchers::{header, path, query_param};
use wiremock::{Mock, MockServer, Request as Received, ResponseTemplate};

const CANARY: &str = "canary-5e1f-secret";

/// An API whose answers are `{"jobs": [{"id": …}], "next": "cursor"}`. A board named `panic` breaks its code.
struct Toy {
    key: Option<Key>,
    quota: Option<u32>,
    follow_all: bool,
}

static OPEN: Toy = Toy { key: None, quota: None, follow_all: false };
static KEYED: Toy =
    Toy { key: Some(Key { header: "X-Toy-Key", variable: "TOY_KEY" }), quota: None, follow_all: false };
static BILLED: Toy = Toy { key: None, quota: Some(200), follow_all: false };
static GREEDY: Toy = Toy { key: None, quota: None, follow_all: true };

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

fn search(board: &str) -> Search {
    Search { board: Some(board.to_owned()), ..Search::default() }
}

fn config(base_url: &str, searches: Vec<Search>) -> SourceConfig {
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

fn options() -> ClientOptions {
    let timing = Timing {
        idle: Duration::from_millis(300),
        backoff: Duration::from_millis(1),
        breaker: Duration::from_millis(20),
        ..Timing::default()
    };
    ClientOptions { timing, ..ClientOptions::default() }
}

async fn run_with(
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

async fn run(source: &'static Toy, base_url: &str, boards: &[&str]) -> (CrawlReport, Vec<CrawledPage>) {
    run_with(options(), source, &config(base_url, boards.iter().map(|board| search(board)).collect()), None)
        .await
}

/// Mounts `answer` for `GET /boards/<board>`.
async fn mount(server: &MockServer, board: &str, answer: impl wiremock::Respond + 'static) {
    Mock::given(path(format!("/boards/{board}"))).respond_with(answer).mount(server).await;
}

fn jobs(ids: &[u64]) -> Value {
    let jobs: Vec<Value> = ids.iter().map(|id| json!({"id": id, "title": "Welder"})).collect();
    json!({"jobs": jobs})
}

fn ok(ids: &[u64]) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(jobs(ids))
}

/// Answers in turn; the last one again and again.
fn in_turn(answers: Vec<ResponseTemplate>) -> impl Fn(&Received) -> ResponseTemplate + Send + Sync {
    let next = AtomicU32::new(0);
    move |_: &Received| {
        let index = next.fetch_add(1, Ordering::Relaxed) as usize;
        answers[index.min(answers.len() - 1)].clone()
    }
}

fn records(pages: &[CrawledPage]) -> Vec<&RawRecord> {
    pages.iter().flat_map(|page| &page.records).collect()
}

/// The kind of failure and the number of requests of a crawl of one board that gives `answers` in turn.
async fn check(
    source: &'static Toy,
    answers: Vec<ResponseTemplate>,
    expected: (Option<Kind>, u64),
) -> CrawlReport {
    let server = MockServer::start().await;
    mount(&server, "good", in_turn(answers)).await;
    let (report, _) = run(source, &server.uri(), &["good"]).await;
    let kind = report.searches[0].error.as_ref().map(|error| error.kind);
    assert_eq!((kind, report.requests), expected, "{:?}", report.searches[0].error);
    assert_eq!(report.searches[0].complete, kind.is_none());
    report
}

fn status(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status)
}

fn wait(seconds: &str) -> ResponseTemplate {
    status(429).insert_header("Retry-After", seconds)
}

#[tokio::test]
async fn statuses_are_retried_or_told_by_their_class() {
    check(&OPEN, vec![ok(&[1])], (None, 1)).await;
    check(&OPEN, vec![status(500), status(503), ok(&[1])], (None, 3)).await;
    check(&OPEN, vec![status(200), ok(&[1])], (None, 2)).await;
    check(&OPEN, vec![status(502)], (Some(Kind::Unavailable), 5)).await;
    check(&OPEN, vec![status(404)], (Some(Kind::Gone), 1)).await;
    check(&OPEN, vec![status(410)], (Some(Kind::Gone), 1)).await;
    check(&OPEN, vec![status(401)], (Some(Kind::Unauthorized), 1)).await;
    check(&OPEN, vec![status(403)], (Some(Kind::Unauthorized), 1)).await;
    check(&OPEN, vec![status(403).insert_header("cf-mitigated", "challenge")], (Some(Kind::Blocked), 1))
        .await;
    check(&OPEN, vec![status(451)], (Some(Kind::Blocked), 1)).await;
    check(&OPEN, vec![status(422)], (Some(Kind::Refused), 1)).await;
    check(&OPEN, vec![status(429)], (Some(Kind::RateLimited), 5)).await;
}

#[tokio::test]
async fn retry_after_is_honoured_within_the_budget() {
    for nonsense in ["0", "-3", "soon", "Sun, 06 Nov 1994 08:49:37 GMT"] {
        check(&OPEN, vec![wait(nonsense), ok(&[1])], (None, 2)).await;
    }
    let in_time = "Sun, 06 Nov 1994 08:49:38 GMT";
    let date = ("Date", "Sun, 06 Nov 1994 08:49:38 GMT");
    check(&OPEN, vec![wait(in_time).insert_header(date.0, date.1), ok(&[1])], (None, 2)).await;
    check(&OPEN, vec![wait("99999999"), ok(&[1])], (Some(Kind::RateLimited), 1)).await;
    check(
        &OPEN,
        vec![status(503).insert_header("Retry-After", "99999999"), ok(&[1])],
        (Some(Kind::Unavailable), 1),
    )
    .await;
}

#[tokio::test]
async fn one_long_pause_ends_the_source() {
    let server = MockServer::start().await;
    mount(&server, "slow", wait("7200")).await;
    mount(&server, "good", ok(&[1])).await;
    let mut one_by_one = config(&server.uri(), vec![search("slow"), search("good")]);
    one_by_one.concurrent = Some(1);
    let (report, pages) = run_with(options(), &OPEN, &one_by_one, None).await;
    for search in &report.searches {
        assert_eq!(
            search.error.as_ref().map(|error| error.kind),
            Some(Kind::RateLimited),
            "{}",
            search.label
        );
    }
    assert_eq!((report.requests, pages.len()), (1, 0));
}

#[tokio::test]
async fn a_billed_request_that_was_answered_is_not_sent_again() {
    check(&BILLED, vec![status(500), ok(&[1])], (Some(Kind::Unavailable), 1)).await;
    check(&BILLED, vec![wait("0"), ok(&[1])], (Some(Kind::RateLimited), 1)).await;
    let (report, _) = run(&BILLED, "http://127.0.0.1:1", &["good"]).await;
    assert_eq!(report.requests, 5, "nobody answered, so that nothing was billed");
}

#[tokio::test]
async fn the_quota_is_asked_before_each_billed_request() {
    let server = MockServer::start().await;
    mount(&server, "a", ok(&[1])).await;
    mount(&server, "b", ok(&[2])).await;
    let left = Arc::new(AtomicU32::new(1));
    let quota: Quota = Arc::new(move || {
        let allowed =
            left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        Box::pin(async move { Ok(allowed) })
    });
    let mut one_by_one = config(&server.uri(), vec![search("a"), search("b")]);
    one_by_one.concurrent = Some(1);
    let (report, _) = run_with(options(), &BILLED, &one_by_one, Some(quota)).await;
    assert!(report.searches[0].complete);
    assert_eq!(report.searches[1].error.as_ref().map(|error| error.kind), Some(Kind::Quota));
    assert_eq!(report.requests, 1);
}

#[tokio::test]
async fn web_pages_and_error_objects_are_kept_and_are_not_zero_jobs() {
    let server = MockServer::start().await;
    let page = "<!DOCTYPE html><title>Sign in</title>";
    mount(&server, "login", status(200).set_body_raw(page, "text/html")).await;
    mount(&server, "error", status(200).set_body_json(json!({"error": "no such board"}))).await;
    mount(&server, "good", ok(&[1])).await;
    let (report, pages) = run(&OPEN, &server.uri(), &["login", "error", "good"]).await;
    let kinds: Vec<Option<Kind>> =
        report.searches.iter().map(|search| search.error.as_ref().map(|error| error.kind)).collect();
    assert_eq!(kinds, [Some(Kind::Blocked), Some(Kind::Shape), None]);
    let mut kept: Vec<(&str, &str)> = pages
        .iter()
        .flat_map(|page| &page.rejects)
        .map(|reject| (reject.reason.code, std::str::from_utf8(&reject.content).expect("text")))
        .collect();
    kept.sort_unstable();
    assert_eq!(kept, [("blocked", page), ("shape", r#"{"error":"no such board"}"#)]);
    assert_eq!((report.records, report.rejects), (1, 2));
}

#[tokio::test]
async fn a_missing_board_and_a_panic_cost_only_themselves() {
    let server = MockServer::start().await;
    mount(&server, "good", ok(&[1])).await;
    mount(&server, "panic", ok(&[2])).await;
    mount(&server, "fine", ok(&[3])).await;
    let (report, pages) = run(&OPEN, &server.uri(), &["missing", "good", "panic", "fine"]).await;
    let told: Vec<(bool, Option<Kind>)> = report
        .searches
        .iter()
        .map(|search| (search.complete, search.error.as_ref().map(|error| error.kind)))
        .collect();
    let good = (true, None);
    assert_eq!(told, [(false, Some(Kind::Gone)), good, (false, Some(Kind::Panicked)), good]);
    assert_eq!(records(&pages).len(), 2);
    let error = report.searches[0].error.as_ref().expect("an error").to_string();
    assert!(
        error.starts_with("127.0.0.1/boards/missing does not exist (status 404); check its name"),
        "{error}"
    );
    assert_eq!((report.fill["title"], report.fill["company"], report.fill_sampled), (2, 0, 2));
}

#[tokio::test]
async fn redirects_stay_on_the_host() {
    let server = MockServer::start().await;
    let elsewhere = MockServer::start().await;
    let away = elsewhere.uri().replace("127.0.0.1", "localhost") + "/boards/good";
    mount(&server, "away", status(302).insert_header("Location", away.as_str())).await;
    mount(&server, "round", status(302).insert_header("Location", "/boards/round")).await;
    mount(&server, "moved", status(301).insert_header("Location", "/boards/good")).await;
    mount(&server, "good", ok(&[1])).await;
    mount(&elsewhere, "good", ok(&[2])).await;
    let (report, _) = run(&KEYED, &server.uri(), &["away", "round", "moved"]).await;
    let kinds: Vec<Option<Kind>> =
        report.searches.iter().map(|search| search.error.as_ref().map(|error| error.kind)).collect();
    assert_eq!(kinds, [Some(Kind::Redirected), Some(Kind::Redirected), None]);
    let error = report.searches[0].error.as_ref().expect("an error").to_string();
    assert!(error.contains("redirects to localhost"), "{error}");
    assert_eq!(elsewhere.received_requests().await.expect("recording").len(), 0);
}

#[tokio::test]
async fn pages_are_followed_until_they_repeat() {
    let server = MockServer::start().await;
    let page = |ids: &[u64], next: &str| {
        let mut answer = jobs(ids);
        answer["next"] = next.into();
        status(200).set_body_json(answer)
    };
    for (cursor, answer) in [("b", page(&[2], "c")), ("c", page(&[1], "d")), ("d", page(&[4], "e"))] {
        Mock::given(query_param("cursor", cursor)).respond_with(answer).mount(&server).await;
    }
    mount(&server, "same", page(&[1], "b")).await;
    mount(&server, "itself", page(&[1], "x")).await;
    let (report, pages) = run(&OPEN, &server.uri(), &["same"]).await;
    let search = &report.searches[0];
    assert_eq!(search.error.as_ref().map(|error| error.kind), Some(Kind::Loop));
    assert_eq!((report.records, report.duplicates, search.pages), (2, 1, 3));
    assert_eq!(pages.iter().map(|page| page.duplicates).sum::<u64>(), 1);

    Mock::given(query_param("cursor", "x")).respond_with(page(&[9], "x")).mount(&server).await;
    let other = MockServer::start().await;
    Mock::given(query_param("cursor", "x")).respond_with(page(&[9], "x")).mount(&other).await;
    mount(&other, "itself", page(&[1], "x")).await;
    let (report, _) = run(&OPEN, &other.uri(), &["itself"]).await;
    assert_eq!(report.searches[0].error.as_ref().map(|error| error.kind), Some(Kind::Loop));
    assert_eq!((report.records, report.requests), (2, 2));
}

#[tokio::test]
async fn a_search_has_no_more_pages_than_allowed() {
    let server = MockServer::start().await;
    let next = AtomicU32::new(0);
    let endless = move |_: &Received| {
        let mut answer = jobs(&[u64::from(next.fetch_add(1, Ordering::Relaxed))]);
        answer["next"] = "more".into();
        status(200).set_body_json(answer)
    };
    mount(&server, "good", endless).await;
    let mut capped = config(&server.uri(), vec![search("good")]);
    capped.max_pages = Some(7);
    let (report, _) = run_with(options(), &GREEDY, &capped, None).await;
    assert_eq!(report.searches[0].error.as_ref().map(|error| error.kind), Some(Kind::Limit));
    assert_eq!((report.requests, report.records), (7, 7));
}

#[tokio::test]
async fn a_later_failure_keeps_the_first_pages() {
    let server = MockServer::start().await;
    Mock::given(query_param("cursor", "b")).respond_with(status(404)).mount(&server).await;
    let mut first = jobs(&[1, 2]);
    first["next"] = "b".into();
    mount(&server, "good", status(200).set_body_json(first)).await;
    let (report, pages) = run(&OPEN, &server.uri(), &["good"]).await;
    let search = &report.searches[0];
    assert_eq!((search.complete, search.pages, records(&pages).len()), (false, 1, 2));
}

#[tokio::test]
async fn a_decompression_bomb_is_cut() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..33 {
        encoder.write_all(&zeros).expect("memory");
    }
    let bomb = encoder.finish().expect("memory");
    assert!(bomb.len() < 1 << 20);
    let answer = status(200).insert_header("Content-Encoding", "gzip").set_body_bytes(bomb);
    check(&OPEN, vec![answer], (Some(Kind::TooLarge), 1)).await;
}

/// A server that answers every connection with `answer`, and then keeps silent or hangs up.
async fn raw_server(answer: &'static [u8], hang_up: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 1024]).await;
                let _ = stream.write_all(answer).await;
                if !hang_up {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn broken_answers_are_tried_again_and_then_told() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"jobs\":[";
    for (answer, hang_up, words) in [
        (&cut[..], true, "broke off"),
        (&cut[..], false, "in time"),
        (b"", true, "no answer"),
        (b"", false, "in time"),
    ] {
        let (report, _) = run(&OPEN, &raw_server(answer, hang_up).await, &["good"]).await;
        let error = report.searches[0].error.as_ref().expect("an error");
        assert_eq!((error.kind, report.requests), (Kind::Unavailable, 5));
        assert!(error.detail.contains(words), "{error}");
    }
    let (report, _) = run(&OPEN, "http://127.0.0.1:1", &["good"]).await;
    let error = report.searches[0].error.as_ref().expect("an error");
    assert!(error.detail.starts_with("127.0.0.1/boards/good cannot be reached"), "{error}");
}

#[tokio::test]
async fn a_host_that_is_down_is_not_asked_for_every_board() {
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::any()).respond_with(status(500)).mount(&server).await;
    let mut slow = options();
    slow.timing.breaker = Duration::from_millis(200);
    let boards: Vec<Search> = (0..40).map(|index| search(&format!("b{index}"))).collect();
    let (report, _) = run_with(slow, &OPEN, &config(&server.uri(), boards), None).await;
    assert!(report.searches.iter().all(|search| !search.complete));
    assert!(report.requests < 100, "{} requests to a host that is down", report.requests);
}

#[tokio::test]
async fn the_key_is_sent_and_never_told() {
    let server = MockServer::start().await;
    Mock::given(header("x-toy-key", CANARY)).respond_with(ok(&[1])).mount(&server).await;
    let (report, _) = run(&KEYED, &server.uri(), &["good"]).await;
    assert!(report.searches[0].complete);

    let refusing = MockServer::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    for answer in [
        status(401),
        status(403),
        status(500),
        status(302).insert_header("Location", "http://other.invalid/"),
    ] {
        refusing.reset().await;
        mount(&refusing, "good", answer).await;
        let recording = ClientOptions { record: Some(folder.path().to_owned()), ..options() };
        let config = config(&refusing.uri(), vec![search("good")]);
        let (report, pages) = run_with(recording, &KEYED, &config, None).await;
        let told = format!("{report:?}{pages:?}{}", report.searches[0].error.as_ref().expect("an error"));
        assert!(!told.contains(CANARY), "{told}");
    }
    for entry in std::fs::read_dir(folder.path().join("toy")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let content = std::fs::read_to_string(&path).expect("a file");
        assert!(!content.contains(CANARY) && !path.to_string_lossy().contains(CANARY));
    }
}

#[tokio::test]
async fn a_missing_key_and_a_bad_address_are_told_before_any_request() {
    let client = Client::new(options()).expect("a client");
    for (base_url, kind) in [
        ("http://127.0.0.1:1", Kind::MissingKey),
        ("ftp://user:pass@host/", Kind::Refused),
        ("api.example.com", Kind::Refused),
    ] {
        let (sender, _receiver) = mpsc::channel(1);
        let config = config(base_url, vec![search("a"), search("b")]);
        let report = crawl(&client, &KEYED, &config, None, None, sender).await;
        let errors: Vec<_> = report.searches.iter().filter_map(|search| search.error.as_ref()).collect();
        assert_eq!(errors.len(), 2);
        assert_eq!(errors[0].kind, kind);
        assert!(!errors[0].to_string().contains("pass"));
    }
}

#[tokio::test]
async fn what_was_recorded_is_replayed() {
    let server = MockServer::start().await;
    let odd = "\u{feff}{\"jobs\":[ {\"id\":1,\"title\":\"a\\u0000b\"}, {\"id\":2,\"n\":1e5}, {\"title\":\"no id\"}], \"next\": \"b &c\"}";
    Mock::given(query_param("cursor", "b &c")).respond_with(ok(&[3])).mount(&server).await;
    mount(&server, "good", in_turn(vec![status(503), status(200).set_body_raw(odd, "application/json")]))
        .await;
    let folder = tempfile::tempdir().expect("a folder");
    let recording = ClientOptions { record: Some(folder.path().to_owned()), ..options() };
    let searches = vec![search("good"), search("gone")];
    let recorded = run_with(recording, &KEYED, &config(&server.uri(), searches.clone()), None).await;
    drop(server);

    let replaying = ClientOptions { replay: Some(folder.path().to_owned()), ..options() };
    let client = Client::new(replaying).expect("a client");
    let (sender, mut receiver) = mpsc::channel(100);
    let report = crawl(&client, &KEYED, &config("http://127.0.0.1:1", searches), None, None, sender).await;
    let mut pages = Vec::new();
    while let Some(page) = receiver.recv().await {
        pages.push(page);
    }
    assert_eq!(records(&pages), records(&recorded.1));
    let flags: Vec<&[&str]> = records(&pages).iter().map(|record| record.flags.as_slice()).collect();
    assert_eq!(flags, [&["nul"][..], &["number_rewritten"], &[]]);
    for (replayed, recorded) in report.searches.iter().zip(&recorded.0.searches) {
        assert_eq!(
            format!("{replayed:?}"),
            format!("{recorded:?}").replace(&recorded.label, &replayed.label)
        );
    }
    assert_eq!(report.rejects, 1);
    assert!(folder.path().join("toy/boards-good.503.json").exists());
}

#[tokio::test]
async fn a_replay_takes_files_written_by_hand_and_names_the_one_it_misses() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, content: &str| {
        let path = folder.path().join("toy").join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, content).expect("a file");
    };
    write("boards-acme.json", r#"{"jobs":[{"id":1}],"next":"x y"}"#);
    write("boards-acme-cursor=x-y.json", r#"{"jobs":[{"id":2}]}"#);
    write("boards-closed.404.json", "");
    let replaying = ClientOptions { replay: Some(folder.path().to_owned()), ..options() };
    let searches = vec![search("acme"), search("closed"), search("other")];
    let (report, pages) = run_with(replaying, &OPEN, &config("http://127.0.0.1:1", searches), None).await;
    assert_eq!((report.searches[0].complete, records(&pages).len()), (true, 2));
    assert_eq!(report.searches[1].error.as_ref().map(|error| error.kind), Some(Kind::Gone));
    let error = report.searches[2].error.as_ref().expect("an error");
    let expected = folder.path().join("toy/boards-other.json").display().to_string();
    assert_eq!(error.kind, Kind::NotRecorded);
    assert!(error.detail.contains(&expected), "{error}");
}

#[tokio::test]
async fn local_files_are_read_and_missing_ones_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("jobs.json");
    std::fs::write(&file, "\u{feff}".to_owned() + &jobs(&[1, 2]).to_string()).expect("a file");
    let searches = [file.as_path(), Path::new("/nowhere/jobs.json")]
        .map(|path| Search { path: Some(path.display().to_string()), ..Search::default() });
    let (report, pages) = run_with(options(), &OPEN, &config("", searches.to_vec()), None).await;
    assert_eq!(records(&pages).len(), 2);
    let error = report.searches[1].error.as_ref().expect("an error");
    assert_eq!(error.kind, Kind::File);
    assert!(error.detail.starts_with("/nowhere/jobs.json could not be read"), "{error}");
}

#[tokio::test]
async fn the_stub_answers_for_its_synthetic_boards() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base_url = format!("http://{}/posting-api/job-board", listener.local_addr().expect("an address"));
    tokio::spawn(Answers::default().with_synthetic(1, 700, 1.0).serve(listener));
    let get = async |board: &str| {
        let answer = reqwest::get(format!("{base_url}/{board}")).await.expect("an answer");
        (answer.status().as_u16(), answer.bytes().await.expect("a body"))
    };
    let (_, first) = get("synthetic-00000").await;
    let (_, second) = get("synthetic-00001").await;
    assert_eq!(get("synthetic-00001").await.1, second, "the same bytes every time");
    assert_eq!(get("synthetic-00002").await.0, 404);
    let count = |answer: &[u8]| {
        serde_json::from_slice::<Value>(answer).expect("JSON")["jobs"].as_array().expect("jobs").len()
    };
    assert_eq!((count(&first), count(&second)), (500, 200));
    let mean = (first.len() + second.len()) / 700;
    assert!((13_000..15_500).contains(&mean), "{mean} bytes a posting");
}

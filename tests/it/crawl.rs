//! The crawl: one search fails alone, pages are followed and capped, and what was recorded is replayed.

use super::toy::{
    BILLED, GREEDY, KEYED, OPEN, config, in_turn, jobs, mount, ok, options, records, run, run_with, search,
    status, wait,
};
use job_etl::http::crawl::crawl;
use job_etl::http::failure::FetchErrorKind as Kind;
use job_etl::http::{Client, ClientOptions, Quota};
use job_etl::sources::Search;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::mpsc;
use wiremock::matchers::query_param;
use wiremock::{Mock, MockServer, Request as Received};

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

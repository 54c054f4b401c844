//! The contract of every source: its recorded-shape answers in `tests/fixtures/sources/<source>` and what it reads in
//! them, as snapshots. A new source brings a folder and no code.
//!
//! `<case>.json`, or another extension, answers the first request of the search in `<case>.search.yml`, which may be
//! absent; `<case>.follow0.json` answers the first request that follows from it, and so on.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use job_etl::config::sources::SourcesFile;
use job_etl::posting::{Posting, RejectReason};
use job_etl::sources::{
    Body, Bytes, Method, Page, PageError, Record, Request, SOURCES, Search, Source, by_name, records,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sources")
}

/// One recorded-shape answer, and the request it answers.
struct Fixture {
    source: &'static dyn Source,
    name: String,
    request: Request,
    bytes: Vec<u8>,
}

/// Every answer in the folder of a source, in order of name.
fn fixtures_of(source: &'static dyn Source) -> Vec<Fixture> {
    let folder = fixtures().join(source.name());
    let entries = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{} has no fixtures in {}: {error}", source.name(), folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let answers = paths.iter().filter(|path| !path.to_string_lossy().ends_with(".search.yml"));
    answers.map(|path| fixture(source, path)).collect()
}

fn fixture(source: &'static dyn Source, path: &Path) -> Fixture {
    let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
    let bytes = std::fs::read(path).unwrap();
    let (case, follow) = match name.split_once(".follow") {
        Some((case, position)) => (case, Some(position.parse::<usize>().unwrap())),
        None => (name.as_str(), None),
    };
    let first = source.requests(&search_of(path, case)).into_iter().next();
    let first = first.unwrap_or_else(|| panic!("{name}: the search has no request"));
    let request = match follow {
        None => first,
        Some(position) => {
            let before = std::fs::read(path.with_file_name(format!("{case}.json"))).unwrap();
            let page = source.page(&first, &Body::new(&before)).unwrap();
            page.follow[position].clone()
        }
    };
    Fixture { source, name, request, bytes }
}

fn search_of(path: &Path, case: &str) -> Search {
    match std::fs::read_to_string(path.with_file_name(format!("{case}.search.yml"))) {
        Ok(text) => {
            serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{case}.search.yml: {error}"))
        }
        Err(_) => Search::default(),
    }
}

/// A record as it goes through raw and back.
fn posting(fixture: &Fixture, body: &Body, id: &str, bytes: &Bytes) -> Result<Posting, RejectReason> {
    let payload: Value = serde_json::from_str(&records::mended(body.text_of(bytes)))
        .map_err(|error| RejectReason::new("unreadable", error.to_string()))?;
    fixture.source.posting(&Record { source_job_id: id, payload: &payload, search: &fixture.request.search })
}

fn snapshot(fixture: &Fixture) -> Value {
    let body = Body::new(&fixture.bytes);
    let asked = request_snapshot(&fixture.request);
    match fixture.source.page(&fixture.request, &body) {
        Err(PageError { detail }) => json!({ "asked": asked, "page_error": detail }),
        Ok(page) => json!({
            "asked": asked,
            "records": page.records.len(),
            "follow": page.follow.iter().map(request_snapshot).collect::<Vec<_>>(),
            "rejects": page.rejects.iter().map(|(bytes, reason)| json!({
                "reason": reason_snapshot(reason),
                "text": body.text_of(bytes).chars().take(60).collect::<String>(),
            })).collect::<Vec<_>>(),
            "postings": page.records.iter().map(|record| {
                match posting(fixture, &body, &record.source_job_id, &record.json) {
                    Ok(posting) => without_nothing(serde_json::to_value(&posting).unwrap()),
                    Err(reason) => json!({ "source_job_id": record.source_job_id, "reject": reason_snapshot(&reason) }),
                }
            }).collect::<Vec<_>>(),
        }),
    }
}

fn request_snapshot(request: &Request) -> String {
    let method = match &request.method {
        Method::Get => "GET".to_owned(),
        Method::Post(body) => format!("POST {body}"),
        Method::File => "FILE".to_owned(),
    };
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{method} {} {} (page {})", request.path, query.join("&"), request.page)
}

fn reason_snapshot(reason: &RejectReason) -> String {
    format!("{}: {}", reason.code, reason.detail)
}

/// Absent fields are left out, so that a snapshot shows what was found.
fn without_nothing(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().map(|(name, value)| (name, without_nothing(value)));
            Value::Object(kept.filter(|(_, value)| !is_nothing(value)).collect())
        }
        value => value,
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

#[test]
fn every_source_reads_its_fixtures() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots/sources");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for source in SOURCES {
        let fixtures = fixtures_of(*source);
        assert!(!fixtures.is_empty(), "{} has no fixture", source.name());
        for fixture in &fixtures {
            let name = format!("{}__{}", source.name(), fixture.name);
            settings.bind(|| insta::assert_json_snapshot!(name, snapshot(fixture)));
        }
    }
}

#[test]
fn every_fixture_folder_is_of_a_source() {
    for entry in std::fs::read_dir(fixtures()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(by_name(&name).is_some(), "{name} is not a source");
    }
}

#[test]
fn ranges_are_the_bytes_of_their_records() {
    for fixture in ALL.iter() {
        let body = Body::new(&fixture.bytes);
        let Ok(page) = fixture.source.page(&fixture.request, &body) else { continue };
        for record in &page.records {
            let Bytes::Sent(range) = &record.json else { continue };
            let sent = &body.bytes[range.clone()];
            assert_eq!((sent.first(), sent.last()), (Some(&b'{'), Some(&b'}')), "{}", fixture.name);
        }
    }
}

#[test]
fn names_are_unique_and_searches_are_described() {
    let mut names: Vec<&str> = SOURCES.iter().map(|source| source.name()).collect();
    let sorted = names.clone();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names, sorted, "the registry is in alphabetical order and names each source once");
    let known = serde_json::to_value(Search::default()).unwrap();
    for source in SOURCES {
        let policy = source.policy();
        for field in policy.required.iter().chain(policy.optional) {
            assert!(known.get(field).is_some(), "{}: `{field}` is no field of a search", source.name());
        }
    }
}

#[test]
fn invalid_searches_are_refused_and_ask_nothing() {
    #[track_caller]
    fn check(source: &str, search: Search, expected: &str) {
        let source = by_name(source).unwrap();
        let problem = source.invalid(&search).unwrap_or_default();
        assert!(problem.contains(expected), "{problem:?} does not say {expected:?}");
        assert_eq!(source.requests(&search), []);
    }
    let board = |board: &str| Search { board: Some(board.to_owned()), ..Search::default() };
    for source in ["ashby", "greenhouse", "lever", "smartrecruiters"] {
        check(source, Search::default(), "not the name of a board");
        check(source, board("../../internal"), "not the name of a board");
        check(source, board("acme?limit=1"), "not the name of a board");
    }
    check("lever", Search { region: Some("mars".to_owned()), ..board("acme") }, "neither `eu` nor `us`");
    check("jsearch", Search { date_posted: Some("hour".to_owned()), ..Search::default() }, "3days");
    check("jsearch", Search { path: Some("/a?b".to_owned()), ..Search::default() }, "not a path");
    check("jobicy", Search { limit: Some(500), ..Search::default() }, "between 1 and 100");
    check("files", Search { path: Some("jobs.xlsx".to_owned()), ..Search::default() }, "set format");
    let columns = [("titel".to_owned(), "x".to_owned())].into();
    check("files", Search { path: Some("jobs.csv".to_owned()), columns, ..Search::default() }, "`titel`");
}

#[test]
fn the_shipped_configuration_is_valid() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/sources.yml");
    let text = std::fs::read_to_string(path).unwrap();
    let file: SourcesFile = serde_saphyr::from_str(&text).unwrap();
    for source in SOURCES {
        assert!(file.sources.contains_key(source.name()), "{} is not shown", source.name());
    }
    for (name, config) in &file.sources {
        let source = by_name(name).unwrap_or_else(|| panic!("{name} is not a source"));
        let policy = source.policy();
        for search in &config.searches {
            assert_eq!(source.invalid(search), None, "{name} {}", search.label());
            let value = serde_json::to_value(search).unwrap();
            let set: Vec<&String> = value
                .as_object()
                .unwrap()
                .iter()
                .filter(|(_, value)| !is_nothing(value))
                .map(|(field, _)| field)
                .collect();
            let unread = set
                .iter()
                .find(|field| !policy.required.iter().chain(policy.optional).any(|known| known == *field));
            assert_eq!(unread, None, "{name} {} sets a field that is not read", search.label());
            let missing = policy.required.iter().find(|field| !set.iter().any(|found| found == *field));
            assert_eq!(missing, None, "{name} {} lacks a field", search.label());
        }
        assert!(!config.enabled || policy.key.is_none(), "{name} needs a key and must be off");
    }
    let a_day = |name: &str| file.sources[name].searches.len();
    assert!(a_day("remotive") <= 4 && a_day("jobicy") <= 1, "the terms of both allow no more");
}

#[test]
fn lever_has_a_host_for_each_region() {
    let lever = by_name("lever").unwrap();
    let european = Search { region: Some("eu".to_owned()), ..Search::default() };
    assert_eq!(lever.base_url_for(&european), "https://api.eu.lever.co");
    assert_eq!(lever.base_url_for(&Search::default()), "https://api.lever.co");
}

/// Reads a body to the end, as the driver does.
fn read_all(fixture: &Fixture, bytes: &[u8]) -> usize {
    let body = Body::new(bytes);
    assert_eq!(body.text.len(), body.bytes.len());
    let Ok(Page { records, rejects, .. }) = fixture.source.page(&fixture.request, &body) else { return 0 };
    for record in &records {
        assert!((1..=200).contains(&record.source_job_id.len()), "{} does not fit", record.source_job_id);
        let _ = posting(fixture, &body, &record.source_job_id, &record.json);
    }
    for (bytes, _) in &rejects {
        let _ = body.text_of(bytes);
    }
    records.len() + rejects.len()
}

/// One change of a body: where, what is put there, and how much of the old goes.
fn change() -> impl Strategy<Value = (prop::sample::Index, Vec<u8>, usize)> {
    const WORDS: [&[u8]; 14] = [
        b"", b"\"", b"{", b"}", b"[", b"]", b"null", b"1e999", b"\\ud800", b"\\u0000", b"\xff", b"\0", b"\n",
        b"\\",
    ];
    (any::<prop::sample::Index>(), prop::sample::select(&WORDS[..]).prop_map(<[u8]>::to_vec), 0_usize..40)
}

static ALL: LazyLock<Vec<Fixture>> =
    LazyLock::new(|| SOURCES.iter().flat_map(|source| fixtures_of(*source)).collect());

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_answer_makes_a_source_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec(change(), 0..6),
    ) {
        let fixture = which.get(&ALL);
        let mut bytes = fixture.bytes.clone();
        for (place, put, cut) in changes {
            let at = place.index(bytes.len() + 1);
            let end = bytes.len().min(at + cut);
            bytes.splice(at..end, put);
        }
        read_all(fixture, &bytes);
    }

    #[test]
    fn no_bytes_make_a_source_panic(which in any::<prop::sample::Index>(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_all(which.get(&ALL), &bytes);
    }
}

//! The sources against answers that were really sent. The folder is named by `JOB_ETL_DATA`; nothing of it is here.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use job_etl::posting::Posting;
use job_etl::sources::{Body, Record, Search, by_name, records};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

#[expect(clippy::disallowed_methods, reason = "only tests read this variable")]
fn data() -> Option<PathBuf> {
    let folder = std::env::var("JOB_ETL_DATA").ok().map(PathBuf::from);
    if folder.is_none() {
        #[expect(clippy::print_stdout, reason = "a skipped test says so")]
        {
            println!("skipped: JOB_ETL_DATA is not set");
        }
    }
    folder
}

fn read(path: &Path) -> Vec<u8> {
    if path.extension().is_none_or(|extension| extension != "gz") {
        return std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    let unpacked =
        Command::new("gzip").arg("-dc").arg(path).output().expect("gzip is on every Debian machine");
    assert!(unpacked.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&unpacked.stderr));
    unpacked.stdout
}

/// What a source finds in one answer; no record may be lost.
fn postings(source: &str, search: &Search, bytes: &[u8]) -> Vec<Posting> {
    let source = by_name(source).unwrap();
    let request = source.requests(search).remove(0);
    let body = Body::new(bytes);
    let page =
        source.page(&request, &body).unwrap_or_else(|error| panic!("{}: {}", source.name(), error.detail));
    assert_eq!(page.rejects, []);
    let postings = page.records.iter().map(|record| {
        let payload: Value = serde_json::from_str(&records::mended(body.text_of(&record.json))).unwrap();
        source.posting(&Record { source_job_id: &record.source_job_id, payload: &payload, search }).unwrap()
    });
    postings.collect()
}

/// How many postings have each field, by its name.
fn filled(postings: &[Posting]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for posting in postings {
        let Value::Object(members) = serde_json::to_value(posting).unwrap() else { continue };
        for (name, value) in members {
            *counts.entry(name).or_default() += usize::from(is_filled(&value));
        }
    }
    counts
}

fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => members.values().any(is_filled),
        _ => true,
    }
}

#[expect(clippy::print_stdout, reason = "fill rates are for a person to look at")]
fn print(source: &str, postings: &[Posting]) {
    let rates =
        filled(postings).into_iter().map(|(name, count)| format!("{name} {}%", count * 100 / postings.len()));
    println!("{source}: {} postings; {}", postings.len(), rates.collect::<Vec<_>>().join(", "));
}

fn board(name: &str) -> Search {
    Search { board: Some(name.to_owned()), query: Some("any".to_owned()), ..Search::default() }
}

#[test]
fn recorded_answers_are_read() {
    let Some(data) = data() else { return };
    let folder = data.join("fixtures-providers");
    let check = |source: &str, file: &str, count: usize, everywhere: &[&str]| {
        let search = if matches!(source, "remotive" | "arbeitnow" | "jobicy") {
            Search::default()
        } else {
            board("any")
        };
        let postings = postings(source, &search, &read(&folder.join(file)));
        print(source, &postings);
        assert_eq!(postings.len(), count, "{file}");
        let filled = filled(&postings);
        for field in ["title", "company", "location", "posted_at", "job_link"].iter().chain(everywhere) {
            assert_eq!(filled[*field], count, "{file}: {field}");
        }
    };
    let text = ["description_text", "apply_url"];
    let html = ["description_html", "apply_url"];
    check("jsearch", "jsearch_20251207_234810.json", 10, &text);
    check("jsearch", "jsearch_20251207_234814.json", 10, &text);
    check("greenhouse", "greenhouse.real.json", 3, &html);
    check("ashby", "ashby.real.json", 3, &html);
    check("ashby", "ashby_neofinancial_canada.real.json.gz", 127, &html);
    check("remotive", "remotive.real.json", 3, &html);
    check("arbeitnow", "arbeitnow.real.json", 3, &html);
    check("jobicy", "jobicy.real.json", 3, &html);
}

#[test]
fn every_ashby_posting_is_read() {
    let Some(data) = data() else { return };
    let lines = String::from_utf8(read(&data.join("postings-ashby/ashby_jobs.jsonl.gz"))).unwrap();
    let mut boards: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for line in lines.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        boards.entry(record["_slug"].as_str().unwrap().to_owned()).or_default().push(line);
    }
    let mut all = Vec::new();
    for (name, lines) in &boards {
        let answer = format!("{{\"jobs\": [{}]}}", lines.join(","));
        all.extend(postings("ashby", &board(name), answer.as_bytes()));
    }
    print("ashby", &all);
    assert_eq!((boards.len(), all.len()), (324, 6391));
    let filled = filled(&all);
    for field in
        ["source_job_id", "title", "company", "location", "description_html", "posted_at", "job_link"]
    {
        assert_eq!(filled[field], all.len(), "{field}");
    }
}

#[test]
fn a_table_of_postings_is_imported() {
    let Some(data) = data() else { return };
    let bytes = read(&data.join("postings-ats-techroles/ats_techroles.jsonl.gz"));
    let search = Search { path: Some("ats_techroles.jsonl".to_owned()), ..Search::default() };
    let postings = postings("files", &search, &bytes);
    print("files", &postings);
    assert_eq!(postings.len(), 4015);
    let filled = filled(&postings);
    // 58 rows of the table have no link.
    assert_eq!((filled["title"], filled["company"], filled["job_link"]), (4015, 4015, 3957));
}

//! The stub server gives what it promises, and the real sources read all of it through the driver.

use super::stub::{Answers, KEY};
use super::synthetic;
use job_etl::config::sources::SourcesFile;
use job_etl::http::crawl::{CrawledPage, crawl};
use job_etl::http::{Client, ClientOptions};
use job_etl::sources::by_name;
use serde_json::Value;
use std::path::PathBuf;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// Serves `answers` on a free port, and gives the address with the configuration that asks for everything.
async fn serve(answers: Answers) -> (String, SourcesFile) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base_url = format!("http://{}", listener.local_addr().expect("an address"));
    let sources = serde_saphyr::from_str(&answers.sources_yml(&base_url)).expect("a configuration");
    tokio::spawn(answers.serve(listener));
    (base_url, sources)
}

#[tokio::test]
async fn the_stub_answers_for_its_synthetic_boards() {
    let (base_url, sources) = serve(Answers::default().with_synthetic(1, 700, 1.0)).await;
    assert_eq!(sources.sources["ashby"].searches.len(), 2);
    let get = async |board: &str| {
        let answer =
            reqwest::get(format!("{base_url}/posting-api/job-board/{board}")).await.expect("an answer");
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

#[test]
fn invented_postings_are_all_different() {
    let answer = synthetic::answer(7, 0, 500, 1.0);
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    let jobs = answer["jobs"].as_array().expect("jobs");
    let ids: std::collections::HashSet<&str> = jobs.iter().filter_map(|job| job["id"].as_str()).collect();
    assert_eq!(ids.len(), 500);
    let html: usize = jobs.iter().filter_map(|job| job["descriptionHtml"].as_str()).map(str::len).sum();
    let plain: usize = jobs.iter().filter_map(|job| job["descriptionPlain"].as_str()).map(str::len).sum();
    assert!((6_500..7_700).contains(&(html / 500)), "{} bytes of HTML", html / 500);
    assert!((5_300..6_500).contains(&(plain / 500)), "{} bytes of text", plain / 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn real_sources_read_every_recorded_posting_of_the_stub() {
    #[expect(clippy::disallowed_methods, reason = "only tests read this variable")]
    let Some(folder) = std::env::var("JOB_ETL_DATA").ok().map(PathBuf::from) else {
        #[expect(clippy::print_stdout, reason = "a skipped test says so")]
        {
            println!("skipped: JOB_ETL_DATA is not set");
        }
        return;
    };
    let answers = Answers::recorded(&folder).expect("the recorded answers");
    let expected = answers.postings();
    let (_, sources) = serve(answers).await;
    let client = Client::new(ClientOptions::default()).expect("a client");
    assert_eq!(sources.sources.len(), expected.len());
    for (name, config) in &sources.sources {
        let source = by_name(name).expect("a source of job-etl");
        let key = source.policy().key.map(|_| KEY.into());
        let (sender, mut receiver) = mpsc::channel::<CrawledPage>(2);
        let counting = async {
            let mut raw_kept = 0;
            while let Some(page) = receiver.recv().await {
                raw_kept += page.records.iter().filter(|record| record.payload_raw.is_some()).count();
            }
            raw_kept
        };
        let (report, raw_kept) = tokio::join!(crawl(&client, source, config, key, None, sender), counting);
        let failed: Vec<_> = report.searches.iter().filter(|search| !search.complete).collect();
        assert!(failed.is_empty(), "{name}: {failed:?}");
        assert_eq!(
            (report.records as usize, report.rejects, raw_kept),
            (expected[name.as_str()], 0, 0),
            "{name}"
        );
        assert_eq!(report.fill["title"], report.fill_sampled, "{name}");
    }
}

//! The stub server gives what it promises, and the real sources read all of it through the driver.

use super::stub::{Answers, KEY};
use super::synthetic;
use job_etl::config::sources::SourcesFile;
use job_etl::http::crawl::{CrawlReport, CrawledPage, crawl};
use job_etl::http::{Client, ClientOptions};
use job_etl::sources::{Search, by_name};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// Serves `answers` on a free port, and gives the configuration that asks for everything.
async fn serve(answers: Answers) -> SourcesFile {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base_url = format!("http://{}", listener.local_addr().expect("an address"));
    let sources = serde_saphyr::from_str(&answers.sources_yml(&base_url)).expect("a configuration");
    tokio::spawn(answers.serve(listener));
    sources
}

/// Crawls one source of a configuration, and gives the records by identifier.
async fn collect(sources: &SourcesFile, name: &str) -> (CrawlReport, BTreeMap<String, String>) {
    let client = Client::new(ClientOptions::default()).expect("a client");
    let (sender, mut receiver) = mpsc::channel::<CrawledPage>(2);
    let collecting = async {
        let mut records = BTreeMap::new();
        while let Some(page) = receiver.recv().await {
            records.extend(page.records.into_iter().map(|record| (record.source_job_id, record.payload)));
        }
        records
    };
    let source = by_name(name).expect("a source of job-etl");
    let key = source.policy().key.map(|_| KEY.into());
    tokio::join!(crawl(&client, source, &sources.sources[name], key, None, sender), collecting)
}

#[tokio::test]
async fn invented_boards_hold_every_posting_once_and_no_others_exist() {
    let mut sources = serve(Answers::default().with_synthetic(1, 700, 1.0)).await;
    let searches = &mut sources.sources.get_mut("ashby").expect("the only source").searches;
    assert_eq!(searches.len(), 2);
    searches.push(Search { board: Some("synthetic-00002".to_owned()), ..Search::default() });
    let (report, records) = collect(&sources, "ashby").await;
    assert_eq!(records.len(), 700);
    let complete: Vec<bool> = report.searches.iter().map(|search| search.complete).collect();
    assert_eq!(complete, [true, true, false]);
    let (_, again) = collect(&sources, "ashby").await;
    assert!(records == again, "the same bytes every time");
    let mean = records.values().map(String::len).sum::<usize>() / 700;
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
        println!("skipped: JOB_ETL_DATA is not set");
        return;
    };
    let answers = Answers::recorded(&folder).expect("the recorded answers");
    let expected = answers.postings();
    let sources = serve(answers).await;
    assert_eq!(sources.sources.len(), expected.len());
    for name in sources.sources.keys() {
        let (report, _) = collect(&sources, name).await;
        let failed: Vec<_> = report.searches.iter().filter(|search| !search.complete).collect();
        assert!(failed.is_empty(), "{name}: {failed:?}");
        assert_eq!((report.records as usize, report.rejects), (expected[name.as_str()], 0), "{name}");
        assert_eq!(report.fill["title"], report.fill_sampled, "{name}");
    }
}

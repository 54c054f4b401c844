//! The whole pipeline as a user runs it: the real program, a real server, every stage twice, and killed in between.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;

use job_etl::notify::receiver::Receiver;
use job_etl::notify::signature;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sqlx::PgConnection;

use crate::stub;
use crate::support::program::{AS_OF, Place, said};

/// Most bytes of write-ahead log that a run without news may make.
const QUIET_WAL: i64 = 64 * 1024;
/// Kills of the test that always runs; `make chaos` does 20 on real postings.
const KILLS: u64 = 4;

async fn count(connection: &mut PgConnection, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(connection).await.expect(query)
}

async fn wal(connection: &mut PgConnection) -> i64 {
    count(connection, "select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint").await
}

/// Runs and returns the events; the samples hold bad records on purpose, fewer than 5 %.
fn run(place: &Place) -> Vec<Value> {
    let output = place.run_samples().output().expect("run the program");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    lines.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

fn last<'a>(events: &'a [Value], name: &str) -> &'a Value {
    events.iter().rfind(|event| event["event"] == name).unwrap_or_else(|| panic!("no event {name}"))
}

#[tokio::test]
async fn a_second_run_writes_nothing_and_sends_nothing() {
    let place = Place::new();
    let mut connection = place.connect().await;
    // The server's own housekeeping is not what is measured.
    for statement in ["alter system set autovacuum = off", "select pg_reload_conf()"] {
        sqlx::query(statement).execute(&mut connection).await.expect(statement);
    }
    let first = run(&place);
    assert!(last(&first, "run_finished")["rows_written"].as_i64() > Some(500));
    let state = place.state_hash();
    let published = contents(&place.artifacts().join("2026-11-22"));

    let before = wal(&mut connection).await;
    let second = run(&place);
    let written = wal(&mut connection).await - before;

    assert_eq!(last(&second, "run_finished")["rows_written"], 0);
    assert!(written <= QUIET_WAL, "{written} bytes of WAL");
    assert_eq!(place.state_hash(), state);
    assert_eq!(contents(&place.artifacts().join("2026-11-22")), published, "no file was touched");
    println!("a run without news made {written} bytes of WAL");
}

#[tokio::test]
async fn nothing_that_came_is_lost() {
    let place = Place::new();
    run(&place);
    let mut connection = place.connect().await;
    let broken = count(
        &mut connection,
        "select count(*) from ops.run_stages where in_count <> out_count + duplicate_count + rejected_count",
    )
    .await;
    assert_eq!(broken, 0);
    let seen =
        count(&mut connection, "select sum(in_count)::bigint from ops.run_stages where stage = 'extract'")
            .await;
    let kept = count(&mut connection, "select count(*) from raw.job_postings_raw").await;
    let refused = count(&mut connection, "select count(*) from ops.rejects where stage = 'extract'").await;
    let known = count(
        &mut connection,
        "select sum(duplicate_count)::bigint from ops.run_stages where stage = 'extract'",
    )
    .await;
    assert_eq!(seen, kept + refused + known);
    let sightings = count(&mut connection, "select count(*) from staging.job_sightings").await;
    let rejected = count(&mut connection, "select count(*) from ops.rejects where stage = 'normalize'").await;
    let present = count(&mut connection, "select count(*) from staging.posting_presence").await;
    assert_eq!(present, sightings + rejected, "each posting is a sighting or a reject");
    let without = count(
        &mut connection,
        "select count(*) from staging.job_postings_stg j
         where not exists (select from staging.job_rankings r where r.hash_key = j.hash_key)",
    )
    .await;
    assert_eq!(without, 0, "each job has a rank");
    let wrong = count(
        &mut connection,
        "select count(*) from staging.job_rankings r
         where rank_score <> (select sum((line ->> 'points')::numeric)
                              from jsonb_array_elements((r.rank_explain -> 'features')
                                  || coalesce(r.rank_explain -> 'adjustments', '[]')) line)",
    )
    .await;
    assert_eq!(wrong, 0, "the points of each explanation sum exactly to the score");
}

#[tokio::test]
async fn a_killed_run_converges() {
    let calm = Place::new();
    let events = run(&calm).len() as u64;
    let expected = calm.state_hash();
    for seed in 0..KILLS {
        let place = Place::new();
        // Spread over the whole run: the first kill comes right after its start, the last one shortly before its end.
        let at = 1 + (seed * 7919 + 3) % (events - 1);
        let mut child = place.run_samples().spawn().expect("start the program");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        for _ in 0..at {
            lines.next();
        }
        child.kill().expect("kill -9");
        child.wait().expect("reap");
        run(&place);
        assert_eq!(place.state_hash(), expected, "killed after event {at} of {events}");
        run(&place);
        assert_eq!(place.state_hash(), expected, "and once more");
    }
}

/// A failed run is announced with the stage that failed, the next good one too, and a run without news is not.
#[tokio::test(flavor = "multi_thread")]
async fn messages_arrive_once_for_each_piece_of_news() {
    let secret = SecretString::from("whsec_c2FtcGxlIHNlY3JldCBvZiBhIHRlc3QsIDMyIGJ5dGU=");
    let keys = signature::parse_keys(&secret).expect("keys");
    let mut receiver = Receiver::start(keys).await.expect("a receiver");
    let url = receiver.url.clone();
    let place = Place::new();
    let announced = |hyperd: Option<&'static str>| {
        let mut command = place.run_samples();
        command.env("JOB_ETL_WEBHOOK_URL", &url).env("JOB_ETL_WEBHOOK_SECRET", secret.expose_secret());
        if let Some(hyperd) = hyperd {
            command.env("HYPERD_PATH", hyperd);
        }
        tokio::task::spawn_blocking(move || command.output().expect("run the program"))
    };
    let failed = announced(Some("/bin/false")).await.expect("join");
    assert_eq!(failed.status.code(), Some(1), "{}", said(&failed));
    let message = receiver.try_next().expect("a message about the failed run");
    let body: Value = serde_json::from_str(&message.body).expect("JSON");
    assert!(message.verified);
    assert_eq!(
        (&body["data"]["status"], &body["data"]["failed_stage"]),
        (&"failed".into(), &"publish".into()),
        "{body}"
    );

    let good = announced(None).await.expect("join");
    assert_eq!(good.status.code(), Some(0), "{}", said(&good));
    let message = receiver.try_next().expect("a message about the good run");
    let body: Value = serde_json::from_str(&message.body).expect("JSON");
    assert!(message.verified);
    assert_eq!(body["data"]["status"], "ok", "{body}");
    assert!(body["data"]["top_matches"].as_array().is_some_and(|matches| matches.len() == 10), "{body}");

    announced(None).await.expect("join");
    assert_eq!(receiver.try_next(), None, "a run without news sends nothing");
}

#[tokio::test]
async fn a_signal_ends_the_run_in_the_ledger() {
    let place = Place::new();
    let mut child = place.run_samples().spawn().expect("start the program");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    assert!(lines.next().expect("an event").expect("a line").contains("run_started"));
    let pid = child.id().to_string();
    let sent = std::process::Command::new("kill").args(["-TERM", &pid]).status().expect("kill");
    assert!(sent.success());
    lines.for_each(drop);
    assert_eq!(child.wait().expect("reap").code(), Some(143));
    let mut connection = place.connect().await;
    let interrupted =
        count(&mut connection, "select count(*) from ops.runs where status = 'interrupted'").await;
    assert_eq!(interrupted, 1);
    run(&place);
}

/// 324 real boards and the recorded answers of five more sources, over the ordinary HTTP path.
#[tokio::test(flavor = "multi_thread")]
async fn real_postings_run_through() {
    let Some(data) = std::env::var_os("JOB_ETL_DATA") else {
        println!("skipped: JOB_ETL_DATA is not set");
        return;
    };
    let answers = stub::Answers::recorded(Path::new(&data)).expect("the recorded answers");
    let expected: BTreeMap<&str, usize> = answers.postings();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base_url = format!("http://{}", listener.local_addr().expect("an address"));
    let place = Place::new();
    let config = place.folder.path().join("config");
    std::fs::create_dir(&config).expect("a folder");
    std::fs::write(config.join("sources.yml"), answers.sources_yml(&base_url)).expect("write sources.yml");
    let server = tokio::spawn(answers.serve(listener));
    let mut command = place.job_etl(&["run", "--as-of", AS_OF, "--json"]);
    command.arg("--config").arg(&config).env("JSEARCH_API_KEY", stub::KEY);
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("join").expect("run");
    server.abort();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));

    let mut connection = place.connect().await;
    let sightings: Vec<(String, i64)> =
        sqlx::query_as("select source, count(*) from staging.job_sightings group by source order by source")
            .fetch_all(&mut connection)
            .await
            .expect("count the sightings");
    let unique = |source: &str, postings: usize| if source == "jsearch" { postings - 1 } else { postings };
    let wanted: Vec<(String, i64)> = expected
        .iter()
        // One posting stands on both recorded pages of JSearch.
        .map(|(source, postings)| ((*source).to_owned(), unique(source, *postings) as i64))
        .collect();
    assert_eq!(sightings, wanted, "one sighting a posting");
    println!("sightings: {sightings:?}");
    assert!(place.artifacts().join("latest/fact_jobs.parquet").is_file());
}

/// Names and bytes of the files of a folder.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(folder)
        .expect("the published folder")
        .map(|entry| entry.expect("an entry"))
        .map(|entry| {
            (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("read"))
        })
        .collect()
}

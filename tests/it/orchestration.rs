//! What an orchestrator does with the program: one stage a task, sources side by side, one message for all of them,
//! and past days filled in.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chrono::NaiveDate;
use job_etl::db::ledger::{self, RunStart};
use job_etl::db::{self, Fence};
use job_etl::notify::receiver::{Received, Receiver};
use job_etl::notify::signature;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::support::program::{AS_OF, Place, said};
use crate::support::{TestDb, test_db};

const RUN: &str = "scheduled__2026-11-22T12:00:00+00:00";
const SOURCES: [&str; 4] = ["ashby", "greenhouse", "lever", "jsearch"];

/// A task of the orchestrator's run, on the bundled postings.
fn task(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.job_etl(arguments);
    command.args(["--json"]).env("JOB_ETL_RUN_ID", RUN).env("JOB_ETL_LOGICAL_DATE", "2026-11-22");
    command.env("JOB_ETL_WAIT", "60").env("JOB_ETL_CONFIG", samples().join("config"));
    command
}

/// A stage as a task; of a replay the instant is given too, so that two histories can be compared.
fn stage(place: &Place, verb: &str, more: &[&str]) -> Command {
    let mut command = task(place, &[verb, "--as-of", AS_OF]);
    command.args(more).arg("--replay").arg(samples().join("answers"));
    command
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

fn done(mut command: Command, code: i32) -> Output {
    let output = command.output().expect("run the program");
    assert_eq!(output.status.code(), Some(code), "{}", said(&output));
    output
}

/// What the orchestrator keeps of a task: the last line of its output.
fn kept(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.lines().last().expect("a line")).expect("JSON")
}

async fn number(connection: &mut PgConnection, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(connection).await.expect(query)
}

fn secret() -> SecretString {
    SecretString::from("whsec_bW9ybmluZyBqb2JzLCByYW5rZWQgYW5kIGV4cGxhaW5lZA==".to_owned())
}

/// Notify as a task that is told of these failed tasks; returns what arrived, if anything did.
async fn told(place: &Place, receiver: &mut Receiver, failed_tasks: &str) -> Option<Received> {
    let mut command = task(place, &["notify"]);
    command.env("JOB_ETL_FAILED_TASKS", failed_tasks);
    command.env("JOB_ETL_WEBHOOK_URL", &receiver.url).env("JOB_ETL_WEBHOOK_SECRET", secret().expose_secret());
    tokio::task::spawn_blocking(move || done(command, 0)).await.expect("join");
    receiver.try_next()
}

#[tokio::test]
async fn stages_as_tasks_come_to_what_one_run_comes_to() {
    let (place, other) = (Place::new(), Place::new());
    let extracts: Vec<_> = SOURCES
        .map(|source| stage(&place, "extract", &["--only", source]).spawn().expect("start"))
        .into_iter()
        .collect();
    for extract in extracts {
        let output = extract.wait_with_output().expect("reap");
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(kept(&output)["stages"]["extract"]["in"].as_u64() > Some(0), "{}", said(&output));
    }
    for verb in ["normalize", "enrich", "dedupe", "rank", "publish"] {
        let output = done(stage(&place, verb, &["--partial-ok"]), 0);
        assert_eq!(kept(&output)["event"], "run_finished");
        assert_eq!(kept(&output)["logical_date"], "2026-11-22");
    }
    let mut whole = other.run_samples();
    whole.env("JOB_ETL_ONLY", SOURCES.join(" "));
    done(whole, 0);
    assert_eq!(place.state_hash(), other.state_hash());

    let mut connection = place.connect().await;
    assert_eq!(number(&mut connection, "select count(*) from ops.runs where status = 'ok'").await, 9);
    assert_eq!(number(&mut connection, "select count(distinct parent_run_id) from ops.runs").await, 1);
    let shown = done(place.job_etl(&["status", "--json"]), 0);
    let shown: Value = serde_json::from_slice(&shown.stdout).expect("JSON");
    let runs = shown["runs"].as_array().expect("a list");
    let told_of = (&runs[0]["run_id"], &runs[0]["tasks"], &runs[0]["status"], runs.len());
    assert_eq!(told_of, (&RUN.into(), &9.into(), &"ok".into(), 1), "{shown}");
    // A row for each source and stage, and one without a source of normalize, dedupe and publish.
    assert_eq!(shown["stages"].as_array().map(Vec::len), Some(4 * 5 + 3), "{shown}");
    // The funnel of the run ends with what the lists of the default profile show. A reader's block ranks all again.
    let shown = "select count(*) from marts.fact_jobs where hidden_by = '{}'";
    let all = number(&mut connection, shown).await;
    done(task(&place, &["block", "--company", "Maple Ledger"]), 0);
    done(stage(&place, "rank", &[]), 0);
    let left = number(&mut connection, shown).await;
    assert!(0 < left && left < all, "{left} of {all}");
    assert_eq!(number(&mut connection, "select sum(ranked)::bigint from marts.run_stats").await, 2 * all);
    assert_eq!(number(&mut connection, "select sum(matched)::bigint from marts.run_stats").await, all + left);
    assert_eq!(number(&mut connection, "select count(*) from marts.run_stats").await, SOURCES.len() as i64);
    let mut receiver =
        Receiver::start(signature::parse_keys(&secret()).expect("keys")).await.expect("a receiver");

    let message = told(&place, &mut receiver, "").await.expect("a message");
    let body: Value = serde_json::from_str(&message.body).expect("JSON");
    assert!(message.verified);
    assert_eq!(
        (&body["data"]["status"], &body["data"]["parent_run_id"]),
        (&"ok".into(), &RUN.into()),
        "{body}"
    );
    let stages: Vec<&str> = body["data"]["stages"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|row| row["stage"].as_str())
        .collect();
    assert_eq!(stages, ["extract", "normalize", "enrich", "dedupe", "rank", "publish"], "{body}");
    assert_eq!(body["data"]["sources"].as_array().map(Vec::len), Some(SOURCES.len()), "{body}");
    assert_eq!(told(&place, &mut receiver, "").await, None, "the same news again");

    let message = told(&place, &mut receiver, "extract_remotive").await.expect("a message");
    let body: Value = serde_json::from_str(&message.body).expect("JSON");
    assert_eq!((&body["data"]["status"], &body["data"]["failed_stage"]), (&"partial".into(), &Value::Null));
    let message = told(&place, &mut receiver, "extract_remotive dbt_tests").await.expect("a message");
    let body: Value = serde_json::from_str(&message.body).expect("JSON");
    assert_eq!(
        (&body["data"]["status"], &body["data"]["failed_stage"]),
        (&"failed".into(), &"dbt_tests".into())
    );
    assert_eq!(body["data"]["failed_tasks"], serde_json::json!(["extract_remotive", "dbt_tests"]));
}

#[tokio::test]
async fn lanes_exclude_the_pipeline_and_themselves_but_not_each_other() {
    let place = Place::new();
    done(stage(&place, "extract", &["--only", "ashby"]), 0);
    let mut holder = place.connect().await;
    let hold = |statement: &'static str| sqlx::query_scalar::<_, bool>(statement);
    // As a run of lane ashby would.
    let shared = "select pg_try_advisory_lock_shared(x'006a6f622d65746c'::bigint)
                  and pg_try_advisory_lock(x'6c616e65'::int, hashtext('ashby'))";
    assert!(hold(shared).fetch_one(&mut holder).await.expect("the lock of the lane"));
    let at_once = |verb: &str, more: &[&str]| {
        let mut command = stage(&place, verb, more);
        command.env("JOB_ETL_WAIT", "0");
        command
    };
    done(at_once("extract", &["--only", "lever"]), 0);
    done(at_once("extract", &["--only", "ashby"]), 75);
    done(at_once("normalize", &[]), 75);
    done(at_once("extract", &["--only", "lever", "--only", "greenhouse"]), 75);

    let waiting = stage(&place, "normalize", &[]).spawn().expect("start");
    hold("select pg_advisory_unlock(x'6c616e65'::int, hashtext('ashby'))")
        .fetch_one(&mut holder)
        .await
        .expect("unlock");
    hold("select pg_advisory_unlock_shared(x'006a6f622d65746c'::bigint)")
        .fetch_one(&mut holder)
        .await
        .expect("unlock");
    let output = waiting.wait_with_output().expect("reap");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

/// Begins a run as the program does when it holds the lock.
async fn begin(db: &TestDb, lane: Option<&str>) -> Fence {
    let now = AS_OF.parse().expect("an instant");
    let start = RunStart {
        run_id: Uuid::now_v7(),
        logical_date: NaiveDate::from_ymd_opt(2026, 11, 22).expect("a date"),
        as_of: now,
        window_start: now,
        started_at: now,
        host: "test",
        arguments: "extract",
        parent_run_id: None,
        lane,
        is_backfill: false,
        config_version: None,
    };
    ledger::begin_run(db, &start).await.expect("begin a run").fence
}

#[tokio::test]
async fn a_run_that_was_overtaken_cannot_write() {
    let db = test_db().await;
    let may_write = async |fence: Fence| db::begin(&db, fence).await.is_ok();
    let ashby = begin(&db, Some("ashby")).await;
    let lever = begin(&db, Some("lever")).await;
    assert!(may_write(ashby).await && may_write(lever).await, "lanes do not fence each other");
    let again = begin(&db, Some("ashby")).await;
    assert!(!may_write(ashby).await, "overtaken in its own lane");
    assert!(may_write(again).await && may_write(lever).await);
    let whole = begin(&db, None).await;
    assert!(!may_write(again).await && !may_write(lever).await, "overtaken by the pipeline");
    assert!(may_write(whole).await);
    let after = begin(&db, Some("ashby")).await;
    assert!(
        may_write(whole).await && may_write(after).await,
        "a lane does not fence the pipeline: the lock does"
    );
}

/// Three files, one a day. Each brings a job of the one before; job 4 has another title on the third day, which is today.
fn exports(place: &Place) -> PathBuf {
    let folder = place.folder.path().join("config");
    std::fs::create_dir_all(&folder).expect("a folder");
    for (day, title, ids) in
        [("2026-11-01", "Nurse", 1..3), ("2026-11-02", "Nurse", 2..5), ("2026-11-03", "Head nurse", 4..7)]
    {
        let rows: String = ids.map(|id| format!("{id},{title} {id},Harbour Light,Toronto\n")).collect();
        let text = format!("id,title,company,location\n{rows}");
        std::fs::write(folder.join(format!("{day}.csv")), text).expect("a file");
    }
    let sources = serde_json::json!({ "sources": {
        "files": { "searches": [{ "path": folder.join("{date}.csv") }] },
        "lever": { "base_url": "http://127.0.0.1:9", "searches": [{ "board": "nobody" }] },
    }});
    // JSON is YAML.
    std::fs::write(folder.join("sources.yml"), sources.to_string()).expect("sources.yml");
    folder
}

fn backfill(place: &Place, config: &Path, arguments: &[&str], day: &str) -> Value {
    let mut command = place.job_etl(arguments);
    command.args(["--backfill", "--json"]).env("JOB_ETL_CONFIG", config).env("JOB_ETL_LOGICAL_DATE", day);
    kept(&done(command, 0))
}

#[tokio::test]
async fn past_days_are_filled_in_once_and_leave_the_latest_alone() {
    let place = Place::new();
    let config = exports(&place);
    let today = |day: &str| {
        let mut command = place.job_etl(&["run", "--only", "files", "--logical-date", day]);
        command.env("JOB_ETL_CONFIG", &config).args(["--as-of", &format!("{day}T12:00:00Z")]);
        command
    };
    done(today("2026-11-03"), 0);
    let days = ["2026-11-01", "2026-11-02"];
    for round in 0..2 {
        let state = place.state_hash();
        for day in days {
            let run = backfill(&place, &config, &["run", "--to", "rank"], day);
            assert_eq!(run["status"], "ok", "the source that cannot tell days is left out: {run}");
            let extracted = &run["stages"]["extract"];
            assert_eq!(extracted["out"].as_u64() == Some(0), round == 1, "{run}");
            assert_eq!(run["rows_written"].as_u64() == Some(0), round == 1, "{run}");
        }
        assert_eq!(place.state_hash() == state, round == 1);
        for (day, jobs) in days.into_iter().zip([2, 3]) {
            let run = backfill(&place, &config, &["publish"], day);
            let published = run["stages"]["publish"]["out"].as_u64();
            assert_eq!(published, Some(if round == 0 { jobs } else { 0 }), "{run}");
            let csv =
                std::fs::read_to_string(place.artifacts().join(day).join("fact_jobs.csv")).expect("the file");
            assert_eq!(csv.lines().count() as u64, jobs + 1, "{day}: what was seen until then\n{csv}");
        }
    }
    let latest = std::fs::read_link(place.artifacts().join("latest")).expect("latest");
    assert_eq!(latest, Path::new("2026-11-03"));
    let mut connection = place.connect().await;
    let told = number(&mut connection, "select count(*) from ops.runs where is_backfill").await;
    assert_eq!(told, 2 * 2 * 2, "each round, a run and a publication for each day");
    let newer = "select count(*) from staging.job_postings_stg where job_title = 'Head nurse 4'";
    assert_eq!(number(&mut connection, newer).await, 1, "what a later day knows stays");
    assert_eq!(
        number(&mut connection, "select count(*) from staging.posting_presence where closed_at is not null")
            .await,
        0
    );

    let mut tomorrow = place.job_etl(&["run", "--backfill", "--logical-date", "2999-01-01"]);
    tomorrow.env("JOB_ETL_CONFIG", &config);
    assert!(said(&done(tomorrow, 2)).contains("is to come"));
}

#[tokio::test]
async fn a_day_that_is_not_published_is_told_once() {
    let place = Place::new();
    let finished = |day: &str| place.job_etl(&["status", "--finished", "--logical-date", day]);
    let reason = said(&done(finished("2026-11-22"), 1));
    assert!(reason.contains("2026-11-22 is not published; no run for it has begun"), "{reason}");

    let mut receiver =
        Receiver::start(signature::parse_keys(&secret()).expect("keys")).await.expect("a receiver");
    let missed = |url: String| {
        let mut command = task(&place, &["notify", "--missed-deadline"]);
        command.env("JOB_ETL_WEBHOOK_URL", url).env("JOB_ETL_WEBHOOK_SECRET", secret().expose_secret());
        tokio::task::spawn_blocking(move || done(command, 0))
    };
    missed(receiver.url.clone()).await.expect("join");
    let message = receiver.try_next().expect("a message");
    let body: Value = serde_json::from_str(&message.body).expect("JSON");
    assert!(message.verified);
    assert_eq!(
        (&body["type"], &body["data"]["logical_date"]),
        (&"deadline.missed".into(), &"2026-11-22".into())
    );
    missed(receiver.url.clone()).await.expect("join");
    assert_eq!(receiver.try_next(), None, "once a day");

    done(place.run_samples(), 0);
    done(finished("2026-11-22"), 0);
    done(finished("2026-11-21"), 1);
}

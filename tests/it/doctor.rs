//! The check-up: what is well, what is broken, and that it only looks.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use job_etl::db::checkup;
use job_etl::db::cluster::Search;
use job_etl::doctor::{self, Check, Context, Secret, SourceNeeds, State};
use sqlx::PgPool;
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::test_db;

/// A machine on which all is well: a private data folder with a database in it, and an artifacts folder.
struct Machine {
    folder: TempDir,
    context: Context,
}

fn machine(database: Result<PgPool, String>) -> Machine {
    let folder = tempfile::tempdir().expect("temporary folder");
    let home = folder.path().join("home");
    let artifacts = folder.path().join("artifacts");
    for path in [&home, &home.join("postgres"), &artifacts] {
        std::fs::create_dir(path).expect("create");
        set_mode(path, 0o700);
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "the check of the clock compares with the database's clock"
    )]
    let now = Utc::now();
    let context = Context {
        home,
        artifacts,
        now,
        patience: Duration::from_secs(60),
        host: "here".to_owned(),
        embedded: true,
        search: Search::default(),
        database,
        migration: None,
        views: None,
        config: Ok(vec![SourceNeeds {
            source: "jsearch".to_owned(),
            secret: Some("JSEARCH_API_KEY".to_owned()),
            quota_per_month: Some(200),
        }]),
        secrets: vec![
            secret("JSEARCH_API_KEY", true),
            secret("JOB_ETL_WEBHOOK_URL", true),
            secret("JOB_ETL_WEBHOOK_SECRET", true),
        ],
        hyperd: Err("scripts/fetch_hyperd.sh".to_owned()),
    };
    Machine { folder, context }
}

fn secret(name: &str, is_set: bool) -> Secret {
    Secret { name: name.to_owned(), is_set, file: None }
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("set the mode");
}

fn find<'a>(checks: &'a [Check], name: &str) -> &'a Check {
    checks.iter().find(|check| check.name == name).unwrap_or_else(|| panic!("no check {name} in {checks:?}"))
}

async fn look(context: &Context, name: &str) -> Check {
    find(&doctor::doctor(context).await, name).clone()
}

#[tokio::test]
async fn everything_is_looked_at_and_every_trouble_has_a_next_step() {
    let db = test_db().await;
    let machine = machine(Ok(db.clone()));
    let checks = doctor::doctor(&machine.context).await;
    assert!(checks.len() >= 20, "{}", doctor::report(&checks));
    for check in &checks {
        assert_eq!(check.next_step.is_none(), check.state == State::Ok, "{check:?}");
        assert!(!check.finding.is_empty() && check.finding.lines().count() == 1, "{check:?}");
    }
    for name in [
        "server programs",
        "database",
        "clock",
        "roles and schemas",
        "data folder",
        "artifacts folder",
        "configuration",
        "source keys",
        "secret files",
        "webhook",
        "write-ahead log",
        "run lock",
        "outbox",
        "quota",
    ] {
        assert_eq!(find(&checks, name).state, State::Ok, "{}", doctor::report(&checks));
    }
    assert_eq!(find(&checks, "last run").state, State::Warn, "no run yet");
    assert_eq!(find(&checks, "hyperd").next_step.as_deref(), Some("scripts/fetch_hyperd.sh"));
    assert_eq!(
        doctor::report(&checks).matches("next: ").count(),
        checks.iter().filter(|check| check.next_step.is_some()).count()
    );
    let json = serde_json::to_value(&checks).expect("JSON");
    assert_eq!(json[0]["state"], "ok");
}

#[tokio::test]
async fn it_can_write_nothing() {
    let db = test_db().await;
    let mut conn = checkup::look(&db).await.expect("look");
    let error =
        sqlx::raw_sql("insert into ops.quota values ('x', '2026-11-01', 1)").execute(&mut *conn).await;
    assert!(error.expect_err("read only").to_string().contains("read-only transaction"));
}

#[tokio::test]
async fn without_a_database_the_rest_is_still_looked_at() {
    let machine = machine(Err("the server does not start".to_owned()));
    let checks = doctor::doctor(&machine.context).await;
    assert_eq!(find(&checks, "database").state, State::Fail);
    assert_eq!(find(&checks, "data folder").state, State::Ok);
    assert_eq!(doctor::worst(&checks), State::Fail);
}

#[tokio::test]
async fn trouble_on_the_machine_is_seen() {
    let check = async |name: &str, expected: State, part: &str, change: fn(&mut Context, &Path)| {
        let mut machine = machine(Err("not tried".to_owned()));
        change(&mut machine.context, machine.folder.path());
        let found = look(&machine.context, name).await;
        assert_eq!(found.state, expected, "{found:?}");
        assert!(format!("{found:?}").contains(part), "{part}: {found:?}");
    };
    check("data folder", State::Warn, "chmod go-rw", |context, _| set_mode(&context.home, 0o755)).await;
    check("data folder", State::Fail, "instead of 0700", |context, _| {
        set_mode(&context.home.join("postgres"), 0o750)
    })
    .await;
    check("artifacts folder", State::Fail, "not a folder", |context, folder| {
        context.artifacts = folder.join("file");
        std::fs::write(&context.artifacts, "").expect("write");
    })
    .await;
    check("server programs", State::Fail, "JOB_ETL_PG_BIN", |context, folder| {
        context.search.pg_bin = Some(folder.to_owned());
    })
    .await;
    check("configuration", State::Fail, "line 7", |context, _| {
        context.config = Err("sources.yml line 7".to_owned())
    })
    .await;
    check("source keys", State::Warn, "jsearch wants JSEARCH_API_KEY", |context, _| context.secrets.clear())
        .await;
    check("secrets set once", State::Warn, "unset JSEARCH_API_KEY", |context, folder| {
        context.secrets[0].file = Some(folder.join("key"));
    })
    .await;
    check("secret files", State::Fail, "No such file", |context, folder| {
        context.secrets[0].file = Some(folder.join("key"));
    })
    .await;
    check("secret files", State::Warn, "chmod 0600", |context, folder| {
        write_key(context, folder, "key", 0o644)
    })
    .await;
    check("secret files", State::Fail, "empty", |context, folder| write_key(context, folder, "", 0o600))
        .await;
    check("secret files", State::Ok, "1, closed", |context, folder| write_key(context, folder, "key", 0o440))
        .await;
    check("webhook", State::Fail, "openssl rand", |context, _| context.secrets[2].is_set = false).await;
    check("webhook", State::Ok, "none", |context, _| context.secrets.clear()).await;
    check("hyperd", State::Ok, "Hyper version 1", |context, folder| {
        let program = folder.join("hyperd");
        std::fs::write(&program, "#!/bin/sh\necho Hyper version 1\n").expect("write");
        set_mode(&program, 0o755);
        context.hyperd = Ok(program);
    })
    .await;
    check("hyperd", State::Warn, "does not start", |context, folder| {
        context.hyperd = Ok(folder.join("none"))
    })
    .await;
    check("time zone data", State::Warn, "newer job-etl", |context, _| {
        context.now += TimeDelta::days(10_000)
    })
    .await;
}

fn write_key(context: &mut Context, folder: &Path, text: &str, mode: u32) {
    let path = folder.join("key");
    std::fs::write(&path, text).expect("write");
    set_mode(&path, mode);
    context.secrets[0].file = Some(path);
}

#[tokio::test]
async fn trouble_in_the_ledgers_is_seen() {
    let db = test_db().await;
    let machine = machine(Ok(db.clone()));
    let now = machine.context.now;
    let run_id = add_run(&db, now - TimeDelta::hours(3)).await;
    let found = look(&machine.context, "last run").await;
    assert!(found.state == State::Warn && found.finding.contains("in publish: no space left"), "{found:?}");

    execute(&db, "insert into ops.run_stages select run_id, 'extract', 'lever', 'ok', 100, 90, 0, 10, 90, 5 from ops.runs").await;
    let found = look(&machine.context, "rejects").await;
    assert!(found.state == State::Warn && found.finding.contains("lever 10 of 100"), "{found:?}");

    sqlx::query("insert into ops.quota values ('jsearch', date_trunc('month', $1::timestamptz at time zone 'UTC')::date, 190)")
        .bind(now)
        .execute(&*db)
        .await
        .expect("write");
    let found = look(&machine.context, "quota").await;
    assert!(found.state == State::Warn && found.finding.contains("190 of 200"), "{found:?}");

    add_message(&db, run_id, now - TimeDelta::hours(5)).await;
    let found = look(&machine.context, "outbox").await;
    assert!(
        found.state == State::Warn && found.finding.contains("the oldest for 5 h (HTTP 503)"),
        "{found:?}"
    );
    execute(&db, "update ops.outbox set disabled_at = now()").await;
    assert!(look(&machine.context, "outbox").await.finding.contains("1 messages given up"));

    execute(&db, "update ops.runs set status = 'running', pid = 1999999999").await;
    let found = look(&machine.context, "run lock").await;
    assert!(found.state == State::Warn && found.finding.contains("killed"), "{found:?}");

    execute(&db, "drop schema app cascade").await;
    let found = look(&machine.context, "roles and schemas").await;
    assert!(found.state == State::Fail && found.finding.contains("schema app"), "{found:?}");
}

#[tokio::test]
async fn a_database_ahead_of_the_program_is_seen() {
    let db = test_db().await;
    execute(
        &db,
        "create table if not exists ops._sqlx_migrations (version bigint primary key, description text not null,
             installed_on timestamptz not null default now(), success boolean not null, checksum bytea not null,
             execution_time bigint not null);
         insert into ops._sqlx_migrations values (9000, 'from the future', now(), true, '', 1)",
    )
    .await;
    let mut machine = machine(Ok(db.clone()));
    machine.context.migration = Some(1);
    assert_eq!(look(&machine.context, "migrations").await.state, State::Fail);
    machine.context.migration = Some(9000);
    assert_eq!(look(&machine.context, "migrations").await.state, State::Ok);
    execute(
        &db,
        "create view marts.fact_something as select 1 as one; comment on schema marts is 'made from abc'",
    )
    .await;
    machine.context.views = Some("abc".to_owned());
    assert_eq!(look(&machine.context, "views").await.state, State::Ok);
    machine.context.views = Some("def".to_owned());
    assert_eq!(look(&machine.context, "views").await.state, State::Warn);
}

#[tokio::test]
async fn a_changed_or_missing_file_is_seen() {
    let db = test_db().await;
    let machine = machine(Ok(db.clone()));
    let run_id = add_run(&db, machine.context.now).await;
    // The SHA-256 of the three bytes "abc" is in every textbook.
    sqlx::query(
        "insert into ops.publications values ('2026-11-22', '2026-11-22/jobs.csv', 'x',
             'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', 1, 3, $1, now())",
    )
    .bind(run_id)
    .execute(&*db)
    .await
    .expect("write");
    let folder = machine.context.artifacts.join("2026-11-22");
    let check = async |content: Option<&str>, expected: State| {
        if let Some(content) = content {
            std::fs::create_dir_all(&folder).expect("create");
            std::fs::write(folder.join("jobs.csv"), content).expect("write");
        }
        assert_eq!(look(&machine.context, "published files").await.state, expected, "{content:?}");
    };
    check(None, State::Warn).await;
    check(Some("abc"), State::Ok).await;
    check(Some("abd"), State::Fail).await;
    check(Some("abcd"), State::Fail).await;
}

async fn add_run(pool: &PgPool, started_at: DateTime<Utc>) -> Uuid {
    let run_id = Uuid::now_v7();
    sqlx::query(
        "insert into ops.runs (run_id, epoch, logical_date, as_of, status, failed_stage, error, started_at, code_version,
             host, pid, arguments)
         values ($1, 1, '2026-11-22', $2, 'failed', 'publish', 'no space left', $2, 'test', 'here', 1, '')",
    )
    .bind(run_id)
    .bind(started_at)
    .execute(pool)
    .await
    .expect("add a run");
    run_id
}

async fn add_message(pool: &PgPool, run_id: Uuid, created_at: DateTime<Utc>) {
    sqlx::query(
        "insert into ops.outbox (message_id, endpoint, run_id, logical_date, status, body, created_at, next_attempt_at,
             last_error)
         values ($1, 'default', $2, '2026-11-22', 'failed', '{}', $3, $3, 'HTTP 503')",
    )
    .bind(Uuid::now_v7())
    .bind(run_id)
    .bind(created_at)
    .execute(pool)
    .await
    .expect("add a message");
}

async fn execute(pool: &PgPool, statement: &'static str) {
    sqlx::raw_sql(statement).execute(pool).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
}

//! Publishing: what Tableau, pyarrow and a CSV reader find equals the marts, and a failure changes nothing.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot go on may panic, and says when it is skipped"
)]

mod readers;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use arrow_array::RecordBatch;
use chrono::NaiveDate;
use job_etl::db::marts::{self, Column, Kind, Table};
use job_etl::publish::files::{CannotWrite, sha256};
use job_etl::publish::{Format, PublishOptions, Published, find_hyperd, fingerprint, publish, rows, tableau};
use readers::{HyperFile, Tools, check_csv, check_table, hyper_type, parquet_type};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgPool, Row};
use tempfile::TempDir;

#[tokio::test]
async fn every_value_arrives_in_every_format() {
    let Some(tools) = Tools::find() else { return };
    let marts = Marts::start().await;
    let mut options = marts.options(tools.hyperd.clone());
    options.descriptions = true;
    let published = publish(&marts.pool, &options).await.unwrap();
    assert_eq!(published.hyper_skipped, None);
    assert_eq!((published.jobs, published.companies), (533, 9));

    let hyper: HyperFile = tools.read(&published.folder.join("jobs.hyper"));
    assert_eq!(hyper.version, 2);
    let key = |table: &str, kind: &str, target: Option<&str>| {
        (table.to_owned(), kind.to_owned(), target.map(str::to_owned))
    };
    let company = key("fact_jobs", "f", Some("dim_companies"));
    assert_eq!(hyper.assumed_keys, [key("dim_companies", "p", None), company, key("fact_jobs", "p", None)]);
    for table in [marts::fact_jobs(true), marts::dim_companies()] {
        let expected = marts.rows(&table).await;
        check_table("hyper", &table, &expected, &hyper.tables[table.name], hyper_type);
        let parquet = tools.read(&published.folder.join(format!("{}.parquet", table.name)));
        check_table("parquet", &table, &expected, &parquet, parquet_type);
        check_csv(&table, &expected, &published.folder.join(format!("{}.csv", table.name)));
    }
}

#[tokio::test]
async fn empty_marts_become_files_without_rows() {
    let Some(tools) = Tools::find() else { return };
    let marts = Marts::start().await;
    marts.execute("truncate marts.fact_jobs, marts.dim_companies").await;
    let published = publish(&marts.pool, &marts.options(tools.hyperd.clone())).await.unwrap();
    assert_eq!((published.jobs, published.companies), (0, 0));
    let hyper: HyperFile = tools.read(&published.folder.join("jobs.hyper"));
    for table in [marts::fact_jobs(false), marts::dim_companies()] {
        check_table("hyper", &table, &[], &hyper.tables[table.name], hyper_type);
        let parquet = tools.read(&published.folder.join(format!("{}.parquet", table.name)));
        check_table("parquet", &table, &[], &parquet, parquet_type);
        check_csv(&table, &[], &published.folder.join(format!("{}.csv", table.name)));
    }
}

#[tokio::test]
async fn the_latest_link_follows_and_descriptions_stay() {
    let marts = Marts::start().await;
    let mut options = marts.options(PathBuf::from("/nowhere/hyperd"));
    options.hyperd = find_hyperd(None, None, Path::new("/nowhere"));
    let first = publish(&marts.pool, &options).await.unwrap();
    let reason = first.hyper_skipped.clone().unwrap();
    assert!(reason.contains("scripts/fetch_hyperd.sh /nowhere/hyper"), "{reason}");
    assert!(!reason.contains('\n'));
    options.logical_date = options.logical_date.succ_opt().unwrap();
    let second = publish(&marts.pool, &options).await.unwrap();
    assert_eq!(
        names(&second),
        ["fact_jobs.parquet", "dim_companies.parquet", "fact_jobs.csv", "dim_companies.csv"]
    );
    let latest = options.artifacts.join("latest");
    assert_eq!(fs::read_link(&latest).unwrap(), Path::new("2026-11-23"));
    for file in first.files.iter().chain(&second.files) {
        assert_eq!(sha256(&file.path).unwrap(), file.sha256);
        assert_eq!(fs::metadata(&file.path).unwrap().len(), file.bytes);
        assert!(!fs::read_to_string(&file.path).is_ok_and(|text| text.contains("never published")));
    }
    let header = fs::read_to_string(latest.join("fact_jobs.csv")).unwrap();
    assert!(!header.lines().next().unwrap().contains("description"));
    assert_eq!(contents(&options.artifacts).len(), 8, "nothing but the files is left");
}

#[tokio::test]
async fn a_failure_changes_nothing() {
    let marts = Marts::start().await;
    let mut good = marts.options(PathBuf::new());
    good.formats = vec![Format::Parquet, Format::Csv];
    publish(&marts.pool, &good).await.unwrap();
    let before = contents(&good.artifacts);
    marts.execute("update marts.fact_jobs set rank_score = 1").await;

    let mut hyper = good.clone();
    hyper.formats = vec![Format::Csv, Format::Hyper, Format::Parquet];
    hyper.hyperd = Ok(marts.script("echo out of luck >&2; exit 7"));
    let error = check_failure(&marts.pool, &hyper, &before).await;
    assert!(error.contains("exit status: 7") && error.contains("out of luck"), "{error}");

    // A day that has never been published must not appear either.
    hyper.logical_date = hyper.logical_date.succ_opt().unwrap();
    check_failure(&marts.pool, &hyper, &before).await;

    if let Some(tools) = Tools::find() {
        let limited = format!("trap '' XFSZ; ulimit -f 400; exec '{}' \"$@\"", tools.hyperd.display());
        hyper.hyperd = Ok(marts.script(&limited));
        let error = check_failure(&marts.pool, &hyper, &before).await;
        assert!(error.contains("cannot write") && error.contains("hyperd"), "{error}");
    }

    // Every reading of this view differs, as if rows had been lost on the way.
    marts.execute("alter table marts.fact_jobs rename to stored_jobs").await;
    marts
        .execute("create view marts.fact_jobs as select * from marts.stored_jobs where random() < 0.5")
        .await;
    let error = check_failure(&marts.pool, &good, &before).await;
    assert!(error.contains("differ from the marts: fact_jobs"), "{error}");
    marts.execute("drop view marts.fact_jobs").await;
    let error = check_failure(&marts.pool, &good, &before).await;
    assert!(error.contains("marts.fact_jobs"), "{error}");
}

#[tokio::test]
async fn an_output_that_cannot_be_written_is_told_apart() {
    let marts = Marts::start().await;
    let check = async |options: &PublishOptions| {
        let error = publish(&marts.pool, options).await.unwrap_err();
        assert!(error.downcast_ref::<CannotWrite>().is_some(), "{error:#}");
    };
    let file = marts.folder.path().join("a-file");
    fs::write(&file, "not a folder").unwrap();
    let mut options = marts.options(PathBuf::new());
    options.formats = vec![Format::Csv];
    options.artifacts = file.join("artifacts");
    check(&options).await;
    options.artifacts = PathBuf::from("/proc/artifacts");
    check(&options).await;

    options.artifacts = marts.folder.path().join("occupied");
    fs::create_dir_all(options.artifacts.join("latest/own-notes")).unwrap();
    check(&options).await;
    assert_eq!(fs::read_dir(&options.artifacts).unwrap().count(), 1, "only what was there is there");
}

#[tokio::test]
async fn a_second_publisher_is_refused() {
    let marts = Marts::start().await;
    let options = marts.options(PathBuf::new());
    let held = job_etl::publish::files::open(&options.artifacts, options.logical_date).unwrap();
    let error = publish(&marts.pool, &options).await.unwrap_err();
    assert!(format!("{error:#}").contains("another job-etl is publishing"), "{error:#}");
    drop(held);
}

#[tokio::test]
async fn hyperd_killed_in_the_middle_is_reported() {
    let Some(tools) = Tools::find() else { return };
    let marts = Marts::start().await;
    let pid_file = marts.folder.path().join("pid");
    let script = format!("echo $$ > '{}'; exec '{}' \"$@\"", pid_file.display(), tools.hyperd.display());
    let program = marts.script(&script);
    let tables = [marts::fact_jobs(true), marts::dim_companies()];
    let batch = marts.batch(&tables[0]).await;
    let path = marts.folder.path().join("killed.hyper");
    let written = tokio::task::spawn_blocking(move || {
        let batches = (0..100).map(move |number| {
            if number == 50 {
                let pid = fs::read_to_string(&pid_file).unwrap();
                assert!(Command::new("kill").args(["-9", pid.trim()]).status().unwrap().success());
            }
            (0, batch.clone())
        });
        tableau::write(&program, &path, &tables, batches)
    });
    let error = format!("{:#}", written.await.unwrap().unwrap_err());
    assert!(error.contains("hyperd ended with signal: 9"), "{error}");
}

#[tokio::test]
async fn the_fingerprint_changes_with_the_rows_only() {
    let marts = Marts::start().await;
    let options = marts.options(PathBuf::new());
    let before = fingerprint(&marts.pool, &options).await.unwrap();
    marts
        .execute(
            "create table marts.again as select * from marts.fact_jobs order by job_title desc; \
             truncate marts.fact_jobs; insert into marts.fact_jobs select * from marts.again; \
             update marts.fact_jobs set description_text = 'left out'",
        )
        .await;
    assert_eq!(fingerprint(&marts.pool, &options).await.unwrap(), before);
    for change in [
        "update marts.fact_jobs set rank_explain = '{\"n\": 0}' where job_id = md5('17')",
        "update marts.fact_jobs set skills = array['rust'] where job_id = 'nothing'",
        "update marts.dim_companies set display_name = 'Acme' where company_id = 'acme'",
        "delete from marts.fact_jobs where job_id = 'nothing'",
    ] {
        let earlier = fingerprint(&marts.pool, &options).await.unwrap();
        marts.execute(change).await;
        assert_ne!(fingerprint(&marts.pool, &options).await.unwrap(), earlier, "{change}");
    }
    let mut with_descriptions = options.clone();
    with_descriptions.descriptions = true;
    assert_ne!(
        fingerprint(&marts.pool, &with_descriptions).await.unwrap(),
        fingerprint(&marts.pool, &options).await.unwrap()
    );
}

async fn check_failure(
    pool: &PgPool,
    options: &PublishOptions,
    before: &BTreeMap<PathBuf, Vec<u8>>,
) -> String {
    let error = publish(pool, options).await.unwrap_err();
    assert!(contents(&options.artifacts) == *before, "the files changed after: {error:#}");
    assert!(!options.artifacts.join("2026-11-23").exists(), "an empty folder is left");
    format!("{error:#}")
}

fn names(published: &Published) -> Vec<&str> {
    published.files.iter().map(|file| file.path.file_name().unwrap().to_str().unwrap()).collect()
}

/// Every file below `folder`, the hidden ones too, with its bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            files.extend(contents(&path));
        } else if entry.file_type().unwrap().is_file() {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    files
}

/// A scratch server with stand-ins for the marts; stopped and removed when dropped.
struct Marts {
    pool: PgPool,
    folder: TempDir,
}

impl Marts {
    async fn start() -> Marts {
        let folder = TempDir::new().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let cluster = folder.path().join("cluster");
        postgres(
            "initdb",
            &["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "-U", "postgres", "-D"],
            &cluster,
        );
        let settings = format!("-c listen_addresses= -c fsync=off -k {}", folder.path().display());
        let log = folder.path().join("log");
        let start = ["start", "-w", "-l", log.to_str().unwrap(), "-o", &settings, "-D"];
        postgres("pg_ctl", &start, &cluster);
        let options = PgConnectOptions::new().socket(folder.path()).username("postgres").database("postgres");
        let pool = PgPoolOptions::new().max_connections(4).connect_with(options).await.unwrap();
        let marts = Marts { pool, folder };
        marts.execute(include_str!("publish/marts.sql")).await;
        marts
    }

    fn options(&self, hyperd: PathBuf) -> PublishOptions {
        PublishOptions {
            artifacts: self.folder.path().join("artifacts"),
            logical_date: NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(),
            formats: vec![Format::Hyper, Format::Parquet, Format::Csv],
            until: None,
            descriptions: false,
            hyperd: Ok(hyperd),
        }
    }

    async fn execute(&self, statements: &'static str) {
        sqlx::raw_sql(statements).execute(&self.pool).await.unwrap();
    }

    /// A program that runs these lines of shell.
    fn script(&self, lines: &str) -> PathBuf {
        let path = self.folder.path().join("hyperd");
        fs::write(&path, format!("#!/bin/bash\n{lines}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// The rows that the files should hold, in text form, as PostgreSQL says without any code of ours.
    async fn rows(&self, table: &Table) -> Vec<Vec<Option<String>>> {
        let columns: Vec<String> = table.columns.iter().map(text_expression).collect();
        let order =
            if table.name == "fact_jobs" { "rank_score desc nulls last, hash_key" } else { "company_id" };
        let statement = format!(
            "select array[{}] from marts.{} as mart order by {order}",
            columns.join(", "),
            table.name
        );
        let rows = sqlx::query(AssertSqlSafe(statement)).fetch_all(&self.pool).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    async fn batch(&self, table: &Table) -> RecordBatch {
        use futures_util::TryStreamExt;

        let mut connection = self.pool.acquire().await.unwrap();
        let mut builder = rows::BatchBuilder::new(table);
        let mut messages = marts::copy_rows(&mut connection, table).await.unwrap();
        while let Some(message) = messages.try_next().await.unwrap() {
            builder.push(&message).unwrap();
        }
        builder.take().unwrap().unwrap()
    }
}

impl Drop for Marts {
    fn drop(&mut self) {
        postgres("pg_ctl", &["stop", "-m", "immediate", "-w", "-D"], &self.folder.path().join("cluster"));
    }
}

fn text_expression(column: &Column) -> String {
    let name = column.name;
    match column.kind {
        Kind::List => format!("array_to_string({name}, '; ')"),
        Kind::Instant => format!(
            "case when isfinite({name}) then to_char({name} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') end"
        ),
        _ => format!("{name}::text"),
    }
}

/// Runs a program of PostgreSQL on `cluster`; as another user when we are root, which it refuses to serve.
fn postgres(program: &str, arguments: &[&str], cluster: &Path) {
    let program = format!("/usr/lib/postgresql/15/bin/{program}");
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let mut command = if is_root { Command::new("runuser") } else { Command::new(&program) };
    if is_root {
        command.args(["-u", "postgres", "--", &program]);
    }
    let output = command.args(arguments).arg(cluster).current_dir("/").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

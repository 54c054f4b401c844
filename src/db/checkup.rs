//! What the database says of its own state, for `doctor`. Reads only; works on a database that is not migrated yet by
//! failing the one question that needs the missing table.

use anyhow::Context;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

const ROLES: [&str; 6] =
    ["job_etl_owner", "job_etl_writer", "job_etl_marts", "job_etl_reader", "job_etl_app", "job_etl_quality"];
const SCHEMAS: [&str; 6] = ["raw", "staging", "intermediate", "marts", "ops", "app"];

/// A transaction that can write nothing and asks no question for longer than two seconds.
pub async fn look(pool: &PgPool) -> anyhow::Result<Transaction<'static, Postgres>> {
    let mut transaction = pool.begin().await.context("connect to the database")?;
    sqlx::raw_sql(
        "set transaction read only; set local statement_timeout = '2s'; set local lock_timeout = '1s'",
    )
    .execute(&mut *transaction)
    .await
    .context("begin to read")?;
    Ok(transaction)
}

/// Version of the server (`15.18`), its number (150018), and what its clock says.
pub async fn server(conn: &mut PgConnection) -> anyhow::Result<(String, i32, DateTime<Utc>)> {
    sqlx::query!(
        r#"select split_part(current_setting('server_version'), ' ', 1) as "version!",
                  current_setting('server_version_num')::int as "number!", clock_timestamp() as "clock!""#
    )
    .map(|row| (row.version, row.number, row.clock))
    .fetch_one(conn)
    .await
    .context("ask for the version")
}

/// Roles and schemas of `bootstrap_db.sql` that are missing.
pub async fn missing(conn: &mut PgConnection) -> anyhow::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select 'role ' || name as "missing!" from unnest($1::text[]) name
           where not exists (select from pg_roles where rolname = name)
           union all
           select 'schema ' || name from unnest($2::text[]) name
           where not exists (select from pg_namespace where nspname = name)"#,
        &ROLES as &[&str],
        &SCHEMAS as &[&str],
    )
    .fetch_all(conn)
    .await
    .context("look for roles and schemas")
}

/// The newest migration applied.
pub async fn newest_migration(conn: &mut PgConnection) -> anyhow::Result<Option<i64>> {
    // At run time: the migrator makes this table, not a migration.
    sqlx::query_scalar("select max(version) from ops._sqlx_migrations where success")
        .fetch_one(conn)
        .await
        .context("read the migrations")
}

/// The comment on schema marts, which ends in the fingerprint of its views, and how many views there are.
pub async fn views(conn: &mut PgConnection) -> anyhow::Result<(Option<String>, i64)> {
    sqlx::query!(
        r#"select obj_description(to_regnamespace('marts')) as mark,
                  (select count(*) from pg_views where schemaname in ('intermediate', 'marts')) as "views!""#
    )
    .map(|row| (row.mark, row.views))
    .fetch_one(conn)
    .await
    .context("look at the views")
}

/// Bytes of write-ahead log, the size it is meant to have, and how many unused replication slots hold it back.
pub async fn wal(conn: &mut PgConnection) -> anyhow::Result<(i64, i64, i64)> {
    sqlx::query!(
        r#"select (select coalesce(sum(size), 0)::bigint from pg_ls_waldir()) as "bytes!",
                  pg_size_bytes(current_setting('max_wal_size')) as "wanted!",
                  (select count(*) from pg_replication_slots where not active) as "idle_slots!""#
    )
    .map(|row| (row.bytes, row.wanted, row.idle_slots))
    .fetch_one(conn)
    .await
    .context("measure the write-ahead log")
}

/// Seconds east of UTC that the server's time zone data give for each pair of zone and instant.
pub async fn offsets(
    conn: &mut PgConnection,
    zones: &[&str],
    instants: &[DateTime<Utc>],
) -> anyhow::Result<Vec<(String, DateTime<Utc>, i32)>> {
    sqlx::query!(
        r#"select zone as "zone!", instant as "instant!",
                  extract(epoch from (instant at time zone zone) - (instant at time zone 'UTC'))::int as "seconds!"
           from unnest($1::text[]) zone, unnest($2::timestamptz[]) instant"#,
        zones as &[&str],
        instants,
    )
    .map(|row| (row.zone, row.instant, row.seconds))
    .fetch_all(conn)
    .await
    .context("ask for time zone offsets")
}

/// A run of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its status.
    pub status: String,
    /// Date it stands for.
    pub logical_date: NaiveDate,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// The stage that failed.
    pub failed_stage: Option<String>,
    /// Why.
    pub error: Option<String>,
    /// Machine it ran on.
    pub host: String,
    /// Process it ran as.
    pub pid: i32,
}

/// The last run that ended.
pub async fn last_run(conn: &mut PgConnection) -> anyhow::Result<Option<Run>> {
    sqlx::query_as!(
        Run,
        "select status, logical_date, started_at, failed_stage, error, host, pid
         from ops.runs where status <> 'running' order by run_id desc limit 1",
    )
    .fetch_optional(conn)
    .await
    .context("read the last run")
}

/// Runs that have not ended, latest first.
pub async fn open_runs(conn: &mut PgConnection) -> anyhow::Result<Vec<Run>> {
    sqlx::query_as!(
        Run,
        "select status, logical_date, started_at, failed_stage, error, host, pid
         from ops.runs where status = 'running' order by run_id desc limit 5",
    )
    .fetch_all(conn)
    .await
    .context("read the open runs")
}

/// Sources of the last ended run with their records in and rejected, extract and normalize together, worst first.
pub async fn rejects(conn: &mut PgConnection) -> anyhow::Result<Vec<(String, i64, i64)>> {
    sqlx::query!(
        r#"select source, max(in_count) as "records!", sum(rejected_count)::bigint as "rejected!"
           from ops.run_stages
           where run_id in (
                   select r.run_id
                   from ops.runs r
                   join (select * from ops.runs where status <> 'running' order by run_id desc limit 1) last
                     on last.run_id = r.run_id
                     or (last.parent_run_id = r.parent_run_id and last.logical_date = r.logical_date)
               )
             and stage in ('extract', 'normalize')
             and source <> ''
           group by source
           order by sum(rejected_count)::float8 / greatest(max(in_count), 1) desc, source"#
    )
    .map(|row| (row.source, row.records, row.rejected))
    .fetch_all(conn)
    .await
    .context("read the rejects of the last run")
}

/// Messages that wait, those given up, when the oldest waiting one was written, and the last error.
pub async fn outbox(
    conn: &mut PgConnection,
) -> anyhow::Result<(i64, i64, Option<DateTime<Utc>>, Option<String>)> {
    sqlx::query!(
        r#"select count(*) filter (where disabled_at is null) as "waiting!",
                  count(*) filter (where disabled_at is not null) as "disabled!",
                  min(created_at) filter (where disabled_at is null) as oldest,
                  (array_agg(last_error order by created_at desc) filter (where last_error is not null))[1] as error
           from ops.outbox where sent_at is null"#
    )
    .map(|row| (row.waiting, row.disabled, row.oldest, row.error))
    .fetch_one(conn)
    .await
    .context("read the outbox")
}

/// A published file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Date it was published for.
    pub logical_date: NaiveDate,
    /// Its path, as the publisher wrote it.
    pub path: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Its size.
    pub bytes: i64,
}

/// The files of the latest publication.
pub async fn publications(conn: &mut PgConnection) -> anyhow::Result<Vec<Publication>> {
    sqlx::query_as!(
        Publication,
        "select logical_date, path, sha256, bytes from ops.publications
         where logical_date = (select max(logical_date) from ops.publications) order by path",
    )
    .fetch_all(conn)
    .await
    .context("read the publications")
}

/// Billed requests of a month by source.
pub async fn quota(conn: &mut PgConnection, month: NaiveDate) -> anyhow::Result<Vec<(String, i32)>> {
    sqlx::query!("select source, used from ops.quota where month = $1 order by source", month)
        .map(|row| (row.source, row.used))
        .fetch_all(conn)
        .await
        .context("read the quota")
}

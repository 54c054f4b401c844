//! `ops.pipeline`, `ops.runs` and `ops.run_stages`: who runs, what each stage did, and that nothing was lost.

use super::Fence;
use anyhow::{Context, Result};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};
use uuid::Uuid;

/// Key of the advisory lock, the same in every version: "job-etl" in ASCII.
const LOCK_KEY: i64 = 0x006a_6f62_2d65_746c;

/// One run, as every stage knows it.
#[derive(Debug, Clone)]
pub struct Run {
    /// Key of the run, a uuid of version 7.
    pub run_id: Uuid,
    /// The right to write.
    pub fence: Fence,
    /// The Toronto date this run is for.
    pub logical_date: NaiveDate,
    /// The instant that stands for "now" in everything written.
    pub as_of: DateTime<Utc>,
    /// First instant of the logical date: a posting seen since then needs no new presence row.
    pub window_start: DateTime<Utc>,
}

/// What is written about the start of a run.
#[derive(Debug)]
pub struct RunStart<'a> {
    /// See [`Run::run_id`].
    pub run_id: Uuid,
    /// See [`Run::logical_date`].
    pub logical_date: NaiveDate,
    /// See [`Run::as_of`].
    pub as_of: DateTime<Utc>,
    /// See [`Run::window_start`].
    pub window_start: DateTime<Utc>,
    /// Wall-clock time.
    pub started_at: DateTime<Utc>,
    /// Host name, for the message about a held lock.
    pub host: &'a str,
    /// The command line, without secrets.
    pub arguments: &'a str,
}

/// Records counted by one stage for one source: `seen = written + duplicate + rejected`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records that came in.
    pub seen: u64,
    /// Records that led to a new or changed row.
    pub written: u64,
    /// Records that were known already.
    pub duplicate: u64,
    /// Records that left a row in `ops.rejects`.
    pub rejected: u64,
    /// Rows written outside `ops`.
    pub rows: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.seen += other.seen;
        self.written += other.written;
        self.duplicate += other.duplicate;
        self.rejected += other.rejected;
        self.rows += other.rows;
    }
}

/// How a stage ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum StageStatus {
    Ok,
    Partial,
    Failed,
    Skipped,
    Interrupted,
}

impl StageStatus {
    /// The text stored in `ops.run_stages`.
    pub fn as_str(self) -> &'static str {
        match self {
            StageStatus::Ok => "ok",
            StageStatus::Partial => "partial",
            StageStatus::Failed => "failed",
            StageStatus::Skipped => "skipped",
            StageStatus::Interrupted => "interrupted",
        }
    }
}

/// One row of `ops.run_stages`.
#[derive(Debug, Clone)]
pub struct StageRow {
    /// Verb of the stage.
    pub stage: &'static str,
    /// Source, or empty for a stage that does not count by source.
    pub source: String,
    /// How it ended.
    pub status: StageStatus,
    /// What it counted.
    pub counts: Counts,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
    /// The error, in one line.
    pub error: Option<String>,
}

/// The advisory lock: held as long as its connection lives.
pub struct RunLock {
    _connection: PgConnection,
}

/// The run that holds the lock, as far as the ledger knows.
#[derive(Debug)]
pub struct Holder {
    /// Where it runs.
    pub host: String,
    /// Its process.
    pub pid: i32,
    /// When it began.
    pub started_at: DateTime<Utc>,
}

/// Takes the lock on a connection of its own, or tells who holds it. Never waits.
pub async fn lock(options: PgConnectOptions) -> Result<std::result::Result<RunLock, Option<Holder>>> {
    let mut connection =
        super::session(options).connect().await.context("cannot connect to take the run lock")?;
    sqlx::raw_sql("set role job_etl_writer").execute(&mut connection).await?;
    let taken = sqlx::query_scalar!(r#"select pg_try_advisory_lock($1) as "taken!""#, LOCK_KEY)
        .fetch_one(&mut connection)
        .await
        .context("cannot take the run lock")?;
    if taken {
        return Ok(Ok(RunLock { _connection: connection }));
    }
    let holder = sqlx::query_as!(
        Holder,
        "select host, pid, started_at from ops.runs where status = 'running' order by epoch desc limit 1",
    )
    .fetch_optional(&mut connection)
    .await
    .context("cannot read who holds the run lock")?;
    connection.close().await.ok();
    Ok(Err(holder))
}

/// Takes the next epoch and writes the run; runs that were left `running` by a crash become `abandoned`.
pub async fn begin_run(pool: &PgPool, start: &RunStart<'_>) -> Result<Run> {
    let mut transaction = pool.begin().await.context("cannot begin a run")?;
    let epoch = sqlx::query_scalar!("update ops.pipeline set epoch = epoch + 1 returning epoch")
        .fetch_one(&mut *transaction)
        .await
        .context("cannot take the next epoch")?;
    sqlx::query!(
        "update ops.runs set status = 'abandoned', finished_at = $1 where status = 'running'",
        start.started_at,
    )
    .execute(&mut *transaction)
    .await
    .context("cannot close abandoned runs")?;
    sqlx::query!(
        "insert into ops.runs (run_id, epoch, logical_date, as_of, status, started_at, code_version, host, pid, arguments)
         values ($1, $2, $3, $4, 'running', $5, $6, $7, $8, $9)",
        start.run_id,
        epoch,
        start.logical_date,
        start.as_of,
        start.started_at,
        env!("CARGO_PKG_VERSION"),
        start.host,
        std::process::id() as i32,
        start.arguments,
    )
    .execute(&mut *transaction)
    .await
    .context("cannot write the run")?;
    transaction.commit().await.context("cannot commit the start of the run")?;
    Ok(Run {
        run_id: start.run_id,
        fence: Fence { epoch },
        logical_date: start.logical_date,
        as_of: start.as_of,
        window_start: start.window_start,
    })
}

/// Writes the rows of one stage, in the caller's transaction or on a connection of its own.
pub async fn record_stages(conn: &mut PgConnection, run: &Run, rows: &[StageRow]) -> Result<()> {
    for row in rows {
        sqlx::query!(
            "insert into ops.run_stages (run_id, stage, source, status, in_count, out_count, duplicate_count,
                 rejected_count, rows_written, duration_ms, error)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            run.run_id,
            row.stage,
            row.source,
            row.status.as_str(),
            row.counts.seen as i64,
            row.counts.written as i64,
            row.counts.duplicate as i64,
            row.counts.rejected as i64,
            row.counts.rows as i64,
            row.duration_ms as i64,
            row.error,
        )
        .execute(&mut *conn)
        .await
        .with_context(|| format!("cannot write the ledger row of stage {} {}", row.stage, row.source))?;
    }
    Ok(())
}

/// How a run ended, for `ops.runs`.
#[derive(Debug, Clone)]
pub struct RunEnd {
    /// `ok`, `partial`, `failed` or `interrupted`.
    pub status: &'static str,
    /// The stage that failed.
    pub failed_stage: Option<&'static str>,
    /// Its error, in one line.
    pub error: Option<String>,
    /// Rows written outside `ops`.
    pub rows_written: u64,
    /// Wall-clock time.
    pub finished_at: DateTime<Utc>,
}

/// Closes the run. The caller adds the outbox rows in the same transaction.
pub async fn finish_run(conn: &mut PgConnection, run: &Run, end: &RunEnd) -> Result<()> {
    sqlx::query!(
        "update ops.runs set status = $2, failed_stage = $3, error = $4, rows_written = $5, finished_at = $6
         where run_id = $1",
        run.run_id,
        end.status,
        end.failed_stage,
        end.error,
        end.rows_written as i64,
        end.finished_at,
    )
    .execute(conn)
    .await
    .context("cannot close the run")?;
    Ok(())
}

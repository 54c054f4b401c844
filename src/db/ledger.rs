//! `ops.pipeline`, `ops.runs` and `ops.run_stages`: who runs, what each stage did, and that nothing was lost.

use super::Fence;
use anyhow::{Context, Result};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};
use uuid::Uuid;

/// Key of the advisory lock, the same in every version: "job-etl" in ASCII.
const LOCK_KEY: i64 = 0x006a_6f62_2d65_746c;
/// First key of the advisory locks of the lanes: "lane" in ASCII. The second one is the hash of the source's name.
const LANE_KEY: i32 = 0x6c61_6e65;

/// The stages that a message tells of, in the order of the pipeline. Not notify: a message about its own tries would
/// change with every try.
const STAGES: [&str; 6] = ["extract", "normalize", "enrich", "dedupe", "rank", "publish"];

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
    /// Run of the orchestrator that this is one task of.
    pub parent_run_id: Option<&'a str>,
    /// The source that is extracted alone; others may run beside it.
    pub lane: Option<&'a str>,
    /// Whether it fills in a past day.
    pub is_backfill: bool,
    /// The version of the configuration it uses.
    pub config_version: Option<&'a str>,
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
    /// Of stage rank: jobs scored for the profile `default`, and of them those that nothing hides from its lists.
    pub matched: Matched,
}

/// What rank did for the profile `default`: `matched_jobs` of `ranked_jobs`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "described above")]
pub struct Matched {
    pub ranked_jobs: u64,
    pub matched_jobs: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.seen += other.seen;
        self.written += other.written;
        self.duplicate += other.duplicate;
        self.rejected += other.rejected;
        self.rows += other.rows;
        self.matched.ranked_jobs += other.matched.ranked_jobs;
        self.matched.matched_jobs += other.matched.matched_jobs;
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

    /// The status of a stored text.
    pub fn from_stored(text: &str) -> Option<StageStatus> {
        use StageStatus::{Failed, Interrupted, Ok, Partial, Skipped};
        [Ok, Partial, Failed, Skipped, Interrupted].into_iter().find(|status| status.as_str() == text)
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
///
/// Without a lane it excludes every other run; with one it excludes those runs, and another one in the same lane.
pub async fn lock(
    options: PgConnectOptions,
    lane: Option<&str>,
) -> Result<std::result::Result<RunLock, Option<Holder>>> {
    let mut connection =
        super::session(options).connect().await.context("cannot connect to take the run lock")?;
    sqlx::raw_sql("set role job_etl_writer").execute(&mut connection).await?;
    let taken = match lane {
        None => sqlx::query_scalar!(r#"select pg_try_advisory_lock($1) as "taken!""#, LOCK_KEY)
            .fetch_one(&mut connection)
            .await,
        // The first one alone, when the second is not to be had, is given back with the connection.
        Some(lane) => sqlx::query_scalar!(
            r#"select pg_try_advisory_lock_shared($1) and pg_try_advisory_lock($2, hashtext($3)) as "taken!""#,
            LOCK_KEY,
            LANE_KEY,
            lane,
        )
        .fetch_one(&mut connection)
        .await,
    };
    if taken.context("cannot take the run lock")? {
        return Ok(Ok(RunLock { _connection: connection }));
    }
    let holder = sqlx::query_as!(
        Holder,
        "select host, pid, started_at from ops.runs
         where status = 'running' and ($1::text is null or lane in ('', $1))
         order by run_id desc limit 1",
        lane,
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
    let fence = next_fence(&mut transaction, start.lane).await?;
    // The lock is held, so nobody is at work whom this one excludes.
    sqlx::query!(
        "update ops.runs set status = 'abandoned', finished_at = $1
         where status = 'running' and ($2::text is null or lane = $2)",
        start.started_at,
        start.lane,
    )
    .execute(&mut *transaction)
    .await
    .context("cannot close abandoned runs")?;
    sqlx::query!(
        "insert into ops.runs (run_id, epoch, logical_date, as_of, status, started_at, code_version, host, pid,
             arguments, parent_run_id, lane, config_version, is_backfill)
         values ($1, $2, $3, $4, 'running', $5, $6, $7, $8, $9, $10, coalesce($11, ''), $12, $13)",
        start.run_id,
        fence.lane_epoch.unwrap_or(fence.epoch),
        start.logical_date,
        start.as_of,
        start.started_at,
        env!("CARGO_PKG_VERSION"),
        start.host,
        std::process::id() as i32,
        start.arguments,
        start.parent_run_id,
        start.lane,
        start.config_version,
        start.is_backfill,
    )
    .execute(&mut *transaction)
    .await
    .context("cannot write the run")?;
    transaction.commit().await.context("cannot commit the start of the run")?;
    Ok(Run {
        run_id: start.run_id,
        fence,
        logical_date: start.logical_date,
        as_of: start.as_of,
        window_start: start.window_start,
    })
}

/// The next epoch of the pipeline; or that of a lane, beside the one that the pipeline has.
async fn next_fence(conn: &mut PgConnection, lane: Option<&str>) -> Result<Fence> {
    let Some(lane) = lane else {
        let epoch = sqlx::query_scalar!("update ops.pipeline set epoch = epoch + 1 returning epoch")
            .fetch_one(conn)
            .await
            .context("cannot take the next epoch")?;
        return Ok(Fence { epoch, lane_epoch: None });
    };
    let lane_epoch = sqlx::query_scalar!(
        "insert into ops.lanes (lane, epoch) values ($1, nextval('ops.lane_epochs'))
         on conflict (lane) do update set epoch = excluded.epoch
         returning epoch",
        lane,
    )
    .fetch_one(&mut *conn)
    .await
    .context("cannot take the next epoch of the lane")?;
    let epoch = sqlx::query_scalar!("select epoch from ops.pipeline")
        .fetch_one(conn)
        .await
        .context("cannot read the epoch of the pipeline")?;
    Ok(Fence { epoch, lane_epoch: Some(lane_epoch) })
}

/// Writes the rows of one stage, in the caller's transaction or on a connection of its own.
pub async fn record_stages(conn: &mut PgConnection, run: &Run, rows: &[StageRow]) -> Result<()> {
    for row in rows {
        sqlx::query!(
            "insert into ops.run_stages (run_id, stage, source, status, in_count, out_count, duplicate_count,
                 rejected_count, rows_written, duration_ms, error, ranked_jobs, matched_jobs)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
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
            (row.stage == "rank").then_some(row.counts.matched.ranked_jobs as i64),
            (row.stage == "rank").then_some(row.counts.matched.matched_jobs as i64),
        )
        .execute(&mut *conn)
        .await
        .with_context(|| format!("cannot write the ledger row of stage {} {}", row.stage, row.source))?;
    }
    Ok(())
}

/// When the first task of an orchestrator's run began, and what its stages did. Of a task that was tried again the
/// counts add up, and the last try says how it ended.
pub async fn stages_of_parent(
    conn: &mut PgConnection,
    parent_run_id: &str,
) -> Result<(Option<DateTime<Utc>>, Vec<StageRow>)> {
    let began_at =
        sqlx::query_scalar!("select min(started_at) from ops.runs where parent_run_id = $1", parent_run_id)
            .fetch_one(&mut *conn)
            .await
            .context("cannot read the tasks of the orchestrator's run")?;
    let found = sqlx::query!(
        r#"select s.stage, s.source, (array_agg(s.status order by r.run_id desc))[1] as "status!",
                  (array_agg(s.error order by r.run_id desc))[1] as error,
                  sum(s.in_count)::bigint as "seen!", sum(s.out_count)::bigint as "written!",
                  sum(s.duplicate_count)::bigint as "duplicate!", sum(s.rejected_count)::bigint as "rejected!",
                  sum(s.rows_written)::bigint as "rows!", sum(s.duration_ms)::bigint as "duration_ms!"
           from ops.run_stages s join ops.runs r using (run_id)
           where r.parent_run_id = $1
           group by s.stage, s.source
           order by array_position($2::text[], s.stage), s.source"#,
        parent_run_id,
        &STAGES as &[&str],
    )
    .fetch_all(conn)
    .await
    .context("cannot read the stages of the orchestrator's run")?;
    let mut rows = Vec::new();
    for row in found {
        let Some(stage) = STAGES.into_iter().find(|stage| *stage == row.stage) else { continue };
        let status = StageStatus::from_stored(&row.status).unwrap_or(StageStatus::Failed);
        let counts = Counts {
            seen: row.seen.unsigned_abs(),
            written: row.written.unsigned_abs(),
            duplicate: row.duplicate.unsigned_abs(),
            rejected: row.rejected.unsigned_abs(),
            rows: row.rows.unsigned_abs(),
            ..Counts::default()
        };
        let (source, duration_ms) = (row.source, row.duration_ms.unsigned_abs());
        rows.push(StageRow { stage, source, status, counts, duration_ms, error: row.error });
    }
    Ok((began_at, rows))
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

//! What `job-etl status` shows of the ledgers.

use anyhow::{Context, Result};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::PgConnection;

/// A run: one invocation, or all tasks of an orchestrator's run that were for one day.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct PastRun {
    /// Its uuid, or what the orchestrator calls it.
    pub run_id: String,
    pub logical_date: NaiveDate,
    pub status: String,
    pub failed_stage: Option<String>,
    pub error: Option<String>,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub rows_written: i64,
    /// Tasks of the orchestrator's run, a task that was tried again counted once; else 1.
    pub tasks: i64,
    pub code_version: String,
}

/// One row of `ops.run_stages`.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct PastStage {
    pub stage: String,
    pub source: String,
    pub status: String,
    pub in_count: i64,
    pub out_count: i64,
    pub duplicate_count: i64,
    pub rejected_count: i64,
    pub rows_written: i64,
    pub duration_ms: i64,
    pub error: Option<String>,
}

/// How much there is.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Totals {
    pub jobs: i64,
    pub open_jobs: i64,
    pub companies: i64,
    pub rejects: i64,
    pub waiting_messages: i64,
}

/// The last runs, newest first; those for one day only if one is given.
pub async fn runs(conn: &mut PgConnection, day: Option<NaiveDate>, limit: i64) -> Result<Vec<PastRun>> {
    sqlx::query_file_as!(PastRun, "src/db/past_runs.sql", day, limit)
        .fetch_all(conn)
        .await
        .context("cannot read ops.runs")
}

/// Whether the files of a day are there and stand for its last state.
pub async fn is_published(conn: &mut PgConnection, day: NaiveDate) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from ops.run_stages s join ops.runs r using (run_id)
               where r.logical_date = $1 and s.stage = 'publish' and s.status = 'ok'
           ) as "published!""#,
        day,
    )
    .fetch_one(conn)
    .await
    .context("cannot read whether the day is published")
}

/// The stages of one run, in the order of the pipeline; of a task that was tried again, every try.
pub async fn stages(conn: &mut PgConnection, run: &PastRun) -> Result<Vec<PastStage>> {
    sqlx::query_as!(
        PastStage,
        "select s.stage, s.source, s.status, s.in_count, s.out_count, s.duplicate_count, s.rejected_count,
                s.rows_written, s.duration_ms, s.error
         from ops.run_stages s join ops.runs r using (run_id)
         where r.logical_date = $2 and coalesce(r.parent_run_id, r.run_id::text) = $1
         order by array_position(array['extract', 'normalize', 'enrich', 'dedupe', 'rank', 'publish', 'notify'], s.stage),
                  s.source, r.run_id",
        run.run_id,
        run.logical_date,
    )
    .fetch_all(conn)
    .await
    .context("cannot read ops.run_stages")
}

/// Counts over the staging tables and the outbox.
pub async fn totals(conn: &mut PgConnection) -> Result<Totals> {
    sqlx::query_as!(
        Totals,
        r#"select (select count(*) from staging.job_presence) as "jobs!",
                  (select count(*) from staging.job_presence where closed_at is null) as "open_jobs!",
                  (select count(*) from staging.companies) as "companies!",
                  (select count(*) from ops.rejects) as "rejects!",
                  (select count(*) from ops.outbox where sent_at is null and disabled_at is null)
                      as "waiting_messages!""#,
    )
    .fetch_one(conn)
    .await
    .context("cannot count the jobs")
}

/// Postings without a sighting of their content, and jobs without a present enrichment, cluster or ranking; `None` before the
/// first migration. Revisions are not compared: that takes the configuration of a run.
pub async fn pending(conn: &mut PgConnection) -> Result<Option<(u64, u64)>> {
    let exists =
        sqlx::query_scalar!(r#"select to_regclass('staging.job_clusters') is not null as "exists!""#)
            .fetch_one(&mut *conn)
            .await
            .context("cannot look for the tables")?;
    if !exists {
        return Ok(None);
    }
    let waiting = sqlx::query!(
        r#"select (select count(*)
                   from staging.posting_presence p
                   left join staging.job_sightings s using (source, source_job_id)
                   where s.raw_id is distinct from p.raw_id) as "postings!",
                  (select count(*)
                   from staging.job_postings_stg j
                   left join staging.job_enrichments e using (hash_key)
                   left join staging.job_rankings r on r.hash_key = j.hash_key and r.profile = 'default'
                   left join staging.job_clusters c on c.hash_key = j.hash_key
                   where e.content_hash is distinct from j.content_hash or c.hash_key is null
                      or r.hash_key is null) as "jobs!""#,
    )
    .fetch_one(conn)
    .await
    .context("cannot count what is pending")?;
    Ok(Some((waiting.postings as u64, waiting.jobs as u64)))
}

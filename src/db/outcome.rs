//! What a day's run came to: totals, and the best new jobs, for messages and for `job-etl jobs`.

use super::ledger::Run;
use crate::posting::Hundredths;
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};

/// A select of jobs as lists show them, with what the argument adds.
macro_rules! listed {
    ($rest:literal) => {
        concat!(
            "select hash_key, job_title, company, location, remote_type, contract_type,
                    (salary_min * 100)::bigint as salary_min_cents, (salary_max * 100)::bigint as salary_max_cents,
                    (salary_min_norm * 100)::bigint as salary_min_norm_cents,
                    (salary_max_norm * 100)::bigint as salary_max_norm_cents,
                    salary_currency, salary_period, job_link, apply_url, source, openings, cluster_id, cluster_size, posted_at, first_seen_at,
                    (rank_score * 100)::bigint as score_hundredths, rank_explain
             from marts.fact_jobs ",
            $rest
        )
    };
}

/// Totals after a run; equal for two runs of one date that changed nothing between them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Totals {
    /// Jobs known.
    pub jobs_total: i64,
    /// Jobs first seen since the logical date began.
    pub jobs_new: i64,
    /// Jobs with an open posting.
    pub jobs_open: i64,
    /// Rejects on record.
    pub rejected: i64,
}

/// A job as lists show it.
#[derive(Debug, Clone, FromRow)]
#[expect(missing_docs, reason = "the columns of marts.fact_jobs")]
pub struct ListedJob {
    pub hash_key: String,
    pub job_title: String,
    pub company: String,
    pub location: Option<String>,
    pub remote_type: String,
    pub contract_type: String,
    pub salary_min_cents: Option<i64>,
    pub salary_max_cents: Option<i64>,
    pub salary_min_norm_cents: Option<i64>,
    pub salary_max_norm_cents: Option<i64>,
    pub salary_currency: Option<String>,
    pub salary_period: Option<String>,
    pub job_link: Option<String>,
    pub apply_url: Option<String>,
    pub source: String,
    pub openings: i32,
    pub cluster_id: String,
    pub cluster_size: i32,
    pub posted_at: Option<DateTime<Utc>>,
    pub first_seen_at: DateTime<Utc>,
    pub score_hundredths: Option<i64>,
    pub rank_explain: Option<serde_json::Value>,
}

impl ListedJob {
    /// The score of the default profile.
    pub fn score(&self) -> Option<Hundredths> {
        self.score_hundredths.map(Hundredths)
    }
}

/// Totals and the best new jobs of a run.
#[derive(Debug, Clone)]
pub struct DayOutcome {
    /// Totals after the run.
    pub totals: Totals,
    /// Open jobs first seen since the logical date began, best first.
    pub new_matches: Vec<ListedJob>,
}

/// Reads the outcome of a run: totals and at most `top` new jobs.
pub async fn read(conn: &mut PgConnection, run: &Run, top: i64) -> Result<DayOutcome> {
    let totals = sqlx::query_as!(
        Totals,
        r#"select count(*) as "jobs_total!", count(*) filter (where first_seen_at >= $1) as "jobs_new!",
                  count(*) filter (where closed_at is null) as "jobs_open!",
                  (select count(*) from ops.rejects) as "rejected!"
           from staging.job_presence"#,
        run.window_start,
    )
    .fetch_one(&mut *conn)
    .await
    .context("cannot count the jobs")?;
    let new_matches = best_jobs(conn, Some(run.window_start), top).await?;
    Ok(DayOutcome { totals, new_matches })
}

/// The best open jobs of the default profile, one for each opening, only those first seen at or after `since` when it is given.
pub async fn best_jobs(
    conn: &mut PgConnection,
    since: Option<DateTime<Utc>>,
    top: i64,
) -> Result<Vec<ListedJob>> {
    sqlx::query_as(listed!(
        "where is_listed and rank_score is not null and ($1::timestamptz is null or first_seen_at >= $1)
             order by rank_score desc, hash_key
             limit $2"
    ))
    .bind(since)
    .bind(top)
    .fetch_all(conn)
    .await
    .context("cannot read the best jobs from marts.fact_jobs")
}

/// The jobs whose hash key begins with `prefix`, at most two.
pub async fn by_prefix(conn: &mut PgConnection, prefix: &str) -> Result<Vec<ListedJob>> {
    sqlx::query_as(listed!("where starts_with(hash_key, $1) order by hash_key limit 2"))
        .bind(prefix)
        .fetch_all(conn)
        .await
        .context("cannot read the job from marts.fact_jobs")
}

//! What a day's run came to: totals, and the best new jobs, for messages and for `job-etl jobs`.

use super::ledger::Run;
use crate::config::ranking::freshness::Freshness;
use crate::posting::Hundredths;
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};

/// Days since a job was posted, or else first seen, at the instant $2.
macro_rules! age {
    () => {
        "(greatest(extract(epoch from $2::timestamptz - coalesce(f.posted_at, f.first_seen_at)), 0) / 86400)::float8"
    };
}

/// What age leaves of a score: see `config::ranking::freshness`.
macro_rules! fresh {
    () => {
        concat!("($4::float8 + (1 - $4::float8) * power(0.5::float8, ", age!(), " / $3::float8))")
    };
}

/// A select of jobs as lists show them, scored for profile $1, with what the argument adds.
macro_rules! listed {
    ($($rest:expr),+) => {
        concat!(
            "select f.hash_key, f.job_title, f.company, f.location, f.remote_type, f.contract_type,
                    (f.salary_min * 100)::bigint as salary_min_cents, (f.salary_max * 100)::bigint as salary_max_cents,
                    (f.salary_min_norm * 100)::bigint as salary_min_norm_cents,
                    (f.salary_max_norm * 100)::bigint as salary_max_norm_cents,
                    f.salary_currency, f.salary_period, f.job_link, f.apply_url, f.source, f.openings, f.cluster_id,
                    f.cluster_size, f.posted_at,
                    f.first_seen_at, (s.rank_score * 100)::bigint as score_hundredths, s.rank_explain,
                    coalesce(s.hidden_by, '{}') as hidden_by, ",
            age!(), " as age_days, ", fresh!(), " as freshness
             from marts.fact_jobs f left join marts.job_scores s on s.job_id = f.job_id and s.profile = $1 ",
            $($rest),+
        )
    };
}

/// The open jobs of a list, in the order that the argument gives.
macro_rules! in_order {
    ($($order:expr),+) => {
        listed!(
            "where f.is_listed and s.rank_score is not null and (s.hidden_by <> '{}') = $5
               and ($6::timestamptz is null or f.first_seen_at >= $6)
               and ($7::float8 is null or ", age!(), " <= $7)
             order by ", $($order),+, ", s.rank_score desc, f.hash_key
             limit $8"
        )
    };
}

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Sort {
    /// Best score first.
    #[default]
    Score,
    /// Score times freshness, largest first.
    Fresh,
    /// Youngest first.
    Newest,
}

/// Which jobs to list, for whom, and how.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a> {
    /// Whose scores.
    pub profile: &'a str,
    /// How that profile values age.
    pub freshness: Freshness,
    /// The instant that ages are counted to.
    pub as_of: DateTime<Utc>,
    /// In which order.
    pub sort: Sort,
    /// Only jobs first seen at or after this.
    pub since: Option<DateTime<Utc>>,
    /// The jobs that the profile hides instead of those it shows.
    pub hidden: bool,
    /// At most so many.
    pub top: i64,
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
    pub hidden_by: Vec<String>,
    pub age_days: f64,
    pub freshness: f64,
}

impl ListedJob {
    /// The score for the profile of the list.
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

/// Reads the outcome of a run: totals and at most `top` new jobs of the default profile.
pub async fn read(conn: &mut PgConnection, run: &Run, freshness: Freshness, top: i64) -> Result<DayOutcome> {
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
    let listing = Listing {
        profile: "default",
        freshness,
        as_of: run.as_of,
        sort: Sort::Score,
        since: Some(run.window_start),
        hidden: false,
        top,
    };
    let new_matches = jobs(conn, &listing).await?;
    Ok(DayOutcome { totals, new_matches })
}

/// The open jobs of a list, one for each opening. A list of hidden jobs has no limit of age.
pub async fn jobs(conn: &mut PgConnection, listing: &Listing<'_>) -> Result<Vec<ListedJob>> {
    let query = match listing.sort {
        Sort::Score => in_order!("s.rank_score desc"),
        Sort::Fresh => in_order!("s.rank_score * ", fresh!(), " desc"),
        Sort::Newest => in_order!("coalesce(f.posted_at, f.first_seen_at) desc"),
    };
    sqlx::query_as(query)
        .bind(listing.profile)
        .bind(listing.as_of)
        .bind(listing.freshness.half_life_days)
        .bind(listing.freshness.floor)
        .bind(listing.hidden)
        .bind(listing.since)
        .bind(listing.freshness.max_age_days.filter(|_| !listing.hidden))
        .bind(listing.top)
        .fetch_all(conn)
        .await
        .context("cannot read the best jobs from marts.fact_jobs")
}

/// The jobs whose hash key begins with `prefix`, at most two; of the listing only profile and age count.
pub async fn by_prefix(
    conn: &mut PgConnection,
    prefix: &str,
    listing: &Listing<'_>,
) -> Result<Vec<ListedJob>> {
    sqlx::query_as(listed!("where starts_with(f.hash_key, $5) order by f.hash_key limit 2"))
        .bind(listing.profile)
        .bind(listing.as_of)
        .bind(listing.freshness.half_life_days)
        .bind(listing.freshness.floor)
        .bind(prefix)
        .fetch_all(conn)
        .await
        .context("cannot read the job from marts.fact_jobs")
}

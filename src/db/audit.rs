//! What the filters and block lists of a profile hide, of the jobs that are open. Reads only.

use crate::config::ranking::freshness::Freshness;
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// What one rule hides.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RuleCount {
    /// As `hidden_by` has it.
    pub rule: String,
    /// Open jobs that it hides, alone or with others.
    pub hidden: i64,
    /// Open jobs that would show if this rule were not.
    pub only: i64,
    /// The best of what it hides: title and company, at most three.
    pub examples: Vec<String>,
}

/// How many open jobs a profile does not see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct HiddenCounts {
    /// Hidden by at least one rule.
    pub by_rules: i64,
    /// Hidden by no rule, and older than the profile's `max_age_days`.
    pub by_age: i64,
}

/// What each rule hides; a rule that hides nothing has no row.
pub async fn rules(conn: &mut PgConnection, profile: &str) -> Result<Vec<RuleCount>> {
    sqlx::query_as!(
        RuleCount,
        r#"select rule as "rule!", count(*) as "hidden!",
                  count(*) filter (where cardinality(r.hidden_by) = 1) as "only!",
                  (array_agg(j.job_title || ' · ' || j.company order by r.rank_score desc, r.hash_key))[1:3]
                      as "examples!"
           from staging.job_rankings r
           join staging.job_presence p on p.hash_key = r.hash_key and p.closed_at is null
           join staging.job_postings_stg j on j.hash_key = r.hash_key
           cross join unnest(r.hidden_by) as rule
           where r.profile = $1 and r.hidden_by <> '{}'
           group by rule
           order by count(*) desc, rule"#,
        profile,
    )
    .fetch_all(conn)
    .await
    .with_context(|| format!("cannot count what profile {profile} hides"))
}

/// How many open jobs the lists of a profile leave out at the instant `as_of`.
pub async fn hidden(
    conn: &mut PgConnection,
    profile: &str,
    freshness: &Freshness,
    as_of: DateTime<Utc>,
) -> Result<HiddenCounts> {
    let by_rules = sqlx::query_scalar!(
        r#"select count(*) as "hidden!"
           from staging.job_rankings r
           join staging.job_presence p on p.hash_key = r.hash_key and p.closed_at is null
           where r.profile = $1 and r.hidden_by <> '{}'"#,
        profile,
    )
    .fetch_one(&mut *conn)
    .await
    .context("cannot count the hidden jobs")?;
    let Some(days) = freshness.max_age_days else { return Ok(HiddenCounts { by_rules, by_age: 0 }) };
    let by_age = sqlx::query_scalar!(
        r#"select count(*) as "old!"
           from staging.job_rankings r
           join staging.job_presence p on p.hash_key = r.hash_key and p.closed_at is null
           join staging.job_postings_stg j on j.hash_key = r.hash_key
           where r.profile = $1 and r.hidden_by = '{}'
             and extract(epoch from $2::timestamptz - coalesce(j.posted_at, p.first_seen_at)) > $3::float8 * 86400"#,
        profile,
        as_of,
        days,
    )
    .fetch_one(conn)
    .await
    .context("cannot count the old jobs")?;
    Ok(HiddenCounts { by_rules, by_age })
}

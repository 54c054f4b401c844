//! `staging.job_rankings`: one row per profile and job, and which jobs are still to be ranked.

use super::copy::{CopyRows, Jsonb};
use crate::batches::Batcher;
use crate::posting::Hundredths;
use anyhow::{Context, Result};
use futures_util::TryStreamExt;
use sqlx::{PgConnection, PgPool};

/// What the core needs of a job.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of staging")]
pub struct PendingRanking {
    pub hash_key: String,
    pub source: String,
    pub input_hash: String,
    pub job_title: String,
    pub job_title_std: Option<String>,
    pub skills: Vec<String>,
    pub location_city: Option<String>,
    pub location_region: Option<String>,
    pub location_country: Option<String>,
    pub location_lat: Option<f64>,
    pub location_lon: Option<f64>,
    pub remote_type: String,
    pub contract_type: String,
    pub seniority: Option<String>,
    pub salary_min_cents: Option<i64>,
    pub salary_max_cents: Option<i64>,
    pub company_size: Option<String>,
}

/// One row to write.
#[derive(Debug)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct RankingRow {
    pub hash_key: String,
    pub source: String,
    pub input_hash: String,
    pub score: Hundredths,
    pub explain: String,
}

/// Reads the jobs without a ranking of their present state, for this profile at this revision.
pub async fn pending(
    pool: PgPool,
    profile: String,
    revision: String,
    mut batcher: Batcher<PendingRanking>,
) -> Result<Batcher<PendingRanking>> {
    let mut rows = sqlx::query_as!(
        PendingRanking,
        r#"select j.hash_key as "hash_key!", j.source as "source!", made_from.input_hash as "input_hash!",
                  j.job_title as "job_title!", e.job_title_std, e.skills as "skills!", e.location_city,
                  e.location_region, e.location_country, e.location_lat, e.location_lon,
                  j.remote_type as "remote_type!", j.contract_type as "contract_type!", e.seniority,
                  (e.salary_min_norm * 100)::bigint as salary_min_cents,
                  (e.salary_max_norm * 100)::bigint as salary_max_cents, c.company_size as "company_size?"
           from staging.job_postings_stg j
           join staging.job_enrichments e on e.hash_key = j.hash_key
           left join staging.companies c on c.company_key = j.company_key
           cross join lateral (
               select md5(j.content_hash || e.enrichment_hash || coalesce(c.company_size, '')) as input_hash
           ) made_from
           left join staging.job_rankings r on r.profile = $1 and r.hash_key = j.hash_key
           where r.input_hash is distinct from made_from.input_hash or r.revision is distinct from $2"#,
        profile,
        revision,
    )
    .fetch(&pool);
    while let Some(row) = rows.try_next().await.context("cannot read jobs to rank")? {
        // Rows are small, so the number of rows bounds the batch.
        if !batcher.push(row, 0).await {
            break;
        }
    }
    drop(rows);
    Ok(batcher)
}

/// Replaces the rankings of these jobs; returns the rows written.
pub async fn replace(
    conn: &mut PgConnection,
    profile: &str,
    revision: &str,
    ranked: &[RankingRow],
) -> Result<u64> {
    let keys: Vec<&str> = ranked.iter().map(|row| row.hash_key.as_str()).collect();
    sqlx::query!(
        "delete from staging.job_rankings where profile = $1 and hash_key = any($2)",
        profile,
        &keys as &[&str],
    )
    .execute(&mut *conn)
    .await
    .context("cannot delete old rankings")?;
    let mut rows = CopyRows::new(6);
    for row in ranked {
        rows.push(&[&profile, &row.hash_key, &row.input_hash, &revision, &row.score, &Jsonb(&row.explain)]);
    }
    rows.send(
        conn,
        "copy staging.job_rankings (profile, hash_key, input_hash, revision, rank_score, rank_explain)
         from stdin (format binary)",
    )
    .await
}

/// Removes the rankings of jobs that are gone and of profiles not in `profiles`; returns how many.
pub async fn remove_orphans(conn: &mut PgConnection, profiles: &[String]) -> Result<u64> {
    let removed = sqlx::query!(
        "delete from staging.job_rankings r
         where not r.profile = any($1)
            or not exists (select from staging.job_postings_stg j where j.hash_key = r.hash_key)",
        profiles,
    )
    .execute(conn)
    .await
    .context("cannot remove rankings of jobs that are gone")?;
    Ok(removed.rows_affected())
}

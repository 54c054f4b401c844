//! `staging.job_enrichments`: one row per job, and which jobs are still to be enriched.

use super::copy::{CopyRows, Jsonb};
use crate::batches::Batcher;
use anyhow::{Context, Result};
use futures_util::TryStreamExt;
use sqlx::{PgConnection, PgPool};

/// What the core needs of a job.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of staging.job_postings_stg")]
pub struct PendingJob {
    pub hash_key: String,
    pub content_hash: String,
    pub source: String,
    pub job_title: String,
    pub company: String,
    pub location: Option<String>,
    pub more_locations: Vec<String>,
    pub place_city: Option<String>,
    pub place_region: Option<String>,
    pub place_country: Option<String>,
    pub place_lat: Option<f64>,
    pub place_lon: Option<f64>,
    pub remote_type: String,
    pub seniority_raw: Option<String>,
    pub skills_raw: Vec<String>,
    pub description_text: Option<String>,
    pub salary_min_cents: Option<i64>,
    pub salary_max_cents: Option<i64>,
    pub salary_currency: Option<String>,
    pub salary_period: Option<String>,
    pub salary_text: Option<String>,
}

/// One row to write.
#[derive(Debug)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct EnrichmentRow {
    pub hash_key: String,
    pub content_hash: String,
    pub source: String,
    pub enrichment_hash: String,
    pub enrichment: crate::enrich::core::Enrichment,
}

/// Reads the jobs without an enrichment of their content at this revision.
pub async fn pending(
    pool: PgPool,
    revision: String,
    mut batcher: Batcher<PendingJob>,
) -> Result<Batcher<PendingJob>> {
    let mut rows = sqlx::query_as!(
        PendingJob,
        r#"select j.hash_key as "hash_key!", j.content_hash as "content_hash!", j.source as "source!",
                  j.job_title as "job_title!", j.company as "company!", j.location, j.more_locations as "more_locations!", j.place_city, j.place_region,
                  j.place_country, j.place_lat, j.place_lon, j.remote_type as "remote_type!", j.seniority_raw,
                  j.skills_raw as "skills_raw!", j.description_text, (j.salary_min * 100)::bigint as salary_min_cents,
                  (j.salary_max * 100)::bigint as salary_max_cents, j.salary_currency, j.salary_period, j.salary_text
           from staging.job_postings_stg j
           left join staging.job_enrichments e on e.hash_key = j.hash_key
           where e.content_hash is distinct from j.content_hash or e.revision is distinct from $1"#,
        revision,
    )
    .fetch(&pool);
    while let Some(row) = rows.try_next().await.context("cannot read jobs to enrich")? {
        let bytes = row.description_text.as_ref().map_or(0, String::len) + 500;
        if !batcher.push(row, bytes).await {
            break;
        }
    }
    drop(rows);
    Ok(batcher)
}

/// Replaces the enrichments of these jobs; returns the rows written.
pub async fn replace(conn: &mut PgConnection, revision: &str, enriched: &[EnrichmentRow]) -> Result<u64> {
    let keys: Vec<&str> = enriched.iter().map(|row| row.hash_key.as_str()).collect();
    sqlx::query!("delete from staging.job_enrichments where hash_key = any($1)", &keys as &[&str])
        .execute(&mut *conn)
        .await
        .context("cannot delete old enrichments")?;
    let mut rows = CopyRows::new(28);
    for row in enriched {
        let made = &row.enrichment;
        rows.push(&[
            &row.hash_key,
            &row.content_hash,
            &revision,
            &row.enrichment_hash,
            &made.job_title_std,
            &made.occupation_code,
            &made.esco_code,
            &made.seniority.map(|seniority| seniority.as_str()),
            &made.years_asked.map(i16::try_from).and_then(Result::ok),
            &made.skills,
            &Jsonb(&json(&made.skill_mentions)),
            &made.location_std,
            &made.location_city,
            &made.location_region,
            &made.location_country,
            &made.location_lat,
            &made.location_lon,
            &Jsonb(&json(&made.places)),
            &made.remote_type.as_str(),
            &made.remote_countries,
            &made.salary_min,
            &made.salary_max,
            &made.salary_currency,
            &made.salary_period.map(|period| period.as_str()),
            &made.salary_min_norm,
            &made.salary_max_norm,
            &made.language,
            &Jsonb(&made.provenance.json()),
        ]);
    }
    rows.send(
        conn,
        "copy staging.job_enrichments (hash_key, content_hash, revision, enrichment_hash, job_title_std, occupation_code,
             esco_code, seniority, years_asked, skills, skill_mentions, location_std, location_city, location_region,
             location_country, location_lat, location_lon, places, remote_type, remote_countries, salary_min,
             salary_max, salary_currency, salary_period, salary_min_norm, salary_max_norm, language, provenance) from stdin (format binary)",
    )
    .await
}

fn json(list: &impl serde::Serialize) -> String {
    serde_json::to_string(list).expect("a list of texts and numbers")
}

/// Removes the enrichments of jobs that are gone; returns how many.
pub async fn remove_orphans(conn: &mut PgConnection) -> Result<u64> {
    let removed = sqlx::query!(
        "delete from staging.job_enrichments e
         where not exists (select from staging.job_postings_stg j where j.hash_key = e.hash_key)",
    )
    .execute(conn)
    .await
    .context("cannot remove enrichments of jobs that are gone")?;
    Ok(removed.rows_affected())
}

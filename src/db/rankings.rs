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
    pub company_key: String,
    pub skills: Vec<String>,
    pub required_skills: Option<Vec<String>>,
    pub location_city: Option<String>,
    pub location_country: Option<String>,
    pub location_lat: Option<f64>,
    pub location_lon: Option<f64>,
    /// JSON, where there are several.
    pub places: Option<String>,
    pub remote_type: String,
    pub remote_countries: Vec<String>,
    pub contract_type: String,
    pub seniority: Option<String>,
    pub seniority_confidence: Option<f64>,
    pub salary_min_cents: Option<i64>,
    pub salary_max_cents: Option<i64>,
    pub salary_origin: Option<String>,
    pub salary_confidence: Option<f64>,
    pub company_size: Option<String>,
    pub language: Option<String>,
    pub description_text: Option<String>,
}

/// Which wide columns a profile needs.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Descriptions.
    pub descriptions: bool,
    /// Skills by section.
    pub required_skills: bool,
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
    pub hidden_by: Vec<String>,
}

/// Reads the jobs without a ranking of their present state, for this profile at this revision.
pub async fn pending(
    pool: PgPool,
    profile: String,
    revision: String,
    wanted: Wanted,
    mut batcher: Batcher<PendingRanking>,
) -> Result<Batcher<PendingRanking>> {
    // A value behind `case` is not even fetched when nobody wants it.
    let mut rows = sqlx::query_as!(
        PendingRanking,
        r#"select j.hash_key as "hash_key!", j.source as "source!", made_from.input_hash as "input_hash!",
                  j.job_title as "job_title!", e.job_title_std, j.company_key as "company_key!",
                  e.skills as "skills!",
                  case when $3 then array(
                      select distinct mention ->> 'skill' from jsonb_array_elements(e.skill_mentions) mention
                      where mention ->> 'section' = 'required' order by 1
                  ) end as required_skills,
                  e.location_city, e.location_country, e.location_lat, e.location_lon,
                  case when e.places <> '[]' then e.places::text end as places,
                  coalesce(nullif(e.remote_type, 'unknown'), j.remote_type) as "remote_type!",
                  e.remote_countries as "remote_countries!", j.contract_type as "contract_type!", e.seniority,
                  (e.provenance -> 'seniority' ->> 'confidence')::float8 as seniority_confidence,
                  (e.salary_min_norm * 100)::bigint as salary_min_cents,
                  (e.salary_max_norm * 100)::bigint as salary_max_cents,
                  e.provenance -> 'salary' ->> 'origin' as salary_origin,
                  (e.provenance -> 'salary' ->> 'confidence')::float8 as salary_confidence,
                  c.company_size as "company_size?", e.language,
                  case when $4 then j.description_text end as description_text
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
        wanted.required_skills,
        wanted.descriptions,
    )
    .fetch(&pool);
    while let Some(row) = rows.try_next().await.context("cannot read jobs to rank")? {
        let bytes = row.description_text.as_ref().map_or(0, String::len);
        if !batcher.push(row, bytes).await {
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
    let mut rows = CopyRows::new(7);
    for row in ranked {
        rows.push(&[
            &profile,
            &row.hash_key,
            &row.input_hash,
            &revision,
            &row.score,
            &Jsonb(&row.explain),
            &row.hidden_by,
        ]);
    }
    rows.send(
        conn,
        "copy staging.job_rankings (profile, hash_key, input_hash, revision, rank_score, rank_explain, hidden_by)
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

//! `staging.job_postings_stg`: one row per job, with the canonical columns.

use super::copy::CopyRows;
use crate::normalize::canonical::Canonical;
use anyhow::{Context, Result};
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};

/// What replacing jobs did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replaced {
    /// Jobs inserted or changed.
    pub written: u64,
    /// Jobs removed because no posting shows them any more.
    pub removed: u64,
}

/// Writes the jobs whose content changed, and removes those of `touched` that are not among `jobs`.
///
/// `jobs` holds each hash key of `touched` that a posting still shows, with its content hash.
pub async fn replace(
    conn: &mut PgConnection,
    touched: &[String],
    jobs: &[(Canonical, String)],
) -> Result<Replaced> {
    let before = content_hashes(conn, touched).await?;
    let alive: HashSet<&str> = jobs.iter().map(|(job, _)| job.hash_key.as_str()).collect();
    let mut stale: Vec<&str> = before.keys().map(String::as_str).filter(|key| !alive.contains(key)).collect();
    let removed = stale.len() as u64;
    let mut rows = CopyRows::new(33);
    for (job, content_hash) in jobs {
        let known = before.get(&job.hash_key);
        if known == Some(content_hash) {
            continue;
        }
        if known.is_some() {
            stale.push(&job.hash_key);
        }
        push(&mut rows, job, content_hash);
    }
    if !stale.is_empty() {
        sqlx::query!("delete from staging.job_postings_stg where hash_key = any($1)", &stale as &[&str])
            .execute(&mut *conn)
            .await
            .context("cannot delete changed jobs")?;
    }
    let written = rows
        .send(
            conn,
            "copy staging.job_postings_stg (hash_key, content_hash, source, provider_job_id, job_title, company,
                 company_key, company_size, location, more_locations, place_city, place_region, place_country, place_lat, place_lon,
                 remote_type, contract_type, seniority_raw, salary_min, salary_max, salary_currency, salary_period,
                 salary_text, description_text, description_html, skills_raw, posted_at, posted_precision, expires_at,
                 apply_url, job_link, requisition_id, flags) from stdin (format binary)",
        )
        .await?;
    Ok(Replaced { written, removed })
}

fn push(rows: &mut CopyRows, job: &Canonical, content_hash: &str) {
    rows.push(&[
        &job.hash_key,
        &content_hash,
        &job.source,
        &job.provider_job_id,
        &job.job_title,
        &job.company,
        &job.company_key,
        &job.company_size,
        &job.location,
        &job.more_locations,
        &job.place_city,
        &job.place_region,
        &job.place_country,
        &job.place_lat,
        &job.place_lon,
        &job.remote_type.as_str(),
        &job.contract_type.as_str(),
        &job.seniority_raw,
        &job.salary_min,
        &job.salary_max,
        &job.salary_currency,
        &job.salary_period.map(|period| period.as_str()),
        &job.salary_text,
        &job.description_text,
        &job.description_html,
        &job.skills_raw,
        &job.posted_at,
        &job.posted_precision.map(|precision| precision.as_str()),
        &job.expires_at,
        &job.apply_url,
        &job.job_link,
        &job.requisition_id,
        &job.flags,
    ]);
}

async fn content_hashes(conn: &mut PgConnection, hash_keys: &[String]) -> Result<HashMap<String, String>> {
    let rows = sqlx::query!(
        "select j.hash_key, j.content_hash
         from unnest($1::text[]) as a (hash_key)
         join staging.job_postings_stg j on j.hash_key = a.hash_key",
        hash_keys,
    )
    .fetch_all(conn)
    .await
    .context("cannot read the content hashes of jobs")?;
    Ok(rows.into_iter().map(|row| (row.hash_key, row.content_hash)).collect())
}

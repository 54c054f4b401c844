//! `staging.job_presence` and `staging.companies`: rolled up from sightings, presence and jobs. Only rows that
//! differ are written, so an unchanged day writes none.

use anyhow::{Context, Result};
use sqlx::PgConnection;

/// Brings `staging.job_presence` up to date; returns the rows written or removed.
pub async fn job_presence(conn: &mut PgConnection) -> Result<u64> {
    let written = sqlx::query_file!("src/db/job_presence.sql")
        .execute(&mut *conn)
        .await
        .context("cannot roll up staging.job_presence")?;
    let removed = sqlx::query!(
        "delete from staging.job_presence p
         where not exists (select from staging.job_sightings s where s.hash_key = p.hash_key)",
    )
    .execute(conn)
    .await
    .context("cannot remove the presence of jobs that are gone")?;
    Ok(written.rows_affected() + removed.rows_affected())
}

/// Brings `staging.companies` up to date; returns the rows written or removed.
///
/// The display name is the spelling most jobs use (the first in the alphabet among equals), the size that of the job
/// posted last.
pub async fn companies(conn: &mut PgConnection) -> Result<u64> {
    let written = sqlx::query_file!("src/db/companies.sql")
        .execute(&mut *conn)
        .await
        .context("cannot roll up staging.companies")?;
    let removed = sqlx::query!(
        "delete from staging.companies c
         where not exists (select from staging.job_postings_stg j where j.company_key = c.company_key)",
    )
    .execute(conn)
    .await
    .context("cannot remove companies without jobs")?;
    Ok(written.rows_affected() + removed.rows_affected())
}

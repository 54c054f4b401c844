//! `ops.publications`: which files stand for a logical date, and what they were made from.

use super::ledger::Run;
use anyhow::{Context, Result};
use chrono::NaiveDate;
use sqlx::PgPool;

/// One published file.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct File {
    pub path: String,
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
}

/// Whether the files of this date were made from `content_hash` and are still there at their size.
pub async fn is_current(pool: &PgPool, date: NaiveDate, content_hash: &str) -> Result<bool> {
    let files =
        sqlx::query!("select path, bytes, content_hash from ops.publications where logical_date = $1", date)
            .fetch_all(pool)
            .await
            .context("cannot read ops.publications")?;
    Ok(!files.is_empty()
        && files.iter().all(|file| {
            let on_disk = std::fs::metadata(&file.path).map(|on_disk| on_disk.len());
            file.content_hash == content_hash && on_disk.is_ok_and(|bytes| bytes == file.bytes as u64)
        }))
}

/// Replaces what is recorded for the run's date.
pub async fn record(pool: &PgPool, run: &Run, content_hash: &str, files: &[File]) -> Result<()> {
    let mut transaction = super::begin(pool, run.fence).await?;
    sqlx::query!("delete from ops.publications where logical_date = $1", run.logical_date)
        .execute(&mut *transaction)
        .await
        .context("cannot replace ops.publications")?;
    for file in files {
        sqlx::query!(
            "insert into ops.publications (logical_date, path, content_hash, sha256, rows, bytes, run_id, published_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            run.logical_date,
            file.path,
            content_hash,
            file.sha256,
            file.rows as i64,
            file.bytes as i64,
            run.run_id,
            run.as_of,
        )
        .execute(&mut *transaction)
        .await
        .context("cannot write ops.publications")?;
    }
    transaction.commit().await.context("cannot commit ops.publications")
}

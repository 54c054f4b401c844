//! `ops.source_health`: what each source answered in a run, and which fields it filled.

use super::ledger::{Run, StageStatus};
use anyhow::{Context, Result};
use sqlx::PgConnection;

/// One row of `ops.source_health`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Health {
    pub source: String,
    pub status: StageStatus,
    pub searches: u32,
    pub searches_failed: u32,
    pub requests: u64,
    pub pages: u64,
    pub bytes: u64,
    pub records: u64,
    /// Share of the records 0..1 that filled each field.
    pub fill_rates: serde_json::Map<String, serde_json::Value>,
    pub error: Option<String>,
}

/// Writes the health of one source in this run.
pub async fn write(conn: &mut PgConnection, run: &Run, health: &Health) -> Result<()> {
    sqlx::query!(
        "insert into ops.source_health (run_id, source, status, searches, searches_failed, requests, pages, bytes,
             records, fill_rates, error)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        run.run_id,
        health.source,
        health.status.as_str(),
        health.searches as i32,
        health.searches_failed as i32,
        health.requests as i32,
        health.pages as i32,
        health.bytes as i64,
        health.records as i64,
        serde_json::Value::Object(health.fill_rates.clone()),
        health.error,
    )
    .execute(conn)
    .await
    .with_context(|| format!("cannot write the health of {}", health.source))?;
    Ok(())
}

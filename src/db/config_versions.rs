//! `ops.config_versions`: every configuration a run used, once.

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// Remembers a configuration text, unless it is known. Reads first, so that a known one writes nothing.
pub async fn remember(pool: &PgPool, kind: &str, content: &str, as_of: DateTime<Utc>) -> Result<()> {
    let hash = crate::revision::revision([content]);
    let known = sqlx::query_scalar!(
        r#"select exists (select from ops.config_versions where kind = $1 and hash = $2) as "known!""#,
        kind,
        hash,
    )
    .fetch_one(pool)
    .await
    .context("cannot read ops.config_versions")?;
    if known {
        return Ok(());
    }
    sqlx::query!(
        "insert into ops.config_versions (kind, hash, content, first_used_at) values ($1, $2, $3, $4)
         on conflict do nothing",
        kind,
        hash,
        content,
        as_of,
    )
    .execute(pool)
    .await
    .context("cannot write ops.config_versions")?;
    Ok(())
}

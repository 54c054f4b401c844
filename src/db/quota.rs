//! `ops.quota`: requests of a billed source in a calendar month, counted before they are sent.

use anyhow::{Context, Result};
use chrono::NaiveDate;
use sqlx::PgPool;

/// Counts one request more, unless the month's `limit` is reached. Returns whether it may be sent.
pub async fn reserve(pool: &PgPool, source: &str, month: NaiveDate, limit: u32) -> Result<bool> {
    let reserved = sqlx::query!(
        "insert into ops.quota as q (source, month, used)
         select $1, $2, 1 where $3 > 0
         on conflict (source, month) do update set used = q.used + 1 where q.used < $3",
        source,
        month,
        limit as i32,
    )
    .execute(pool)
    .await
    .with_context(|| format!("cannot count a request of {source} in ops.quota"))?;
    Ok(reserved.rows_affected() == 1)
}

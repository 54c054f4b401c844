//! `app.kept_apart`: pairs of jobs that a reader called different. Written at a reader's word only, never by a run.

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct KeptApart {
    pub left_hash_key: String,
    pub right_hash_key: String,
    pub noted_at: DateTime<Utc>,
    pub note: Option<String>,
}

/// Every pair, in order.
pub async fn all(conn: &mut PgConnection) -> Result<Vec<KeptApart>> {
    sqlx::query_as!(
        KeptApart,
        "select left_hash_key, right_hash_key, noted_at, note from app.kept_apart
         order by left_hash_key, right_hash_key",
    )
    .fetch_all(conn)
    .await
    .context("cannot read app.kept_apart")
}

/// Keeps two jobs apart; returns whether that is news. The order of the two does not matter.
pub async fn add(
    conn: &mut PgConnection,
    one: &str,
    other: &str,
    noted_at: DateTime<Utc>,
    note: Option<&str>,
) -> Result<bool> {
    let added = sqlx::query!(
        r#"insert into app.kept_apart (left_hash_key, right_hash_key, noted_at, note)
           values (least($1::text collate "C", $2), greatest($1::text collate "C", $2), $3, $4)
           on conflict do nothing"#,
        one,
        other,
        noted_at,
        note,
    )
    .execute(conn)
    .await
    .context("cannot keep two jobs apart")?;
    Ok(added.rows_affected() > 0)
}

/// Takes back what [`add`] did to the pairs whose keys begin so; returns the pairs.
pub async fn remove(conn: &mut PgConnection, one: &str, other: &str) -> Result<Vec<KeptApart>> {
    sqlx::query_as!(
        KeptApart,
        "delete from app.kept_apart
         where (starts_with(left_hash_key, $1) and starts_with(right_hash_key, $2))
            or (starts_with(left_hash_key, $2) and starts_with(right_hash_key, $1))
         returning left_hash_key, right_hash_key, noted_at, note",
        one,
        other,
    )
    .fetch_all(conn)
    .await
    .context("cannot let two jobs come together")
}

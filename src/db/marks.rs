//! `app.ranking_marks`: what the reader blocked or boosted by hand. A run reads it and can write none of it.

use crate::config::ranking::lists::{Mark, Subject};
use crate::posting::Hundredths;
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

/// The name under which a mark for every profile is stored.
const EVERY_PROFILE: &str = "*";

/// Every mark, in a fixed order.
pub async fn all(conn: &mut PgConnection) -> Result<Vec<Mark>> {
    let rows = sqlx::query!(
        r#"select profile, subject, value, (points * 100)::bigint as points
           from app.ranking_marks
           order by noted_at, profile, kind, subject, value"#
    )
    .fetch_all(conn)
    .await
    .context("cannot read app.ranking_marks")?;
    let mut marks = Vec::with_capacity(rows.len());
    for row in rows {
        let subject = Subject::from_stored(&row.subject)
            .with_context(|| format!("app.ranking_marks has an unknown subject {}", row.subject))?;
        marks.push(Mark {
            profile: Some(row.profile).filter(|name| name != EVERY_PROFILE),
            points: row.points.map(Hundredths),
            subject,
            value: row.value,
        });
    }
    Ok(marks)
}

/// Notes a mark; a boost that is there already takes the new points.
pub async fn add(pool: &PgPool, mark: &Mark, noted_at: DateTime<Utc>) -> Result<()> {
    let mut transaction = pool.begin().await.context("cannot begin to note a mark")?;
    become_reader(&mut transaction).await?;
    sqlx::query!(
        "insert into app.ranking_marks (profile, kind, subject, value, points, noted_at)
         values ($1, $2, $3, $4, $5::bigint / 100.0, $6)
         on conflict (profile, kind, subject, value) do update set points = excluded.points
         where ranking_marks.points is distinct from excluded.points",
        mark.profile.as_deref().unwrap_or(EVERY_PROFILE),
        kind(mark),
        mark.subject.as_str(),
        mark.value,
        mark.points.map(|points| points.0),
        noted_at,
    )
    .execute(&mut *transaction)
    .await
    .context("cannot note the mark")?;
    transaction.commit().await.context("cannot commit the mark")
}

/// Removes a mark, whatever its points and the case of its letters; returns how many there were.
pub async fn remove(pool: &PgPool, mark: &Mark) -> Result<u64> {
    let mut transaction = pool.begin().await.context("cannot begin to remove a mark")?;
    become_reader(&mut transaction).await?;
    let removed = sqlx::query!(
        "delete from app.ranking_marks
         where profile = $1 and kind = $2 and subject = $3 and lower(value) = lower($4)",
        mark.profile.as_deref().unwrap_or(EVERY_PROFILE),
        kind(mark),
        mark.subject.as_str(),
        mark.value,
    )
    .execute(&mut *transaction)
    .await
    .context("cannot remove the mark")?;
    transaction.commit().await.context("cannot commit the removal of a mark")?;
    Ok(removed.rows_affected())
}

fn kind(mark: &Mark) -> &'static str {
    if mark.points.is_some() { "boost" } else { "block" }
}

/// Takes, for this transaction, the role that may write the reader's own marks.
pub async fn become_reader(conn: &mut PgConnection) -> Result<()> {
    sqlx::raw_sql("set local role job_etl_app")
        .execute(conn)
        .await
        .map(drop)
        .context("taking the role job_etl_app, which keeps the reader's marks: grant it to this login")
}

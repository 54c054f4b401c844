//! `staging.job_sightings`: which posting shows which job, and what is still to be normalized.

use super::copy::CopyRows;
use crate::batches::Batcher;
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sqlx::{PgConnection, PgPool};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A posting's current content, as raw has it.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of raw")]
pub struct RawPosting {
    pub source: String,
    pub source_job_id: String,
    pub search: String,
    pub raw_id: Uuid,
    pub payload: String,
    pub payload_hash: Vec<u8>,
    pub collected_at: DateTime<Utc>,
    pub first_seen_at: DateTime<Utc>,
}

/// One row of `staging.job_sightings`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Sighting {
    pub source: String,
    pub source_job_id: String,
    pub hash_key: String,
    pub shared_key: String,
    pub raw_id: Uuid,
    pub revision: String,
    pub job_link: Option<String>,
    pub apply_url: Option<String>,
    pub requisition_id: Option<String>,
    pub posted_at: Option<DateTime<Utc>>,
    pub text_hash: Option<String>,
}

/// A job that a removed sighting showed.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The job.
    pub hash_key: String,
    /// What it shares with the other openings of its company, headline and place.
    pub shared_key: String,
}

/// Another posting of the same company, headline and place.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Sibling {
    pub source: String,
    pub source_job_id: String,
    pub hash_key: String,
}

/// Reads the postings whose current content has no sighting and no reject at the source's revision.
pub async fn pending(
    pool: PgPool,
    revisions: BTreeMap<String, String>,
    mut batcher: Batcher<RawPosting>,
) -> Result<Batcher<RawPosting>> {
    let (sources, revisions): (Vec<String>, Vec<String>) = revisions.into_iter().unzip();
    let mut rows = sqlx::query_as!(
        RawPosting,
        r#"select p.source as "source!", p.source_job_id as "source_job_id!", p.search as "search!",
                  p.raw_id as "raw_id!", r.payload::text as "payload!", r.payload_hash as "payload_hash!",
                  r.collected_at as "collected_at!", p.first_seen_at as "first_seen_at!"
           from staging.posting_presence p
           join unnest($1::text[], $2::text[]) as logic (source, revision) on logic.source = p.source
           join raw.job_postings_raw r on r.raw_id = p.raw_id
           left join staging.job_sightings s on s.source = p.source and s.source_job_id = p.source_job_id
           where (s.raw_id is distinct from p.raw_id or s.revision is distinct from logic.revision)
             and not exists (select from ops.rejects x
                             where x.stage = 'normalize' and x.source = p.source
                               and x.content_hash = r.payload_hash and x.revision = logic.revision)"#,
        &sources,
        &revisions,
    )
    .fetch(&pool);
    while let Some(row) = rows.try_next().await.context("cannot read pending postings")? {
        let bytes = row.payload.len();
        if !batcher.push(row, bytes).await {
            break;
        }
    }
    drop(rows);
    Ok(batcher)
}

/// Removes the sightings of these postings; returns the jobs that they showed.
pub async fn remove(conn: &mut PgConnection, sightings: &[Sighting]) -> Result<Vec<Shown>> {
    let sources: Vec<&str> = sightings.iter().map(|row| row.source.as_str()).collect();
    let ids: Vec<&str> = sightings.iter().map(|row| row.source_job_id.as_str()).collect();
    sqlx::query_as!(
        Shown,
        "delete from staging.job_sightings s
         using unnest($1::text[], $2::text[]) as a (source, source_job_id)
         where s.source = a.source and s.source_job_id = a.source_job_id
         returning s.hash_key, s.shared_key",
        &sources as &[&str],
        &ids as &[&str],
    )
    .fetch_all(&mut *conn)
    .await
    .context("cannot delete old sightings")
}

/// Writes sightings of postings that have none.
pub async fn write(conn: &mut PgConnection, sightings: &[Sighting]) -> Result<()> {
    let mut rows = CopyRows::new(11);
    for row in sightings {
        rows.push(&[
            &row.source,
            &row.source_job_id,
            &row.hash_key,
            &row.shared_key,
            &row.raw_id,
            &row.revision,
            &row.job_link,
            &row.apply_url,
            &row.requisition_id,
            &row.posted_at,
            &row.text_hash,
        ]);
    }
    rows.send(
        conn,
        "copy staging.job_sightings (source, source_job_id, hash_key, shared_key, raw_id, revision, job_link, apply_url,
             requisition_id, posted_at, text_hash) from stdin (format binary)",
    )
    .await?;
    Ok(())
}

/// The postings that have one of these shared keys.
pub async fn sharing(conn: &mut PgConnection, shared_keys: &[String]) -> Result<Vec<Sibling>> {
    sqlx::query_as!(
        Sibling,
        "select s.source, s.source_job_id, s.hash_key
         from unnest($1::text[]) as a (shared_key)
         join staging.job_sightings s on s.shared_key = a.shared_key",
        shared_keys,
    )
    .fetch_all(conn)
    .await
    .context("cannot read the sightings of a company, headline and place")
}

/// Lets each of these postings show the job that it names now.
pub async fn assign(conn: &mut PgConnection, siblings: &[Sibling]) -> Result<()> {
    if siblings.is_empty() {
        return Ok(());
    }
    let sources: Vec<&str> = siblings.iter().map(|row| row.source.as_str()).collect();
    let ids: Vec<&str> = siblings.iter().map(|row| row.source_job_id.as_str()).collect();
    let keys: Vec<&str> = siblings.iter().map(|row| row.hash_key.as_str()).collect();
    sqlx::query!(
        "update staging.job_sightings s set hash_key = a.hash_key
         from unnest($1::text[], $2::text[], $3::text[]) as a (source, source_job_id, hash_key)
         where s.source = a.source and s.source_job_id = a.source_job_id",
        &sources as &[&str],
        &ids as &[&str],
        &keys as &[&str],
    )
    .execute(conn)
    .await
    .context("cannot move sightings to other jobs")?;
    Ok(())
}

/// The current content of these postings.
pub async fn contents(conn: &mut PgConnection, postings: &[Sibling]) -> Result<Vec<RawPosting>> {
    let (sources, ids): (Vec<&str>, Vec<&str>) =
        postings.iter().map(|row| (row.source.as_str(), row.source_job_id.as_str())).unzip();
    sqlx::query_as!(
        RawPosting,
        r#"select s.source, s.source_job_id, p.search, s.raw_id, r.payload::text as "payload!", r.payload_hash,
                  r.collected_at, p.first_seen_at
           from unnest($1::text[], $2::text[]) as a (source, source_job_id)
           join staging.job_sightings s on s.source = a.source and s.source_job_id = a.source_job_id
           join staging.posting_presence p on p.source = s.source and p.source_job_id = s.source_job_id
           join raw.job_postings_raw r on r.raw_id = s.raw_id"#,
        &sources as &[&str],
        &ids as &[&str],
    )
    .fetch_all(conn)
    .await
    .context("cannot read the contents of sightings")
}

/// Every search definition of each source: what `posting` may need besides the payload.
pub async fn searches(pool: &PgPool) -> Result<Vec<(String, String, String)>> {
    sqlx::query!(
        r#"select source, search, definition::text as "definition!" from raw.searches order by source, search"#
    )
    .map(|row| (row.source, row.search, row.definition))
    .fetch_all(pool)
    .await
    .context("cannot read raw.searches")
}

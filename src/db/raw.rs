//! `raw.job_postings_raw` and `staging.posting_presence`, written together: what was sent, and when it was seen.
//!
//! The payload crosses the connection once: narrow keys decide which contents are new, and only those are copied.
//! No other run can write between the two steps, because the transaction holds the fence.

use super::copy::{CopyRows, Jsonb};
use super::ledger::Run;
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// One record on its way into raw.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Label of the search that brought it.
    pub search: String,
    /// The source's identifier, at most 200 bytes.
    pub source_job_id: String,
    /// JSON text that jsonb accepts.
    pub payload: String,
    /// The received bytes, when jsonb had to change them.
    pub payload_raw: Option<Vec<u8>>,
    /// SHA-256 of the received bytes.
    pub payload_hash: [u8; 32],
}

/// What one batch wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// New contents in raw.
    pub contents: u64,
    /// Rows of presence inserted or moved.
    pub presence: u64,
}

struct Presence {
    raw_id: Uuid,
    last_seen_at: DateTime<Utc>,
    closed: bool,
}

/// Writes the records of one source, in order of arrival: the last content of a posting is its current one.
///
/// The contents of this run are numbered from `first`, so that their keys ascend.
pub async fn write(
    conn: &mut PgConnection,
    run: &Run,
    source: &str,
    arrivals: &[Arrival],
    first: u32,
) -> Result<Written> {
    let known = known_contents(conn, source, arrivals).await?;
    let mut ids: HashMap<(&str, &[u8; 32]), Uuid> = HashMap::new();
    let mut current: HashMap<&str, (usize, Uuid)> = HashMap::new();
    let mut rows = CopyRows::new(9);
    let mut contents: u32 = 0;
    for (index, arrival) in arrivals.iter().enumerate() {
        let key = (arrival.source_job_id.as_str(), &arrival.payload_hash);
        let raw_id = match known[index].or_else(|| ids.get(&key).copied()) {
            Some(raw_id) => raw_id,
            None => {
                let raw_id = raw_id(run, first + contents);
                contents += 1;
                rows.push(&[
                    &raw_id,
                    &source,
                    &arrival.source_job_id,
                    &arrival.search,
                    &Jsonb(&arrival.payload),
                    &arrival.payload_raw,
                    &arrival.payload_hash,
                    &run.as_of,
                    &run.run_id,
                ]);
                raw_id
            }
        };
        ids.insert(key, raw_id);
        current.insert(&arrival.source_job_id, (index, raw_id));
    }
    rows.send(
        conn,
        "copy raw.job_postings_raw (raw_id, source, source_job_id, search, payload, payload_raw, payload_hash,
             collected_at, run_id) from stdin (format binary)",
    )
    .await?;
    let presence = write_presence(conn, run, source, arrivals, &current).await?;
    Ok(Written { contents: contents.into(), presence })
}

/// The raw_id of each arrival whose content is in raw already, by position.
async fn known_contents(
    conn: &mut PgConnection,
    source: &str,
    arrivals: &[Arrival],
) -> Result<Vec<Option<Uuid>>> {
    let ids: Vec<&str> = arrivals.iter().map(|arrival| arrival.source_job_id.as_str()).collect();
    let hashes: Vec<&[u8]> = arrivals.iter().map(|arrival| arrival.payload_hash.as_slice()).collect();
    let rows = sqlx::query!(
        r#"select a.position as "position!", r.raw_id
           from unnest($2::text[], $3::bytea[]) with ordinality as a (source_job_id, payload_hash, position)
           join raw.job_postings_raw r
             on r.source = $1 and r.source_job_id = a.source_job_id and r.payload_hash = a.payload_hash"#,
        source,
        &ids as &[&str],
        &hashes as &[&[u8]],
    )
    .fetch_all(conn)
    .await
    .context("cannot look up known contents in raw")?;
    let mut known = vec![None; arrivals.len()];
    for row in rows {
        known[row.position as usize - 1] = Some(row.raw_id);
    }
    Ok(known)
}

/// A uuid of version 7: the time, then the epoch and the sequence number, so that keys ascend and never repeat.
fn raw_id(run: &Run, sequence: u32) -> Uuid {
    let mut bytes = [0; 10];
    let epoch = run.fence.lane_epoch.unwrap_or(run.fence.epoch);
    // The version and variant bits take six of the first three bytes.
    bytes[3..6].copy_from_slice(&epoch.to_be_bytes()[5..]);
    // Epochs of lanes are counted apart, so one bit tells them from those of the pipeline.
    bytes[3] = bytes[3] & 0x7f | if run.fence.lane_epoch.is_some() { 0x80 } else { 0 };
    bytes[6..].copy_from_slice(&sequence.to_be_bytes());
    let milliseconds = run.as_of.timestamp_millis().max(0) as u64;
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &bytes).into_uuid()
}

async fn write_presence(
    conn: &mut PgConnection,
    run: &Run,
    source: &str,
    arrivals: &[Arrival],
    current: &HashMap<&str, (usize, Uuid)>,
) -> Result<u64> {
    let before = presence_of(conn, source, current.keys().copied()).await?;
    let mut moved: Vec<(&str, &str, Uuid)> = current
        .iter()
        .filter(|(id, (_, raw_id))| match before.get(**id) {
            // What a later day knows of a posting is newer than what a backfill brings.
            Some(seen) if seen.last_seen_at > run.as_of => false,
            Some(seen) => seen.closed || seen.raw_id != *raw_id || seen.last_seen_at < run.window_start,
            None => true,
        })
        .map(|(id, (index, raw_id))| (*id, arrivals[*index].search.as_str(), *raw_id))
        .collect();
    if moved.is_empty() {
        return Ok(0);
    }
    moved.sort_unstable();
    let ids: Vec<&str> = moved.iter().map(|row| row.0).collect();
    let searches: Vec<&str> = moved.iter().map(|row| row.1).collect();
    let raw_ids: Vec<Uuid> = moved.iter().map(|row| row.2).collect();
    let written = sqlx::query!(
        "insert into staging.posting_presence as p (source, source_job_id, search, raw_id, first_seen_at, last_seen_at)
         select $1, a.source_job_id, a.search, a.raw_id, $5, $5
         from unnest($2::text[], $3::text[], $4::uuid[]) as a (source_job_id, search, raw_id)
         on conflict (source, source_job_id) do update set
             search = excluded.search,
             raw_id = excluded.raw_id,
             last_seen_at = greatest(p.last_seen_at, excluded.last_seen_at),
             closed_at = null,
             closed_reason = null",
        source,
        &ids as &[&str],
        &searches as &[&str],
        &raw_ids,
        run.as_of,
    )
    .execute(conn)
    .await
    .context("cannot write staging.posting_presence")?;
    Ok(written.rows_affected())
}

async fn presence_of(
    conn: &mut PgConnection,
    source: &str,
    ids: impl Iterator<Item = &str>,
) -> Result<HashMap<String, Presence>> {
    let ids: Vec<&str> = ids.collect();
    let rows = sqlx::query!(
        r#"select p.source_job_id, p.raw_id, p.last_seen_at, p.closed_at is not null as "closed!"
           from unnest($2::text[]) as a (source_job_id)
           join staging.posting_presence p on p.source = $1 and p.source_job_id = a.source_job_id"#,
        source,
        &ids as &[&str],
    )
    .map(|row| {
        let presence = Presence { raw_id: row.raw_id, last_seen_at: row.last_seen_at, closed: row.closed };
        (row.source_job_id, presence)
    })
    .fetch_all(conn)
    .await
    .context("cannot read staging.posting_presence")?;
    Ok(rows.into_iter().collect())
}

/// Remembers the definition of each search; returns how many changed.
pub async fn write_searches(
    conn: &mut PgConnection,
    source: &str,
    searches: &[(String, String)],
) -> Result<u64> {
    let labels: Vec<&str> = searches.iter().map(|search| search.0.as_str()).collect();
    let definitions: Vec<&str> = searches.iter().map(|search| search.1.as_str()).collect();
    let written = sqlx::query!(
        "insert into raw.searches as s (source, search, definition)
         select $1, a.search, a.definition::jsonb
         from unnest($2::text[], $3::text[]) as a (search, definition)
         left join raw.searches known on known.source = $1 and known.search = a.search
         where known.definition is distinct from a.definition::jsonb
         on conflict (source, search) do update set definition = excluded.definition",
        source,
        &labels as &[&str],
        &definitions as &[&str],
    )
    .execute(conn)
    .await
    .context("cannot write raw.searches")?;
    Ok(written.rows_affected())
}

/// Closes the open postings of completely crawled searches that nobody saw since the logical date began.
///
/// A search that brought less than 30 % of its open postings is suspect and closes nothing (reliability F-28).
/// Returns how many closed.
pub async fn close_absent(
    conn: &mut PgConnection,
    run: &Run,
    source: &str,
    complete: &[String],
) -> Result<u64> {
    let closed = sqlx::query!(
        "with share as (
             select search, count(*) filter (where last_seen_at >= $3) as seen, count(*) as open
             from staging.posting_presence
             where source = $1 and closed_at is null
             group by search
         )
         update staging.posting_presence p set closed_at = $4, closed_reason = 'absent'
         from share
         where p.source = $1 and p.search = share.search and p.search = any($2)
           and share.seen > 0 and share.seen * 10 >= share.open * 3
           and p.closed_at is null and p.last_seen_at < $3",
        source,
        complete,
        run.window_start,
        run.as_of,
    )
    .execute(conn)
    .await
    .context("cannot close absent postings")?;
    Ok(closed.rows_affected())
}

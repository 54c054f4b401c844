//! `ops.rejects`: every record that could not go on, with the reason and its bytes.

use super::ledger::Run;
use anyhow::{Context, Result};
use sqlx::PgConnection;

/// Bytes of a rejected record that are kept.
const CONTENT_BYTES: usize = 1 << 20;

/// One rejected record.
#[derive(Debug, Clone)]
pub struct Reject {
    /// Source of the record.
    pub source: String,
    /// Label of the search.
    pub search: String,
    /// The source's identifier, where it has one.
    pub source_job_id: Option<String>,
    /// Where it stood, for a person.
    pub place: String,
    /// Revision of the logic that refused it; a new revision tries again.
    pub revision: String,
    /// SHA-256 of the bytes.
    pub content_hash: Vec<u8>,
    /// Stable code of the reason.
    pub code: String,
    /// The reason in one sentence.
    pub detail: String,
    /// The bytes, unless raw has them.
    pub content: Option<Vec<u8>>,
}

/// Writes rejects; one that is known already only counts another try.
pub async fn write(conn: &mut PgConnection, run: &Run, stage: &str, rejects: &[Reject]) -> Result<()> {
    for reject in rejects {
        let content = reject.content.as_ref().map(|content| &content[..content.len().min(CONTENT_BYTES)]);
        sqlx::query!(
            "insert into ops.rejects as r (stage, source, search, source_job_id, place, revision, content_hash, code,
                 detail, content, run_id, first_seen_at, last_seen_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
             on conflict (stage, source, content_hash, code, revision) do update set
                 last_seen_at = excluded.last_seen_at, run_id = excluded.run_id, tries = r.tries + 1",
            stage,
            reject.source,
            reject.search,
            reject.source_job_id,
            reject.place,
            reject.revision,
            reject.content_hash,
            reject.code,
            reject.detail.replace('\0', "\u{fffd}"),
            content,
            run.run_id,
            run.as_of,
        )
        .execute(&mut *conn)
        .await
        .context("cannot write ops.rejects")?;
    }
    Ok(())
}

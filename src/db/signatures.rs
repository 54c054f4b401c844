//! `staging.job_blocks` and `staging.job_signatures`: which jobs are signed together, which blocks are still to be
//! signed, and what was made of their jobs.

use super::copy::CopyRows;
use crate::batches::Batcher;
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sqlx::{PgConnection, PgPool};

/// Jobs of one block at most: what they have in common is known from fewer, and a block is held in memory whole.
const BLOCK_JOBS: i32 = 2_000;
/// Jobs asked for in one statement.
const CHUNK_JOBS: i64 = 2_000;
/// A batch holds several blocks even where each is large, so that every core has one.
const BLOCKS_AT_ONCE: usize = 4;

/// A company, or a share of a very large one, with its present jobs: none when it is gone.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of staging.job_blocks")]
pub struct Block {
    pub company_key: String,
    pub parts: i16,
    pub part: i16,
    pub input_hash: String,
    pub jobs: Vec<BlockJob>,
}

/// What is compared of a job.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of staging")]
pub struct BlockJob {
    pub position: i64,
    pub hash_key: String,
    pub source: String,
    pub company: String,
    pub job_title: String,
    pub location: Option<String>,
    pub place_city: Option<String>,
    pub place_region: Option<String>,
    pub place_country: Option<String>,
    pub place_lat: Option<f64>,
    pub place_lon: Option<f64>,
    pub description_text: Option<String>,
    pub contract_type: String,
    pub salary_min_cents: Option<i64>,
    pub salary_max_cents: Option<i64>,
    pub remote_type: String,
    pub language: Option<String>,
    /// JSON, a list of {city, region, country, lat, lon}.
    pub places: Option<String>,
    pub location_city: Option<String>,
    pub location_region: Option<String>,
    pub location_country: Option<String>,
    pub location_lat: Option<f64>,
    pub location_lon: Option<f64>,
    pub links: Vec<String>,
    pub requisition_ids: Vec<String>,
    pub sources: Vec<String>,
    pub posted_at: Option<DateTime<Utc>>,
}

/// A block after the core: the signature of each of its jobs, by hash key.
#[derive(Debug)]
#[expect(missing_docs, reason = "the columns of the tables")]
pub struct SignedBlock {
    pub company_key: String,
    pub parts: i16,
    pub part: i16,
    pub input_hash: String,
    /// Hash key and source of each job.
    pub jobs: Vec<(String, String)>,
    /// In the order of `jobs`.
    pub signatures: Vec<Vec<u8>>,
}

struct Pending {
    company_key: String,
    parts: i16,
    part: i16,
    jobs: i64,
    input_hash: String,
}

/// Reads the blocks whose signatures are not those of their present jobs at this revision.
pub async fn pending(pool: PgPool, revision: String, mut batcher: Batcher<Block>) -> Result<Batcher<Block>> {
    let pending = sqlx::query_file_as!(Pending, "src/db/pending_blocks.sql", revision, BLOCK_JOBS)
        .fetch_all(&pool)
        .await
        .context("cannot list the blocks to sign")?;
    let mut rest = pending.into_iter().peekable();
    while rest.peek().is_some() {
        let mut chunk = Vec::new();
        let mut jobs = 0;
        while jobs < CHUNK_JOBS
            && let Some(block) = rest.next()
        {
            jobs += block.jobs;
            chunk.push(block);
        }
        for block in read(&pool, chunk).await? {
            let bytes = block.jobs.iter().map(bytes_of).sum::<usize>();
            if !batcher.push(block, bytes / BLOCKS_AT_ONCE).await {
                return Ok(batcher);
            }
        }
    }
    Ok(batcher)
}

/// The blocks with their jobs.
async fn read(pool: &PgPool, chunk: Vec<Pending>) -> Result<Vec<Block>> {
    let companies: Vec<&str> = chunk.iter().map(|block| block.company_key.as_str()).collect();
    let parts: Vec<i16> = chunk.iter().map(|block| block.parts).collect();
    // A block that is gone has no jobs, though its company may have some, in other parts.
    let part: Vec<i16> = chunk.iter().map(|block| if block.jobs == 0 { -1 } else { block.part }).collect();
    let mut rows =
        sqlx::query_file_as!(BlockJob, "src/db/jobs_of_blocks.sql", &companies as &[&str], &parts, &part)
            .fetch(pool);
    let mut jobs: Vec<Vec<BlockJob>> = chunk.iter().map(|_| Vec::new()).collect();
    while let Some(job) = rows.try_next().await.context("cannot read the jobs of blocks")? {
        jobs[job.position as usize - 1].push(job);
    }
    let whole = |(block, jobs): (Pending, Vec<BlockJob>)| Block {
        company_key: block.company_key,
        parts: block.parts,
        part: block.part,
        input_hash: block.input_hash,
        jobs,
    };
    drop(rows);
    Ok(chunk.into_iter().zip(jobs).map(whole).collect())
}

fn bytes_of(job: &BlockJob) -> usize {
    job.description_text.as_ref().map_or(0, String::len) + 500
}

/// Writes the blocks, and those of their signatures that changed; returns the rows written.
pub async fn replace(conn: &mut PgConnection, revision: &str, blocks: &[SignedBlock]) -> Result<u64> {
    let keys: Vec<&str> =
        blocks.iter().flat_map(|block| &block.jobs).map(|(hash_key, _)| hash_key.as_str()).collect();
    let signatures: Vec<&[u8]> =
        blocks.iter().flat_map(|block| &block.signatures).map(Vec::as_slice).collect();
    let written = sqlx::query!(
        "insert into staging.job_signatures as old (hash_key, signature)
         select * from unnest($1::text[], $2::bytea[])
         on conflict (hash_key) do update set signature = excluded.signature
         where old.signature <> excluded.signature",
        &keys as &[&str],
        &signatures as &[&[u8]],
    )
    .execute(&mut *conn)
    .await
    .context("cannot write signatures")?
    .rows_affected();
    let companies: Vec<&str> = blocks.iter().map(|block| block.company_key.as_str()).collect();
    let gone = blocks.iter().filter(|block| block.jobs.is_empty()).count() as u64;
    sqlx::query!(
        "delete from staging.job_blocks b
         using unnest($1::text[], $2::smallint[], $3::smallint[]) as a (company_key, parts, part)
         where b.company_key = a.company_key and b.parts = a.parts and b.part = a.part",
        &companies as &[&str],
        &blocks.iter().map(|block| block.parts).collect::<Vec<i16>>(),
        &blocks.iter().map(|block| block.part).collect::<Vec<i16>>(),
    )
    .execute(&mut *conn)
    .await
    .context("cannot delete old blocks")?;
    let mut rows = CopyRows::new(5);
    for block in blocks.iter().filter(|block| !block.jobs.is_empty()) {
        rows.push(&[&block.company_key, &block.parts, &block.part, &block.input_hash, &revision]);
    }
    let copied = rows
        .send(
            conn,
            "copy staging.job_blocks (company_key, parts, part, input_hash, revision)
             from stdin (format binary)",
        )
        .await?;
    Ok(written + gone + copied)
}

/// Removes the signatures of jobs that are gone; returns how many.
pub async fn remove_orphans(conn: &mut PgConnection) -> Result<u64> {
    let removed = sqlx::query!(
        "delete from staging.job_signatures s
         where not exists (select from staging.job_postings_stg j where j.hash_key = s.hash_key)",
    )
    .execute(conn)
    .await
    .context("cannot remove signatures of jobs that are gone")?;
    Ok(removed.rows_affected())
}

/// The signatures of all jobs, as bytes handed to `take`.
pub async fn each(conn: &mut PgConnection, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let mut rows = sqlx::query_scalar!("select signature from staging.job_signatures").fetch(conn);
    while let Some(signature) = rows.try_next().await.context("cannot read signatures")? {
        take(&signature)?;
    }
    Ok(())
}

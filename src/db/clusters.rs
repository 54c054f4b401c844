//! `staging.job_clusters`, `staging.job_links` and what they were made from. Only rows that differ are written: both
//! lists come sorted by their key and are compared with the table while it is read in the same order.

use super::copy::CopyRows;
use anyhow::{Context, Result};
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use sqlx::{PgConnection, PgPool};
use std::cmp::Ordering;

/// Rows copied in one statement.
const COPY_ROWS: usize = 50_000;

/// One row of `staging.job_clusters`.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct ClusterRow {
    pub hash_key: String,
    pub cluster_id: String,
    pub is_canonical: bool,
    pub is_repost: bool,
    pub is_republished: bool,
    pub cluster_size: i32,
    pub why: Option<&'static str>,
    pub similarity: Option<f32>,
}

/// One row of `staging.job_links`.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct LinkRow {
    pub left_hash_key: String,
    pub right_hash_key: String,
    pub why: &'static str,
    pub verdict: &'static str,
    pub similarity: f32,
    pub title_similarity: f32,
    pub text_similarity: Option<f32>,
}

/// Hash over what clusters are made from: every block, and every pair kept apart.
pub async fn input_hash(conn: &mut PgConnection) -> Result<String> {
    sqlx::query_scalar!(
        r#"select md5(
               coalesce((select string_agg(row(company_key, parts, part, input_hash, revision)::text, ''
                                           order by company_key collate "C", parts, part)
                         from staging.job_blocks), '')
               || '|'
               || coalesce((select string_agg(left_hash_key || right_hash_key, '' order by left_hash_key, right_hash_key)
                            from app.kept_apart), '')
           ) as "input_hash!""#
    )
    .fetch_one(conn)
    .await
    .context("cannot hash what the clusters are made from")
}

/// Whether the clusters were made from this input at this revision.
pub async fn is_current(conn: &mut PgConnection, input_hash: &str, revision: &str) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from staging.job_clustering where input_hash = $1 and revision = $2) as "current!""#,
        input_hash,
        revision,
    )
    .fetch_one(conn)
    .await
    .context("cannot see what the clusters were made from")
}

/// Remembers what the clusters were made from.
pub async fn remember(conn: &mut PgConnection, input_hash: &str, revision: &str) -> Result<()> {
    sqlx::query!(
        "insert into staging.job_clustering (input_hash, revision) values ($1, $2)
         on conflict (only_row) do update set input_hash = excluded.input_hash, revision = excluded.revision",
        input_hash,
        revision,
    )
    .execute(conn)
    .await
    .context("cannot remember what the clusters were made from")?;
    Ok(())
}

/// Makes the table hold exactly `rows`, sorted by hash key; `pool` reads while `conn` writes. Returns the rows written
/// or removed.
pub async fn replace(pool: &PgPool, conn: &mut PgConnection, rows: &[ClusterRow]) -> Result<u64> {
    let standing = sqlx::query!(
        "select hash_key, cluster_id, is_canonical, is_repost, is_republished, cluster_size, why, similarity
         from staging.job_clusters
         order by hash_key",
    )
    .map(|row| {
        let same = move |new: &ClusterRow| {
            (row.is_canonical, row.is_repost, row.is_republished)
                == (new.is_canonical, new.is_repost, new.is_republished)
                && row.cluster_size == new.cluster_size
                && row.cluster_id == new.cluster_id
                && row.why.as_deref() == new.why
                && row.similarity == new.similarity
        };
        (row.hash_key, same)
    })
    .fetch(pool);
    let key = |row: &ClusterRow| row.hash_key.clone();
    let Difference { stale, fresh, removed } = difference(standing, rows, key, "clusters").await?;
    for keys in stale.chunks(COPY_ROWS) {
        sqlx::query!("delete from staging.job_clusters where hash_key = any($1)", keys)
            .execute(&mut *conn)
            .await
            .context("cannot delete old clusters")?;
    }
    for chunk in fresh.chunks(COPY_ROWS) {
        let mut copy = CopyRows::new(8);
        for row in chunk.iter().map(|index| &rows[*index]) {
            copy.push(&[
                &row.hash_key,
                &row.cluster_id,
                &row.is_canonical,
                &row.is_repost,
                &row.is_republished,
                &row.cluster_size,
                &row.why,
                &row.similarity,
            ]);
        }
        copy.send(
            conn,
            "copy staging.job_clusters (hash_key, cluster_id, is_canonical, is_repost, is_republished, cluster_size, why,
                 similarity) from stdin (format binary)",
        )
        .await?;
    }
    Ok(fresh.len() as u64 + removed)
}

/// [`replace`] for the links, sorted by their two keys.
pub async fn replace_links(pool: &PgPool, conn: &mut PgConnection, rows: &[LinkRow]) -> Result<u64> {
    let standing = sqlx::query!(
        "select left_hash_key, right_hash_key, why, verdict, similarity, title_similarity, text_similarity
         from staging.job_links
         order by left_hash_key, right_hash_key",
    )
    .map(|row| {
        let same = move |new: &LinkRow| {
            (row.why.as_str(), row.verdict.as_str()) == (new.why, new.verdict)
                && (row.similarity, row.title_similarity, row.text_similarity)
                    == (new.similarity, new.title_similarity, new.text_similarity)
        };
        ((row.left_hash_key, row.right_hash_key), same)
    })
    .fetch(pool);
    let key = |row: &LinkRow| (row.left_hash_key.clone(), row.right_hash_key.clone());
    let Difference { stale, fresh, removed } = difference(standing, rows, key, "links").await?;
    for keys in stale.chunks(COPY_ROWS) {
        let (left, right): (Vec<&str>, Vec<&str>) =
            keys.iter().map(|(left, right)| (left.as_str(), right.as_str())).unzip();
        sqlx::query!(
            "delete from staging.job_links l
             using unnest($1::text[], $2::text[]) as a (left_hash_key, right_hash_key)
             where l.left_hash_key = a.left_hash_key and l.right_hash_key = a.right_hash_key",
            &left as &[&str],
            &right as &[&str],
        )
        .execute(&mut *conn)
        .await
        .context("cannot delete old links")?;
    }
    for chunk in fresh.chunks(COPY_ROWS) {
        let mut copy = CopyRows::new(7);
        for row in chunk.iter().map(|index| &rows[*index]) {
            copy.push(&[
                &row.left_hash_key,
                &row.right_hash_key,
                &row.why,
                &row.verdict,
                &row.similarity,
                &row.title_similarity,
                &row.text_similarity,
            ]);
        }
        copy.send(
            conn,
            "copy staging.job_links (left_hash_key, right_hash_key, why, verdict, similarity, title_similarity,
                 text_similarity) from stdin (format binary)",
        )
        .await?;
    }
    Ok(fresh.len() as u64 + removed)
}

/// What makes a table hold the wanted rows.
struct Difference<K> {
    /// Keys of rows that differ or are not wanted.
    stale: Vec<K>,
    /// Indexes of the wanted rows that the table lacks, or has otherwise.
    fresh: Vec<usize>,
    /// How many of `stale` are not wanted at all.
    removed: u64,
}

/// Walks through the table and the wanted rows side by side. Keys are hex digits, which every collation sorts as bytes.
async fn difference<R, K: Ord, S: Fn(&R) -> bool>(
    mut standing: BoxStream<'_, sqlx::Result<(K, S)>>,
    wanted: &[R],
    key: impl Fn(&R) -> K,
    what: &'static str,
) -> Result<Difference<K>> {
    let mut difference = Difference { stale: Vec::new(), fresh: Vec::new(), removed: 0 };
    let mut next = 0;
    while let Some((old, is_same)) =
        standing.try_next().await.with_context(|| format!("cannot read the {what}"))?
    {
        while next < wanted.len() && key(&wanted[next]) < old {
            difference.fresh.push(next);
            next += 1;
        }
        match wanted.get(next).map(|row| key(row).cmp(&old)) {
            Some(Ordering::Equal) => {
                if !is_same(&wanted[next]) {
                    difference.stale.push(old);
                    difference.fresh.push(next);
                }
                next += 1;
            }
            _ => {
                difference.stale.push(old);
                difference.removed += 1;
            }
        }
    }
    difference.fresh.extend(next..wanted.len());
    Ok(difference)
}

/// Brings `staging.cluster_reposts` up to date; returns the rows written or removed.
pub async fn count_reposts(conn: &mut PgConnection) -> Result<u64> {
    let changed = sqlx::query_file_scalar!("src/db/cluster_reposts.sql")
        .fetch_one(conn)
        .await
        .context("cannot count the reposts")?;
    Ok(changed as u64)
}

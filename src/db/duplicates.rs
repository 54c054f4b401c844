//! What there is to say of duplicates: the members of a cluster, and the figures of `job-etl dedupe --report`. Reads only.

use anyhow::{Context, Result};
use serde::Serialize;
use sqlx::PgConnection;

/// A job of a cluster, as lists show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the columns of staging")]
pub struct Member {
    pub hash_key: String,
    pub job_title: String,
    pub company: String,
    pub location: Option<String>,
    pub source: String,
    pub job_link: Option<String>,
    pub is_open: bool,
    pub is_canonical: bool,
    pub is_repost: bool,
    pub is_republished: bool,
    pub why: Option<String>,
    pub similarity: Option<f32>,
}

/// How many jobs stand in clusters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Totals {
    /// Jobs that were compared.
    pub jobs: i64,
    /// Openings: clusters, of one job or more.
    pub openings: i64,
    /// Clusters of several jobs.
    pub clusters: i64,
    /// Jobs in them.
    pub clustered_jobs: i64,
    /// Openings that were advertised again.
    pub reposted: i64,
    /// How often, all in all.
    pub reposts: i64,
    /// Jobs whose text carries the mark of a republisher.
    pub republished: i64,
}

/// The pairs of one reason and verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the columns of staging.job_links")]
pub struct Reason {
    pub verdict: String,
    pub why: String,
    pub pairs: i64,
    /// Mean over the pairs.
    pub similarity: f64,
    /// Mean over the pairs.
    pub title_similarity: f64,
    /// Mean over the pairs that have one.
    pub text_similarity: Option<f64>,
}

/// A cluster of several jobs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the columns of staging")]
pub struct Cluster {
    pub cluster_id: String,
    pub cluster_size: i32,
    pub reposts: i32,
    /// Of the canonical job.
    pub hash_key: String,
    pub job_title: String,
    pub company: String,
    pub location: Option<String>,
}

/// A pair that was compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the columns of staging")]
pub struct Pair {
    pub why: String,
    pub similarity: f32,
    pub title_similarity: f32,
    pub text_similarity: Option<f32>,
    pub left_hash_key: String,
    pub left_title: String,
    pub left_company: String,
    pub left_location: Option<String>,
    pub right_hash_key: String,
    pub right_title: String,
    pub right_company: String,
    pub right_location: Option<String>,
}

/// The jobs of the cluster that this job stands in, the canonical one first; itself alone when it has no cluster.
pub async fn members(conn: &mut PgConnection, hash_key: &str) -> Result<Vec<Member>> {
    sqlx::query_as!(
        Member,
        r#"select j.hash_key, j.job_title, j.company, j.location, j.source, j.job_link,
                  coalesce(p.closed_at is null, true) as "is_open!", c.is_canonical, c.is_repost,
                  c.is_republished, c.why, c.similarity
           from staging.job_clusters own
           join staging.job_clusters c on c.cluster_id = own.cluster_id
           join staging.job_postings_stg j on j.hash_key = c.hash_key
           left join staging.job_presence p on p.hash_key = c.hash_key
           where own.hash_key = $1
           order by c.is_canonical desc, c.hash_key"#,
        hash_key,
    )
    .fetch_all(conn)
    .await
    .context("cannot read the members of a cluster")
}

/// The jobs whose hash key begins with `prefix`, at most two: hash key, title, company, place.
pub async fn by_prefix(
    conn: &mut PgConnection,
    prefix: &str,
) -> Result<Vec<(String, String, String, Option<String>)>> {
    sqlx::query!(
        "select hash_key, job_title, company, location from staging.job_postings_stg
         where starts_with(hash_key, $1) order by hash_key limit 2",
        prefix,
    )
    .map(|row| (row.hash_key, row.job_title, row.company, row.location))
    .fetch_all(conn)
    .await
    .context("cannot find the job")
}

/// Counts over all clusters.
pub async fn totals(conn: &mut PgConnection) -> Result<Totals> {
    sqlx::query_as!(
        Totals,
        r#"select count(*) as "jobs!", count(*) filter (where is_canonical) as "openings!",
                  count(*) filter (where is_canonical and cluster_size > 1) as "clusters!",
                  count(*) filter (where cluster_size > 1) as "clustered_jobs!",
                  (select count(*) from staging.cluster_reposts) as "reposted!",
                  (select coalesce(sum(reposts), 0)::bigint from staging.cluster_reposts) as "reposts!",
                  count(*) filter (where is_republished) as "republished!"
           from staging.job_clusters"#,
    )
    .fetch_one(conn)
    .await
    .context("cannot count the clusters")
}

/// Pairs by verdict and reason.
pub async fn reasons(conn: &mut PgConnection) -> Result<Vec<Reason>> {
    sqlx::query_as!(
        Reason,
        r#"select verdict, why, count(*) as "pairs!", avg(similarity) as "similarity!",
                  avg(title_similarity) as "title_similarity!", avg(text_similarity) as text_similarity
           from staging.job_links
           group by verdict, why
           order by verdict, count(*) desc, why"#,
    )
    .fetch_all(conn)
    .await
    .context("cannot count the pairs")
}

/// The largest clusters.
pub async fn largest(conn: &mut PgConnection, limit: i64) -> Result<Vec<Cluster>> {
    sqlx::query_as!(
        Cluster,
        r#"select c.cluster_id, c.cluster_size, coalesce(r.reposts, 0) as "reposts!", j.hash_key, j.job_title,
                  j.company, j.location
           from staging.job_clusters c
           join staging.job_postings_stg j on j.hash_key = c.hash_key
           left join staging.cluster_reposts r on r.cluster_id = c.cluster_id
           where c.is_canonical and c.cluster_size > 1
           order by c.cluster_size desc, c.cluster_id
           limit $1"#,
        limit,
    )
    .fetch_all(conn)
    .await
    .context("cannot read the largest clusters")
}

/// Pairs of one verdict, the most doubtful first: of the merged the least alike, of the retained the most alike.
pub async fn pairs(conn: &mut PgConnection, verdict: &str, limit: i64) -> Result<Vec<Pair>> {
    sqlx::query_as!(
        Pair,
        r#"select l.why, l.similarity, l.title_similarity, l.text_similarity, l.left_hash_key,
                  a.job_title as left_title, a.company as left_company, a.location as left_location,
                  l.right_hash_key, b.job_title as right_title, b.company as right_company,
                  b.location as right_location
           from staging.job_links l
           join staging.job_postings_stg a on a.hash_key = l.left_hash_key
           join staging.job_postings_stg b on b.hash_key = l.right_hash_key
           where l.verdict = $1
           order by case l.verdict when 'merged' then l.similarity else -l.similarity end, l.left_hash_key,
                    l.right_hash_key
           limit $2"#,
        verdict,
        limit,
    )
    .fetch_all(conn)
    .await
    .context("cannot read the pairs")
}

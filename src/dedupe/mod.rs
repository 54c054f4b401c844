//! Stage dedupe: which jobs are one opening. This file reads, computes on all cores and writes; the files below are pure.
//!
//! First the signatures of every block (a company) whose jobs changed, then the clusters of all of them. What a reader
//! keeps apart is read and never written.

mod address;
mod bytes;
mod candidates;
pub mod clusters;
mod company;
pub mod core;
mod fact_words;
mod facts;
mod hash;
pub mod links;
mod place;
pub mod signature;
mod text;
mod title;
mod title_words;
mod verdict;

use crate::batches;
use crate::db;
use crate::db::clusters::{ClusterRow, LinkRow};
use crate::db::kept_apart;
use crate::db::ledger::{Counts, Run};
use crate::db::signatures::{self as blocks, Block, BlockJob, SignedBlock};
use crate::posting::{ContractType, Hundredths, Place, RemoteType};
use crate::revision::revision;
use anyhow::{Context, Result};
use core::{DedupeJob, Link, Member, Verdict};
use rayon::prelude::*;
use serde::Deserialize;
use signature::Signature;
use sqlx::PgPool;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Counts of the stage, by source: a job in, and out as the one that stands for its opening or as a duplicate.
pub type Report = BTreeMap<String, Counts>;

/// Source of each job that was signed in this run.
type Signed = HashMap<String, String>;

/// Signs every block whose jobs changed, and clusters anew when a signature or a kept-apart pair did. `progress` is told
/// the number of jobs signed so far.
pub async fn dedupe(pool: &PgPool, run: &Run, progress: &dyn Fn(u64)) -> Result<Report> {
    let revision = revision([core::VERSION]);
    let (signed, mut rows) = sign(pool, run, &revision, progress).await?;
    let (clustered, members) = cluster(pool, run, &revision).await?;
    rows += clustered;
    let mut report = Report::new();
    for member in &members {
        if let Some(source) = signed.get(&member.hash_key) {
            let (written, duplicate) = if member.is_canonical { (1, 0) } else { (0, 1) };
            *report.entry(source.clone()).or_default() +=
                Counts { seen: 1, written, duplicate, ..Counts::default() };
        }
    }
    if rows > 0 {
        report.entry(String::new()).or_default().rows += rows;
    }
    Ok(report)
}

/// Signs the blocks that are pending; returns the jobs in them, and the rows written or removed.
async fn sign(pool: &PgPool, run: &Run, revision: &str, progress: &dyn Fn(u64)) -> Result<(Signed, u64)> {
    let read = {
        let (pool, revision) = (pool.clone(), revision.to_owned());
        move |batcher| blocks::pending(pool, revision, batcher)
    };
    let core = |batch: Vec<Block>| -> Vec<SignedBlock> { batch.into_par_iter().map(sign_one).collect() };
    let mut signed = Signed::new();
    let mut rows = 0;
    let mut batches = batches::compute(read, core);
    while let Some(batch) = batches.next().await? {
        let mut transaction = db::begin(pool, run.fence).await?;
        rows += blocks::replace(&mut transaction, revision, &batch).await?;
        transaction.commit().await.context("cannot commit signatures")?;
        signed.extend(batch.into_iter().flat_map(|block| block.jobs));
        progress(signed.len() as u64);
    }
    let mut transaction = db::begin(pool, run.fence).await?;
    rows += blocks::remove_orphans(&mut transaction).await?;
    transaction.commit().await.context("cannot commit the removal of signatures")?;
    Ok((signed, rows))
}

fn sign_one(block: Block) -> SignedBlock {
    let places: Vec<Vec<Place>> = block.jobs.iter().map(places).collect();
    let jobs: Vec<DedupeJob> = block
        .jobs
        .iter()
        .zip(&places)
        .map(|(job, places)| compared(job, places, &block.company_key))
        .collect();
    let signatures = signature::signatures(&jobs).iter().map(Signature::to_bytes).collect();
    SignedBlock {
        company_key: block.company_key,
        parts: block.parts,
        part: block.part,
        input_hash: block.input_hash,
        jobs: block.jobs.into_iter().map(|job| (job.hash_key, job.source)).collect(),
        signatures,
    }
}

fn compared<'a>(job: &'a BlockJob, places: &'a [Place], company_key: &'a str) -> DedupeJob<'a> {
    DedupeJob {
        hash_key: &job.hash_key,
        company: &job.company,
        company_key,
        job_title: &job.job_title,
        language: job.language.as_deref(),
        places,
        location: job.location.as_deref(),
        remote_type: RemoteType::from_stored(&job.remote_type).unwrap_or(RemoteType::Unknown),
        links: &job.links,
        requisition_ids: &job.requisition_ids,
        description_text: job.description_text.as_deref(),
        contract_type: ContractType::from_stored(&job.contract_type).unwrap_or(ContractType::Unknown),
        pay: (job.salary_min_cents.map(Hundredths), job.salary_max_cents.map(Hundredths)),
        posted_at: job.posted_at,
        sources: &job.sources,
    }
}

/// A place as enrich stores it.
#[derive(Deserialize)]
struct StoredPlace {
    city: Option<String>,
    region: Option<String>,
    country: Option<String>,
    lat: Option<f64>,
    lon: Option<f64>,
}

/// Every place that enrich found, else the one of its columns, else the one the source sent in parts.
fn places(job: &BlockJob) -> Vec<Place> {
    let stored: Vec<StoredPlace> =
        job.places.as_deref().and_then(|places| serde_json::from_str(places).ok()).unwrap_or_default();
    if !stored.is_empty() {
        let place = |place: StoredPlace| Place {
            city: place.city,
            region: place.region,
            country: place.country,
            lat: place.lat,
            lon: place.lon,
        };
        return stored.into_iter().map(place).collect();
    }
    let found = Place {
        city: job.location_city.clone(),
        region: job.location_region.clone(),
        country: job.location_country.clone(),
        lat: job.location_lat,
        lon: job.location_lon,
    };
    let sent = Place {
        city: job.place_city.clone(),
        region: job.place_region.clone(),
        country: job.place_country.clone(),
        lat: job.place_lat,
        lon: job.place_lon,
    };
    [found, sent].into_iter().find(|place| *place != Place::default()).into_iter().collect()
}

/// Clusters all jobs, unless what the clusters were made from is still the same; returns the rows written or removed,
/// and the members when there are new ones.
async fn cluster(pool: &PgPool, run: &Run, revision: &str) -> Result<(u64, Vec<ClusterRow>)> {
    let mut connection = pool.acquire().await.context("cannot reach the signatures")?;
    let input_hash = db::clusters::input_hash(&mut connection).await?;
    if db::clusters::is_current(&mut connection, &input_hash, revision).await? {
        return Ok((count_reposts(pool, run).await?, Vec::new()));
    }
    let mut signatures = Vec::new();
    blocks::each(&mut connection, |bytes| {
        signatures.push(Signature::from_bytes(bytes).context("a signature is not of this version")?);
        Ok(())
    })
    .await?;
    let apart = kept_apart::all(&mut connection).await?;
    drop(connection);
    let apart: Vec<(String, String)> =
        apart.into_iter().map(|pair| (pair.left_hash_key, pair.right_hash_key)).collect();
    let (members, links) = tokio::task::spawn_blocking(move || compare(signatures, &apart))
        .await
        .context("the clusters could not be computed (this is a bug; the log has the panic)")?;

    let mut transaction = db::begin(pool, run.fence).await?;
    let mut rows = db::clusters::replace_links(pool, &mut transaction, &links).await?;
    rows += db::clusters::replace(pool, &mut transaction, &members).await?;
    rows += db::clusters::count_reposts(&mut transaction).await?;
    db::clusters::remember(&mut transaction, &input_hash, revision).await?;
    transaction.commit().await.context("cannot commit clusters")?;
    Ok((rows, members))
}

/// Reposts follow what is open and what is closed, which changes without any signature.
async fn count_reposts(pool: &PgPool, run: &Run) -> Result<u64> {
    let mut transaction = db::begin(pool, run.fence).await?;
    let rows = db::clusters::count_reposts(&mut transaction).await?;
    transaction.commit().await.context("cannot commit the reposts")?;
    Ok(rows)
}

/// Links and clusters of all jobs, each sorted by its keys.
fn compare(mut signatures: Vec<Signature>, apart: &[(String, String)]) -> (Vec<ClusterRow>, Vec<LinkRow>) {
    signatures.par_sort_unstable_by(|a, b| a.hash_key().cmp(b.hash_key()));
    let republished: HashSet<String> = signatures
        .iter()
        .filter(|signature| signature.is_republished())
        .map(|signature| signature.hash_key().to_owned())
        .collect();
    let links = links::links(&signatures);
    let members = clusters::clusters(&signatures, &links, apart);
    let mut links: Vec<LinkRow> = links.iter().map(|link| link_row(link, &signatures)).collect();
    drop(signatures);
    links.sort_unstable_by(|a, b| {
        (&a.left_hash_key, &a.right_hash_key).cmp(&(&b.left_hash_key, &b.right_hash_key))
    });
    (cluster_rows(members, &republished), links)
}

fn link_row(link: &Link, signatures: &[Signature]) -> LinkRow {
    let key = |index: u32| signatures[index as usize].hash_key().to_owned();
    LinkRow {
        left_hash_key: key(link.left),
        right_hash_key: key(link.right),
        why: link.why.as_str(),
        verdict: match link.verdict {
            Verdict::Merged => "merged",
            Verdict::Retained => "retained",
        },
        similarity: link.similarity.clamp(0.0, 1.0),
        title_similarity: link.title_similarity.clamp(0.0, 1.0),
        text_similarity: link.text_similarity.map(|similarity| similarity.clamp(0.0, 1.0)),
    }
}

fn cluster_rows(members: Vec<Member>, republished: &HashSet<String>) -> Vec<ClusterRow> {
    let mut sizes: HashMap<String, i32> = HashMap::new();
    for member in &members {
        if member.why.is_some() {
            *sizes.entry(member.cluster_id.clone()).or_default() += 1;
        }
    }
    let row = |member: Member| ClusterRow {
        cluster_size: sizes.get(&member.cluster_id).copied().unwrap_or(1),
        is_republished: republished.contains(&member.hash_key),
        hash_key: member.hash_key,
        cluster_id: member.cluster_id,
        is_canonical: member.is_canonical,
        is_repost: member.is_repost,
        why: member.why.map(|why| why.as_str()),
        similarity: member.similarity.map(|similarity| similarity.clamp(0.0, 1.0)),
    };
    let mut rows: Vec<ClusterRow> = members.into_iter().map(row).collect();
    rows.sort_unstable_by(|a, b| a.hash_key.cmp(&b.hash_key));
    rows
}

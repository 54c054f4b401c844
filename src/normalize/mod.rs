//! Stage normalize: raw contents to sightings and jobs with canonical columns. This file reads, computes on all
//! cores and writes; the other files are pure.
//!
//! The jobs of one company, headline and place are computed from all their postings whenever one of them changes, so the
//! order of arrival never matters.

pub mod canonical;
pub mod company;
pub mod core;
pub mod dates;
pub mod html;
pub mod keys;
pub mod links;
pub mod merge;
pub mod openings;
pub mod pay;
pub mod text;
pub mod words;

use crate::batches;
use crate::db::ledger::{Counts, Run};
use crate::db::rejects::Reject;
use crate::db::sightings::{RawPosting, Sibling, Sighting};
use crate::db::{self, postings, rejects, rollups, sightings};
use crate::revision::revision;
use crate::sources::{self, Record, Search};
use anyhow::{Context, Result};
use canonical::Canonical;
use merge::Dated;
use openings::Seen;
use rayon::prelude::*;
use sqlx::PgPool;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Counts of the stage, by source.
pub type Report = BTreeMap<String, Counts>;

/// The definitions of all searches, by source and label.
type Searches = HashMap<(String, String), Search>;

/// A posting after the pure core: a sighting with its canonical columns, or the reason why not.
struct Normalized {
    raw: RawPosting,
    outcome: std::result::Result<Dated, Reject>,
}

/// Normalizes everything pending. `progress` is told the number of postings done so far.
pub async fn normalize(pool: &PgPool, run: &Run, progress: &dyn Fn(u64)) -> Result<Report> {
    let (searches, revisions) = searches_and_revisions(pool).await?;
    let (searches, revisions) = (Arc::new(searches), Arc::new(revisions));
    let read = {
        let (pool, revisions) = (pool.clone(), revisions.as_ref().clone());
        move |batcher| sightings::pending(pool, revisions, batcher)
    };
    let core = {
        let (searches, revisions) = (searches.clone(), revisions.clone());
        move |batch: Vec<RawPosting>| -> Vec<Normalized> {
            batch.into_par_iter().map(|raw| normalize_one(raw, &searches, &revisions)).collect()
        }
    };
    let mut report = Report::new();
    let mut done = 0;
    let mut batches = batches::compute(read, core);
    while let Some(batch) = batches.next().await? {
        done += batch.len() as u64;
        write(pool, run, batch, &searches, &revisions, &mut report).await?;
        progress(done);
    }
    let mut transaction = db::begin(pool, run.fence).await?;
    let rolled =
        rollups::job_presence(&mut transaction).await? + rollups::companies(&mut transaction).await?;
    if rolled > 0 {
        report.entry(String::new()).or_default().rows += rolled;
    }
    transaction.commit().await.context("cannot commit the roll-ups")?;
    Ok(report)
}

/// Reads the searches, and derives each source's revision from the logic's version and their definitions.
async fn searches_and_revisions(pool: &PgPool) -> Result<(Searches, BTreeMap<String, String>)> {
    let mut searches = Searches::new();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (source, label, definition) in sightings::searches(pool).await? {
        if sources::by_name(&source).is_none() {
            continue;
        }
        let search: Search = serde_json::from_str(&definition).with_context(|| {
            format!("raw.searches has a definition of {source} {label} that this version cannot read")
        })?;
        // Only what `posting` reads may ask for new work: a changed query or page limit does not.
        let parts = texts.entry(source.clone()).or_insert_with(|| vec![core::VERSION.to_owned()]);
        parts.extend([label.clone(), format!("{:?} {:?}", search.company, search.columns)]);
        searches.insert((source, label), search);
    }
    let revisions = texts
        .into_iter()
        .map(|(source, parts)| (source, revision(parts.iter().map(String::as_str))))
        .collect();
    Ok((searches, revisions))
}

fn normalize_one(raw: RawPosting, searches: &Searches, revisions: &BTreeMap<String, String>) -> Normalized {
    let outcome = read_posting(&raw, searches).map_err(|reason| Reject {
        source: raw.source.clone(),
        search: raw.search.clone(),
        source_job_id: Some(raw.source_job_id.clone()),
        place: format!("raw {}", raw.raw_id),
        revision: revisions.get(&raw.source).cloned().unwrap_or_default(),
        content_hash: raw.payload_hash.clone(),
        code: reason.code.to_owned(),
        detail: reason.detail,
        content: None,
    });
    Normalized { raw, outcome }
}

fn read_posting(
    raw: &RawPosting,
    searches: &Searches,
) -> std::result::Result<Dated, crate::posting::RejectReason> {
    let unreadable = |detail: String| crate::posting::RejectReason::new("unreadable", detail);
    let source =
        sources::by_name(&raw.source).ok_or_else(|| unreadable(format!("unknown source {}", raw.source)))?;
    let payload = serde_json::from_str(&raw.payload).map_err(|error| unreadable(error.to_string()))?;
    let unknown = Search::default();
    let search = searches.get(&(raw.source.clone(), raw.search.clone())).unwrap_or(&unknown);
    let record = Record { source_job_id: &raw.source_job_id, payload: &payload, search };
    let posting = source.posting(&record)?;
    let canonical = core::canonical(&raw.source, &posting, raw.collected_at)?;
    Ok(Dated { canonical, collected_at: raw.collected_at })
}

/// Writes one batch in one transaction: sightings, the jobs they touch, rejects.
async fn write(
    pool: &PgPool,
    run: &Run,
    batch: Vec<Normalized>,
    searches: &Arc<Searches>,
    revisions: &Arc<BTreeMap<String, String>>,
    report: &mut Report,
) -> Result<()> {
    let mut rows = Vec::new();
    let mut refused = Vec::new();
    let mut shared: HashMap<String, Vec<Seen>> = HashMap::new();
    for Normalized { raw, outcome } in batch {
        let counts = report.entry(raw.source.clone()).or_default();
        counts.seen += 1;
        match outcome {
            Err(reject) => {
                counts.rejected += 1;
                refused.push(reject);
            }
            Ok(dated) => {
                counts.written += 1;
                counts.rows += 1;
                rows.push(sighting(&raw, &dated.canonical, revisions));
                let seen = Seen { dated, first_seen_at: raw.first_seen_at };
                shared.entry(seen.dated.canonical.hash_key.clone()).or_default().push(seen);
            }
        }
    }
    let mut transaction = db::begin(pool, run.fence).await?;
    rejects::write(&mut transaction, run, "normalize", &refused).await?;
    let before = sightings::remove(&mut transaction, &rows).await?;
    let touched: HashSet<String> =
        shared.keys().cloned().chain(before.iter().map(|job| job.shared_key.clone())).collect();
    let touched: Vec<String> = touched.into_iter().collect();
    let siblings = add_siblings(&mut transaction, &touched, searches, revisions, &mut shared).await?;
    let jobs: Vec<(String, Vec<Dated>)> = shared.into_values().flat_map(openings::openings).collect();
    let moved = place(&mut rows, &siblings, &jobs);
    sightings::write(&mut transaction, &rows).await?;
    sightings::assign(&mut transaction, &moved).await?;
    let mut keys: HashSet<String> = before.into_iter().map(|job| job.hash_key).collect();
    keys.extend(siblings.into_iter().map(|sibling| sibling.hash_key));
    keys.extend(jobs.iter().map(|(hash_key, _)| hash_key.clone()));
    let merged: Vec<(Canonical, String)> = jobs
        .into_par_iter()
        .map(|(_, postings)| merge::merge(postings))
        .map(|job| {
            let content_hash = keys::content_hash(&job);
            (job, content_hash)
        })
        .collect();
    let keys: Vec<String> = keys.into_iter().collect();
    let replaced = postings::replace(&mut transaction, &keys, &merged).await?;
    report.entry(String::new()).or_default().rows += replaced.written + replaced.removed + moved.len() as u64;
    transaction.commit().await.context("cannot commit normalized postings")
}

/// Adds the other postings of the touched shared keys, normalized from raw as they stand; returns their sightings.
async fn add_siblings(
    conn: &mut sqlx::PgConnection,
    touched: &[String],
    searches: &Searches,
    revisions: &BTreeMap<String, String>,
    shared: &mut HashMap<String, Vec<Seen>>,
) -> Result<Vec<Sibling>> {
    let siblings = sightings::sharing(conn, touched).await?;
    if siblings.is_empty() {
        return Ok(siblings);
    }
    let contents = sightings::contents(conn, &siblings).await?;
    let touched: HashSet<&str> = touched.iter().map(String::as_str).collect();
    for raw in contents {
        let first_seen_at = raw.first_seen_at;
        // One that the current logic reads differently is pending itself and moves when its turn comes.
        if let Ok(dated) = normalize_one(raw, searches, revisions).outcome
            && touched.contains(dated.canonical.hash_key.as_str())
        {
            let seen = Seen { dated, first_seen_at };
            shared.entry(seen.dated.canonical.hash_key.clone()).or_default().push(seen);
        }
    }
    Ok(siblings)
}

/// Gives each new sighting the key of its job; returns the siblings that show another job than before.
fn place(rows: &mut [Sighting], siblings: &[Sibling], jobs: &[(String, Vec<Dated>)]) -> Vec<Sibling> {
    let mut job_of: HashMap<(&str, &str), &String> = HashMap::new();
    for (hash_key, postings) in jobs {
        for Dated { canonical, .. } in postings {
            job_of.insert((&canonical.source, &canonical.provider_job_id), hash_key);
        }
    }
    for row in rows {
        if let Some(hash_key) = job_of.get(&(row.source.as_str(), row.source_job_id.as_str())) {
            row.hash_key.clone_from(hash_key);
        }
    }
    let moved = siblings.iter().filter_map(|sibling| {
        let hash_key = *job_of.get(&(sibling.source.as_str(), sibling.source_job_id.as_str()))?;
        (*hash_key != sibling.hash_key).then(|| Sibling { hash_key: hash_key.clone(), ..sibling.clone() })
    });
    moved.collect()
}

fn sighting(raw: &RawPosting, canonical: &Canonical, revisions: &BTreeMap<String, String>) -> Sighting {
    Sighting {
        source: raw.source.clone(),
        source_job_id: raw.source_job_id.clone(),
        hash_key: canonical.hash_key.clone(),
        shared_key: canonical.hash_key.clone(),
        raw_id: raw.raw_id,
        revision: revisions.get(&raw.source).cloned().unwrap_or_default(),
        job_link: canonical.job_link.clone(),
        apply_url: canonical.apply_url.clone(),
        requisition_id: canonical.requisition_id.clone(),
        posted_at: canonical.posted_at,
        text_hash: canonical.description_text.as_deref().map(keys::text_hash),
    }
}

//! Stage enrich: skills, titles, places and pay in common terms. This file reads, computes on all cores and writes;
//! the other files are pure.

pub mod core;
mod experience;
mod fingerprint;
mod level;
pub mod mentions;
pub mod pay;
mod place;
mod remote;
mod roles;
mod sections;
mod skills;
pub mod title;
pub mod title_noise;
mod words;
pub mod work_words;

use crate::batches;
use crate::db;
use crate::db::enrichments::{self, EnrichmentRow, PendingJob};
use crate::db::ledger::{Counts, Run};
use crate::posting::{Hundredths, RemoteType, SalaryPeriod};
use crate::revision::revision;
use crate::taxonomy::Taxonomy;
use anyhow::{Context, Result};
use rayon::prelude::*;
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Enriches every job whose content or whose dictionaries changed. `progress` is told the number of jobs done so far.
pub async fn enrich(
    pool: &PgPool,
    run: &Run,
    taxonomy: &Arc<Taxonomy>,
    progress: &dyn Fn(u64),
) -> Result<BTreeMap<String, Counts>> {
    let revision = revision([core::VERSION, &taxonomy.revision()]);
    let read = {
        let (pool, revision) = (pool.clone(), revision.clone());
        move |batcher| enrichments::pending(pool, revision, batcher)
    };
    let core = {
        let taxonomy = taxonomy.clone();
        move |batch: Vec<PendingJob>| -> Vec<EnrichmentRow> {
            batch.into_par_iter().map(|job| enrich_one(job, &taxonomy)).collect()
        }
    };
    let mut report: BTreeMap<String, Counts> = BTreeMap::new();
    let mut done = 0;
    let mut batches = batches::compute(read, core);
    while let Some(batch) = batches.next().await? {
        let mut transaction = db::begin(pool, run.fence).await?;
        enrichments::replace(&mut transaction, &revision, &batch).await?;
        transaction.commit().await.context("cannot commit enrichments")?;
        for row in &batch {
            *report.entry(row.source.clone()).or_default() +=
                Counts { seen: 1, written: 1, rows: 1, ..Counts::default() };
        }
        done += batch.len() as u64;
        progress(done);
    }
    let mut transaction = db::begin(pool, run.fence).await?;
    let removed = enrichments::remove_orphans(&mut transaction).await?;
    transaction.commit().await.context("cannot commit the removal of enrichments")?;
    if removed > 0 {
        report.entry(String::new()).or_default().rows += removed;
    }
    Ok(report)
}

fn enrich_one(job: PendingJob, taxonomy: &Taxonomy) -> EnrichmentRow {
    let input = core::EnrichInput {
        job_title: &job.job_title,
        company: &job.company,
        location: job.location.as_deref(),
        more_locations: &job.more_locations,
        place_city: job.place_city.as_deref(),
        place_region: job.place_region.as_deref(),
        place_country: job.place_country.as_deref(),
        place_lat: job.place_lat,
        place_lon: job.place_lon,
        remote_type: RemoteType::from_stored(&job.remote_type).unwrap_or_default(),
        seniority_raw: job.seniority_raw.as_deref(),
        skills_raw: &job.skills_raw,
        description_text: job.description_text.as_deref(),
        salary_min: job.salary_min_cents.map(Hundredths),
        salary_max: job.salary_max_cents.map(Hundredths),
        salary_currency: job.salary_currency.as_deref(),
        salary_period: job.salary_period.as_deref().and_then(SalaryPeriod::from_stored),
        salary_text: job.salary_text.as_deref(),
    };
    let enrichment = core::enrich(&input, taxonomy);
    EnrichmentRow {
        enrichment_hash: core::enrichment_hash(&enrichment),
        hash_key: job.hash_key,
        content_hash: job.content_hash,
        source: job.source,
        enrichment,
    }
}

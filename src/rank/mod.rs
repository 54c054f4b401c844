//! Stage rank: a score from 0 to 100 for each job and profile, with an explanation that adds up. This file reads,
//! computes on all cores and writes; the other files are pure.

mod adjustments;
pub mod core;
pub mod explain;
mod features;
mod hiding;
pub mod input;
mod keywords;
mod pay;
mod place;
mod points;

use self::core::Ranker;
use self::input::{JobPlace, RankInput};
use crate::batches;
use crate::config::ranking::{Profile, Ranking};
use crate::db;
use crate::db::ledger::{Counts, Matched, Run};
use crate::db::marks;
use crate::db::rankings::{self, PendingRanking, RankingRow, Wanted};
use crate::posting::{ContractType, Hundredths, RemoteType, Seniority};
use crate::revision::revision;
use crate::taxonomy::Taxonomy;
use anyhow::{Context, Result};
use rayon::prelude::*;
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The profile of `marts.fact_jobs` and of the ledger.
const DEFAULT: &str = "default";

/// Ranks every job whose state, profile, weights or marks changed. `progress` is told the number of rankings done so far.
pub async fn rank(
    pool: &PgPool,
    run: &Run,
    ranking: &Ranking,
    taxonomy: &Taxonomy,
    progress: &dyn Fn(u64),
) -> Result<BTreeMap<String, Counts>> {
    let mut connection = pool.acquire().await.context("cannot reach the reader's marks")?;
    let marks = marks::all(&mut connection).await?;
    drop(connection);
    let mut report = BTreeMap::new();
    let mut done = 0;
    for (name, profile) in &ranking.profiles {
        let lists = profile.lists.with_marks(name, &marks, taxonomy);
        let profile = Profile { lists, ..profile.clone() };
        rank_profile(pool, run, ranking, name, &profile, &mut report, &mut done, progress).await?;
    }
    let profiles: Vec<String> = ranking.profiles.keys().cloned().collect();
    let mut transaction = db::begin(pool, run.fence).await?;
    let removed = rankings::remove_orphans(&mut transaction, &profiles).await?;
    transaction.commit().await.context("cannot commit the removal of rankings")?;
    if removed > 0 {
        report.entry(String::new()).or_insert_with(Counts::default).rows += removed;
    }
    Ok(report)
}

#[expect(clippy::too_many_arguments, reason = "the state of the loop above, which nothing else shares")]
async fn rank_profile(
    pool: &PgPool,
    run: &Run,
    ranking: &Ranking,
    name: &str,
    profile: &Profile,
    report: &mut BTreeMap<String, Counts>,
    done: &mut u64,
    progress: &dyn Fn(u64),
) -> Result<()> {
    let revision = revision([core::VERSION, &core::profile_revision(ranking, profile)]);
    let ranker = Arc::new(Ranker::new(ranking, profile));
    let wanted =
        Wanted { descriptions: ranker.reads_descriptions(), required_skills: ranker.reads_required_skills() };
    let read = {
        let (pool, name, revision) = (pool.clone(), name.to_owned(), revision.clone());
        move |batcher| rankings::pending(pool, name, revision, wanted, batcher)
    };
    let core = move |batch: Vec<PendingRanking>| -> Vec<RankingRow> {
        batch.into_par_iter().map(|job| rank_one(job, &ranker)).collect()
    };
    let mut batches = batches::compute(read, core);
    while let Some(batch) = batches.next().await? {
        let mut transaction = db::begin(pool, run.fence).await?;
        rankings::replace(&mut transaction, name, &revision, &batch).await?;
        transaction.commit().await.context("cannot commit rankings")?;
        for row in &batch {
            let ranked_jobs = u64::from(name == DEFAULT);
            let matched =
                Matched { ranked_jobs, matched_jobs: if row.hidden_by.is_empty() { ranked_jobs } else { 0 } };
            *report.entry(row.source.clone()).or_default() +=
                Counts { seen: 1, written: 1, rows: 1, matched, ..Counts::default() };
        }
        *done += batch.len() as u64;
        progress(*done);
    }
    Ok(())
}

fn rank_one(job: PendingRanking, ranker: &Ranker) -> RankingRow {
    // A list that cannot be read leaves the place of the location columns.
    let places: Vec<JobPlace> =
        job.places.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let is_predicted = job.salary_origin.as_deref() == Some("predicted");
    let input = RankInput {
        job_title: &job.job_title,
        job_title_std: job.job_title_std.as_deref(),
        company_key: &job.company_key,
        skills: &job.skills,
        required_skills: job.required_skills.as_deref().unwrap_or_default(),
        location_city: job.location_city.as_deref(),
        location_country: job.location_country.as_deref(),
        location_lat: job.location_lat,
        location_lon: job.location_lon,
        places: &places,
        remote_type: RemoteType::from_stored(&job.remote_type).unwrap_or(RemoteType::Unknown),
        remote_countries: &job.remote_countries,
        contract_type: ContractType::from_stored(&job.contract_type).unwrap_or(ContractType::Unknown),
        seniority: job.seniority.as_deref().and_then(Seniority::from_stored),
        seniority_confidence: job.seniority_confidence.unwrap_or(1.0),
        salary_min_norm: job.salary_min_cents.map(Hundredths),
        salary_max_norm: job.salary_max_cents.map(Hundredths),
        salary_confidence: if is_predicted { 0.0 } else { job.salary_confidence.unwrap_or(1.0) },
        company_size: job.company_size.as_deref(),
        language: job.language.as_deref(),
        description_text: job.description_text.as_deref(),
    };
    let ranked = ranker.rank(&input);
    RankingRow {
        score: ranked.score,
        hidden_by: ranked.explain.hidden_by(),
        explain: ranked.explain.json(),
        hash_key: job.hash_key,
        source: job.source,
        input_hash: job.input_hash,
    }
}

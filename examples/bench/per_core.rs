//! How fast one core normalizes, enriches and ranks, without the database: the pure cores of the stages, called as
//! the stages call them.

#[path = "../../tests/it/synthetic.rs"]
mod synthetic;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use job_etl::config::ranking;
use job_etl::enrich::core::{EnrichInput, Enrichment, enrich, enrichment_hash};
use job_etl::normalize::canonical::Canonical;
use job_etl::normalize::core::canonical;
use job_etl::normalize::html;
use job_etl::normalize::keys::{content_hash, text_hash};
use job_etl::normalize::merge::{Dated, merge};
use job_etl::rank::core::Ranker;
use job_etl::rank::input::RankInput;
use job_etl::sources::{self, Body, Record, Search, Source};
use job_etl::taxonomy::Taxonomy;
use serde_json::Value;
use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::{Duration, Instant};

/// Invented postings that are measured; few enough to make soon, too many for the caches.
const INVENTED: u64 = 2_000;
/// Rounds go on until one measurement has taken this long.
const LONG_ENOUGH: Duration = Duration::from_secs(3);

/// Jobs after which every dictionary has been read: a table that few jobs ask for is read when one does.
const FIRST: usize = 100;

/// One posting, as its stage reads it from raw.
struct Stored {
    search: Search,
    source_job_id: String,
    json: String,
}

/// Postings and what they are called in the table.
pub struct Sample {
    /// `invented` or `real`.
    pub name: &'static str,
    postings: Vec<Stored>,
}

/// What the parts of a stage took.
pub struct Laps {
    /// What they did, and for how long in all; a part that repeats work of another does not count in the sum.
    pub parts: Vec<(&'static str, Duration)>,
    /// Postings done.
    pub postings: u64,
    /// Bytes they held.
    pub bytes: u64,
    /// Time in the parts that count.
    pub whole: Duration,
    /// Time that the dictionaries took to be read, which does not count.
    pub before: Option<Duration>,
}

impl Laps {
    /// Megabytes a second.
    pub fn rate(&self, spent: Duration) -> f64 {
        self.bytes as f64 / 1e6 / spent.as_secs_f64()
    }
}

impl Sample {
    /// Postings of the stub server, split from its answers as extract does it.
    pub fn invented() -> Result<Sample> {
        let source = ashby()?;
        let mut postings = Vec::new();
        for board in 0..synthetic::boards(INVENTED) {
            let search = Search { board: Some(synthetic::board_name(board)), ..Search::default() };
            let answer = synthetic::answer(1, board, INVENTED, 1.0);
            let body = Body::new(answer.as_bytes());
            let requests = source.requests(&search);
            let request = requests.first().context("a board has no request")?;
            let page = source.page(request, &body).map_err(|error| anyhow::anyhow!(error.detail))?;
            postings.extend(page.records.into_iter().map(|record| Stored {
                search: search.clone(),
                json: body.text_of(&record.json).to_owned(),
                source_job_id: record.source_job_id,
            }));
        }
        Ok(Sample { name: "invented", postings })
    }

    /// The real postings of a data folder.
    pub fn real(folder: &Path) -> Result<Sample> {
        let path = folder.join("postings-ashby/ashby_jobs.jsonl.gz");
        let file = std::fs::File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
        let mut postings = Vec::new();
        for line in BufReader::new(flate2::read::GzDecoder::new(file)).lines() {
            let json = line?;
            let row: Value = serde_json::from_str(&json)?;
            let text = |member: &str| row[member].as_str().unwrap_or_default().to_owned();
            let search = Search { board: Some(text("_slug")), ..Search::default() };
            postings.push(Stored { search, source_job_id: text("id"), json });
        }
        Ok(Sample { name: "real", postings })
    }

    /// Bytes of JSON of a posting, on average.
    pub fn mean_bytes(&self) -> f64 {
        let bytes: usize = self.postings.iter().map(|posting| posting.json.len()).sum();
        bytes as f64 / self.postings.len() as f64
    }
}

/// Normalizes the postings on this core; returns the jobs too.
pub fn normalize(sample: &Sample) -> Result<(Laps, Vec<Canonical>)> {
    let source = ashby()?;
    let collected_at: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().context("an instant")?;
    let mut spent = [Duration::ZERO; 6];
    let (mut bytes, mut count) = (0, 0);
    let mut jobs = Vec::new();
    while spent.iter().sum::<Duration>() < LONG_ENOUGH {
        jobs.clear();
        for stored in &sample.postings {
            let mut clock = Instant::now();
            let mut lap = |part: usize| {
                spent[part] += clock.elapsed();
                clock = Instant::now();
            };
            let payload: Value = serde_json::from_str(&stored.json)?;
            lap(0);
            let record =
                Record { source_job_id: &stored.source_job_id, payload: &payload, search: &stored.search };
            let posting = source.posting(&record);
            lap(1);
            let Ok(posting) = posting else { continue };
            let canonical = canonical("ashby", &posting, collected_at);
            lap(2);
            black_box(html::description(posting.description_html.as_deref(), None));
            lap(3);
            let Ok(canonical) = canonical else { continue };
            black_box(canonical.description_text.as_deref().map(text_hash));
            let job = merge(vec![Dated { canonical, collected_at }]);
            lap(4);
            black_box(content_hash(&job));
            lap(5);
            jobs.push(job);
            bytes += stored.json.len() as u64;
            count += 1;
        }
    }
    let names = [
        "parse JSON",
        "read the posting",
        "canonical",
        "  of which HTML",
        "text hash, merge",
        "content hash",
    ];
    let whole = spent.iter().sum::<Duration>() - spent[3];
    let parts = names.into_iter().zip(spent).collect();
    Ok((Laps { parts, postings: count, bytes, whole, before: None }, jobs))
}

/// Enriches and ranks the jobs on this core, for the default profile.
pub fn enrich_and_rank(jobs: &[Canonical], config: &Path) -> Result<Laps> {
    let begun = Instant::now();
    let taxonomy = Taxonomy::load(&config.join("taxonomy"))?;
    let (ranking, _) = ranking::load(&config.join("ranking.yml"), &taxonomy)?;
    let ranker = Ranker::new(&ranking, &ranking.profiles["default"]);
    for job in jobs.iter().take(FIRST) {
        black_box(rank_one(job, &enrich(&enrich_input(job), &taxonomy), &ranker));
    }
    let before = Some(begun.elapsed());
    let mut spent = [Duration::ZERO; 3];
    let (mut bytes, mut count) = (0, 0);
    while spent.iter().sum::<Duration>() < LONG_ENOUGH {
        for job in jobs {
            let mut clock = Instant::now();
            let mut lap = |part: usize| {
                spent[part] += clock.elapsed();
                clock = Instant::now();
            };
            let enrichment = enrich(&enrich_input(job), &taxonomy);
            lap(0);
            black_box(enrichment_hash(&enrichment));
            lap(1);
            black_box(rank_one(job, &enrichment, &ranker));
            lap(2);
            bytes += job.description_text.as_deref().map_or(0, str::len) as u64;
            count += 1;
        }
    }
    let parts = ["enrich", "enrichment hash", "rank"].into_iter().zip(spent).collect();
    Ok(Laps { parts, postings: count, bytes, whole: spent.iter().sum(), before })
}

fn ashby() -> Result<&'static dyn Source> {
    sources::by_name("ashby").context("there is no source ashby")
}

fn enrich_input(job: &Canonical) -> EnrichInput<'_> {
    EnrichInput {
        job_title: &job.job_title,
        company: &job.company,
        location: job.location.as_deref(),
        place_city: job.place_city.as_deref(),
        place_region: job.place_region.as_deref(),
        place_country: job.place_country.as_deref(),
        place_lat: job.place_lat,
        place_lon: job.place_lon,
        more_locations: &[],
        remote_type: job.remote_type,
        seniority_raw: job.seniority_raw.as_deref(),
        skills_raw: &job.skills_raw,
        description_text: job.description_text.as_deref(),
        salary_min: job.salary_min,
        salary_max: job.salary_max,
        salary_currency: job.salary_currency.as_deref(),
        salary_period: job.salary_period,
        salary_text: job.salary_text.as_deref(),
    }
}

fn rank_one(job: &Canonical, enrichment: &Enrichment, ranker: &Ranker) -> String {
    let input = RankInput {
        job_title: &job.job_title,
        job_title_std: enrichment.job_title_std.as_deref(),
        skills: &enrichment.skills,
        location_city: enrichment.location_city.as_deref(),
        location_country: enrichment.location_country.as_deref(),
        location_lat: enrichment.location_lat,
        location_lon: enrichment.location_lon,
        remote_type: job.remote_type,
        contract_type: job.contract_type,
        seniority: enrichment.seniority,
        salary_min_norm: enrichment.salary_min_norm,
        salary_max_norm: enrichment.salary_max_norm,
        company_size: job.company_size.as_deref(),
        language: enrichment.language.as_deref(),
        description_text: job.description_text.as_deref(),
        ..RankInput::default()
    };
    // The stage writes the explanation as text.
    ranker.rank(&input).explain.json()
}

//! How fast enrich and rank read real descriptions on one core. `JOB_ETL_DATA=… cargo run --release --example enrich_speed`

use anyhow::Context;
use job_etl::config::ranking;
use job_etl::enrich::core::{EnrichInput, enrich, enrichment_hash};
use job_etl::posting::{ContractType, RemoteType};
use job_etl::rank::core::{RankInput, rank};
use job_etl::taxonomy::Taxonomy;
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const ROUNDS: usize = 5;

#[expect(clippy::disallowed_methods, reason = "an example has no configuration")]
fn main() -> anyhow::Result<()> {
    let folder = std::env::var("JOB_ETL_DATA").context("set JOB_ETL_DATA to the folder of real postings")?;
    let file = Path::new(&folder).join("postings-ashby/ashby_jobs.jsonl.gz");
    let text = Command::new("gzip").arg("-dc").arg(&file).output().context("gzip is needed")?.stdout;
    let mut postings: Vec<Value> = Vec::new();
    for line in String::from_utf8(text)?.lines() {
        postings.push(serde_json::from_str(line)?);
    }
    let bytes: usize =
        postings.iter().filter_map(|posting| posting["descriptionPlain"].as_str()).map(str::len).sum();

    let started = Instant::now();
    let begun = processor_seconds(started);
    let taxonomy = Taxonomy::load(Path::new("config/taxonomy"))?;
    let loaded = (processor_seconds(started) - begun) * 1e3;
    let (ranking, _) = ranking::load(Path::new("config/ranking.yml"), &taxonomy)?;

    let mut out = std::io::stdout();
    writeln!(
        out,
        "{} postings, {:.1} MB of text; dictionaries read in {loaded:.0} ms",
        postings.len(),
        bytes as f64 / 1e6
    )?;
    for (name, stages) in [("enrich", 1), ("enrich + hash", 2), ("enrich + hash + rank", 3)] {
        let begun = processor_seconds(started);
        let mut total = 0;
        for _ in 0..ROUNDS {
            for posting in &postings {
                total += one(posting, stages, &taxonomy, &ranking);
            }
        }
        let seconds = (processor_seconds(started) - begun) / ROUNDS as f64;
        let rate = bytes as f64 / 1e6 / seconds;
        let each = seconds / postings.len() as f64 * 1e6;
        writeln!(out, "{name:<22} {rate:>7.1} MB/s  {each:>6.1} us a posting  (check {total})")?;
    }
    Ok(())
}

/// Seconds this process was on a processor, so that a busy machine does not blur the figure; wall time elsewhere.
fn processor_seconds(since: Instant) -> f64 {
    let schedstat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = schedstat.split(' ').next().and_then(|field| field.parse::<u64>().ok());
    nanoseconds.map_or_else(|| since.elapsed().as_secs_f64(), |nanoseconds| nanoseconds as f64 / 1e9)
}

fn one(posting: &Value, stages: usize, taxonomy: &Taxonomy, ranking: &ranking::Ranking) -> i64 {
    let parts = &posting["address"]["postalAddress"];
    let title = posting["title"].as_str().unwrap_or_default();
    let input = EnrichInput {
        job_title: title,
        location: posting["location"].as_str(),
        place_city: parts["addressLocality"].as_str(),
        place_region: parts["addressRegion"].as_str(),
        place_country: parts["addressCountry"].as_str(),
        description_text: posting["descriptionPlain"].as_str(),
        ..EnrichInput::default()
    };
    let row = enrich(&input, taxonomy);
    let mut check = row.skills.len() as i64;
    if stages >= 2 {
        check += enrichment_hash(&row).len() as i64;
    }
    if stages >= 3 {
        let input = RankInput {
            job_title: title,
            job_title_std: row.job_title_std.as_deref(),
            skills: &row.skills,
            location_city: row.location_city.as_deref(),
            location_region: row.location_region.as_deref(),
            location_country: row.location_country.as_deref(),
            location_lat: row.location_lat,
            location_lon: row.location_lon,
            remote_type: if posting["isRemote"] == true { RemoteType::Remote } else { RemoteType::Unknown },
            contract_type: ContractType::FullTime,
            seniority: row.seniority,
            ..RankInput::default()
        };
        check += rank(&input, ranking, &ranking.profiles["default"]).score.0;
    }
    check
}

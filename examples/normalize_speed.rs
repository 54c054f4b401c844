//! How fast one core normalizes: `JOB_ETL_DATA=… cargo run --release --example normalize_speed`.
#![expect(clippy::print_stdout, reason = "its result is for a person")]

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use job_etl::normalize::canonical::Canonical;
use job_etl::normalize::core::canonical;
use job_etl::normalize::html;
use job_etl::normalize::keys::{content_hash, text_hash};
use job_etl::normalize::merge::{Dated, merge};
use job_etl::posting::{Place, Posting, Salary};
use serde_json::Value;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Postings of one batch: few enough to hold all stages' results, many enough to measure.
const BATCH: usize = 1_000;

fn main() -> Result<()> {
    let folder = std::env::var_os("JOB_ETL_DATA").context("JOB_ETL_DATA names no folder of postings")?;
    let path = Path::new(&folder).join("postings-ashby/ashby_jobs.jsonl.gz");
    let output = Command::new("gzip").arg("-dc").arg(&path).output().context("start gzip")?;
    ensure!(output.status.success(), "gzip could not read {}", path.display());
    let text = String::from_utf8(output.stdout).context("the postings are not UTF-8")?;
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let collected_at: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().context("an instant")?;

    let mut clock = Clock { at: cpu_time()?, spent: Vec::new() };
    for batch in lines.chunks(BATCH) {
        let rows: Vec<Value> = batch.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
        clock.lap("parse JSON")?;
        let postings: Vec<Posting> = rows.iter().map(posting).collect();
        clock.lap("map")?;
        let clean: Vec<Canonical> =
            postings.iter().filter_map(|posting| canonical("ashby", posting, collected_at).ok()).collect();
        clock.lap("canonical")?;
        let jobs: Vec<Canonical> =
            clean.into_iter().map(|canonical| merge(vec![Dated { canonical, collected_at }])).collect();
        clock.lap("merge")?;
        jobs.iter().map(content_hash).for_each(drop);
        clock.lap("content_hash")?;
        jobs.iter().filter_map(|job| job.description_text.as_deref()).map(text_hash).for_each(drop);
        clock.lap("text_hash")?;
        drop((rows, jobs));
        clock.at = cpu_time()?;
        for posting in &postings {
            black_box(html::description(posting.description_html.as_deref(), None));
        }
        clock.lap(DESCRIPTION)?;
    }
    println!(
        "{} postings, {:.1} kB of JSON each; processor time",
        lines.len(),
        text.len() as f64 / 1e3 / lines.len() as f64
    );
    let report = |name: &str, spent: Duration| {
        let seconds = spent.as_secs_f64();
        println!(
            "{name:<24} {:8.1} µs {:8.1} MB/s",
            seconds * 1e6 / lines.len() as f64,
            text.len() as f64 / 1e6 / seconds
        );
    };
    for (name, spent) in &clock.spent {
        report(name, *spent);
    }
    report("all", clock.spent.iter().filter(|(name, _)| *name != DESCRIPTION).map(|(_, spent)| spent).sum());
    Ok(())
}

/// Measured once more apart, and no part of the sum.
const DESCRIPTION: &str = "  (description alone)";

struct Clock {
    at: Duration,
    spent: Vec<(&'static str, Duration)>,
}

impl Clock {
    fn lap(&mut self, name: &'static str) -> Result<()> {
        let now = cpu_time()?;
        let spent = now.saturating_sub(self.at);
        match self.spent.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += spent,
            None => self.spent.push((name, spent)),
        }
        self.at = now;
        Ok(())
    }
}

/// Processor time of this process, so that a busy machine does not count; one thread is all it has.
fn cpu_time() -> Result<Duration> {
    let stat = std::fs::read_to_string("/proc/self/schedstat").context("read /proc/self/schedstat")?;
    let nanoseconds = stat.split(' ').next().unwrap_or_default().parse().context("its first number")?;
    Ok(Duration::from_nanos(nanoseconds))
}

fn posting(row: &Value) -> Posting {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let address = &row["address"]["postalAddress"];
    let pay = row["compensation"]["summaryComponents"]
        .as_array()
        .and_then(|all| all.iter().find(|component| component["compensationType"] == "Salary"))
        .unwrap_or(&Value::Null);
    Posting {
        source_job_id: text(&row["id"]).unwrap_or_default(),
        title: text(&row["title"]),
        company: text(&row["_slug"]),
        location: text(&row["location"]),
        place: Place {
            city: text(&address["addressLocality"]),
            region: text(&address["addressRegion"]),
            country: text(&address["addressCountry"]),
            ..Place::default()
        },
        employment: text(&row["employmentType"]),
        salary: Salary {
            min: pay["minValue"].as_f64(),
            max: pay["maxValue"].as_f64(),
            currency: text(&pay["currencyCode"]),
            period: text(&pay["interval"]),
            text: text(&row["compensation"]["compensationTierSummary"]),
        },
        description_html: text(&row["descriptionHtml"]),
        description_text: text(&row["descriptionPlain"]),
        posted_at: text(&row["publishedAt"]),
        apply_url: text(&row["applyUrl"]),
        job_link: text(&row["jobUrl"]),
        ..Posting::default()
    }
}

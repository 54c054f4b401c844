//! How fast one core normalizes: `JOB_ETL_DATA=… cargo run --release --example normalize_speed`.
#![expect(clippy::print_stdout, reason = "its result is for a person")]

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use job_etl::normalize::core::canonical;
use job_etl::normalize::html;
use job_etl::normalize::keys::{content_hash, text_hash};
use job_etl::normalize::merge::{Dated, merge};
use job_etl::posting::{Place, Posting, Salary};
use serde_json::Value;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const ROUNDS: u32 = 3;

fn main() -> Result<()> {
    let folder = std::env::var_os("JOB_ETL_DATA").context("JOB_ETL_DATA names no folder of postings")?;
    let path = Path::new(&folder).join("postings-ashby/ashby_jobs.jsonl.gz");
    let output = Command::new("gzip").arg("-dc").arg(&path).output().context("start gzip")?;
    ensure!(output.status.success(), "gzip could not read {}", path.display());
    let text = String::from_utf8(output.stdout).context("the postings are not UTF-8")?;
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let collected_at: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().context("an instant")?;

    let stages =
        ["parse JSON", "map", "canonical", "  of which description", "merge", "content_hash", "text_hash"];
    let mut spent = [Duration::ZERO; 7];
    for _ in 0..ROUNDS {
        for line in &lines {
            let mut clock = Instant::now();
            let mut lap = |stage: usize| {
                spent[stage] += clock.elapsed();
                clock = Instant::now();
            };
            let row: Value = serde_json::from_str(line)?;
            lap(0);
            let posting = posting(&row);
            lap(1);
            let Ok(canonical) = canonical("ashby", &posting, collected_at) else { continue };
            lap(2);
            black_box(html::description(posting.description_html.as_deref(), None));
            lap(3);
            let job = merge(vec![Dated { canonical, collected_at }]);
            lap(4);
            black_box(content_hash(&job));
            lap(5);
            black_box(text_hash(job.description_text.as_deref().unwrap_or_default()));
            lap(6);
        }
    }
    let megabytes = (text.len() as f64 / 1e6) * f64::from(ROUNDS);
    // The description is cleaned twice here, once inside canonical and once alone.
    let whole: Duration = spent.iter().sum::<Duration>() - spent[3];
    println!("{} postings, {:.1} kB of JSON each", lines.len(), text.len() as f64 / 1e3 / lines.len() as f64);
    for (name, spent) in stages.iter().zip(spent) {
        println!(
            "{name:<24} {:8.1} µs {:8.1} MB/s",
            spent.as_secs_f64() * 1e6 / f64::from(ROUNDS) / lines.len() as f64,
            megabytes / spent.as_secs_f64()
        );
    }
    println!(
        "{:<24} {:8.1} µs {:8.1} MB/s",
        "all",
        whole.as_secs_f64() * 1e6 / f64::from(ROUNDS) / lines.len() as f64,
        megabytes / whole.as_secs_f64()
    );
    Ok(())
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

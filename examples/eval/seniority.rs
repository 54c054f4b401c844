//! Seniority from title and text, against the levels that boards and people gave.

use super::report::{self, Score, Task};
use super::rows;
use anyhow::Result;
use job_etl::enrich::core::{EnrichInput, enrich};
use job_etl::posting::Seniority::{
    self, Director, Executive, Intermediate, Intern, Junior, Lead, Manager, Senior,
};
use job_etl::taxonomy::Taxonomy;
use std::collections::BTreeMap;
use std::path::Path;

/// Scores `labels-seniority`, by source of the label. Rows whose label says nothing of a level are left out.
pub fn evaluate(data: &Path, misses: bool) -> Result<Vec<Task>> {
    let taxonomy = Taxonomy::bundled();
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for row in rows::read(&data.join("labels-seniority/seniority.jsonl"))? {
        let text = |name: &str| row[name].as_str().unwrap_or_default();
        let Some(accepted) = accepted(text("seniority")) else { continue };
        let input = EnrichInput {
            job_title: text("title"),
            description_text: Some(text("text")).filter(|text| !text.is_empty()),
            ..EnrichInput::default()
        };
        let found = enrich(&input, &taxonomy).seniority;
        let score = scores.entry(text("src").to_owned()).or_default();
        if found.is_some_and(|found| accepted.contains(&found)) {
            score.right += 1;
            continue;
        }
        score.wrong += u64::from(found.is_some());
        score.missed += 1;
        if misses {
            report::miss(&format!(
                "seniority\t{}\t{}\t{found:?}\t{}",
                text("src"),
                text("seniority"),
                text("title")
            ));
        }
    }
    Ok(scores
        .into_iter()
        .map(|(source, score)| Task { name: format!("seniority, {source}"), score })
        .collect())
}

/// The levels that a label may mean, or none when it means none.
fn accepted(label: &str) -> Option<Vec<Seniority>> {
    let levels: &[Seniority] = match label.to_lowercase().as_str() {
        "internship" => &[Intern],
        "entry level" | "junior" => &[Junior],
        "associate" => &[Junior, Intermediate],
        "mid" | "mid level" => &[Intermediate],
        "mid-senior level" => &[Intermediate, Senior, Lead],
        "senior" => &[Senior],
        "senior level" => &[Senior, Lead],
        "lead" => &[Lead],
        "staff" => &[Senior, Lead],
        "manager" | "management" => &[Manager, Lead],
        "director" => &[Director],
        "executive" => &[Executive],
        french => return years(french).map(of_years),
    };
    Some(levels.to_vec())
}

/// Years of `Expérience exigée de 3 An(s)`; a beginner has none.
fn years(label: &str) -> Option<u32> {
    if label.starts_with("débutant accepté") {
        return Some(0);
    }
    let number = label.split_whitespace().rev().nth(1)?;
    if label.ends_with("an(s)") { number.parse().ok() } else { None }
}

/// The levels of a number of years.
fn of_years(years: u32) -> Vec<Seniority> {
    match years {
        0 => vec![Intern, Junior],
        1 => vec![Junior, Intermediate],
        2 => vec![Junior, Intermediate],
        3..=4 => vec![Intermediate, Senior],
        _ => vec![Senior, Lead, Manager, Director],
    }
}

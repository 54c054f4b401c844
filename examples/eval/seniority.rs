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
    for row in rows::read_all(&data.join("labels-seniority"))? {
        let text = |name: &str| row[name].as_str().unwrap_or_default();
        let Some(accepted) = accepted(text("seniority")) else { continue };
        let input = EnrichInput {
            job_title: text("title"),
            description_text: Some(text("text")).filter(|text| !text.is_empty()),
            ..EnrichInput::default()
        };
        let enriched = enrich(&input, &taxonomy);
        let found = enriched.seniority;
        let is_right = found.is_some_and(|found| accepted.contains(&found));
        let is_sure = enriched.provenance.seniority.confidence >= SURE;
        let half = if is_tuning(text("id")) { "tuning half" } else { "held out" };
        for name in [text("src"), half, "all"] {
            count(scores.entry(name.to_owned()).or_default(), is_right, found.is_some());
            count(scores.entry(format!("{name}, sure")).or_default(), is_right && is_sure, is_sure);
        }
        if misses && !is_right && is_tuning(text("id")) {
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

/// From this confidence on the ranking takes a level for known.
const SURE: f64 = 0.5;

/// Precision is the agreement of what was answered, recall the agreement over all labels.
fn count(score: &mut Score, is_right: bool, is_answered: bool) {
    score.right += u64::from(is_right);
    score.missed += u64::from(!is_right);
    score.wrong += u64::from(is_answered && !is_right);
}

/// Which half a row belongs to: rules were made on one, and are measured on the other.
fn is_tuning(text: &str) -> bool {
    text.bytes().fold(2_166_136_261_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619)) & 16
        == 0
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

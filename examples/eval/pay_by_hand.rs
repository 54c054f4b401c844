//! Pay in whole texts that a person read: what their words state, or that they state nothing. The labels are part of this
//! repository, the postings are not. A random draw tells how often pay is stated at all; the other half was drawn from
//! texts with amounts or words of remote work in them.

use super::pay::{Truth, judge};
use super::report::{Score, Task};
use super::rows;
use anyhow::Result;
use job_etl::enrich::pay::statement::{self, Text};
use job_etl::normalize::html;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

const LABELS: &str = include_str!("../../tests/fixtures/labels/pay_and_work_model.tsv");

/// Scores every labelled posting whose file is in the folder.
pub fn evaluate(data: &Path, misses: bool) -> Result<Vec<Task>> {
    let mut files: BTreeMap<&str, HashMap<&str, (&str, Truth)>> = BTreeMap::new();
    for line in LABELS.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [file, id, draw, stated, min, max, currency, period, ..] = cells[..] else { continue };
        let amount = |text: &str| text.parse::<f64>().ok();
        if stated != "-" {
            let label = json!({ "min": amount(min), "max": amount(max), "unit": period.to_uppercase(),
                "currency": (!currency.is_empty()).then_some(currency) });
            files.entry(file).or_default().insert(id, (draw, Truth::of(&label)));
        }
    }
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    for (file, labels) in files {
        let Some(text) = rows::text(&data.join(file))? else { continue };
        // Some lines of these files are no JSON.
        for row in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let id = row["id"].as_str().or(row["_file"].as_str()).unwrap_or_default();
            if let Some((draw, truth)) = labels.get(id) {
                let text = description(&row);
                let found = statement::pay(&text, Text::Description);
                judge(scores.entry(draw).or_default(), truth, found.as_ref(), &text, misses);
            }
        }
    }
    let task =
        |(draw, score): (&str, Score)| Task { name: format!("pay, texts read by hand, {draw}"), score };
    Ok(scores.into_iter().map(task).collect())
}

/// The text that the pipeline makes of a posting.
fn description(row: &Value) -> String {
    if let Some(plain) = row["descriptionPlain"].as_str() {
        return plain.to_owned();
    }
    let text = row["description"].as_str().unwrap_or_default();
    // Schema.org data of job boards is often escaped twice.
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    html::description(Some(&text), Some(&text)).map_or(String::new(), |description| description.text)
}

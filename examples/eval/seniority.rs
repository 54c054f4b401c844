//! Seniority from title and text, against the levels that boards and people gave.

use super::report::{self, Score, Task};
use super::rows;
use anyhow::Result;
use job_etl::enrich::core::{EnrichInput, enrich};
use job_etl::posting::Seniority::{
    self, Director, Executive, Intermediate, Intern, Junior, Lead, Manager, Senior,
};
use job_etl::taxonomy::Taxonomy;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Scores `labels-seniority`, by source of the label. Rows whose label says nothing of a level are left out.
pub fn evaluate(data: &Path, misses: bool) -> Result<Vec<Task>> {
    let taxonomy = Taxonomy::bundled();
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    let texts = texts(data)?;
    for row in rows::read_all(&data.join("labels-seniority"))? {
        let text = |name: &str| row[name].as_str().unwrap_or_default();
        let Some(accepted) = accepted(text("seniority"), text("src")) else { continue };
        let own = Some(text("text")).filter(|text| !text.is_empty());
        let input = EnrichInput {
            job_title: text("title"),
            description_text: own.or_else(|| texts.get(text("id")).map(String::as_str)),
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
                "seniority\t{}\t{}\t{found:?} by {}\t{}",
                text("src"),
                text("seniority"),
                enriched.provenance.seniority.origin,
                text("title")
            ));
        }
    }
    Ok(scores
        .into_iter()
        .map(|(source, score)| Task { name: format!("seniority, {source}"), score })
        .collect())
}

/// The advertisements of labels that come without their text, by identifier.
fn texts(data: &Path) -> Result<HashMap<String, String>> {
    let mut texts = HashMap::new();
    for row in rows::in_folder(&data.join("postings-francetravail-fr"))? {
        let text = row["description"].as_str().unwrap_or_default();
        texts.insert(row["id"].as_str().unwrap_or_default().to_owned(), text.to_owned());
    }
    for crawl in rows::in_folder(&data.join("postings-hn-whoishiring"))? {
        for row in crawl["jobs"].as_array().into_iter().flatten() {
            let Some((id, text)) = row["id"].as_u64().zip(row["text"].as_str()) else { continue };
            texts.insert(id.to_string(), plain(text));
        }
    }
    texts.retain(|id, text| !id.is_empty() && !text.is_empty());
    Ok(texts)
}

/// The text of a comment: its only marks are paragraphs, and its only entities those of signs.
fn plain(comment: &str) -> String {
    [
        ("<p>", "\n"),
        ("&#x27;", "'"),
        ("&#x2F;", "/"),
        ("&quot;", "\""),
        ("&gt;", ">"),
        ("&lt;", "<"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(comment.to_owned(), |text, (mark, sign)| text.replace(mark, sign))
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
fn accepted(label: &str, source: &str) -> Option<Vec<Seniority>> {
    let levels: &[Seniority] = match label.to_lowercase().as_str() {
        "internship" => &[Intern],
        "entry level" | "junior" => &[Junior],
        "associate" => &[Junior, Intermediate],
        "mid" | "mid level" => &[Intermediate],
        "mid-senior level" => &[Intermediate, Senior, Lead],
        // Of three levels, junior, mid and senior, the last is all that is above.
        "senior" if source.starts_with("hn-") => &[Senior, Lead],
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

/// Whole years of `Expérience exigée de 3 An(s)`, `24 Mois` or `2 An(s) - Java`; a beginner has none.
fn years(label: &str) -> Option<u32> {
    if label.starts_with("débutant accepté") {
        return Some(0);
    }
    let words: Vec<&str> = label.split_whitespace().collect();
    words.windows(2).find_map(|pair| match (pair[0].parse::<u32>().ok()?, pair[1]) {
        (years, "an(s)") => Some(years),
        (months, "mois") => Some(months / 12),
        _ => None,
    })
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

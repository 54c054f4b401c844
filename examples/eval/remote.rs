//! Remote, hybrid or on site as the words say, against the flag of a board, labels made by models, and labels of a person.
//! The flag is never given to the reader: in production it is one more input.

use super::report::{self, Score, Task};
use super::rows;
use anyhow::Result;
use job_etl::enrich::core::{EnrichInput, enrich};
use job_etl::posting::RemoteType::{self, Hybrid, Onsite, Remote, Unknown};
use job_etl::taxonomy::Taxonomy;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// What a person read in postings; see the README beside it.
const READ_BY_HAND: &str = include_str!("../../tests/fixtures/labels/pay_and_work_model.tsv");

/// A posting's words and the label.
struct Row {
    id: String,
    title: String,
    location: String,
    text: String,
    label: RemoteType,
}

/// Scores `postings-ashby`, `labels-jd-structured`, `postings-hn-whoishiring` and the postings that were read by hand.
pub fn evaluate(data: &Path, misses: bool) -> Result<Vec<Task>> {
    let taxonomy = Taxonomy::bundled();
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    let ashby = rows::in_folder(&data.join("postings-ashby"))?;
    for row in ashby.iter().filter_map(flagged) {
        let found = read(&row, &taxonomy);
        against_flag(&mut scores, found, row.label);
    }
    let sets = [
        (
            "by model, data jobs",
            rows::in_folder(&data.join("labels-jd-structured"))?.iter().filter_map(structured).collect(),
        ),
        ("by model, HN", hacker_news(&rows::in_folder(&data.join("postings-hn-whoishiring"))?)),
    ];
    for (set, labelled) in sets {
        score(&mut scores, set, &labelled, &taxonomy, misses);
    }
    for (draw, labelled) in by_hand(data)? {
        score(&mut scores, &format!("by hand, {draw}"), &labelled, &taxonomy, misses);
    }
    Ok(scores.into_iter().map(|(name, score)| Task { name, score }).collect())
}

fn read(row: &Row, taxonomy: &Taxonomy) -> RemoteType {
    let input = EnrichInput {
        job_title: &row.title,
        location: Some(row.location.as_str()).filter(|location| !location.is_empty()),
        description_text: Some(&row.text),
        ..EnrichInput::default()
    };
    enrich(&input, taxonomy).remote_type
}

/// `isRemote` is true of hybrid postings too, and false of what is not said, so that only plain contradictions are wrong.
fn against_flag(scores: &mut BTreeMap<String, Score>, found: RemoteType, flag: RemoteType) {
    let remote = scores.entry("remote in words, Ashby's flag".to_owned()).or_default();
    match (flag, found) {
        (Remote, Remote | Hybrid) => remote.right += 1,
        (Remote, _) => remote.missed += 1,
        (_, Remote) => remote.wrong += 1,
        _ => remote.right_nulls += 1,
    }
    let onsite = scores.entry("on site in words, Ashby's flag".to_owned()).or_default();
    match (flag, found) {
        (Remote, Onsite) => onsite.wrong += 1,
        (_, Onsite) => onsite.right += 1,
        (Remote, _) => onsite.right_nulls += 1,
        _ => {}
    }
}

fn score(
    scores: &mut BTreeMap<String, Score>,
    set: &str,
    labelled: &[Row],
    taxonomy: &Taxonomy,
    misses: bool,
) {
    for row in labelled {
        let found = read(row, taxonomy);
        for class in [Remote, Hybrid, Onsite] {
            let score = scores.entry(format!("{} ({set})", class.as_str())).or_default();
            match (row.label == class, found == class) {
                (true, true) => score.right += 1,
                (true, false) => score.missed += 1,
                (false, true) => score.wrong += 1,
                (false, false) => score.right_nulls += 1,
            }
        }
        if misses && found != row.label {
            let (label, found) = (row.label.as_str(), found.as_str());
            report::miss(&format!("work model\t{set}\t{}\t{label}\t{found}\t{}", row.id, row.title));
        }
    }
}

fn text(row: &Value, name: &str) -> String {
    row[name].as_str().unwrap_or_default().to_owned()
}

fn flagged(row: &Value) -> Option<Row> {
    let label = if row["isRemote"].as_bool()? { Remote } else { Unknown };
    Some(Row { label, ..ashby(row) })
}

fn ashby(row: &Value) -> Row {
    Row {
        id: text(row, "id"),
        title: text(row, "title"),
        location: text(row, "location"),
        text: text(row, "descriptionPlain"),
        label: Unknown,
    }
}

fn structured(row: &Value) -> Option<Row> {
    let labels = row.get("labels")?;
    let label = match labels["work_arrangement"].as_str()? {
        "remote" => Remote,
        "hybrid" => Hybrid,
        "onsite" => Onsite,
        "not_stated" => Unknown,
        _ => return None,
    };
    let texts = row["texts"].as_object()?.values().filter_map(Value::as_str).collect::<Vec<_>>().join("\n");
    Some(Row {
        id: text(row, "id"),
        title: text(labels, "role"),
        location: text(labels, "job_location"),
        text: texts,
        label,
    })
}

/// Comments and the classes that a model gave them; the first line has company, role, place and model.
fn hacker_news(crawls: &[Value]) -> Vec<Row> {
    let jobs = || crawls.iter().filter_map(|crawl| crawl["jobs"].as_array()).flatten();
    let mut texts = HashMap::new();
    for job in jobs().filter(|job| job["text"].is_string()) {
        texts.insert(job["id"].as_u64(), text(job, "text"));
    }
    let mut seen = Vec::new();
    let mut rows = Vec::new();
    for job in jobs() {
        let label = match job["remote"].as_str() {
            Some("fully_remote") => Remote,
            Some("hybrid") => Hybrid,
            Some("onsite_only") => Onsite,
            Some("not_mentioned") => Unknown,
            _ => continue,
        };
        let id = job["id"].as_u64();
        let Some(html) = texts.get(&id).filter(|_| !seen.contains(&id)) else { continue };
        seen.push(id);
        let whole =
            html.replace("<p>", "\n").replace("&#x2F;", "/").replace("&amp;", "&").replace("&#x27;", "'");
        let (head, body) = whole.split_once('\n').unwrap_or((&whole, ""));
        rows.push(Row {
            id: id.unwrap_or_default().to_string(),
            title: text(job, "role"),
            location: head.to_owned(),
            text: body.to_owned(),
            label,
        });
    }
    rows
}

/// The postings read by hand, by the way they were drawn. Rows that do not decide are left out.
fn by_hand(data: &Path) -> Result<BTreeMap<String, Vec<Row>>> {
    let mut known: HashMap<String, Row> = HashMap::new();
    for folder in ["postings-ashby", "postings-nhs-uk", "postings-francetravail-fr"] {
        for row in rows::in_folder(&data.join(folder))? {
            let row = match folder {
                "postings-ashby" => ashby(&row),
                "postings-nhs-uk" => nhs(&row),
                _ => francetravail(&row),
            };
            known.insert(row.id.clone(), row);
        }
    }
    let mut drawn: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for line in READ_BY_HAND.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let Some(label) = columns.get(8).and_then(|label| RemoteType::from_stored(label)) else { continue };
        if let Some(row) = known.remove(columns[1]) {
            drawn.entry(columns[2].to_owned()).or_default().push(Row { label, ..row });
        }
    }
    Ok(drawn)
}

fn nhs(row: &Value) -> Row {
    Row {
        id: text(row, "_file"),
        title: text(row, "title"),
        location: row["jobLocation"]["address"]["addressLocality"].as_str().unwrap_or_default().to_owned(),
        text: text(row, "description").replace("&lt;", "\n<").replace("&gt;", ">").replace("&amp;", "&"),
        label: Unknown,
    }
}

fn francetravail(row: &Value) -> Row {
    Row {
        id: text(row, "id"),
        title: text(row, "intitule"),
        location: row["lieuTravail"]["libelle"].as_str().unwrap_or_default().to_owned(),
        text: text(row, "description"),
        label: Unknown,
    }
}

//! Skills: the spans of knowledge in sentences, word for word against the annotators'.
//!
//! Strict: a found span covers exactly the tokens of a labelled one. Overlap: it shares a token with one. Sentences are
//! split by their words into a half that rules were made on (`a`) and one that nobody looked at (`b`).

use super::report::{self, Score, Task};
use super::rows;
use anyhow::{Context, Result};
use job_etl::enrich::mentions::Reader;
use job_etl::taxonomy::Taxonomy;
use job_etl::taxonomy::open_skills::Kind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A sentence with labels.
struct Sentence {
    tokens: Vec<String>,
    /// Labelled spans: first token, first token after.
    spans: Vec<(usize, usize)>,
    /// The set that it is of.
    source: String,
}

/// Strict and overlap scores of one set.
#[derive(Default)]
struct Scores {
    strict: Score,
    overlap: Score,
}

/// Scores `labels-skillspan`, and soft skills of `labels-sayfullina-soft`.
pub fn evaluate(data: &Path, misses: bool) -> Result<Vec<Task>> {
    let taxonomy = Taxonomy::bundled();
    let mut reader = Reader::default();
    let mut sets: BTreeMap<String, Scores> = BTreeMap::new();
    for sentence in sentences(&data.join("labels-skillspan"))? {
        let half = half(&sentence.tokens);
        let found = found(&sentence.tokens, Kind::Knowledge, &taxonomy, &mut reader);
        let total = "all".to_owned();
        for name in [total, format!("{} only", sentence.source), format!("half {half}")] {
            score(&sentence.spans, &found, sets.entry(name).or_default());
        }
        if misses && half == 'a' {
            show(&sentence, &found);
        }
    }
    let mut tasks = Vec::new();
    for (set, Scores { strict, overlap }) in sets {
        tasks.push(Task { name: format!("knowledge, strict: {set}"), score: strict });
        tasks.push(Task { name: format!("knowledge, overlap: {set}"), score: overlap });
    }
    let mut soft = Scores::default();
    for sentence in soft_sentences(&data.join("labels-sayfullina-soft"))? {
        let found = found(&sentence.tokens, Kind::Competence, &taxonomy, &mut reader);
        score(&sentence.spans, &found, &mut soft);
    }
    if soft.overlap.is_some() {
        tasks.push(Task { name: "soft skills, overlap".to_owned(), score: soft.overlap });
    }
    Ok(tasks)
}

/// The spans of one kind that are found in tokens joined by spaces, as ranges of tokens. What no dictionary knows counts
/// as knowledge.
fn found(tokens: &[String], kind: Kind, taxonomy: &Taxonomy, reader: &mut Reader) -> Vec<(usize, usize)> {
    let (mut text, mut starts) = (String::new(), Vec::new());
    for token in tokens {
        starts.push(text.len());
        text.push_str(token);
        text.push(' ');
    }
    let mentions = reader.read(text.trim_end(), taxonomy.skills()).iter();
    let of_kind = mentions
        .filter(|mention| mention.skill.map_or(Kind::Knowledge, |skill| taxonomy.skills().kind(skill)) == kind);
    let spans = of_kind.map(|mention| {
            let first = starts.partition_point(|start| *start <= mention.start) - 1;
            (first, starts.partition_point(|start| *start < mention.end))
        });
    spans.collect::<BTreeSet<_>>().into_iter().collect()
}

fn score(labels: &[(usize, usize)], found: &[(usize, usize)], scores: &mut Scores) {
    for label in labels {
        let is_exact = found.contains(label);
        let is_touched = found.iter().any(|span| overlap(span, label));
        scores.strict.right += u64::from(is_exact);
        scores.strict.missed += u64::from(!is_exact);
        scores.overlap.right += u64::from(is_touched);
        scores.overlap.missed += u64::from(!is_touched);
    }
    for span in found {
        scores.strict.wrong += u64::from(!labels.contains(span));
        scores.overlap.wrong += u64::from(!labels.iter().any(|label| overlap(span, label)));
    }
}

fn overlap(one: &(usize, usize), other: &(usize, usize)) -> bool {
    one.0 < other.1 && other.0 < one.1
}

fn show(sentence: &Sentence, found: &[(usize, usize)]) {
    let of = |(start, end): (usize, usize)| sentence.tokens[start..end].join(" ");
    let context = |(start, end): (usize, usize)| {
        let before = sentence.tokens[start.saturating_sub(4)..start].join(" ");
        let after = sentence.tokens[end..(end + 3).min(sentence.tokens.len())].join(" ");
        format!("{before} [[{}]] {after}", of((start, end)))
    };
    for label in sentence.spans.iter().filter(|label| !found.contains(label)) {
        let near: Vec<String> = found.iter().filter(|span| overlap(span, label)).map(|span| of(*span)).collect();
        let kind = if near.is_empty() { "missed" } else { "bounds" };
        report::miss(&format!("{kind}\t{}\t{}\t{}", of(*label), near.join(" | "), context(*label)));
    }
    for span in found.iter().filter(|span| !sentence.spans.iter().any(|label| overlap(span, label))) {
        report::miss(&format!("wrong\t{}\t\t{}", of(*span), context(*span)));
    }
}

/// The sentences of every file of a folder, each file one array or one object a line.
fn sentences(folder: &Path) -> Result<Vec<Sentence>> {
    let mut sentences = Vec::new();
    for file in files(folder, ".json")? {
        let text = rows::text(&file)?.unwrap_or_default();
        let rows: Vec<Value> = if text.trim_start().starts_with('[') {
            serde_json::from_str(&text).with_context(|| file.display().to_string())?
        } else {
            rows::read(&file)?
        };
        for row in &rows {
            let words = |member: &str| -> Vec<String> {
                let list = row[member].as_array().map_or(&[][..], Vec::as_slice);
                list.iter().map(|word| word.as_str().unwrap_or_default().to_owned()).collect()
            };
            let (tokens, tags) = (words("tokens"), words("tags_knowledge"));
            if !tokens.is_empty() && tokens.len() == tags.len() {
                let source = row["source"].as_str().unwrap_or("other").to_owned();
                sentences.push(Sentence { spans: spans(&tags), tokens, source });
            }
        }
    }
    Ok(sentences)
}

/// The sentences of CoNLL files: a token and its tag on each line.
fn soft_sentences(folder: &Path) -> Result<Vec<Sentence>> {
    let mut sentences = Vec::new();
    for file in files(folder, ".conll")? {
        let text = rows::text(&file)?.unwrap_or_default();
        for block in text.replace('\r', "").split("\n\n") {
            let pairs = block.lines().filter_map(|line| line.split_once(['\t', ' ']));
            let (tokens, tags): (Vec<String>, Vec<String>) =
                pairs.map(|(token, tag)| (token.to_owned(), tag.trim().to_owned())).unzip();
            sentences.push(Sentence { spans: spans(&tags), tokens, source: String::new() });
        }
    }
    Ok(sentences)
}

/// Spans of tags that begin with `B` and go on with `I`.
fn spans(tags: &[String]) -> Vec<(usize, usize)> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for (index, tag) in tags.iter().enumerate() {
        match (tag.as_bytes().first(), spans.last_mut()) {
            (Some(b'I'), Some(span)) if span.1 == index => span.1 = index + 1,
            (Some(b'B' | b'I'), _) => spans.push((index, index + 1)),
            _ => {}
        }
    }
    spans
}

/// Files of a folder with an ending, gzipped or not, without `.gz`.
fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        if name.ends_with(ending) || name.ends_with(&format!("{ending}l")) {
            files.push(folder.join(name));
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// `a` or `b` by the words.
fn half(tokens: &[String]) -> char {
    // FNV-1a, of 64 bits.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in tokens.iter().flat_map(|token| token.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    if (hash >> 32).is_multiple_of(2) { 'a' } else { 'b' }
}

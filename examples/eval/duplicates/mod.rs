//! Duplicates: do labelled pairs of postings end in one cluster. Every posting of the folder is compared with every other as
//! the stage does it, company by company, so that boilerplate is known; the labelled pairs are looked up in the result.
//!
//! A pair without texts (listings) is judged by what it has: link, headline, company, place.
//!
//! Postings with equal company, title and place have one `hash_key` and are one job with several sightings before dedupe sees
//! them; that is the design of the key, whatever their texts say. Of the pairs labelled by hand about 65 that are different
//! share a key: wards, shifts and teams under one headline. So the lines say apart what dedupe makes of every pair, of the
//! pairs of two keys (all that it is given when it runs), what the key alone merges, and what both make of all of them.

pub mod pairs;
pub mod postings;

use super::report::{self, Score, Task};
use anyhow::Result;
use job_etl::dedupe::clusters::clusters;
use job_etl::dedupe::core::{DedupeJob, Member, Verdict};
use job_etl::dedupe::links::links;
use job_etl::dedupe::signature::{Signature, signatures};
use job_etl::taxonomy::Taxonomy;
use pairs::{BY_HAND, Label, Pair};
use postings::{Posting, Postings};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// What dedupe made of all postings.
pub struct Grouped {
    pub members: Vec<Member>,
    pub direct: HashMap<(u32, u32), job_etl::dedupe::core::Link>,
}

/// Scores `labels-duplicates` and every `duplicate_pairs*.tsv`.
pub fn evaluate(data: &Path, misses: bool) -> Result<Vec<Task>> {
    let taxonomy = Taxonomy::bundled();
    let mut postings = Postings::read(data, &taxonomy)?;
    let pairs = pairs::read(data, &mut postings, &taxonomy)?;
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let found = dedupe(&postings.all);
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for pair in &pairs {
        let is_one = found.members[pair.left].cluster_id == found.members[pair.right].cluster_id;
        let one_key = postings.all[pair.left].hash_key() == postings.all[pair.right].hash_key();
        for line in lines_of(pair, one_key) {
            add(scores.entry(line).or_default(), pair.label, is_one);
        }
        if pair.kind == BY_HAND {
            let with_key = format!("{BY_HAND}, with what the key merges");
            add(scores.entry(with_key).or_default(), pair.label, is_one || one_key);
            add(scores.entry(format!("{BY_HAND}, by the key alone")).or_default(), pair.label, one_key);
        }
        if misses && !pair.held_out && is_one != (pair.label == Label::Same) {
            report::miss(&miss(pair, &found, &postings.all));
        }
    }
    Ok(scores.into_iter().map(|(kind, score)| Task { name: format!("duplicates, {kind}"), score }).collect())
}

/// The lines that a pair counts in. A pair whose company, title and place are equal is one job before dedupe sees it.
fn lines_of(pair: &Pair, one_key: bool) -> Vec<String> {
    if pair.kind != BY_HAND {
        return vec![pair.kind.clone()];
    }
    let mut lines = vec![format!("{BY_HAND}, all")];
    lines.push(format!("{BY_HAND}, {} half", if pair.held_out { "held-out" } else { "tuning" }));
    if !one_key {
        lines.push(format!("{BY_HAND}, of two keys"));
    }
    lines
}

fn add(score: &mut Score, label: Label, is_one: bool) {
    match (label, is_one) {
        (Label::Same, true) => score.right += 1,
        (Label::Same, false) => score.missed += 1,
        (Label::Different, true) => score.wrong += 1,
        (Label::Different, false) => score.right_nulls += 1,
    }
}

/// All postings through the pure core; each posting is a job of its own.
pub fn dedupe(postings: &[Posting]) -> Grouped {
    let mut blocks: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, posting) in postings.iter().enumerate() {
        blocks.entry(&posting.company_key).or_default().push(index);
    }
    let mut all: Vec<Option<Signature>> = vec![None; postings.len()];
    for block in blocks.values() {
        let jobs: Vec<DedupeJob> = block.iter().map(|index| postings[*index].job()).collect();
        for (index, signature) in block.iter().zip(signatures(&jobs)) {
            all[*index] = Some(signature);
        }
    }
    let all: Vec<Signature> = all.into_iter().flatten().collect();
    let links = links(&all);
    let members = clusters(&all, &links, &[]);
    let direct = links.into_iter().map(|link| ((link.left, link.right), link)).collect();
    Grouped { members, direct }
}

fn miss(pair: &Pair, found: &Grouped, postings: &[Posting]) -> String {
    let ends = (pair.left.min(pair.right) as u32, pair.left.max(pair.right) as u32);
    let link = found.direct.get(&ends).map_or_else(
        || "no link".to_owned(),
        |link| {
            let verdict = if link.verdict == Verdict::Merged { "merged" } else { "retained" };
            let text = link.text_similarity.map_or("-".to_owned(), |text| format!("{text:.2}"));
            format!(
                "{verdict} {} {:.2} title {:.2} text {text}",
                link.why.as_str(),
                link.similarity,
                link.title_similarity
            )
        },
    );
    let show = |index: usize| {
        let posting = &postings[index];
        format!("{} | {} | {} | {}", posting.company, posting.title, posting.location, posting.id)
    };
    format!(
        "duplicates {:?}\t{}\t{link}\t{}\t{}\t{}",
        pair.label,
        pair.kind,
        show(pair.left),
        show(pair.right),
        pair.note
    )
}

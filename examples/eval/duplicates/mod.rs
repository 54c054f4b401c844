//! Duplicates: do labelled pairs of postings end in one cluster. Every posting of the folder is compared with every other as
//! the stage does it, company by company, so that boilerplate is known; the labelled pairs are looked up in the result.
//!
//! A pair without texts (listings) is judged by what it has: link, headline, company, place.
//!
//! Postings with equal company, title and place share a key. Which of them are one job before dedupe sees them is what normalize
//! says, by the very function it uses: those of one source with two texts are parted. Of the pairs labelled by hand about 65 that
//! are different share a key: wards, shifts and teams under one headline. So the lines say apart what dedupe makes of every pair,
//! of the pairs of two jobs (all that it is given when it runs), what is one job before it, and what both make of all of them:
//! the last is what a reader sees.

pub mod pairs;
pub mod postings;

use super::report::{self, Score, Task};
use anyhow::Result;
use job_etl::dedupe::clusters::clusters;
use job_etl::dedupe::core::{DedupeJob, Member, Verdict};
use job_etl::dedupe::links::links;
use job_etl::dedupe::signature::{Signature, signatures};
use job_etl::normalize::keys::text_hash;
use job_etl::normalize::openings::{Told, firsts};
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
    let job_of = jobs(&postings.all);
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for pair in &pairs {
        let is_one = found.members[pair.left].cluster_id == found.members[pair.right].cluster_id;
        let one_job = job_of[pair.left] == job_of[pair.right];
        for line in lines_of(pair, one_job) {
            add(scores.entry(line).or_default(), pair.label, is_one);
        }
        if pair.kind == BY_HAND {
            let half = if pair.held_out { "held-out" } else { "tuning" };
            for line in ["as a reader sees it".to_owned(), format!("as a reader sees it, {half} half")] {
                add(scores.entry(format!("{BY_HAND}, {line}")).or_default(), pair.label, is_one || one_job);
            }
            add(scores.entry(format!("{BY_HAND}, one job before dedupe")).or_default(), pair.label, one_job);
            let one_key = postings.all[pair.left].hash_key() == postings.all[pair.right].hash_key();
            add(scores.entry(format!("{BY_HAND}, one shared key")).or_default(), pair.label, one_key);
        }
        if misses && !pair.held_out && is_one != (pair.label == Label::Same) {
            report::miss(&miss(pair, &found, &postings.all));
        }
    }
    Ok(scores.into_iter().map(|(kind, score)| Task { name: format!("duplicates, {kind}"), score }).collect())
}

/// For each posting the first posting of its job, as normalize has it; the order in the files stands for that of arrival.
fn jobs(postings: &[Posting]) -> Vec<usize> {
    let mut sharing: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, posting) in postings.iter().enumerate() {
        sharing.entry(posting.hash_key()).or_default().push(index);
    }
    let mut job_of = vec![0; postings.len()];
    for indexes in sharing.values() {
        let hashes: Vec<Option<String>> =
            indexes.iter().map(|index| postings[*index].text.as_deref().map(text_hash)).collect();
        let told: Vec<Told> = indexes
            .iter()
            .zip(&hashes)
            .map(|(index, hash)| Told { source: postings[*index].source(), text_hash: hash.as_deref() })
            .collect();
        for (index, first) in indexes.iter().zip(firsts(&told)) {
            job_of[*index] = indexes[first];
        }
    }
    job_of
}

/// The lines that a pair counts in.
fn lines_of(pair: &Pair, one_job: bool) -> Vec<String> {
    if pair.kind != BY_HAND {
        return vec![pair.kind.clone()];
    }
    let mut lines = vec![format!("{BY_HAND}, all")];
    lines.push(format!("{BY_HAND}, {} half", if pair.held_out { "held-out" } else { "tuning" }));
    if !one_job {
        lines.push(format!("{BY_HAND}, of two jobs"));
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

//! The labelled pairs: `labels-duplicates/*.jsonl` by kind, and `duplicate_pairs*.tsv` labelled by hand, from the data folder
//! and from the project's own fixtures.

use super::super::rows;
use super::postings::{Posting, Postings};
use anyhow::{Context, Result};
use job_etl::taxonomy::Taxonomy;
use md5::Digest;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The kind of the pairs of `duplicate_pairs*.tsv`.
pub const BY_HAND: &str = "labelled by hand";

/// What the label says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// One opening.
    Same,
    /// Two.
    Different,
}

/// One labelled pair; `left` and `right` are indexes of postings.
pub struct Pair {
    /// The kind of label.
    pub kind: String,
    /// Whether its misses stay unseen.
    pub held_out: bool,
    /// The label.
    pub label: Label,
    /// Remark of the person who labelled.
    pub note: String,
    /// The one.
    pub left: usize,
    /// The other.
    pub right: usize,
}

/// Reads them all; postings that only a pair names are added.
pub fn read(data: &Path, postings: &mut Postings, taxonomy: &Taxonomy) -> Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    let mut stubs = HashMap::new();
    let mut seen = HashSet::new();
    for row in rows::in_folder(&data.join("labels-duplicates"))? {
        let Some(kind) = row["kind"].as_str() else { continue };
        let (left, right) = (&row["a"], &row["b"]);
        let is_self = name(left) == name(right);
        let once = (kind.to_owned(), name(left).min(name(right)), name(left).max(name(right)));
        if is_self || !seen.insert(once) {
            continue;
        }
        let is_nonmatch = kind.contains("nonmatch");
        let label = if is_nonmatch { Label::Different } else { Label::Same };
        let kind = if !is_nonmatch && numbers_differ(left, right) {
            format!("{kind}, links contradict")
        } else {
            kind.to_owned()
        };
        let left = end(left, postings, &mut stubs, taxonomy);
        let right = end(right, postings, &mut stubs, taxonomy);
        pairs.push(Pair { kind, label, note: String::new(), held_out: false, left, right });
    }
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/labels");
    let labels = [own, data.join("labels-duplicates"), data.to_owned()];
    for file in labels.iter().flat_map(|folder| files_of(folder)) {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with("duplicate_pairs") && name.contains(".tsv") {
            by_hand(&file, postings, &mut pairs)?;
        }
    }
    Ok(pairs)
}

fn name(end: &Value) -> String {
    format!("{}/{}/{}", end["src"].as_str().unwrap_or_default(), end["id"], end["row"])
}

/// Some labels were made from links without their parameters. Where both links have the same parameter with different
/// numbers of the advertisement, the label is wrong; such pairs are counted apart.
fn numbers_differ(left: &Value, right: &Value) -> bool {
    let number = |end: &Value, name: &str| {
        let url = end["url"].as_str()?;
        let (_, query) = url.split_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
    };
    ["gh_jid", "token", "jobId", "jk"]
        .iter()
        .any(|name| number(left, name).zip(number(right, name)).is_some_and(|(left, right)| left != right))
}

/// The posting of one end of a pair, from its file when that is there.
fn end(
    end: &Value,
    postings: &mut Postings,
    stubs: &mut HashMap<String, usize>,
    taxonomy: &Taxonomy,
) -> usize {
    let text = |field: &str| end[field].as_str().unwrap_or_default();
    if let Some(known) =
        postings.find(text("src"), text("id")).or_else(|| postings.find(text("src"), text("url")))
    {
        return known;
    }
    let key = format!("{}/{}/{}", name(end), text("title"), text("url"));
    if let Some(known) = stubs.get(&key) {
        return *known;
    }
    let locations: Vec<String> = match text("location") {
        "" => Vec::new(),
        location => location.split(['|', ';']).map(|part| part.trim().to_owned()).collect(),
    };
    let posting = Posting::new(text("company"), text("title"), &locations, &[text("url")], taxonomy);
    let index = postings.add(text("src"), vec![key.clone()], posting);
    stubs.insert(key, index);
    index
}

/// Columns file_a, id_a, file_b, id_b, label and any notes. Half of the pairs, by a hash of their identifiers, is held out: its
/// misses are never printed.
fn by_hand(file: &Path, postings: &Postings, pairs: &mut Vec<Pair>) -> Result<()> {
    let text = text_of(file)?;
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [file_a, id_a, file_b, id_b, label, ..] = columns[..] else { continue };
        let label = match label {
            "same" => Label::Same,
            "different" => Label::Different,
            _ => continue,
        };
        // Pairs of a folder that is not here are left out.
        if let (Some(left), Some(right)) = (postings.find(file_a, id_a), postings.find(file_b, id_b)) {
            let note = columns[5..].join(" ");
            let held_out = md5::Md5::digest(format!("{id_a} {id_b}"))[0] & 1 == 1;
            pairs.push(Pair { kind: BY_HAND.to_owned(), held_out, label, note, left, right });
        }
    }
    Ok(())
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

fn text_of(file: &Path) -> Result<String> {
    let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
    let mut text = String::new();
    if file.extension().is_some_and(|ending| ending == "gz") {
        flate2::read::MultiGzDecoder::new(bytes.as_slice())
            .read_to_string(&mut text)
            .with_context(|| file.display().to_string())?;
    } else {
        text = String::from_utf8_lossy(&bytes).into_owned();
    }
    Ok(text)
}

//! Titles to occupations: `labels-title-esco-jobbert` against the table of the product, and each data set of
//! `labels-title-esco-melo` against its own corpus, whose labels are ranked.

use super::report::{self, Score, Task};
use super::rows;
use anyhow::{Context, Result};
use job_etl::enrich::{title, title_noise};
use job_etl::taxonomy::nearest::Nearest;
use job_etl::taxonomy::occupations::{self, codes_by_address};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// The published methods that know no meaning, only letters and words.
const LEXICAL: [&str; 8] = [
    "word_tf_idf_lemmas",
    "bm25_lemmas",
    "char_tf_idf_lemmas",
    "char_tf_idf",
    "word_tf_idf",
    "bm25",
    "edit_distance",
    "random",
];

/// The best lexical MRR that the authors of MELO print for sets which `published_baselines.tsv` lacks: `reports/table_5a_lexical.txt`
/// of their repository, the row "Char TF-IDF" at the Belgian set in French against English labels.
const PRINTED: [(&str, &str, &str); 1] = [("bel_q_fr_c_en", "char_tf_idf", "0.1827")];

/// Scores all sets: hit among the first five as recall; the other figures are printed below.
pub fn evaluate(data: &Path, misses: bool) -> Result<Vec<Task>> {
    let mut tasks = jobbert(&data.join("labels-title-esco-jobbert"), misses)?;
    let melo = data.join("labels-title-esco-melo");
    let baselines = rows::text(&melo.join("published_baselines.tsv"))?.unwrap_or_default();
    for folder in entries(&melo)?.into_iter().filter(|path| path.is_dir()) {
        tasks.extend(ranked(&folder, &baselines, misses)?);
    }
    Ok(tasks)
}

fn jobbert(folder: &Path, misses: bool) -> Result<Vec<Task>> {
    let codes = codes_by_address();
    let mut tasks = Vec::new();
    for file in entries(folder)?.into_iter().filter(|path| is_table(path)) {
        let text = rows::text(&file)?.unwrap_or_default();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers()?.clone();
        let column = |name: &str| header.iter().position(|cell| cell == name);
        let (Some(title_at), Some(uri)) = (column("vacancyTitle"), column("conceptUri")) else { continue };
        let mut ranks: [Vec<usize>; 2] = Default::default();
        for record in reader.records() {
            let record = record.with_context(|| file.display().to_string())?;
            let found = nearest(&record[title_at]);
            let code = codes.get(&record[uri]);
            let rank = code.and_then(|code| found.iter().position(|(found, _)| found == code));
            if misses && is_tuning(&record[title_at]) && rank.is_none_or(|rank| rank >= 5) {
                report::miss(&format!("title\t{}\t{code:?}\t{:?}", &record[title_at], found.first()));
            }
            ranks[usize::from(!is_tuning(&record[title_at]))].push(rank.map_or(0, |rank| rank + 1));
        }
        tasks.push(task("JobBERT, tuning half", &ranks[0], ""));
        tasks.push(task("JobBERT, held out", &ranks[1], ""));
    }
    Ok(tasks)
}

/// As the product reads a title.
fn nearest(text: &str) -> Vec<(&'static str, f32)> {
    let parts = title::parts(&title_noise::clean(text));
    occupations::nearest_in_esco(&parts.each_ref().map(|(text, weight)| (text.as_str(), *weight)))
}

/// Ranks the labels of a corpus; equals by identifier downwards, as trec_eval does; the first hundred count.
fn ranked(folder: &Path, baselines: &str, misses: bool) -> Result<Option<Task>> {
    let read = |name: &str| rows::text(&folder.join(name)).map(Option::unwrap_or_default);
    let (corpus, queries, gold) =
        (read("corpus_elements.tsv")?, read("queries.tsv")?, read("annotations.tsv")?);
    let mut corpus: Vec<(&str, &str)> = corpus.lines().filter_map(|line| line.split_once('\t')).collect();
    corpus.sort_unstable();
    let mut relevant: HashMap<&str, HashSet<&str>> = HashMap::new();
    for line in gold.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        if let [query, _, element, "1"] = columns[..] {
            relevant.entry(query).or_default().insert(element);
        }
    }
    let nearest = Nearest::new(corpus.iter().zip(0..).map(|((_, label), at)| (*label, at)));
    let mut ranks = Vec::new();
    for (id, query) in queries.lines().filter_map(|line| line.split_once('\t')) {
        let query = query.split(" (").next().unwrap_or(query);
        let hits = nearest.find(&[(query, 1.0)]);
        let right = relevant.get(id);
        let rank = hits
            .iter()
            .position(|hit| right.is_some_and(|right| right.contains(corpus[hit.label as usize].0)));
        if misses && rank.is_none() {
            report::miss(&format!(
                "title\t{query}\t{:?}",
                hits.first().map(|hit| corpus[hit.label as usize].1)
            ));
        }
        ranks.push(rank.map_or(0, |rank| rank + 1));
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let listed = baselines.lines().filter_map(|line| {
        let mut columns = line.split('\t');
        Some((columns.next()?, columns.next()?, columns.next()?))
    });
    let best = listed
        .chain(PRINTED)
        .filter(|(set, method, _)| *set == name && LEXICAL.contains(method))
        .max_by(|one, other| one.2.cmp(other.2))
        .map_or("no published baseline here".to_owned(), |(_, method, mrr)| {
            format!("best published lexical MRR {mrr} ({method})")
        });
    Ok((!ranks.is_empty()).then(|| task(&format!("MELO {name}"), &ranks, &best)))
}

fn task(name: &str, ranks: &[usize], beside: &str) -> Task {
    let within = |most: usize| ranks.iter().filter(|rank| (1..=most).contains(*rank)).count() as u64;
    let share = |most: usize| within(most) as f64 / ranks.len().max(1) as f64;
    let mrr: f64 = ranks.iter().filter(|rank| **rank > 0).map(|rank| 1.0 / *rank as f64).sum::<f64>()
        / ranks.len().max(1) as f64;
    let figures = format!("hit@1 {:.4}  @5 {:.4}  @10 {:.4}  MRR {mrr:.4}", share(1), share(5), share(10));
    report::note(&format!("{name}: {figures}  {beside}"));
    let right = within(5);
    let missed = ranks.len() as u64 - right;
    Task {
        name: format!("title, {name}, hit@5"),
        score: Score { right, wrong: missed, missed, right_nulls: 0 },
    }
}

/// Which half a row belongs to: rules were made on one, and are measured on the other.
fn is_tuning(text: &str) -> bool {
    text.bytes().fold(2_166_136_261_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619)) & 16
        == 0
}

fn is_table(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    name.ends_with(".csv") || name.ends_with(".csv.gz")
}

/// What a folder holds, by name without the ending of a gzipped twin; nothing when it is not there.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    for path in &mut paths {
        if path.extension().is_some_and(|end| end == "gz") {
            path.set_extension("");
        }
    }
    paths.sort();
    paths.dedup();
    Ok(paths)
}

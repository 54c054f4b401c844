//! Language of postings of sources in one language: whole texts, and their first hundred bytes, where null is better than
//! wrong. The labels are coarse: about one Ashby posting in ninety, and a few of Uber's, are in another language.

use super::report::{self, Score, Task};
use super::rows;
use anyhow::Result;
use job_etl::taxonomy::language::detect;
use std::collections::BTreeMap;
use std::path::Path;

/// Folders, the field with the text, and the language that all but a few of their postings have.
const SETS: [(&str, &str, &str); 4] = [
    ("postings-francetravail-fr", "description", "fr"),
    ("postings-nhs-uk", "description", "en"),
    ("postings-uber", "description", "en"),
    ("postings-ashby", "descriptionPlain", "en"),
];
/// Shorter texts are too short to tell.
const SHORT: usize = 100;

/// Scores the language of whole texts and of their beginnings.
pub fn evaluate(data: &Path, misses: bool) -> Result<Vec<Task>> {
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for (folder, field, language) in SETS {
        for row in rows::in_folder(&data.join(folder))? {
            let Some(text) = row[field].as_str().filter(|text| text.len() >= SHORT) else { continue };
            let whole = scores.entry(format!("language, {folder} ({language})")).or_default();
            count(whole, language, text, misses);
            let first = scores.entry(format!("language of 100 bytes, {folder}")).or_default();
            count(first, language, &text[..text.floor_char_boundary(SHORT)], false);
        }
    }
    Ok(scores.into_iter().map(|(name, score)| Task { name, score }).collect())
}

fn count(score: &mut Score, language: &str, text: &str, misses: bool) {
    let found = detect(text).map(|(code, _)| code);
    if found == Some(language) {
        score.right += 1;
        return;
    }
    score.missed += 1;
    score.wrong += u64::from(found.is_some());
    if misses {
        let start: String = text.chars().take(60).collect();
        report::miss(&format!("language\t{language}\t{found:?}\t{}", start.replace('\n', " ")));
    }
}

//! Company size: the band of a size as people write it, against the band of its numbers.

use super::report::{self, Score, Task};
use super::rows;
use anyhow::Result;
use job_etl::taxonomy::Taxonomy;
use std::path::Path;

/// Fewest employees of each band, and the label it must get.
const BANDS: &[(u64, &str)] = &[
    (1, "1-10"),
    (11, "11-50"),
    (51, "51-200"),
    (201, "201-500"),
    (501, "501-1000"),
    (1_001, "1001-5000"),
    (5_001, "5001+"),
];

/// Scores `labels-company-size`.
pub fn evaluate(data: &Path, misses: bool) -> Result<Vec<Task>> {
    let companies = rows::in_folder(&data.join("labels-company-size"))?;
    if companies.is_empty() {
        return Ok(Vec::new());
    }
    let taxonomy = Taxonomy::bundled();
    let mut score = Score::default();
    for company in &companies {
        let stated = company["size_bin"].as_str().unwrap_or_default();
        let found = taxonomy.company_size(stated);
        match (expected(stated), found) {
            (None, None) => score.right_nulls += 1,
            (Some(expected), Some(found)) if expected == found => score.right += 1,
            (expected, found) => {
                score.wrong += u64::from(found.is_some());
                score.missed += u64::from(expected.is_some());
                if misses {
                    report::miss(&format!("company size\t{expected:?}\t{found:?}\t{stated}"));
                }
            }
        }
    }
    Ok(vec![Task { name: "company size".to_owned(), score }])
}

/// The band of the first number of a bin such as `1,001-5,000 employees`.
fn expected(bin: &str) -> Option<&'static str> {
    let plain = bin.replace(',', "");
    let digits: String =
        plain.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    let fewest: u64 = digits.parse().ok()?;
    BANDS.iter().rev().find(|(least, _)| *least <= fewest).map(|(_, label)| *label)
}

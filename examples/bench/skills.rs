//! How fast skills alone are found, with spans, sections and the grammar of mentions, beside a bare scan of the same
//! bytes for the same spellings by an Aho-Corasick automaton; and both for other tools to measure themselves against.

use aho_corasick::AhoCorasick;
use anyhow::{Context, Result};
use job_etl::enrich::mentions::Reader;
use job_etl::normalize::canonical::Canonical;
use job_etl::taxonomy::Taxonomy;
use serde_json::json;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// Rounds go on until one measurement has taken this long.
const LONG_ENOUGH: Duration = Duration::from_secs(2);
/// Text that is handed to other tools, in bytes: some of them need minutes for all of it.
const FOR_PEERS: usize = 4_000_000;

/// Megabytes of text a second.
pub struct Rates {
    /// Skills with everything on.
    pub skills: f64,
    /// The bare automaton.
    pub automaton: f64,
    /// What both found in one round: mentions, and matches of any kind.
    pub found: (usize, usize),
}

/// Measures both on the descriptions of jobs.
pub fn measure(jobs: &[Canonical], config: &Path) -> Result<Rates> {
    let taxonomy = Taxonomy::load(&config.join("taxonomy"))?;
    let texts: Vec<&str> = texts(jobs).collect();
    let mut reader = Reader::default();
    let skills = rate(&texts, |text| reader.read(text, taxonomy.skills()).len());
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(taxonomy.skills().spellings())
        .context("the spellings do not fit into an automaton")?;
    let scan = rate(&texts, |text| automaton.find_overlapping_iter(text).count());
    Ok(Rates { skills: skills.0, automaton: scan.0, found: (skills.1, scan.1) })
}

/// Writes the spellings, some texts and our own figures into a folder.
pub fn write_for_peers(jobs: &[Canonical], config: &Path, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let taxonomy = Taxonomy::load(&config.join("taxonomy"))?;
    let mut spellings: Vec<&str> = taxonomy.skills().spellings().collect();
    spellings.sort_unstable();
    std::fs::write(folder.join("spellings.json"), serde_json::to_vec(&spellings)?)?;
    let mut file = std::io::BufWriter::new(std::fs::File::create(folder.join("texts.ndjson"))?);
    let mut bytes = 0;
    for text in texts(jobs).take_while(|text| {
        bytes += text.len();
        bytes <= FOR_PEERS
    }) {
        writeln!(file, "{}", serde_json::to_string(text)?)?;
    }
    file.flush()?;
    let rates = measure(jobs, config)?;
    let ours = json!({ "skills": rates.skills, "automaton": rates.automaton });
    std::fs::write(folder.join("ours.json"), serde_json::to_vec(&ours)?)?;
    Ok(())
}

fn texts(jobs: &[Canonical]) -> impl Iterator<Item = &str> {
    jobs.iter().filter_map(|job| job.description_text.as_deref())
}

/// Megabytes a second, and what one round found.
fn rate(texts: &[&str], mut find: impl FnMut(&str) -> usize) -> (f64, usize) {
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    let (start, mut rounds, mut found) = (Instant::now(), 0, 0);
    while start.elapsed() < LONG_ENOUGH {
        found = texts.iter().map(|text| black_box(find(text))).sum();
        rounds += 1;
    }
    ((bytes * rounds) as f64 / 1e6 / start.elapsed().as_secs_f64(), found)
}

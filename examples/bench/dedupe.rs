//! How fast the core of dedupe is on invented jobs, how its time grows and how much memory it holds; and the same jobs for
//! other tools to measure themselves against.

use crate::openings::{self, Invented};
use crate::process;
use anyhow::{Context, Result};
use job_etl::dedupe::clusters::clusters;
use job_etl::dedupe::core::{DedupeJob, Member};
use job_etl::dedupe::links::links;
use job_etl::dedupe::signature::{Signature, signatures};
use rayon::prelude::*;
use serde_json::json;
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// The two sizes whose times are compared.
pub const SIZES: [usize; 2] = [100_000, 1_000_000];
/// Companies that are made at a time.
const AT_A_TIME: u64 = 256;
/// Jobs that are handed to other tools, which need minutes for more.
const FOR_PEERS: usize = 20_000;

/// What was measured at one size.
pub struct Figures {
    /// How many jobs.
    pub jobs: usize,
    /// Time for signatures, links and clusters; making the jobs does not count.
    pub spent: [Duration; 3],
    /// Processor seconds of all cores for the same; on a busy machine they say more.
    pub cpu_seconds: Option<f64>,
    /// The most memory held meanwhile.
    pub peak_bytes: Option<u64>,
    /// Bytes of a stored signature, on average.
    pub signature_bytes: usize,
    /// Reposts and copies that share a cluster with their opening, of all.
    pub found: (usize, usize),
    /// Clusters of more than one opening.
    pub mixed: usize,
}

impl Figures {
    /// All of the time.
    pub fn seconds(&self) -> f64 {
        self.spent.iter().sum::<Duration>().as_secs_f64()
    }
}

/// Measures one size on all cores, as the stage runs.
pub fn measure(jobs: usize) -> Figures {
    let own = std::process::id();
    process::forget_peak(own);
    let (mut all, mut truth) = (Vec::with_capacity(jobs), Vec::with_capacity(jobs));
    let mut spent = [Duration::ZERO; 3];
    let mut cpu = Some(0.0);
    let mut company = 0;
    while all.len() < jobs {
        let blocks: Vec<Vec<Invented>> =
            (company..company + AT_A_TIME).into_par_iter().map(openings::of_company).collect();
        company += AT_A_TIME;
        let (clock, before) = (Instant::now(), process::cpu_seconds(own));
        let made: Vec<Vec<Signature>> = blocks.par_iter().map(|block| signatures_of(block)).collect();
        spent[0] += clock.elapsed();
        cpu = since(cpu, before, own);
        truth.extend(blocks.iter().flatten().map(|job| job.opening));
        all.extend(made.into_iter().flatten());
    }
    all.truncate(jobs);
    truth.truncate(jobs);
    let (clock, before) = (Instant::now(), process::cpu_seconds(own));
    let found = links(&all);
    spent[1] = clock.elapsed();
    let clock = Instant::now();
    let members = clusters(&all, &found, &[]);
    spent[2] = clock.elapsed();
    cpu = since(cpu, before, own);
    let peak_bytes = process::peak_bytes(own);
    let sample: usize = all.iter().step_by(97).map(|signature| signature.to_bytes().len()).sum();
    let (of_openings, mixed) = judge(&truth, &members);
    Figures {
        jobs,
        spent,
        cpu_seconds: cpu,
        peak_bytes,
        signature_bytes: sample / all.len().div_ceil(97),
        found: of_openings,
        mixed,
    }
}

/// Processor seconds so far and those since `before`.
fn since(so_far: Option<f64>, before: Option<f64>, own: u32) -> Option<f64> {
    Some(so_far? + process::cpu_seconds(own)? - before?)
}

fn signatures_of(block: &[Invented]) -> Vec<Signature> {
    let jobs: Vec<DedupeJob> = block.iter().map(Invented::job).collect();
    signatures(&jobs)
}

/// Copies that were found of all copies, and clusters that hold several openings.
fn judge(truth: &[u64], members: &[Member]) -> ((usize, usize), usize) {
    let mut first: HashMap<u64, &str> = HashMap::new();
    let mut opening_of: HashMap<&str, u64> = HashMap::new();
    let mut mixed: Vec<&str> = Vec::new();
    let (mut found, mut all) = (0, 0);
    for (opening, member) in truth.iter().zip(members) {
        let cluster = member.cluster_id.as_str();
        match first.get(opening) {
            Some(known) => {
                all += 1;
                found += usize::from(*known == cluster);
            }
            None => {
                first.insert(*opening, cluster);
            }
        }
        if *opening_of.entry(cluster).or_insert(*opening) != *opening {
            mixed.push(cluster);
        }
    }
    mixed.sort_unstable();
    mixed.dedup();
    ((found, all), mixed.len())
}

/// Writes jobs as NDJSON (key, company, title, text, opening), and our own figures.
pub fn write_for_peers(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let jobs: Vec<Invented> = (0..).flat_map(openings::of_company).take(FOR_PEERS).collect();
    let mut file = std::io::BufWriter::new(std::fs::File::create(folder.join("jobs.ndjson"))?);
    for job in &jobs {
        let (key, company, title, text) = job.words();
        let line =
            json!({ "key": key, "company": company, "title": title, "text": text, "opening": job.opening });
        writeln!(file, "{line}")?;
    }
    file.flush()?;
    let one_core = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let figures = one_core.install(|| measure(FOR_PEERS));
    let ours = json!({ "seconds": figures.cpu_seconds.unwrap_or(figures.seconds()), "found": figures.found.0, "all": figures.found.1, "mixed": figures.mixed });
    std::fs::write(folder.join("ours.json"), serde_json::to_vec(&ours)?)?;
    Ok(())
}

//! Measures the release build of job-etl on invented postings, and prints each aim beside what was measured:
//!
//! ```text
//! make bench                                # 10,000 and 100,000 postings
//! make bench BENCH="--full"                 # 1,000,000 too; shorter postings when the disk demands it
//! make bench BENCH="--dedupe"               # dedupe alone
//! make bench BENCH="1000 --keep"            # a size of your own; the scratch folder stays
//! ```
//!
//! A missed aim is a result and not a failure: the exit code is 0 unless something broke.

mod dedupe;
mod floor;
mod openings;
mod per_core;
mod pipeline;
mod process;
mod report;
mod skills;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use job_etl::db::cluster::{self, Search};
use pipeline::{Folders, Programs, Stub};
use report::{Aims, SizeFigures};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tokio::signal::unix::{SignalKind, signal};

/// The same as the program's, so that the figures per core are the program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Bytes of disk that a posting of full length needs at the most: raw, staging, the floor's table and its file.
const DISK_OF_TEXT: f64 = 50e3;
/// The same for what does not depend on the length of the description.
const DISK_OF_POSTING: f64 = 10e3;
/// Write-ahead log, catalogues and programs, whatever the size.
const DISK_OF_CLUSTER: f64 = 4e9;

/// Measures every stage of job-etl on invented postings, beside `psql \copy` of the same payloads.
#[derive(Parser)]
struct Arguments {
    /// How many postings; each size is a run of its own in a fresh database.
    #[arg(default_values_t = [10_000, 100_000], value_parser = clap::value_parser!(u64).range(1..))]
    sizes: Vec<u64>,
    /// Measure 1,000,000 postings too.
    #[arg(long)]
    full: bool,
    /// Where to work [default: the system's folder for temporary files]
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
    /// Leave the scratch folder for a look at it.
    #[arg(long)]
    keep: bool,
    /// Folder with real postings, for the figures per core.
    #[arg(long, value_name = "DIR", env = "JOB_ETL_DATA")]
    data: Option<PathBuf>,
    /// Write the spellings of skills and some descriptions there for other tools, and measure nothing else.
    #[arg(long, value_name = "DIR")]
    skills_for_peers: Option<PathBuf>,
    /// Write invented jobs there for other tools, and measure nothing else.
    #[arg(long, value_name = "DIR")]
    jobs_for_peers: Option<PathBuf>,
    /// Measure dedupe, and nothing else.
    #[arg(long)]
    dedupe: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut terminated = signal(SignalKind::terminate()).context("cannot wait for a signal")?;
    // Dropping the measurement ends its processes and removes its files.
    tokio::select! {
        done = measure(&arguments) => done,
        _ = tokio::signal::ctrl_c() => anyhow::bail!("interrupted"),
        _ = terminated.recv() => anyhow::bail!("terminated"),
    }
}

async fn measure(arguments: &Arguments) -> Result<()> {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    if let Some(folder) = &arguments.skills_for_peers {
        let sample =
            arguments.data.as_deref().map_or_else(per_core::Sample::invented, per_core::Sample::real)?;
        return skills::write_for_peers(&per_core::normalize(&sample)?.1, &shipped, folder);
    }
    if let Some(folder) = &arguments.jobs_for_peers {
        return dedupe::write_for_peers(folder);
    }
    if arguments.dedupe {
        report::machine();
        let mut aims = Aims::default();
        report::dedupe(&dedupe::SIZES.map(dedupe::measure), &mut aims);
        aims.print();
        return Ok(());
    }
    let programs = Programs::beside(&std::env::current_exe().context("cannot find this program")?)?;
    report::machine();
    let mut aims = Aims::default();
    measure_cores(arguments, &shipped, &mut aims)?;
    report::dedupe(&dedupe::SIZES.map(dedupe::measure), &mut aims);
    let mut sizes = arguments.sizes.clone();
    if arguments.full {
        sizes.push(1_000_000);
    }
    let mut seconds_of_dedupe = Vec::new();
    for postings in sizes {
        let scratch = Scratch::make(arguments, postings)?;
        let scale = affordable_scale(&scratch.folder, postings)?;
        let figures = measure_size(&programs, &scratch.folder, &shipped, postings, scale).await?;
        report::size(&figures, &mut aims);
        let stage = figures.run.stages.iter().find(|stage| stage.stage == "dedupe");
        seconds_of_dedupe.extend(stage.map(|stage| (postings, stage.seconds)));
    }
    report::growth(&seconds_of_dedupe, &mut aims);
    aims.print();
    Ok(())
}

fn measure_cores(arguments: &Arguments, config: &Path, aims: &mut Aims) -> Result<()> {
    let mut samples = vec![per_core::Sample::invented()?];
    match &arguments.data {
        Some(folder) => samples.push(per_core::Sample::real(folder)?),
        None => report::say("\nJOB_ETL_DATA is not set: one core is measured on invented postings only"),
    }
    for sample in samples {
        let (normalize, jobs) = per_core::normalize(&sample)?;
        let rank = per_core::enrich_and_rank(&jobs, config)?;
        report::core(&sample, &normalize, &rank, aims);
        report::skills(sample.name, &skills::measure(&jobs, config)?, aims);
    }
    Ok(())
}

async fn measure_size(
    programs: &Programs,
    scratch: &Path,
    shipped: &Path,
    postings: u64,
    scale: f64,
) -> Result<SizeFigures> {
    report::say(&format!("\nmeasuring {} postings in {} …", report::thousands(postings), scratch.display()));
    let (home, config, artifacts) = (scratch.join("home"), scratch.join("config"), scratch.join("artifacts"));
    copy_folder(shipped, &config)?;
    let stub = Stub::start(programs, postings, scale, &config.join("sources.yml")).await?;
    // Entered here, the server outlives the run and takes the floor too; making the cluster is not measured.
    let cluster = cluster::enter(&home, &server_programs())?;
    ensure!(
        cluster.data().starts_with(scratch),
        "the server's account cannot enter {}; name another folder with --scratch",
        scratch.display()
    );
    let folders = Folders { home: &home, config: &config, artifacts: &artifacts };
    let run = pipeline::run(programs, &folders, &stub, cluster.postmaster_pid()).await?;
    let floor = floor::measure(&cluster, scratch).await?;
    cluster.leave()?;
    Ok(SizeFigures { postings, scale, run, floor, disk_bytes: bytes_below(scratch) })
}

/// The environment belongs to `config`, also here.
fn server_programs() -> Search {
    let variable = job_etl::config::environment::variable;
    Search { pg_bin: variable("JOB_ETL_PG_BIN").map(PathBuf::from), path: variable("PATH").map(Into::into) }
}

/// A folder of this process that goes when it is dropped, unless it is to stay.
struct Scratch {
    folder: PathBuf,
    keep: bool,
}

impl Scratch {
    fn make(arguments: &Arguments, postings: u64) -> Result<Scratch> {
        let parent = arguments.scratch.clone().unwrap_or_else(std::env::temp_dir);
        let folder = parent.join(format!("job-etl-bench-{}-{postings}", std::process::id()));
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        // As root the server runs as another account, which must be able to pass through.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755))
            .with_context(|| format!("cannot open {} to the server", folder.display()))?;
        let folder = folder.canonicalize().context("cannot resolve the scratch folder")?;
        Ok(Scratch { folder, keep: arguments.keep })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.keep {
            report::say(&format!("kept: {}", self.folder.display()));
        } else if let Err(error) = fs::remove_dir_all(&self.folder) {
            report::say(&format!("{} could not be removed: {error}", self.folder.display()));
        }
    }
}

/// How long the descriptions may be for that many postings to fit on the disk: 1 when real lengths do.
fn affordable_scale(folder: &Path, postings: u64) -> Result<f64> {
    let free = free_bytes(folder)? as f64 * 0.9;
    let scale = ((free - DISK_OF_CLUSTER) / postings as f64 - DISK_OF_POSTING) / DISK_OF_TEXT;
    ensure!(
        scale >= 0.1,
        "{} postings do not fit on the disk of {}; name another folder with --scratch",
        report::thousands(postings),
        folder.display()
    );
    Ok((scale.min(1.0) * 20.0).floor().max(2.0) / 20.0)
}

fn free_bytes(folder: &Path) -> Result<u64> {
    let output = Command::new("df").arg("-Pk").arg(folder).output().context("cannot start df")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let kilobytes = text.lines().nth(1).and_then(|line| line.split_whitespace().nth(3));
    let kilobytes: u64 = kilobytes.unwrap_or_default().parse().context("df does not tell the free space")?;
    Ok(kilobytes << 10)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target).with_context(|| format!("cannot write {}", target.display()))?;
        }
    }
    Ok(())
}

/// Bytes of the files below a folder; those that vanish meanwhile do not count.
fn bytes_below(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let bytes = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => bytes_below(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    entries.flatten().map(bytes).sum()
}

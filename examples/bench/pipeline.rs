//! One whole `job-etl run` against the stub server, read from the events it prints. Knows no stage by name.

use crate::process;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// The instant that stands for now in every run: after every invented posting.
const AS_OF: &str = "2026-11-22T12:00:00Z";

/// The programs that the same build made.
pub struct Programs {
    job_etl: PathBuf,
    stub_server: PathBuf,
}

impl Programs {
    /// Those beside this program.
    pub fn beside(bench: &Path) -> Result<Programs> {
        let examples = bench.parent().context("this program stands in no folder")?;
        let profile = examples.parent().context("this program stands in no target folder")?;
        let programs =
            Programs { job_etl: profile.join("job-etl"), stub_server: examples.join("stub_server") };
        for program in [&programs.job_etl, &programs.stub_server] {
            ensure!(program.is_file(), "{} is missing; `make bench` builds it", program.display());
        }
        Ok(programs)
    }
}

/// A stub server that serves invented postings until it is dropped.
pub struct Stub {
    child: Child,
    // Held open, so that the server can go on writing to it.
    _lines: Lines<BufReader<ChildStdout>>,
}

impl Stub {
    /// Starts the server and lets it write the `sources.yml` that asks for its postings.
    pub async fn start(programs: &Programs, postings: u64, scale: f64, sources: &Path) -> Result<Stub> {
        let mut child = Command::new(&programs.stub_server)
            .args(["--synthetic", &postings.to_string(), "--synthetic-only", "--listen", "127.0.0.1:0"])
            .args(["--scale", &scale.to_string()])
            .arg("--sources")
            .arg(sources)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("cannot start the stub server")?;
        let mut lines = lines_of(&mut child);
        let first = lines.next_line().await.context("cannot read what the stub server says")?;
        ensure!(
            first.is_some_and(|line| line.starts_with("listening on ")),
            "the stub server does not listen"
        );
        Ok(Stub { child, _lines: lines })
    }

    fn cpu_seconds(&self) -> Option<f64> {
        process::cpu_seconds(self.child.id()?)
    }
}

/// Where a run works.
pub struct Folders<'a> {
    /// `JOB_ETL_HOME`.
    pub home: &'a Path,
    /// Configuration folder.
    pub config: &'a Path,
    /// Where the files are published.
    pub artifacts: &'a Path,
}

/// What one stage took.
#[derive(Debug, Default)]
pub struct StageFigures {
    /// Verb of the stage.
    pub stage: String,
    /// Rows it read.
    pub rows: u64,
    /// Wall time.
    pub seconds: f64,
    /// Processor time of job-etl.
    pub cpu_seconds: Option<f64>,
    /// The most memory of job-etl within the stage, or until its end where peaks cannot be forgotten.
    pub peak_bytes: Option<u64>,
    /// What the stage said beside its numbers.
    pub note: Option<String>,
}

/// What a whole run took.
#[derive(Debug, Default)]
pub struct RunFigures {
    /// In the order of the pipeline.
    pub stages: Vec<StageFigures>,
    /// Wall time from the start of the process to its end.
    pub seconds: f64,
    /// Processor time of job-etl until its last event.
    pub cpu_seconds: Option<f64>,
    /// Processor time of PostgreSQL meanwhile.
    pub server_cpu_seconds: Option<f64>,
    /// Processor time of the stub server meanwhile.
    pub stub_cpu_seconds: Option<f64>,
    /// The most memory of job-etl.
    pub peak_bytes: Option<u64>,
    /// Bytes of the answers, decompressed.
    pub received_bytes: u64,
    /// Bytes of the published files.
    pub published_bytes: u64,
}

/// Runs the pipeline once, from end to end.
pub async fn run(
    programs: &Programs,
    folders: &Folders<'_>,
    stub: &Stub,
    postmaster: Option<u32>,
) -> Result<RunFigures> {
    let server_cpu = || postmaster.and_then(process::server_cpu_seconds);
    let (server_before, stub_before) = (server_cpu(), stub.cpu_seconds());
    let began = Instant::now();
    let mut child = Command::new(&programs.job_etl)
        .args(["run", "--json", "--as-of", AS_OF, "--config"])
        .arg(folders.config)
        .arg("--artifacts")
        .arg(folders.artifacts)
        .env("JOB_ETL_HOME", folders.home)
        // A measurement writes to no other database, and tells nobody.
        .env_remove("DATABASE_URL")
        .env_remove("DATABASE_URL_FILE")
        .env_remove("JOB_ETL_WEBHOOK_URL")
        .env_remove("JOB_ETL_WEBHOOK_URL_FILE")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("cannot start job-etl")?;
    let mut watch = Watch { pid: child.id(), ..Watch::default() };
    let mut lines = lines_of(&mut child);
    while let Some(line) = lines.next_line().await.context("cannot read the events of job-etl")? {
        let event = serde_json::from_str(&line).context("an event of job-etl is not JSON")?;
        watch.see(&event);
    }
    let status = child.wait().await.context("cannot wait for job-etl")?;
    ensure!(status.success(), "job-etl run ended with {status}");
    let mut figures = watch.figures;
    figures.seconds = began.elapsed().as_secs_f64();
    figures.server_cpu_seconds = difference(server_before, server_cpu());
    figures.stub_cpu_seconds = difference(stub_before, stub.cpu_seconds());
    Ok(figures)
}

/// Later minus earlier, when both are known.
pub fn difference(earlier: Option<f64>, later: Option<f64>) -> Option<f64> {
    earlier.zip(later).map(|(earlier, later)| later - earlier)
}

/// Looks at the process whenever it says something.
#[derive(Default)]
struct Watch {
    pid: Option<u32>,
    figures: RunFigures,
    stage_cpu: Option<f64>,
}

impl Watch {
    fn see(&mut self, event: &Value) {
        let cpu = self.pid.and_then(process::cpu_seconds);
        let peak = self.pid.and_then(process::peak_bytes);
        let figures = &mut self.figures;
        figures.cpu_seconds = cpu.or(figures.cpu_seconds);
        figures.peak_bytes = peak.max(figures.peak_bytes);
        let number = |pointer: &str| event.pointer(pointer).and_then(Value::as_u64).unwrap_or(0);
        match event["event"].as_str().unwrap_or_default() {
            "stage_started" => {
                self.stage_cpu = cpu;
                self.pid.map(process::forget_peak);
            }
            "source_progress" => figures.received_bytes = figures.received_bytes.max(number("/bytes")),
            "published" => figures.published_bytes += number("/bytes"),
            "stage_finished" => figures.stages.push(StageFigures {
                stage: event["stage"].as_str().unwrap_or_default().to_owned(),
                rows: number("/counts/in"),
                seconds: number("/duration_ms") as f64 / 1e3,
                cpu_seconds: difference(self.stage_cpu, cpu),
                peak_bytes: peak,
                note: event["note"].as_str().map(str::to_owned),
            }),
            _ => {}
        }
    }
}

fn lines_of(child: &mut Child) -> Lines<BufReader<ChildStdout>> {
    BufReader::new(child.stdout.take().expect("stdout was asked for as a pipe")).lines()
}

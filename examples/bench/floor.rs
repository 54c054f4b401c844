//! The floor: `psql \copy` of the same payloads into a bare jsonb table of the same server. Nothing that stores the
//! postings can be faster, so the pipeline is measured against it.

use crate::pipeline::difference;
use crate::process;
use anyhow::{Context, Result, ensure};
use job_etl::db::cluster::Cluster;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tokio::process::Command;

/// What the floor took, and what it was made from.
pub struct Floor {
    /// Payloads.
    pub rows: u64,
    /// Their bytes, as COPY text.
    pub bytes: u64,
    /// Wall time of `psql`.
    pub seconds: f64,
    /// Processor time of PostgreSQL meanwhile.
    pub server_cpu_seconds: Option<f64>,
    /// Bytes of all descriptions as plain text.
    pub text_bytes: u64,
}

/// Takes the payloads out of the database that a run has filled, and times how long they take to go in again.
pub async fn measure(cluster: &Cluster, scratch: &Path) -> Result<Floor> {
    let file = scratch.join("payloads.copy");
    let quoted = file.to_string_lossy().replace('\'', "''");
    let text_bytes = psql(
        cluster,
        &["select coalesce(sum(octet_length(description_text)), 0) from staging.job_postings_stg"],
    )
    .await?;
    psql(cluster, &[&format!("\\copy (select payload from raw.job_postings_raw) to '{quoted}'")]).await?;
    let bytes = file.metadata().context("psql has written no payloads")?.len();
    // What the run left to be written must not slow the floor down.
    psql(
        cluster,
        &["create schema bench", "create table bench.floor (payload jsonb compression lz4)", "checkpoint"],
    )
    .await?;
    let server_cpu = || cluster.postmaster_pid().and_then(process::server_cpu_seconds);
    let (before, began) = (server_cpu(), Instant::now());
    let said = psql(cluster, &[&format!("\\copy bench.floor (payload) from '{quoted}'")]).await?;
    let seconds = began.elapsed().as_secs_f64();
    let server_cpu_seconds = difference(before, server_cpu());
    let rows = said.strip_prefix("COPY ").unwrap_or_default().parse().context("psql copied nothing")?;
    Ok(Floor {
        rows,
        bytes,
        seconds,
        server_cpu_seconds,
        text_bytes: text_bytes.parse().context("the length of the descriptions is no number")?,
    })
}

/// Does the commands in one session and returns what the last one said.
async fn psql(cluster: &Cluster, commands: &[&str]) -> Result<String> {
    let beside = cluster.binaries().program("psql");
    let program = if beside.is_file() { beside } else { PathBuf::from("psql") };
    let mut psql = Command::new(&program);
    psql.args(["--no-psqlrc", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1", "--dbname"]);
    psql.arg(cluster.url()).kill_on_drop(true);
    for command in commands {
        psql.args(["--command", command]);
    }
    let output = psql.output().await.with_context(|| format!("cannot start {}", program.display()))?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "psql failed: {}", error.trim());
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.trim().lines().last().unwrap_or_default().to_owned())
}

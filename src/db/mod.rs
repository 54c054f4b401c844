//! PostgreSQL: connections, the fence around every write, and one file per table. All SQL of the project is here.
//! Knows no stage and no source.

pub mod audit;
pub mod checkup;
pub mod cluster;
pub mod clusters;
pub mod config_versions;
pub mod copy;
pub mod duplicates;
pub mod enrichments;
pub mod health;
pub mod history;
pub mod kept_apart;
pub mod ledger;
pub mod marks;
pub mod marts;
pub mod outbox;
pub mod outcome;
pub mod postings;
pub mod publications;
pub mod quota;
pub mod rankings;
pub mod raw;
pub mod rejects;
pub mod rollups;
pub mod schema;
pub mod sightings;
pub mod signatures;
pub mod state_hash;
pub mod views;

use anyhow::{Context, Result};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, PgConnection, Postgres, Transaction};
use std::time::Duration;

/// Connections one invocation may hold: a reader and a writer, the notifier, the quota ledger.
const MAX_CONNECTIONS: u32 = 6;
/// A session that cannot be had for this long is not to be had; it outlasts the restart of a server.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
/// Tries of what lost its connection; the waits between them add up to 30 seconds.
const TRIES: u32 = 4;
/// A statement that waits longer for a lock fails instead of hanging behind a foreign session.
const LOCK_TIMEOUT: &str = "30s";

/// Opens the pool that runs use: every session acts as `job_etl_writer`, in UTC, and qualifies every name.
pub async fn connect(options: PgConnectOptions) -> Result<PgPool> {
    let options = session(options);
    PgPoolOptions::new()
        .max_connections(MAX_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(|conn, _| {
            Box::pin(async move {
                sqlx::raw_sql("set role job_etl_writer").execute(conn).await?;
                Ok(())
            })
        })
        .connect_with(options)
        .await
        .context("cannot open a session as job_etl_writer")
}

/// The settings that every session of job-etl has.
pub fn session(options: PgConnectOptions) -> PgConnectOptions {
    // A statement that reads a whole stage takes long by design, and a warning with its text helps nobody.
    let options = options.disable_statement_logging();
    options.application_name("job-etl").options([
        ("TimeZone", "UTC"),
        ("search_path", "pg_catalog"),
        ("lock_timeout", LOCK_TIMEOUT),
        ("jit", "off"),
    ])
}

/// The right to write, held by the run with the newest epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fence {
    /// Epoch of the whole pipeline: taken when the run began, or found by a run that keeps to its lane.
    pub epoch: i64,
    /// Epoch of the lane, taken when a run began that extracts one source alone.
    pub lane_epoch: Option<i64>,
}

/// A newer run has begun; this one must stop (`E-FENCED`).
#[derive(Debug)]
pub struct Fenced;

impl std::fmt::Display for Fenced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a newer run has begun, so this one stops without writing (E-FENCED)")
    }
}

impl std::error::Error for Fenced {}

/// Begins a write transaction that the fence guards until it ends.
pub async fn begin(pool: &PgPool, fence: Fence) -> Result<Transaction<'static, Postgres>> {
    let mut transaction = pool.begin().await.context("cannot begin a transaction")?;
    check_fence(&mut transaction, fence).await?;
    Ok(transaction)
}

/// Fails with [`Fenced`] when a newer run has begun; else keeps one from beginning until this transaction ends.
async fn check_fence(conn: &mut PgConnection, fence: Fence) -> Result<()> {
    let held = sqlx::query!("select from ops.pipeline where epoch = $1 for share", fence.epoch)
        .fetch_optional(&mut *conn)
        .await
        .context("cannot check the fence")?
        .is_some();
    let lane_held = match fence.lane_epoch {
        None => true,
        Some(epoch) => sqlx::query!("select from ops.lanes where epoch = $1 for share", epoch)
            .fetch_optional(conn)
            .await
            .context("cannot check the fence of the lane")?
            .is_some(),
    };
    if held && lane_held { Ok(()) } else { Err(Fenced.into()) }
}

/// Calls `attempt` again while its connection is lost, up to [`TRIES`] times; it must be safe to repeat.
pub async fn retrying<T>(what: &str, attempt: impl AsyncFn() -> Result<T>) -> Result<T> {
    let mut tries = 1;
    loop {
        match attempt().await {
            Err(error) if tries < TRIES && is_transient(&error) => {
                tracing::warn!(what, tries, "trying again: {error:#}");
                tokio::time::sleep(Duration::from_secs(5 * u64::from(tries))).await;
                tries += 1;
            }
            done => return done,
        }
    }
}

/// The one place that decides what is worth another try: the server went away, is starting, or chose this
/// transaction as the victim of a deadlock.
fn is_transient(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<sqlx::Error>()).any(|error| match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(refusal) => {
            let code = refusal.code().unwrap_or_default();
            matches!(code.as_ref(), "40001" | "40P01") || code.starts_with("08") || code.starts_with("57P")
        }
        _ => false,
    })
}

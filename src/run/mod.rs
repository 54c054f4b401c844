//! `job-etl run`: the stages in order, each written into the ledger as it ends. Holds no logic of a stage, no SQL,
//! and no clock of its own.

pub mod day;
pub mod events;
mod orchestrated;
mod stages;
mod summary;
mod turn;

use crate::config::environment::Keys;
use crate::config::ranking::Ranking;
use crate::db::config_versions::{self, ConfigText};
use crate::db::ledger::{self, Run, RunEnd, RunStart, StageRow, StageStatus};
use crate::extract::Asked;
use crate::http::Client;
use crate::notify::Endpoint;
use crate::publish::PublishOptions;
use crate::taxonomy::Taxonomy;
use anyhow::Result;
use chrono::{DateTime, NaiveDate, Utc};
use events::{EVENTS_VERSION, Event};
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The stages, in the order of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
#[expect(missing_docs, reason = "the names are the verbs")]
pub enum Stage {
    Extract,
    Normalize,
    Enrich,
    Dedupe,
    Rank,
    Publish,
    Notify,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Stage; 7] = [
        Stage::Extract,
        Stage::Normalize,
        Stage::Enrich,
        Stage::Dedupe,
        Stage::Rank,
        Stage::Publish,
        Stage::Notify,
    ];

    /// The verb, as the ledger and the command line have it.
    pub fn verb(self) -> &'static str {
        match self {
            Stage::Extract => "extract",
            Stage::Normalize => "normalize",
            Stage::Enrich => "enrich",
            Stage::Dedupe => "dedupe",
            Stage::Rank => "rank",
            Stage::Publish => "publish",
            Stage::Notify => "notify",
        }
    }
}

/// Everything a run needs, read and checked before it begins.
pub struct Plan {
    /// Key of the run, a uuid of version 7.
    pub run_id: Uuid,
    /// The first stage to do.
    pub from: Stage,
    /// The last stage to do.
    pub to: Stage,
    /// The source that is extracted alone, so that other sources may be extracted at the same time.
    pub lane: Option<String>,
    /// Run of the orchestrator that this is one task of.
    pub parent_run_id: Option<String>,
    /// Tasks of the orchestrator's run that failed, for the message.
    pub failed_tasks: Vec<String>,
    /// How long to wait for another run to end.
    pub wait: Duration,
    /// The Toronto date this run is for.
    pub logical_date: NaiveDate,
    /// The instant that stands for now in every row.
    pub as_of: DateTime<Utc>,
    /// What to ask for.
    pub asked: Vec<Asked>,
    /// Weights and profiles.
    pub ranking: Arc<Ranking>,
    /// Dictionaries.
    pub taxonomy: Arc<Taxonomy>,
    /// The client of this run.
    pub client: Arc<Client>,
    /// The secret of a name.
    pub key: Box<Keys>,
    /// What to publish, and where.
    pub publish: PublishOptions,
    /// Who is told.
    pub endpoint: Option<Endpoint>,
    /// Names the texts below, for the ledger.
    pub config_version: String,
    /// The texts that decide scores.
    pub config_texts: Vec<ConfigText>,
    /// The text that says what was asked for.
    pub sources_text: ConfigText,
    /// Host name, for the ledger.
    pub host: String,
    /// The command line without secrets, for the ledger.
    pub arguments: String,
}

/// Another run holds the lock. Exit code 75.
#[derive(Debug)]
pub struct Busy(pub Option<ledger::Holder>);

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another run holds the lock")?;
        if let Some(holder) = &self.0 {
            let started = holder.started_at.format("%Y-%m-%d %H:%M:%S UTC");
            write!(f, ": process {} on {}, begun {started}", holder.pid, holder.host)?;
        }
        f.write_str("; wait for it to end, or see `job-etl status`")
    }
}

impl std::error::Error for Busy {}

/// How a run ended.
#[derive(Debug)]
pub struct Outcome {
    /// `ok`, `partial`, `failed` or `interrupted`.
    pub status: &'static str,
    /// Key of the run.
    pub run_id: Uuid,
    /// Every row of its ledger.
    pub stages: Vec<StageRow>,
    /// The error that ended it.
    pub error: Option<anyhow::Error>,
    /// Whether every source that failed sent something other than what it documents. Exit code 76.
    pub protocol_broken: bool,
    /// Whether a message has not arrived yet.
    pub message_waits: bool,
}

/// Where a run speaks: to whom it shows events, what time it is, and how it learns that it must stop.
pub struct Surroundings<'a> {
    /// Shown every event.
    pub observer: &'a (dyn Fn(&Event) + Sync),
    /// Wall-clock time, for the ledger and for retries only.
    pub clock: &'a (dyn Fn() -> DateTime<Utc> + Sync),
    /// Resolves when the run must stop.
    pub stop: std::pin::Pin<Box<dyn Future<Output = ()> + Send + 'a>>,
}

/// Runs the plan. `Err` only when the run could not begin ([`Busy`] among others) or its end not be written.
pub async fn run(
    pool: &PgPool,
    options: PgConnectOptions,
    plan: &Plan,
    mut surroundings: Surroundings<'_>,
) -> Result<Outcome> {
    let _lock = tokio::select! {
        lock = turn::take(options, plan, surroundings.observer) => lock?,
        () = &mut surroundings.stop => return Ok(Outcome::stopped_before_it_began(plan)),
    };
    let began = Instant::now();
    let run = begin(pool, plan, &surroundings).await?;
    let mut stages = stages::Progress::new(pool, &run, plan, surroundings.observer);
    let work = stages.all();
    let ended = tokio::select! {
        ended = work => Some(ended),
        () = &mut surroundings.stop => None,
    };
    let (rows, failure, protocol_broken) = stages.into_parts();
    let (status, error) = match ended {
        None => ("interrupted", None),
        Some(Err(error)) => ("failed", Some(error)),
        Some(Ok(())) if rows.iter().any(is_incomplete) => ("partial", None),
        Some(Ok(())) => ("ok", None),
    };
    let duration_ms = began.elapsed().as_millis() as u64;
    let end = RunEnd {
        status,
        failed_stage: failure.filter(|_| status == "failed").map(Stage::verb),
        error: error.as_ref().map(one_line),
        rows_written: rows.iter().map(|row| row.counts.rows).sum(),
        finished_at: (surroundings.clock)(),
    };
    let message_waits = stages::finish(pool, &run, plan, &end, &rows, duration_ms, &surroundings).await?;
    (surroundings.observer)(&Event::RunFinished {
        run_id: run.run_id.to_string(),
        logical_date: run.logical_date.to_string(),
        status,
        rows_written: end.rows_written,
        duration_ms,
        stages: by_stage(&rows),
        error: end.error.clone(),
    });
    Ok(Outcome { status, run_id: run.run_id, stages: rows, error, protocol_broken, message_waits })
}

impl Outcome {
    fn stopped_before_it_began(plan: &Plan) -> Outcome {
        Outcome {
            status: "interrupted",
            run_id: plan.run_id,
            stages: Vec::new(),
            error: None,
            protocol_broken: false,
            message_waits: false,
        }
    }
}

/// What each stage counted, all its sources together.
fn by_stage(rows: &[StageRow]) -> BTreeMap<&'static str, events::CountsView> {
    let mut totals: BTreeMap<&'static str, ledger::Counts> = BTreeMap::new();
    for row in rows {
        *totals.entry(row.stage).or_default() += row.counts;
    }
    totals.into_iter().map(|(stage, counts)| (stage, counts.into())).collect()
}

/// Takes the next epoch and tells that the run begins.
async fn begin(pool: &PgPool, plan: &Plan, surroundings: &Surroundings<'_>) -> Result<Run> {
    let started_at = (surroundings.clock)();
    let start = RunStart {
        run_id: plan.run_id,
        logical_date: plan.logical_date,
        as_of: plan.as_of,
        window_start: day::window(plan.logical_date).0,
        started_at,
        host: &plan.host,
        arguments: &plan.arguments,
        parent_run_id: plan.parent_run_id.as_deref(),
        lane: plan.lane.as_deref(),
        is_backfill: plan.publish.until.is_some(),
        config_version: Some(&plan.config_version),
    };
    let texts: Vec<ConfigText> = plan.config_texts.iter().chain([&plan.sources_text]).cloned().collect();
    // Before the run that names it.
    config_versions::remember(pool, &texts, &plan.config_version, &plan.config_texts, plan.as_of).await?;
    let run = ledger::begin_run(pool, &start).await?;
    (surroundings.observer)(&Event::RunStarted {
        version: EVENTS_VERSION,
        run_id: run.run_id.to_string(),
        logical_date: run.logical_date.to_string(),
        as_of: run.as_of.to_rfc3339(),
    });
    Ok(run)
}

/// More than 5 % of a source rejected, or a source that did not answer fully.
fn is_incomplete(row: &StageRow) -> bool {
    matches!(row.status, StageStatus::Partial | StageStatus::Failed)
        || row.counts.rejected * 20 > row.counts.seen
}

/// The chain of an error in one line.
pub fn one_line(error: &anyhow::Error) -> String {
    format!("{error:#}").split_whitespace().collect::<Vec<_>>().join(" ")
}

//! Calls the stages one after the other, tries a stage again when the database went away, and keeps the ledger.

use super::events::{CountsView, Event};
use super::{Plan, Stage, Surroundings, one_line, orchestrated, summary};
use crate::db::ledger::{self, Counts, Run, RunEnd, StageRow, StageStatus};
use crate::db::{self, outcome, publications};
use crate::extract::SourceReport;
use crate::http::failure::FetchErrorKind;
use crate::notify;
use crate::publish::Published;
use crate::{dedupe, enrich, extract, normalize, publish, rank};
use anyhow::{Context, Result};
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// New jobs that a message names.
const TOP_MATCHES: i64 = 10;
/// How long a run may wait for its message to be tried again.
const RETRY_WITHIN: Duration = Duration::from_secs(8);

/// The stages of one run, as far as they have come.
pub struct Progress<'a> {
    pool: &'a PgPool,
    run: &'a Run,
    plan: &'a Plan,
    observer: &'a (dyn Fn(&Event) + Sync),
    rows: Vec<StageRow>,
    current: Option<Stage>,
    protocol_broken: bool,
}

/// What a stage returns: its ledger rows without times, and a note for the terminal.
#[derive(Default)]
struct Done {
    by_source: BTreeMap<String, (StageStatus, Counts, Option<String>)>,
    note: Option<String>,
    protocol_broken: bool,
}

impl<'a> Progress<'a> {
    /// Nothing done yet.
    pub fn new(
        pool: &'a PgPool,
        run: &'a Run,
        plan: &'a Plan,
        observer: &'a (dyn Fn(&Event) + Sync),
    ) -> Progress<'a> {
        Progress { pool, run, plan, observer, rows: Vec::new(), current: None, protocol_broken: false }
    }

    /// The ledger rows so far, the stage that was under way, and whether every failed source broke its protocol.
    pub fn into_parts(self) -> (Vec<StageRow>, Option<Stage>, bool) {
        (self.rows, self.current, self.protocol_broken)
    }

    /// Runs every stage of the plan but notify, which follows the end of the run.
    pub async fn all(&mut self) -> Result<()> {
        for stage in Stage::ALL {
            if stage != Stage::Notify && stage >= self.plan.from && stage <= self.plan.to {
                self.current = Some(stage);
                self.one(stage).await?;
            }
        }
        self.current = None;
        Ok(())
    }

    async fn one(&mut self, stage: Stage) -> Result<()> {
        (self.observer)(&Event::StageStarted { stage: stage.verb() });
        let began = Instant::now();
        let done = self.with_retries(stage).await;
        let duration_ms = began.elapsed().as_millis() as u64;
        let (rows, note, failure) = match done {
            Ok(done) => {
                self.protocol_broken |= done.protocol_broken;
                (ledger_rows(stage, done.by_source, duration_ms), done.note, None)
            }
            Err(error) => (vec![failed_row(stage, &error, duration_ms)], None, Some(error)),
        };
        let mut connection = self.pool.acquire().await.context("cannot reach the ledger")?;
        ledger::record_stages(&mut connection, self.run, &rows).await?;
        (self.observer)(&Event::StageFinished {
            stage: stage.verb(),
            status: worst(&rows),
            counts: total(&rows).into(),
            duration_ms,
            note,
        });
        self.rows.extend(rows);
        failure.map_or(Ok(()), Err)
    }

    /// A stage resumes where it was cut off, so one that lost its connection is simply called again. Extract is not:
    /// it would ask every source again, and tries each of its transactions again instead.
    async fn with_retries(&self, stage: Stage) -> Result<Done> {
        match stage {
            Stage::Extract => self.call(stage).await,
            _ => db::retrying(stage.verb(), async || self.call(stage).await).await,
        }
    }

    async fn call(&self, stage: Stage) -> Result<Done> {
        let progress = |done| (self.observer)(&Event::StageProgress { stage: stage.verb(), done });
        match stage {
            Stage::Extract => self.extract().await,
            Stage::Normalize => Ok(counted(normalize::normalize(self.pool, self.run, &progress).await?)),
            Stage::Enrich => {
                Ok(counted(enrich::enrich(self.pool, self.run, &self.plan.taxonomy, &progress).await?))
            }
            Stage::Dedupe => Ok(counted(dedupe::dedupe(self.pool, self.run, &progress).await?)),
            Stage::Rank => {
                let Plan { ranking, taxonomy, .. } = self.plan;
                Ok(counted(rank::rank(self.pool, self.run, ranking, taxonomy, &progress).await?))
            }
            Stage::Publish => self.publish().await,
            Stage::Notify => Ok(Done::default()),
        }
    }

    async fn extract(&self) -> Result<Done> {
        let progress = |at: extract::SourceProgress| {
            (self.observer)(&Event::SourceProgress {
                source: at.source,
                records: at.records,
                bytes: at.bytes,
            });
        };
        let Plan { asked, client, key, .. } = self.plan;
        let finished = |report: &SourceReport| {
            (self.observer)(&Event::SourceFinished {
                source: report.source,
                status: report.status,
                counts: report.counts.into(),
                closed: report.closed,
                fill_rates: report.fill_rates.clone(),
                error: report.error.clone(),
            });
        };
        let observe = extract::Observe { progress: &progress, finished: &finished };
        let reports =
            extract::extract(self.pool, self.run, client, asked.clone(), key.as_ref(), &observe).await?;
        let failed = reports.iter().filter(|report| report.status == StageStatus::Failed).count();
        if failed == reports.len() && failed > 0 {
            let errors: Vec<String> = reports
                .iter()
                .filter_map(|report| Some(format!("{}: {}", report.source, report.error.as_ref()?)))
                .collect();
            tracing::warn!("no source answered: {}", errors.join("; "));
        }
        let broken =
            |report: &SourceReport| {
                report.crawl.searches.iter().any(|search| {
                    search.error.as_ref().is_some_and(|error| error.kind == FetchErrorKind::Shape)
                })
            };
        let protocol_broken =
            failed > 0 && reports.iter().filter(|report| report.status == StageStatus::Failed).all(broken);
        let row =
            |report: SourceReport| (report.source.to_owned(), (report.status, report.counts, report.error));
        Ok(Done { by_source: reports.into_iter().map(row).collect(), note: None, protocol_broken })
    }

    async fn publish(&self) -> Result<Done> {
        let options = &self.plan.publish;
        let fingerprint = publish::fingerprint(self.pool, options).await?;
        if publications::is_current(self.pool, self.run.logical_date, &fingerprint).await? {
            let note = Some("unchanged, nothing written".to_owned());
            return Ok(Done { note, ..Done::default() });
        }
        let published = publish::publish(self.pool, options).await?;
        publications::record(self.pool, self.run, &fingerprint, &rows_of(&published)).await?;
        for file in &published.files {
            let (path, rows, bytes) = (file.path.clone(), file.rows, file.bytes);
            (self.observer)(&Event::Published { path, rows, bytes });
        }
        let counts = Counts { seen: published.jobs, written: published.jobs, ..Counts::default() };
        Ok(Done {
            by_source: BTreeMap::from([(String::new(), (StageStatus::Ok, counts, None))]),
            note: published.hyper_skipped,
            ..Done::default()
        })
    }
}

fn rows_of(published: &Published) -> Vec<publications::File> {
    published
        .files
        .iter()
        .map(|file| publications::File {
            path: file.path.display().to_string(),
            rows: file.rows,
            bytes: file.bytes,
            sha256: file.sha256.clone(),
        })
        .collect()
}

/// Closes the run and puts its messages into the outbox in one transaction, then sends what is due. Returns whether a
/// message waits for its next try.
pub async fn finish(
    pool: &PgPool,
    run: &Run,
    plan: &Plan,
    end: &RunEnd,
    rows: &[StageRow],
    duration_ms: u64,
    surroundings: &Surroundings<'_>,
) -> Result<bool> {
    let mut transaction = pool.begin().await.context("cannot begin the end of the run")?;
    ledger::finish_run(&mut transaction, run, end).await?;
    let endpoint = plan.endpoint.as_ref().filter(|_| plan.to == Stage::Notify);
    if let Some(endpoint) = endpoint {
        let freshness = plan.ranking.profiles.get("default").map(|profile| profile.freshness);
        let outcome =
            outcome::read(&mut transaction, run, freshness.unwrap_or_default(), TOP_MATCHES).await?;
        let summary = match &plan.parent_run_id {
            None => summary::summarize(run, end, rows, duration_ms, outcome),
            Some(parent) => {
                orchestrated::summarize(&mut transaction, run, parent, &plan.failed_tasks, end, outcome)
                    .await?
            }
        };
        notify::enqueue(&mut transaction, &endpoint.name, &summary, end.finished_at).await?;
    }
    transaction.commit().await.context("cannot commit the end of the run")?;
    match endpoint {
        Some(endpoint) => deliver(pool, run, endpoint, surroundings).await,
        None => Ok(false),
    }
}

async fn deliver(
    pool: &PgPool,
    run: &Run,
    endpoint: &notify::Endpoint,
    surroundings: &Surroundings<'_>,
) -> Result<bool> {
    let began = Instant::now();
    (surroundings.observer)(&Event::StageStarted { stage: Stage::Notify.verb() });
    let mut delivered = notify::deliver(pool, endpoint, (surroundings.clock)()).await?;
    // A short outage is waited out; a longer one is for the next run, or for `job-etl notify`.
    while let Some(due) = delivered.next_attempt_at {
        let wait = (due - (surroundings.clock)()).to_std().unwrap_or_default();
        if wait > RETRY_WITHIN || began.elapsed() > RETRY_WITHIN {
            break;
        }
        tokio::time::sleep(wait).await;
        let again = notify::deliver(pool, endpoint, (surroundings.clock)()).await?;
        delivered = notify::Delivered { sent: delivered.sent + again.sent, ..again };
    }
    let sent = delivered.sent as u64;
    let counts = Counts { seen: sent, written: sent, ..Counts::default() };
    let waits = delivered.waiting > 0 || delivered.disabled > 0;
    let row = StageRow {
        stage: Stage::Notify.verb(),
        source: String::new(),
        status: if waits { StageStatus::Partial } else { StageStatus::Ok },
        counts,
        duration_ms: began.elapsed().as_millis() as u64,
        error: delivered.last_error.clone(),
    };
    let mut connection = pool.acquire().await.context("cannot reach the ledger")?;
    ledger::record_stages(&mut connection, run, std::slice::from_ref(&row)).await?;
    (surroundings.observer)(&Event::StageFinished {
        stage: row.stage,
        status: row.status,
        counts: CountsView::from(counts),
        duration_ms: row.duration_ms,
        note: note_of(&delivered),
    });
    Ok(waits)
}

/// What became of the messages, unless all arrived.
fn note_of(delivered: &notify::Delivered) -> Option<String> {
    let reason = delivered.last_error.as_deref().unwrap_or("not due yet");
    match (delivered.waiting, delivered.disabled) {
        (0, 0) => None,
        (waiting, 0) => {
            Some(format!("{waiting} waiting, the next run or `job-etl notify` tries again: {reason}"))
        }
        (_, disabled) => Some(format!("{disabled} given up: {reason}")),
    }
}

fn counted(by_source: BTreeMap<String, Counts>) -> Done {
    let row = |(source, counts): (String, Counts)| {
        let status = if counts.rejected * 20 > counts.seen { StageStatus::Partial } else { StageStatus::Ok };
        (source, (status, counts, None))
    };
    Done { by_source: by_source.into_iter().map(row).collect(), ..Done::default() }
}

/// At least one row for each stage, so that the ledger shows a stage that had nothing to do.
fn ledger_rows(
    stage: Stage,
    mut by_source: BTreeMap<String, (StageStatus, Counts, Option<String>)>,
    duration_ms: u64,
) -> Vec<StageRow> {
    if by_source.is_empty() {
        by_source.insert(String::new(), (StageStatus::Ok, Counts::default(), None));
    }
    let row = |(source, (status, counts, error))| StageRow {
        stage: stage.verb(),
        source,
        status,
        counts,
        duration_ms,
        error,
    };
    by_source.into_iter().map(row).collect()
}

fn failed_row(stage: Stage, error: &anyhow::Error, duration_ms: u64) -> StageRow {
    StageRow {
        stage: stage.verb(),
        source: String::new(),
        status: StageStatus::Failed,
        counts: Counts::default(),
        duration_ms,
        error: Some(one_line(error)),
    }
}

fn total(rows: &[StageRow]) -> Counts {
    let mut total = Counts::default();
    for row in rows {
        total += row.counts;
    }
    total
}

fn worst(rows: &[StageRow]) -> StageStatus {
    let has = |status| rows.iter().any(|row| row.status == status);
    if has(StageStatus::Failed) && rows.iter().all(|row| row.status == StageStatus::Failed) {
        StageStatus::Failed
    } else if has(StageStatus::Failed) || has(StageStatus::Partial) {
        StageStatus::Partial
    } else {
        StageStatus::Ok
    }
}

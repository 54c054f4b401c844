//! `job-etl status`: the last runs, and whether a day is done.

use super::inspect::print;
use super::progress::{seconds, thousands};
use super::{Global, context, plan};
use crate::db::history;
use crate::run::day;
use anyhow::{Context, Result};
use chrono::NaiveDate;
use clap::Args;
use serde_json::json;
use sqlx::PgPool;

/// Runs shown.
const RUNS_SHOWN: i64 = 5;

/// Options of `job-etl status`.
#[derive(Debug, Clone, Default, Args)]
pub struct StatusArgs {
    /// Only say whether a day has been published: exit code 0 if so, else 1
    #[arg(long)]
    finished: bool,
    /// The day of --finished [default: today in Toronto]
    #[arg(long, value_name = "DATE", env = "JOB_ETL_LOGICAL_DATE", hide_env_values = true)]
    logical_date: Option<NaiveDate>,
}

/// The day asked for, else today in Toronto.
pub fn day_of(logical_date: Option<NaiveDate>) -> NaiveDate {
    logical_date.unwrap_or_else(|| day::logical_date(plan::now()))
}

/// Why a day is not done, in one sentence; `None` when it has been published.
pub async fn unfinished(pool: &PgPool, day: NaiveDate) -> Result<Option<String>> {
    let mut connection = pool.acquire().await.context("cannot reach the ledger")?;
    if history::is_published(&mut connection, day).await? {
        return Ok(None);
    }
    let last = history::runs(&mut connection, Some(day), 1).await?.pop();
    let known = last.map_or_else(
        || "no run for it has begun".to_owned(),
        |run| {
            let began = run.started_at.format("%Y-%m-%d %H:%M UTC");
            let at = run.failed_stage.map(|stage| format!(" at {stage}")).unwrap_or_default();
            let error = run.error.map(|error| format!(": {error}")).unwrap_or_default();
            format!("the last run for it began {began} and is {}{at}{error}", run.status)
        },
    );
    Ok(Some(format!("{day} is not published; {known}")))
}

async fn finished(global: &Global, logical_date: Option<NaiveDate>) -> Result<u8> {
    let day = day_of(logical_date);
    let database = context::database(global).await?;
    let unfinished = unfinished(&database.pool, day).await;
    database.close().await?;
    let unfinished = unfinished?;
    if global.json {
        print(
            &json!({ "logical_date": day, "finished": unfinished.is_none(), "reason": unfinished })
                .to_string(),
        );
    } else {
        print(unfinished.as_deref().unwrap_or(&format!("{day} is published")));
    }
    Ok(u8::from(unfinished.is_some()))
}

/// Shows the last runs and the state of the data.
pub async fn status(global: &Global, arguments: &StatusArgs) -> Result<u8> {
    if arguments.finished {
        return finished(global, arguments.logical_date).await;
    }
    let database = context::database(global).await?;
    let mut connection = database.pool.acquire().await?;
    let runs = history::runs(&mut connection, None, RUNS_SHOWN).await?;
    let stages = match runs.first() {
        Some(last) => history::stages(&mut connection, last).await?,
        None => Vec::new(),
    };
    let totals = history::totals(&mut connection).await?;
    drop(connection);
    database.close().await?;
    if global.json {
        print(&serde_json::to_string_pretty(&json!({ "runs": runs, "stages": stages, "totals": totals }))?);
        return Ok(0);
    }
    if runs.is_empty() {
        print("no run yet; `job-etl run` does the first");
        return Ok(0);
    }
    print(&format!(
        "{} jobs, {} open, {} companies; {} rejects; {} messages waiting",
        thousands(totals.jobs as u64),
        thousands(totals.open_jobs as u64),
        thousands(totals.companies as u64),
        thousands(totals.rejects as u64),
        thousands(totals.waiting_messages as u64),
    ));
    print("\nlast runs");
    for run in &runs {
        let took =
            run.finished_at.map(|end| seconds((end - run.started_at).num_milliseconds().max(0) as u64));
        print(&format!(
            "  {}  {:<11}  {}  {:>9}  {:>9} rows{}{}",
            run.logical_date,
            run.status,
            run.started_at.format("%Y-%m-%d %H:%M:%SZ"),
            took.unwrap_or_else(|| "running".to_owned()),
            thousands(run.rows_written as u64),
            if run.tasks > 1 { format!("  {} tasks of {}", run.tasks, run.run_id) } else { String::new() },
            run.error.as_ref().map(|error| format!("\n      {error}")).unwrap_or_default(),
        ));
    }
    print("\nstages of the last run");
    print("  stage      source               in       out     known  rejected       time  status");
    for stage in &stages {
        print(&format!(
            "  {:<9}  {:<13} {:>9} {:>9} {:>9} {:>9} {:>10}  {}",
            stage.stage,
            stage.source,
            thousands(stage.in_count as u64),
            thousands(stage.out_count as u64),
            thousands(stage.duplicate_count as u64),
            thousands(stage.rejected_count as u64),
            seconds(stage.duration_ms as u64),
            stage.status,
        ));
    }
    Ok(0)
}

//! `job-etl notify`: sends what is due; for an orchestrator it first writes the message of its run, or of a day that is late.

use super::exit::Usage;
use super::progress::Progress;
use super::{Global, RunArgs, TaskArgs, context, plan, status};
use crate::notify::message::MissedDeadline;
use crate::notify::{self, Delivered, Endpoint};
use crate::run::Stage;
use anyhow::{Context, Result};
use clap::Args;

/// Options of `job-etl notify`.
#[derive(Debug, Clone, Default, Args)]
pub struct NotifyArgs {
    /// Tell that the logical date has not been published in time
    #[arg(long)]
    missed_deadline: bool,
    /// Tasks of the orchestrator's run that failed, separated by spaces
    #[arg(
        long,
        value_name = "TASKS",
        env = "JOB_ETL_FAILED_TASKS",
        hide_env_values = true,
        default_value = ""
    )]
    failed_tasks: String,
    #[command(flatten)]
    task: TaskArgs,
}

/// Sends the messages that are due, after writing the one that the options ask for.
pub async fn notify(global: &Global, arguments: &NotifyArgs) -> Result<u8> {
    let Some(endpoint) = plan::endpoint()? else {
        // An orchestrator has a task for this whether or not somebody wants to be told.
        if arguments.task.run_id.is_some() || arguments.missed_deadline {
            Progress::new(global).say("nobody to tell: JOB_ETL_WEBHOOK_URL is not set");
            return Ok(0);
        }
        return Err(Usage("nobody to tell: set JOB_ETL_WEBHOOK_URL and JOB_ETL_WEBHOOK_SECRET".into()).into());
    };
    if arguments.missed_deadline {
        return missed_deadline(global, arguments, &endpoint).await;
    }
    if arguments.task.run_id.is_some() {
        let failed_tasks = arguments.failed_tasks.split_whitespace().map(str::to_owned).collect();
        let run = RunArgs { task: arguments.task.clone(), ..RunArgs::default() };
        return plan::run_for(global, &run, Some(Stage::Notify), failed_tasks).await;
    }
    let database = context::database(global).await?;
    let delivered = notify::deliver(&database.pool, &endpoint, plan::now()).await;
    database.close().await?;
    Ok(conclude(global, &delivered?))
}

/// Takes no turn: the run that is late may be the one that holds the lock.
async fn missed_deadline(global: &Global, arguments: &NotifyArgs, endpoint: &Endpoint) -> Result<u8> {
    let (checked_at, day) = (plan::now(), status::day_of(arguments.task.logical_date));
    let database = context::database(global).await?;
    let reason = match status::unfinished(&database.pool, day).await? {
        Some(reason) => reason,
        None => format!("{day} has been published meanwhile"),
    };
    let missed = MissedDeadline { logical_date: day, checked_at, reason };
    let mut transaction = database.pool.begin().await.context("cannot begin the message")?;
    notify::enqueue_missed(&mut transaction, &endpoint.name, &missed).await?;
    transaction.commit().await.context("cannot commit the message")?;
    let delivered = notify::deliver(&database.pool, endpoint, plan::now()).await;
    database.close().await?;
    Ok(conclude(global, &delivered?))
}

fn conclude(global: &Global, delivered: &Delivered) -> u8 {
    Progress::new(global).say(&format!(
        "{} sent, {} waiting, {} disabled",
        delivered.sent, delivered.waiting, delivered.disabled
    ));
    if delivered.waiting + delivered.disabled > 0 { 3 } else { 0 }
}

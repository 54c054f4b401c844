//! From arguments to a plan, and through the run to an exit code.

use super::context::{self, Configuration, Database};
use super::exit::{self, Usage};
use super::progress::Progress;
use super::{Global, RunArgs, versions};
use crate::config::environment;
use crate::extract::asked::{self, Day};
use crate::http::{Client, ClientOptions};
use crate::notify::Endpoint;
use crate::publish::{self, Format, PublishOptions};
use crate::run::{self, Outcome, Plan, Stage, Surroundings, day};
use crate::sources;
use crate::yaml::did_you_mean;
use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use uuid::Uuid;

/// Runs the stages that the arguments name; `single` is the verb of one stage.
pub async fn run(global: &Global, arguments: &RunArgs, single: Option<Stage>) -> Result<u8> {
    run_for(global, arguments, single, Vec::new()).await
}

/// The same for an orchestrator's run, of which `failed_tasks` failed.
pub async fn run_for(
    global: &Global,
    arguments: &RunArgs,
    single: Option<Stage>,
    failed_tasks: Vec<String>,
) -> Result<u8> {
    let configuration = context::configuration(&global.config)?;
    let plan = Plan { failed_tasks, ..plan(global, arguments, single, configuration, endpoint()?)? };
    if arguments.dry_run {
        return super::inspect::dry_run(global, &plan.asked).await;
    }
    // Before anything is fetched: a run that cannot publish should say so at once.
    if plan.to >= Stage::Publish {
        publish::files::check_writable(&global.artifacts)?;
    }
    let database = context::database(global).await?;
    let plan = with_version_in_force(&database, plan).await?;
    let progress = Progress::new(global);
    let ended = execute(&database, &plan, &progress).await;
    progress.finish();
    database.close().await?;
    let code = conclude(ended?, &plan, &progress)?;
    Ok(if code == 3 && arguments.task.partial_ok { 0 } else { code })
}

/// The plan with the version of ranking and dictionaries that was activated, if one was.
async fn with_version_in_force(database: &Database, plan: Plan) -> Result<Plan> {
    let mut connection = database.pool.acquire().await.context("cannot reach the database")?;
    let Some(active) = versions::in_force(&mut connection, &plan.config_version).await? else {
        return Ok(plan);
    };
    let (ranking, taxonomy) = (Arc::new(active.ranking), Arc::new(active.taxonomy));
    Ok(Plan { ranking, taxonomy, config_version: active.version, config_texts: active.texts, ..plan })
}

/// Runs a plan until it ends or a signal stops it; returns the outcome, and the signal's exit code.
pub async fn execute(database: &Database, plan: &Plan, progress: &Progress) -> Result<(Outcome, Option<u8>)> {
    let signal = Arc::new(std::sync::OnceLock::new());
    // Before the run is announced: whoever hears of it may stop it.
    let mut signals = Signals::listen()?;
    let stop = {
        let signal = signal.clone();
        Box::pin(async move {
            let code = signals.next().await;
            signal.set(code).ok();
            // The second signal does not wait for the ledger.
            tokio::spawn(async move {
                let code = signals.next().await;
                std::process::exit(i32::from(code));
            });
        })
    };
    let observer = |event: &run::events::Event| progress.show(event);
    let surroundings = Surroundings { observer: &observer, clock: &now, stop };
    let outcome = run::run(&database.pool, database.options.clone(), plan, surroundings).await?;
    Ok((outcome, signal.get().copied()))
}

/// The exit code of a run that began, after its last words.
fn conclude((outcome, signal): (Outcome, Option<u8>), plan: &Plan, progress: &Progress) -> Result<u8> {
    if let Some(code) = signal {
        progress.say("interrupted; run again to continue where it stopped");
        return Ok(code);
    }
    match (outcome.status, outcome.error) {
        (_, Some(error)) => Ok(exit::report(&error)),
        ("partial", None) if outcome.protocol_broken => Ok(76),
        ("partial", None) => Ok(3),
        // A task that only tells has not done its work.
        _ if plan.from == Stage::Notify && outcome.message_waits => Ok(3),
        _ => Ok(0),
    }
}

/// Everything a run needs, from the arguments and the configuration.
pub fn plan(
    global: &Global,
    arguments: &RunArgs,
    single: Option<Stage>,
    configuration: Configuration,
    endpoint: Option<Endpoint>,
) -> Result<Plan> {
    // An orchestrator that names none hands over an empty text.
    let only: Vec<String> = arguments.only.iter().filter(|only| !only.is_empty()).cloned().collect();
    for only in &only {
        check_only(only, &configuration)?;
    }
    let (day, as_of) = times(arguments)?;
    let logical_date = match day {
        Day::Current(day) | Day::Past { day, .. } => day,
    };
    let asked = asked::asked(&configuration.sources, &only, day)?;
    let (from, to) = match single {
        Some(stage) => (stage, stage),
        None => (arguments.from.unwrap_or(Stage::Extract), arguments.to.unwrap_or(Stage::Notify)),
    };
    if from > to {
        return Err(Usage(format!("--from {} comes after --to {}", from.verb(), to.verb())).into());
    }
    let client = ClientOptions {
        replay: arguments.replay.clone(),
        record: arguments.record.clone(),
        ..ClientOptions::default()
    };
    let hyperd_path = environment::variable("HYPERD_PATH");
    let hyperd = publish::find_hyperd(
        global.hyperd.as_deref(),
        hyperd_path.as_deref().map(Path::new),
        &context::home(global),
    );
    let offline = arguments.replay.is_some();
    let config_version = configuration.version();
    Ok(Plan {
        run_id: Uuid::now_v7(),
        from,
        to,
        lane: lane(&only, single),
        parent_run_id: arguments.task.run_id.clone().filter(|id| !id.is_empty()),
        failed_tasks: Vec::new(),
        wait: Duration::from_secs(arguments.task.wait),
        logical_date,
        as_of,
        asked,
        ranking: Arc::new(configuration.ranking),
        taxonomy: Arc::new(configuration.taxonomy),
        client: Arc::new(Client::new(client)?),
        // A replay needs no key, and must not fail for want of one.
        key: Box::new(move |name| if offline { Ok(None) } else { Ok(environment::secret(name)?) }),
        publish: PublishOptions {
            artifacts: global.artifacts.clone(),
            logical_date,
            formats: vec![Format::Hyper, Format::Parquet, Format::Csv],
            descriptions: arguments.descriptions,
            until: arguments.backfill.then(|| day::window(logical_date).1),
            hyperd,
        },
        endpoint,
        config_version,
        config_texts: configuration.texts,
        sources_text: configuration.sources_text,
        host: host(),
        arguments: command_line(),
    })
}

/// The day of the run, and the instant that stands for now in its rows. A backfill stands at the end of its day, so
/// that what a later day knows stays.
fn times(arguments: &RunArgs) -> Result<(Day, DateTime<Utc>)> {
    let now = now();
    if !arguments.backfill {
        let as_of = arguments.as_of.unwrap_or(now);
        let day = arguments.task.logical_date.unwrap_or_else(|| day::logical_date(as_of));
        return Ok((Day::Current(day), as_of));
    }
    let day = arguments.task.logical_date.context("clap asks for --logical-date with --backfill")?;
    let end = day::window(day).1 - TimeDelta::microseconds(1);
    let days_ago = (day::logical_date(now) - day).num_days();
    if days_ago < 0 {
        return Err(Usage(format!("--backfill fills in past days, and {day} is to come")).into());
    }
    Ok((Day::Past { day, days_ago }, arguments.as_of.unwrap_or(end.min(now))))
}

/// One source alone does not exclude others.
fn lane(only: &[String], single: Option<Stage>) -> Option<String> {
    match only {
        [only] if single == Some(Stage::Extract) => Some(only.clone()),
        _ => None,
    }
}

fn check_only(only: &str, configuration: &Configuration) -> Result<()> {
    if configuration.sources.sources.contains_key(only) {
        return Ok(());
    }
    let message = if sources::by_name(only).is_some() {
        format!("source `{only}` is not in sources.yml; add it there first")
    } else {
        let known: Vec<&str> = sources::SOURCES.iter().map(|source| source.name()).collect();
        let hint = did_you_mean(only, known.iter().copied())
            .unwrap_or_else(|| format!("known: {}", known.join(", ")));
        format!("unknown source `{only}`; {hint}")
    };
    Err(Usage(message).into())
}

/// The webhook of the environment, when one is set.
pub fn endpoint() -> Result<Option<Endpoint>> {
    let Some(url) = environment::secret("JOB_ETL_WEBHOOK_URL")? else { return Ok(None) };
    let secret = environment::secret("JOB_ETL_WEBHOOK_SECRET")?
        .ok_or_else(|| Usage("JOB_ETL_WEBHOOK_URL is set without JOB_ETL_WEBHOOK_SECRET; make one with: echo whsec_$(openssl rand -base64 32)".into()))?;
    Ok(Some(Endpoint::new("webhook", url, &secret)?))
}

/// The wall clock of the program.
#[expect(clippy::disallowed_methods, reason = "the command line is where time comes from")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Name of this machine.
pub fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| environment::variable("HOSTNAME"))
        .map_or_else(|| "unknown".to_owned(), |name| name.trim().to_owned())
}

/// The arguments as typed; no option takes a secret.
fn command_line() -> String {
    std::env::args().skip(1).collect::<Vec<_>>().join(" ")
}

/// SIGINT and SIGTERM, heard from [`Signals::listen`] on instead of ending the process.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Begins to listen.
    pub fn listen() -> Result<Signals> {
        let interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
        let terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
        Ok(Signals { interrupt, terminate })
    }

    /// Waits for the next one; returns the exit code that stands for it.
    pub async fn next(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => 130,
            _ = self.terminate.recv() => 143,
        }
    }
}

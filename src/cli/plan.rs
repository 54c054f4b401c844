//! From arguments to a plan, and through the run to an exit code.

use super::context::{self, Configuration, Database};
use super::exit::{self, Usage};
use super::progress::Progress;
use super::{Global, RunArgs};
use crate::config::environment;
use crate::http::{Client, ClientOptions};
use crate::notify::Endpoint;
use crate::publish::{self, Format, PublishOptions};
use crate::run::{self, Outcome, Plan, Stage, Surroundings, day};
use crate::sources;
use crate::yaml::did_you_mean;
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use std::path::Path;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};
use uuid::Uuid;

/// Runs the stages that the arguments name; `single` is the verb of one stage.
pub async fn run(global: &Global, arguments: &RunArgs, single: Option<Stage>) -> Result<u8> {
    let configuration = context::configuration(&global.config)?;
    if arguments.dry_run {
        return super::inspect::dry_run(global, &configuration, arguments.only.as_deref()).await;
    }
    let plan = plan(global, arguments, single, configuration, endpoint()?)?;
    // Before anything is fetched: a run that cannot publish should say so at once.
    if plan.to >= Stage::Publish {
        publish::files::check_writable(&global.artifacts)?;
    }
    let database = context::database(global).await?;
    let progress = Progress::new(global);
    let ended = execute(&database, &plan, &progress).await;
    progress.finish();
    database.close().await?;
    conclude(ended?, &progress)
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
fn conclude((outcome, signal): (Outcome, Option<u8>), progress: &Progress) -> Result<u8> {
    if let Some(code) = signal {
        progress.say("interrupted; run again to continue where it stopped");
        return Ok(code);
    }
    match (outcome.status, outcome.error) {
        (_, Some(error)) => Ok(exit::report(&error)),
        ("partial", None) if outcome.protocol_broken => Ok(76),
        ("partial", None) => Ok(3),
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
    check_only(arguments.only.as_deref(), &configuration)?;
    let as_of = arguments.as_of.unwrap_or_else(now);
    let logical_date = arguments.logical_date.unwrap_or_else(|| day::logical_date(as_of));
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
    Ok(Plan {
        run_id: Uuid::now_v7(),
        from: single.or(arguments.from).unwrap_or(Stage::Extract),
        to: single.unwrap_or(Stage::Notify),
        only: arguments.only.clone(),
        logical_date,
        as_of,
        sources: configuration.sources,
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
            hyperd,
        },
        endpoint,
        config_texts: configuration.texts,
        host: host(),
        arguments: command_line(),
    })
}

fn check_only(only: Option<&str>, configuration: &Configuration) -> Result<()> {
    let Some(only) = only else { return Ok(()) };
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

//! The command line: parses, reads configuration and clock, calls, shows, and chooses the exit code. The only place
//! with a clock.

mod checkup;
mod context;
mod demo;
mod duplicates;
pub mod exit;
mod inspect;
mod jobs;
mod marks;
mod notify;
mod plan;
mod progress;
mod status;
mod table;
mod taxonomy;
mod versions;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

const EXIT_CODES: &str = "\
Exit codes:
  0  ok, also with at most 5 % of a source rejected
  1  failed
  2  usage or configuration
  3  partial: a source failed, or more was rejected
  69 a dependency is not available (PostgreSQL)
  73 cannot write the output
  75 another run holds the lock
  76 a remote side does not keep to its protocol
  130, 143 interrupted by a signal; run again to continue

Start with `job-etl demo`, then edit config/sources.yml and config/ranking.yml.";

/// Collects job postings, ranks every job from 0 to 100 against your profile, and explains the score.
#[derive(Debug, Parser)]
#[command(name = "job-etl", version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Folder with sources.yml and ranking.yml
    #[arg(long, value_name = "DIR", default_value = "config", env = "JOB_ETL_CONFIG", global = true)]
    config: PathBuf,
    /// Folder for the published files
    #[arg(long, value_name = "DIR", default_value = "artifacts", env = "JOB_ETL_ARTIFACTS", global = true)]
    artifacts: PathBuf,
    /// Data folder: the database and hyperd [env: JOB_ETL_HOME] [default: ~/.local/share/job-etl]
    #[arg(long, value_name = "DIR", global = true)]
    home: Option<PathBuf>,
    /// Folder with initdb and postgres [env: JOB_ETL_PG_BIN] [default: found]
    #[arg(long, value_name = "DIR", global = true)]
    pg_bin: Option<PathBuf>,
    /// The program hyperd [env: HYPERD_PATH] [default: found in the data folder]
    #[arg(long, value_name = "FILE", global = true)]
    hyperd: Option<PathBuf>,
    /// Say less; twice: errors only
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    quiet: u8,
    /// Say more on stderr; twice: much more
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    verbose: u8,
    /// Print data as JSON on stdout
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Do the whole job: extract, normalize, enrich, dedupe, rank, publish, notify
    Run(RunArgs),
    /// Ask every source and keep what it sends
    Extract(RunArgs),
    /// Make clean postings and jobs of what was kept
    Normalize(RunArgs),
    /// Find skills, titles, places and pay
    Enrich(RunArgs),
    /// Find jobs that are one opening, and keep apart what you say is not
    Dedupe(duplicates::DedupeArgs),
    /// Score every job against every profile
    Rank(RunArgs),
    /// Write .hyper, Parquet and CSV
    Publish(RunArgs),
    /// Send the messages that are due
    Notify(notify::NotifyArgs),
    /// Show the whole job on the bundled postings, offline
    Demo(demo::DemoArgs),
    /// List the best jobs
    Jobs(jobs::JobsArgs),
    /// Explain the score of one job
    Explain(jobs::ExplainArgs),
    /// Hide a company, a phrase or a skill from your lists
    Block(marks::BlockArgs),
    /// Raise or lower the scores of a company, a phrase or a skill
    Boost(marks::BoostArgs),
    /// Check the configuration, offline
    Check,
    /// List, compare and choose the versions of ranking and dictionaries that runs used
    #[command(subcommand)]
    Config(versions::ConfigCommand),
    /// Bring the database to this version's tables and views
    Migrate,
    /// Show the last runs
    Status(status::StatusArgs),
    /// Check everything a run needs, and say what to do
    Doctor,
    /// Print the hash over all rows of staging, marts and app
    #[command(hide = true)]
    StateHash,
    /// Make a table of the dictionaries from the files of those who publish them
    #[command(subcommand)]
    Taxonomy(taxonomy::Table),
    /// Keep the database running and print its address, until interrupted
    Database,
}

/// Options of the commands that run stages.
#[derive(Debug, Clone, Default, Args)]
pub struct RunArgs {
    /// Begin with this stage
    #[arg(long, value_name = "STAGE", value_enum)]
    from: Option<crate::run::Stage>,
    /// End with this stage
    #[arg(long, value_name = "STAGE", value_enum)]
    to: Option<crate::run::Stage>,
    /// Extract from this source only; may be given several times
    #[arg(long, value_name = "SOURCE", env = "JOB_ETL_ONLY", hide_env_values = true, value_delimiter = ' ')]
    only: Vec<String>,
    /// The instant to take for now, such as 2026-11-22T12:00:00Z [default: now; with --backfill the end of that day]
    #[arg(long, value_name = "TIME")]
    as_of: Option<chrono::DateTime<chrono::Utc>>,
    /// Fill in the past day of --logical-date: ask the sources that can ask for a day, work on what is there, and
    /// publish what was first seen until then
    #[arg(long, requires = "logical_date")]
    backfill: bool,
    /// Show what would be asked and what is pending; write nothing
    #[arg(long)]
    dry_run: bool,
    /// Answer from the files of this folder instead of the network
    #[arg(long, value_name = "DIR")]
    replay: Option<PathBuf>,
    /// Keep every answer in this folder, for --replay
    #[arg(long, value_name = "DIR", conflicts_with = "replay")]
    record: Option<PathBuf>,
    /// Publish descriptions too; they may hold names, addresses and telephone numbers
    #[arg(long)]
    descriptions: bool,
    #[command(flatten)]
    task: TaskArgs,
}

/// Options for an orchestrator, such as Airflow, that calls one stage at a time.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Options for an orchestrator")]
pub struct TaskArgs {
    /// The Toronto date this run is for [default: the date of --as-of]
    #[arg(long, value_name = "DATE", env = "JOB_ETL_LOGICAL_DATE", hide_env_values = true)]
    logical_date: Option<chrono::NaiveDate>,
    /// The orchestrator's run that this is one task of: what all its tasks did is told as one run
    #[arg(long, value_name = "ID", env = "JOB_ETL_RUN_ID", hide_env_values = true)]
    run_id: Option<String>,
    /// Wait for another run to end, instead of leaving with exit code 75
    #[arg(long, value_name = "SECONDS", env = "JOB_ETL_WAIT", hide_env_values = true, default_value_t = 0)]
    wait: u64,
    /// Exit with 0 where the code would be 3, so that the tasks that follow are begun
    #[arg(long)]
    partial_ok: bool,
}

/// Parses the arguments and does what they say; returns the exit code.
pub fn main() -> u8 {
    let cli = Cli::parse();
    progress::start_log(&cli.global);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return exit::report(&anyhow::Error::from(error).context("cannot start the async runtime"));
        }
    };
    runtime.block_on(dispatch(cli)).unwrap_or_else(|error| exit::report(&error))
}

async fn dispatch(cli: Cli) -> Result<u8> {
    use crate::run::Stage;
    let global = &cli.global;
    match cli.command {
        Command::Run(arguments) => plan::run(global, &arguments, None).await,
        Command::Extract(arguments) => plan::run(global, &arguments, Some(Stage::Extract)).await,
        Command::Normalize(arguments) => plan::run(global, &arguments, Some(Stage::Normalize)).await,
        Command::Enrich(arguments) => plan::run(global, &arguments, Some(Stage::Enrich)).await,
        Command::Dedupe(arguments) => duplicates::dedupe(global, &arguments).await,
        Command::Rank(arguments) => plan::run(global, &arguments, Some(Stage::Rank)).await,
        Command::Publish(arguments) => plan::run(global, &arguments, Some(Stage::Publish)).await,
        Command::Notify(arguments) => notify::notify(global, &arguments).await,
        Command::Demo(arguments) => demo::demo(global, &arguments).await,
        Command::Jobs(arguments) => jobs::jobs(global, &arguments).await,
        Command::Explain(arguments) => jobs::explain(global, &arguments).await,
        Command::Block(arguments) => marks::block(global, &arguments).await,
        Command::Boost(arguments) => marks::boost(global, &arguments).await,
        Command::Check => inspect::check(global),
        Command::Config(command) => versions::config(global, &command).await,
        Command::Migrate => inspect::migrate(global).await,
        Command::Status(arguments) => status::status(global, &arguments).await,
        Command::Doctor => inspect::doctor(global).await,
        Command::StateHash => inspect::state_hash(global).await,
        Command::Taxonomy(table) => taxonomy::make(&table),
        Command::Database => inspect::database(global).await,
    }
}

//! `job-etl demo`: the whole job on the bundled postings, offline, in a database of its own, with a webhook that
//! arrives. Nothing it writes mixes with the reader's own data.

use super::inspect::print;
use super::progress::{Progress, seconds, size};
use super::{Global, RunArgs, context, exit, jobs, plan, table};
use crate::config::environment;
use crate::db::outcome::{Listing, Sort};
use crate::db::{self, outcome};
use crate::notify::Endpoint;
use crate::notify::receiver::{Received, Receiver};
use crate::notify::signature;
use crate::publish;
use anyhow::{Context, Result};
use base64::Engine;
use secrecy::SecretString;
use sqlx::{ConnectOptions, Connection};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Jobs shown at the end.
const TOP: i64 = 10;
/// How long the webhook may take on the loopback interface.
const PATIENCE: Duration = Duration::from_secs(10);
/// The bundled postings were written for this day.
const AS_OF: &str = "2026-11-22T12:00:00Z";

/// Options of the demo.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// Folder with the bundled postings
    #[arg(long, value_name = "DIR", default_value = "samples")]
    samples: PathBuf,
}

/// Runs the demo and shows what it made.
pub async fn demo(global: &Global, arguments: &DemoArgs) -> Result<u8> {
    let began = Instant::now();
    let global = own_folders(global, &arguments.samples);
    let run_arguments = RunArgs {
        as_of: Some(AS_OF.parse().context("the demo's day is not an instant")?),
        replay: Some(arguments.samples.join("answers")),
        ..RunArgs::default()
    };
    let secret = new_secret();
    let mut receiver = Receiver::start(signature::parse_keys(&secret)?).await?;
    let endpoint = Endpoint::new("demo", SecretString::from(receiver.url.clone()), &secret)?;
    let configuration = context::configuration(&global.config)?;
    let plan = plan::plan(&global, &run_arguments, None, configuration, Some(endpoint))?;
    publish::files::check_writable(&global.artifacts)?;

    let database = fresh_database(&global).await?;
    let progress = Progress::new(&global);
    let ended = plan::execute(&database, &plan, &progress).await;
    progress.finish();
    let (outcome, signal) = ended?;
    let mut connection = database.pool.acquire().await?;
    let listing = Listing {
        profile: "default",
        freshness: jobs::freshness(&global, &mut connection, "default").await?,
        as_of: plan.as_of,
        sort: Sort::Score,
        since: None,
        hidden: false,
        top: TOP,
    };
    let best = outcome::jobs(&mut connection, &listing).await?;
    drop(connection);
    let arrived = tokio::time::timeout(PATIENCE, receiver.next()).await.ok().flatten();
    database.close().await?;
    if let Some(code) = signal {
        return Ok(code);
    }
    if let Some(error) = outcome.error {
        return Ok(exit::report(&error));
    }
    print(&format!(
        "\nThe best {} of the bundled jobs, for the profile in {}:\n",
        best.len(),
        global.config.join("ranking.yml").display()
    ));
    print(&table::jobs(&best, Sort::Score, table::width()));
    print(&format!("\n{}", webhook_line(arrived.as_ref())));
    show_files(&global.artifacts.join("latest"));
    print_next(&global, best.first().map(|job| &job.hash_key[..8]));
    print(&format!("\nThe demo took {}.", seconds(began.elapsed().as_millis() as u64)));
    Ok(if arrived.is_some_and(|webhook| webhook.verified) { 0 } else { 1 })
}

/// The reader's options, with folders that only the demo uses.
fn own_folders(global: &Global, samples: &Path) -> Global {
    let home = context::home(global);
    let fetched = environment::variable("HYPERD_PATH").is_none() && global.hyperd.is_none();
    Global {
        config: samples.join("config"),
        artifacts: global.artifacts.join("demo"),
        hyperd: if fetched { Some(home.join("hyper")) } else { global.hyperd.clone() },
        home: Some(home.join("demo")),
        ..global.clone()
    }
}

/// The demo's own server, emptied: every demo begins with nothing.
async fn fresh_database(global: &Global) -> Result<context::Database> {
    let (cluster, options) = context::embedded(global)?;
    let mut connection =
        db::session(options.clone()).connect().await.context("cannot connect to the database")?;
    db::schema::reset(&mut connection).await?;
    db::schema::migrate(&mut connection).await?;
    connection.close().await.ok();
    let pool = db::connect(options.clone()).await?;
    context::Database::of(Some(cluster), options, pool)
}

/// A secret for the one webhook of this demo.
fn new_secret() -> SecretString {
    let random = [*Uuid::now_v7().as_bytes(), *Uuid::now_v7().as_bytes()].concat();
    SecretString::from(format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(random)))
}

fn webhook_line(arrived: Option<&Received>) -> String {
    match arrived {
        None => "no webhook arrived within 10 s".to_owned(),
        Some(webhook) => {
            let verdict = if webhook.verified { "signature verified" } else { "SIGNATURE WRONG" };
            format!(
                "A webhook arrived: {} of JSON, {verdict}, webhook-id {}",
                size(webhook.body.len() as u64),
                webhook.id
            )
        }
    }
}

fn show_files(latest: &Path) {
    let Ok(folder) = latest.canonicalize() else { return };
    let Ok(entries) = std::fs::read_dir(&folder) else { return };
    let mut files: Vec<(String, u64)> = entries
        .flatten()
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.metadata().ok()?.len())))
        .collect();
    files.sort();
    print(&format!("\nFiles in {}", folder.display()));
    for (name, bytes) in files {
        let opens = match name.rsplit('.').next() {
            Some("hyper") => "Tableau Desktop or Tableau Public: File, Open",
            Some("parquet") => "DuckDB, pandas, Polars, Spark",
            Some("csv") => "any spreadsheet",
            _ => "",
        };
        print(&format!("  {name:<24} {:>10}  {opens}", size(bytes)));
    }
}

fn print_next(global: &Global, best: Option<&str>) {
    let home = global.home.as_deref().unwrap_or(Path::new("")).display();
    let hash = best.unwrap_or("HASH");
    print("\nNext");
    print(&format!("  job-etl explain {hash} --home {home}   why the first job is first"));
    print("  edit config/sources.yml and config/ranking.yml, then: job-etl check && job-etl run");
}

//! The commands that look: check, migrate, status, doctor. None of them runs a stage.

use super::context::{self, Configuration};
use super::exit::Usage;
use super::progress::thousands;
use super::{Global, plan};
use crate::db::{history, state_hash};
use crate::extract::Asked;
use anyhow::{Context, Result};
use serde_json::json;
use sqlx::{ConnectOptions, Connection};

/// Validates the configuration without touching the database or the network.
pub fn check(global: &Global) -> Result<u8> {
    let Configuration { sources, ranking, taxonomy, .. } = context::configuration(&global.config)?;
    let enabled: Vec<String> = sources
        .sources
        .iter()
        .filter(|(_, source)| source.enabled)
        .map(|(name, source)| format!("{name} ({})", source.searches.len()))
        .collect();
    print(&format!("sources   {} enabled, with their searches: {}", enabled.len(), enabled.join(", ")));
    print(&format!(
        "ranking   {} profiles: {}",
        ranking.profiles.len(),
        ranking.profiles.keys().cloned().collect::<Vec<_>>().join(", ")
    ));
    print(&format!("taxonomy  revision {}", taxonomy.revision()));
    print(&format!("{} is valid", global.config.display()));
    Ok(0)
}

/// Brings the database to this version's schema.
pub async fn migrate(global: &Global) -> Result<u8> {
    let (cluster, options) = context::server(global)?;
    let mut connection =
        crate::db::session(options).connect().await.context("cannot connect to the database")?;
    let migrated = crate::db::schema::migrate(&mut connection).await?;
    connection.close().await.ok();
    if migrated == crate::db::schema::Migrated::default() {
        print("nothing to do: tables and views are those of this version");
    } else {
        print(&format!("applied {} migrations, made {} views", migrated.applied.len(), migrated.views));
    }
    cluster.map_or(Ok(()), crate::db::cluster::Cluster::leave)?;
    Ok(0)
}

/// Prints the state hash, and that of each relation with `--json`.
pub async fn state_hash(global: &Global) -> Result<u8> {
    let database = context::database(global).await?;
    let mut connection = database.pool.acquire().await?;
    let state = state_hash::state_hash(&mut connection).await?;
    drop(connection);
    database.close().await?;
    if global.json {
        print(&serde_json::to_string_pretty(&json!({ "total": state.total, "relations": state.relations }))?);
    } else {
        print(&state.total);
    }
    Ok(0)
}

/// Keeps the embedded server running for psql, dbt or a BI tool.
pub async fn database(global: &Global) -> Result<u8> {
    let database = context::database(global).await?;
    match &database.cluster {
        Some(cluster) => print(&format!("{}\nctrl-c stops it", cluster.url())),
        None => return Err(Usage("DATABASE_URL names a server already".into()).into()),
    }
    plan::Signals::listen()?.next().await;
    database.close().await?;
    Ok(0)
}

/// Shows what a run would ask and what is pending; asks nobody and writes nothing.
pub async fn dry_run(global: &Global, asked: &[Asked]) -> Result<u8> {
    for Asked { source, config } in asked {
        let base = config.base_url.as_deref().unwrap_or(source.base_url());
        print(source.name());
        for search in &config.searches {
            for request in source.requests(search) {
                let query: Vec<String> =
                    request.query.iter().map(|(key, value)| format!("{key}={value}")).collect();
                let question = if query.is_empty() { "" } else { "?" };
                print(&format!("  {base}{}{question}{}", request.path, query.join("&")));
            }
        }
    }
    let (cluster, options) = context::server(global)?;
    let mut connection =
        crate::db::session(options).connect().await.context("cannot connect to the database")?;
    let pending = history::pending(&mut connection).await?;
    connection.close().await.ok();
    cluster.map_or(Ok(()), crate::db::cluster::Cluster::leave)?;
    match pending {
        Some(pending) => print(&format!(
            "pending now: {} postings to normalize, {} jobs to enrich, compare or rank",
            thousands(pending.0),
            thousands(pending.1)
        )),
        None => print("pending now: nothing; this database has no tables yet, `job-etl run` makes them"),
    }
    print("dry run: nobody was asked, nothing was written");
    Ok(0)
}

/// Checks everything a run needs.
pub async fn doctor(global: &Global) -> Result<u8> {
    super::checkup::doctor(global).await
}

/// Data goes to stdout. A reader that has seen enough, such as `head`, ends the program quietly.
pub fn print(text: &str) {
    use std::io::Write;
    if let Err(error) = writeln!(std::io::stdout(), "{text}")
        && error.kind() == std::io::ErrorKind::BrokenPipe
    {
        std::process::exit(0);
    }
}

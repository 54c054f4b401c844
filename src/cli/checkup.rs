//! `job-etl doctor`: gathers what the check-up looks at, and shows what it found.

use super::context;
use super::inspect::print;
use super::{Global, plan};
use crate::config::environment;
use crate::db::{self, schema, views};
use crate::doctor::{self, Context, PATIENCE, Secret, SourceNeeds, State};
use crate::publish;
use crate::sources;
use anyhow::Result;
use std::path::{Path, PathBuf};

/// Secrets that job-etl itself reads; each source may name one more.
const SECRETS: [&str; 3] = ["DATABASE_URL", "JOB_ETL_WEBHOOK_URL", "JOB_ETL_WEBHOOK_SECRET"];

/// Looks at everything; 0 when all is well, 1 with warnings only when something fails.
pub async fn doctor(global: &Global) -> Result<u8> {
    let config = context::configuration(&global.config);
    let (cluster, database) = match context::server(global) {
        Ok((cluster, options)) => (cluster, db::connect(options).await.map_err(|error| format!("{error:#}"))),
        Err(error) => (None, Err(format!("{error:#}"))),
    };
    let hyperd = environment::variable("HYPERD_PATH").map(PathBuf::from);
    let context = Context {
        home: context::home(global),
        artifacts: global.artifacts.clone(),
        now: plan::now(),
        patience: PATIENCE,
        host: plan::host(),
        embedded: environment::secret("DATABASE_URL")?.is_none(),
        search: context::search(global),
        database,
        migration: schema::migrator().iter().map(|migration| migration.version).max(),
        views: views::render().ok().map(|views| views::fingerprint(&views)),
        config: config.map(|found| needs(&found)).map_err(|error| format!("{error:#}")),
        secrets: secrets(),
        hyperd: publish::find_hyperd(global.hyperd.as_deref(), hyperd.as_deref(), &context::home(global)),
    };
    let checks = doctor::doctor(&context).await;
    if let Ok(pool) = &context.database {
        pool.close().await;
    }
    cluster.map_or(Ok(()), db::cluster::Cluster::leave)?;
    if global.json {
        print(&serde_json::to_string_pretty(&checks)?);
    } else {
        print(doctor::report(&checks).trim_end());
    }
    Ok(if doctor::worst(&checks) == State::Fail { 1 } else { 0 })
}

fn needs(configuration: &context::Configuration) -> Vec<SourceNeeds> {
    let enabled = configuration.sources.sources.iter().filter(|(_, config)| config.enabled);
    let need = |(name, config): (&String, &crate::config::sources::SourceConfig)| {
        let policy = sources::by_name(name)?.policy();
        Some(SourceNeeds {
            source: name.clone(),
            secret: policy.key.map(|key| key.variable.to_owned()),
            quota_per_month: config.quota_per_month.or(policy.quota_per_month),
        })
    };
    enabled.filter_map(need).collect()
}

fn secrets() -> Vec<Secret> {
    let of_sources = sources::SOURCES.iter().filter_map(|source| source.policy().key).map(|key| key.variable);
    let secret = |name: &str| Secret {
        name: name.to_owned(),
        is_set: environment::variable(name).is_some(),
        file: environment::variable(&format!("{name}_FILE")).map(|path| Path::new(&path).to_owned()),
    };
    SECRETS.into_iter().chain(of_sources).map(secret).collect()
}

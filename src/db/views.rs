//! The views of schemas `intermediate` and `marts`, made from the model files of `dbt/job_dbt` without dbt.
//! Renders `ref`, `source`, `config` and `var` and nothing else of Jinja; never decides when (see [`super::schema`]).

use anyhow::{Context, Result, anyhow, bail, ensure};
use minijinja::value::{Kwargs, Value};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// `include_str!` takes a literal, so the path must be put together by a macro.
macro_rules! model {
    ($path:literal) => {
        ($path, include_str!(concat!("../../dbt/job_dbt/models/", $path)))
    };
}

/// One view, ready to be created.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// `intermediate` or `marts`.
    pub schema: &'static str,
    /// Name of the view: the stem of its model file.
    pub name: String,
    /// The query.
    pub query: String,
    /// Names of the views it reads.
    reads: BTreeSet<String>,
}

impl View {
    /// Schema and name, as people and `ops.config_versions` write it.
    pub fn qualified(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }
}

/// Path below `dbt/job_dbt/models`, and text, of every model. A test compares the list with the folder.
pub const MODELS: &[(&str, &str)] = &[
    model!("staging/stg_cluster_reposts.sql"),
    model!("staging/stg_companies.sql"),
    model!("staging/stg_job_clusters.sql"),
    model!("staging/stg_job_enrichments.sql"),
    model!("staging/stg_job_presence.sql"),
    model!("staging/stg_job_rankings.sql"),
    model!("staging/stg_job_sightings.sql"),
    model!("staging/stg_jobs.sql"),
    model!("staging/stg_run_stages.sql"),
    model!("staging/stg_runs.sql"),
    model!("staging/stg_source_health.sql"),
    model!("intermediate/int_company_jobs.sql"),
    model!("intermediate/int_jobs.sql"),
    model!("intermediate/int_openings.sql"),
    model!("intermediate/int_runs.sql"),
    model!("intermediate/int_source_health.sql"),
    model!("marts/dim_companies.sql"),
    model!("marts/fact_jobs.sql"),
    model!("marts/job_scores.sql"),
    model!("marts/run_stages.sql"),
    model!("marts/run_stats.sql"),
    model!("marts/salary_by_title.sql"),
    model!("marts/skills_demand.sql"),
    model!("marts/source_quality.sql"),
];

const PROJECT: &str = include_str!("../../dbt/job_dbt/dbt_project.yml");

/// The part of `dbt_project.yml` that the models read.
#[derive(Deserialize)]
struct Project {
    vars: BTreeMap<String, String>,
}

/// The views of this binary, each after those it reads.
pub fn render() -> Result<Vec<View>> {
    let project: Project = serde_saphyr::from_str(PROJECT).context("reading dbt/job_dbt/dbt_project.yml")?;
    render_models(MODELS, &project.vars)
}

/// Renders model files given as path and text. An error names the file and the line.
pub fn render_models(models: &[(&str, &str)], vars: &BTreeMap<String, String>) -> Result<Vec<View>> {
    let mut schemas = BTreeMap::new();
    for (path, _) in models {
        let (schema, name) = schema_and_name(path)?;
        ensure!(schemas.insert(name.to_owned(), schema).is_none(), "two models are named {name}");
    }
    let views = models
        .iter()
        .map(|(path, template)| render_model(path, template, &schemas, vars))
        .collect::<Result<Vec<View>>>()?;
    in_order_of_reading(views)
}

/// A hash that changes when any view does.
pub fn fingerprint(views: &[View]) -> String {
    let mut hasher = Sha256::new();
    for view in views {
        for part in [view.schema, &view.name, &view.query] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Creates the views in the order given. The caller has taken the role that shall own them.
pub async fn create(conn: &mut PgConnection, views: &[View]) -> Result<()> {
    for view in views {
        let statement = format!("create view \"{}\".\"{}\" as (\n{}\n)", view.schema, view.name, view.query);
        conn.execute(AssertSqlSafe(statement)).await.with_context(|| {
            format!("creating view {} (made by another role, perhaps?)", view.qualified())
        })?;
    }
    Ok(())
}

/// The schema a model's folder stands for, and the model's name.
fn schema_and_name(path: &str) -> Result<(&'static str, &str)> {
    let (folder, file) = path.split_once('/').with_context(|| format!("model {path} lies in no folder"))?;
    let schema = match folder {
        "staging" | "intermediate" => "intermediate",
        "marts" => "marts",
        _ => bail!("model {path} lies in a folder without a schema"),
    };
    let name = file.strip_suffix(".sql").with_context(|| format!("model {path} is not a .sql file"))?;
    ensure!(is_plain_name(name), "model {path} has a name that would need quotes");
    Ok((schema, name))
}

fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn render_model(
    path: &str,
    template: &str,
    schemas: &BTreeMap<String, &'static str>,
    vars: &BTreeMap<String, String>,
) -> Result<View> {
    if let Some(at) = template.find("{%") {
        let line = 1 + template[..at].matches('\n').count();
        bail!(
            "dbt/job_dbt/models/{path}:{line}: only ref, source, config and var are known here, not a statement"
        );
    }
    let (schema, name) = schema_and_name(path)?;
    let reads = Arc::new(Mutex::new(BTreeSet::new()));
    let environment = environment(schemas, vars, Arc::clone(&reads));
    let query = environment.render_named_str(path, template, ()).map_err(|error| {
        anyhow!("dbt/job_dbt/models/{path}:{}: {}", error.line().unwrap_or(1), sentence(&error))
    })?;
    drop(environment);
    let reads = reads.lock().expect("no thread panics while it holds the lock").clone();
    Ok(View { schema, name: name.to_owned(), query: query.trim().to_owned(), reads })
}

/// A Jinja environment with four functions and no filter, test or global beside them.
fn environment(
    schemas: &BTreeMap<String, &'static str>,
    vars: &BTreeMap<String, String>,
    reads: Arc<Mutex<BTreeSet<String>>>,
) -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let schemas = schemas.clone();
    environment.add_function("ref", move |name: String| {
        let schema = schemas
            .get(&name)
            .ok_or_else(|| refusal(format!("ref('{name}') is not a model; seeds are for tests only")))?;
        reads.lock().expect("no thread panics while it holds the lock").insert(name.clone());
        Ok::<_, Error>(format!("\"{schema}\".\"{name}\""))
    });
    environment.add_function("source", |schema: String, table: String| {
        if !matches!(schema.as_str(), "staging" | "ops") || !is_plain_name(&table) {
            return Err(refusal(format!(
                "source('{schema}', '{table}') is not a table that the models may read"
            )));
        }
        Ok(format!("\"{schema}\".\"{table}\""))
    });
    environment.add_function("config", |settings: Kwargs| match settings.get::<&str>("materialized") {
        Ok("view") | Err(_) => {
            settings.args().for_each(|name| drop(settings.get::<Value>(name)));
            Ok("")
        }
        Ok(other) => Err(refusal(format!("every model is a view, not '{other}'"))),
    });
    let vars = vars.clone();
    environment.add_function("var", move |name: String| {
        vars.get(&name).cloned().ok_or_else(|| refusal(format!("var('{name}') is not in dbt_project.yml")))
    });
    environment
}

fn refusal(detail: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, detail)
}

fn sentence(error: &Error) -> String {
    match error.detail() {
        Some(detail) => detail.to_owned(),
        None => error.kind().to_string(),
    }
}

/// Sorts so that each view comes after those it reads; views that are free to come keep the order given.
fn in_order_of_reading(mut waiting: Vec<View>) -> Result<Vec<View>> {
    let mut ordered: Vec<View> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let missing =
            |view: &View| view.reads.iter().any(|name| !ordered.iter().any(|done| done.name == *name));
        let (blocked, free): (Vec<View>, Vec<View>) = waiting.into_iter().partition(missing);
        if free.is_empty() {
            let names: Vec<&str> = blocked.iter().map(|view| view.name.as_str()).collect();
            bail!("these models read each other in a circle: {}", names.join(", "));
        }
        ordered.extend(free);
        waiting = blocked;
    }
    Ok(ordered)
}

//! `doctor`: looks at everything a run needs, and says for each thing that is not well what to do next. It repairs
//! nothing and writes nothing, neither to the database nor to the disk.

mod database;
mod files;
mod machine;

use std::fmt::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgPool;

use crate::db::cluster::Search;

/// How long a check-up may take.
pub const PATIENCE: Duration = Duration::from_millis(2_800);

/// What to look at. The caller has read the environment and the configuration, and has tried the database.
#[derive(Debug, Clone)]
pub struct Context {
    /// The data folder.
    pub home: PathBuf,
    /// The folder of the published files.
    pub artifacts: PathBuf,
    /// Now.
    pub now: DateTime<Utc>,
    /// What is not looked at within this time is reported as such; [`PATIENCE`] but for tests.
    pub patience: Duration,
    /// Name of this machine, as the ledger has it.
    pub host: String,
    /// No `DATABASE_URL`: the database is the embedded cluster.
    pub embedded: bool,
    /// Where to look for server programs.
    pub search: Search,
    /// A pool, or why there is none.
    pub database: Result<PgPool, String>,
    /// The newest migration this program knows.
    pub migration: Option<i64>,
    /// Fingerprint of the views this program makes.
    pub views: Option<String>,
    /// The enabled sources, or what is wrong with the configuration, with file and line.
    pub config: Result<Vec<SourceNeeds>, String>,
    /// Every secret this program knows of.
    pub secrets: Vec<Secret>,
    /// The program hyperd, or how to get it.
    pub hyperd: Result<PathBuf, String>,
}

/// What a source cannot do without.
#[derive(Debug, Clone)]
pub struct SourceNeeds {
    /// The source.
    pub source: String,
    /// Name of its secret.
    pub secret: Option<String>,
    /// Billed requests it may make in a month.
    pub quota_per_month: Option<u32>,
}

/// Where a secret comes from; its value is not here.
#[derive(Debug, Clone)]
pub struct Secret {
    /// Name of the environment variable, for example `JSEARCH_API_KEY`.
    pub name: String,
    /// Whether that variable is set.
    pub is_set: bool,
    /// The value of `<name>_FILE`.
    pub file: Option<PathBuf>,
}

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Well.
    Ok,
    /// A run works, with less than it could have, or it will not for long.
    Warn,
    /// A run fails.
    Fail,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// How it is.
    pub state: State,
    /// What was found.
    pub finding: String,
    /// What to do about it; always there unless all is well.
    pub next_step: Option<String>,
}

impl Check {
    fn ok(name: &'static str, finding: impl Into<String>) -> Self {
        Self { name, state: State::Ok, finding: finding.into(), next_step: None }
    }

    fn warn(name: &'static str, finding: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { name, state: State::Warn, finding: finding.into(), next_step: Some(next_step.into()) }
    }

    fn fail(name: &'static str, finding: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { name, state: State::Fail, finding: finding.into(), next_step: Some(next_step.into()) }
    }
}

/// Looks at everything, within the patience given.
pub async fn doctor(context: &Context) -> Vec<Check> {
    let begun = Instant::now();
    let machine = tokio::task::spawn_blocking({
        let context = context.clone();
        move || machine::checks(&context)
    });
    let (machine, database) = tokio::join!(
        tokio::time::timeout(context.patience, machine),
        tokio::time::timeout(context.patience, database::checks(context, begun)),
    );
    let slow = |name| {
        vec![Check::warn(
            name,
            "not all was looked at within three seconds",
            "run it again when the machine is less busy",
        )]
    };
    let mut checks = match machine {
        Ok(Ok(checks)) => checks,
        Ok(Err(_)) | Err(_) => slow("machine"),
    };
    checks.extend(database.unwrap_or_else(|_| slow("database")));
    checks
}

/// The worst state of all.
pub fn worst(checks: &[Check]) -> State {
    checks.iter().map(|check| check.state).max().unwrap_or(State::Ok)
}

/// The checks as text, one line each and one more for a next step.
pub fn report(checks: &[Check]) -> String {
    let width = checks.iter().map(|check| check.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for check in checks {
        let state = match check.state {
            State::Ok => "ok  ",
            State::Warn => "warn",
            State::Fail => "FAIL",
        };
        let _ = writeln!(text, "{state}  {:width$}  {}", check.name, check.finding);
        if let Some(next_step) = &check.next_step {
            let _ = writeln!(text, "      {:width$}  next: {next_step}", "");
        }
    }
    text
}

/// 1.40 GiB and its like.
fn amount(bytes: u64) -> String {
    indicatif::BinaryBytes(bytes).to_string()
}

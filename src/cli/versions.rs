//! `job-etl config`: the versions of ranking and dictionaries that runs used, how they differ, and which one is in force.

use super::context::{self, Configuration};
use super::exit::Usage;
use super::inspect::print;
use super::{Global, plan};
use crate::config::ranking::Ranking;
use crate::db::config_versions::{self, ConfigText, Version};
use crate::taxonomy::Taxonomy;
use anyhow::{Result, ensure};
use chrono::{DateTime, Utc};
use clap::Subcommand;
use console::Style;
use serde_json::json;
use similar::{ChangeTag, TextDiff};
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// Names the files of the configuration folder where a version is expected.
const FILES: &str = "files";
/// Digits that tables show of a version.
const SHOWN: usize = 8;
/// Changed lines of one file that a diff shows.
const LINES: usize = 400;

/// What to do with versions.
#[derive(Debug, Clone, Subcommand)]
pub enum ConfigCommand {
    /// Show the versions that runs used, and which one is in force
    List,
    /// Show the lines in which two versions differ; `files` stands for the files in the configuration folder
    Diff {
        /// The one before
        before: String,
        /// The one after
        #[arg(default_value = FILES)]
        after: String,
    },
    /// Let runs use a version instead of the files; `files` goes back to them
    Activate {
        /// The first digits of the version, as `job-etl config list` shows them, or `files`
        version: String,
    },
    /// Go back to what was in force before the last activation
    Rollback,
}

/// Does what the command line says.
pub async fn config(global: &Global, command: &ConfigCommand) -> Result<u8> {
    let files = context::configuration(&global.config)?;
    let database = context::database(global).await?;
    let mut connection = database.pool.acquire().await?;
    let done = match command {
        ConfigCommand::List => list(global, &mut connection, &files).await,
        ConfigCommand::Diff { before, after } => diff(&mut connection, &files, before, after).await,
        ConfigCommand::Activate { version } => {
            let version = find(&mut connection, version).await?;
            activate(&mut connection, version).await
        }
        ConfigCommand::Rollback => {
            let (active, before) = config_versions::active(&mut connection).await?;
            if active == before {
                Err(Usage("nothing to go back to: no version has been activated".into()).into())
            } else {
                activate(&mut connection, before).await
            }
        }
    };
    drop(connection);
    database.close().await?;
    done.map(|()| 0)
}

async fn list(global: &Global, connection: &mut PgConnection, files: &Configuration) -> Result<()> {
    let versions = config_versions::all(connection).await?;
    let (active, _) = config_versions::active(connection).await?;
    if global.json {
        let value = json!({ "versions": versions, "active": active, "files": files.version() });
        print(&serde_json::to_string_pretty(&value)?);
        return Ok(());
    }
    if versions.is_empty() {
        print("no version yet; the first `job-etl run` keeps one");
        return Ok(());
    }
    print("  version   runs  first used            last used");
    for version in &versions {
        let mark = if active.as_ref() == Some(&version.version) { "*" } else { " " };
        let here = if version.version == files.version() { "  the files in the folder" } else { "" };
        print(&format!("{mark} {}{here}", line(version)));
    }
    print(&match &active {
        Some(version) => format!(
            "\n* is in force, whatever the files say; `job-etl config diff {} files` shows how they differ",
            &version[..SHOWN]
        ),
        None => format!("\nThe files in {} are in force.", global.config.display()),
    });
    Ok(())
}

fn line(version: &Version) -> String {
    let time = |at: Option<DateTime<Utc>>| {
        at.map_or_else(|| "-".into(), |at| at.format("%Y-%m-%d %H:%M:%SZ").to_string())
    };
    format!(
        "{}  {:>4}  {:<20}  {:<20}",
        &version.version[..SHOWN],
        version.runs,
        time(version.first_used_at),
        time(version.last_used_at)
    )
}

async fn activate(connection: &mut PgConnection, version: Option<String>) -> Result<()> {
    if let Some(version) = &version {
        // A version of an older program may hold what this one cannot read: better known now than at seven.
        let texts = config_versions::texts(connection, version).await?;
        context::compile(&format!("version {}", &version[..SHOWN]), &texts)?;
    }
    config_versions::activate(connection, version.as_deref(), plan::now()).await?;
    let name = version.as_ref().map_or("the configuration folder's files are", |_| "is");
    print(&format!(
        "{}{name} in force from the next run on; `job-etl run --from enrich` applies it now",
        version.as_ref().map(|version| format!("version {} ", &version[..SHOWN])).unwrap_or_default(),
    ));
    Ok(())
}

/// The version that begins so; `None` for the files.
async fn find(connection: &mut PgConnection, text: &str) -> Result<Option<String>> {
    if text == FILES {
        return Ok(None);
    }
    let mut found = config_versions::by_prefix(connection, text).await?;
    match (found.pop(), found.pop()) {
        (Some(version), None) => Ok(Some(version)),
        (None, _) => {
            let message =
                format!("no version begins with {}; `job-etl config list` shows all", text.escape_debug());
            Err(Usage(message).into())
        }
        _ => Err(Usage(format!("several versions begin with {text}; give more of it")).into()),
    }
}

async fn diff(connection: &mut PgConnection, files: &Configuration, before: &str, after: &str) -> Result<()> {
    let mut sides = Vec::new();
    for side in [before, after] {
        sides.push(match find(connection, side).await? {
            Some(version) => config_versions::texts(connection, &version).await?,
            None => files.texts.clone(),
        });
    }
    let [before, after] = sides.as_slice() else { return Ok(()) };
    let kinds: BTreeSet<&str> = before.iter().chain(after).map(|text| text.kind.as_str()).collect();
    let mut differ = false;
    for kind in kinds {
        let (old, new) = (content(before, kind), content(after, kind));
        if old != new {
            differ = true;
            print(&format!("{}\n{}", Style::new().bold().apply_to(kind), changes(old, new)));
        }
    }
    if !differ {
        print("no difference");
    }
    Ok(())
}

fn content<'a>(texts: &'a [ConfigText], kind: &str) -> &'a str {
    texts.iter().find(|text| text.kind == kind).map_or("", |text| text.content.as_str())
}

/// The changed lines with three around them, as `diff -u` writes them.
fn changes(old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    let (red, green) = (Style::new().red(), Style::new().green());
    let mut lines = Vec::new();
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        lines.push(hunk.header().to_string());
        lines.extend(hunk.iter_changes().map(|change| {
            let text = change.value().trim_end_matches('\n');
            match change.tag() {
                ChangeTag::Delete => red.apply_to(format!("-{text}")).to_string(),
                ChangeTag::Insert => green.apply_to(format!("+{text}")).to_string(),
                ChangeTag::Equal => format!(" {text}"),
            }
        }));
    }
    let more = lines.len().saturating_sub(LINES);
    lines.truncate(LINES);
    if more > 0 {
        lines.push(format!("… and {more} lines more"));
    }
    lines.join("\n")
}

/// The configuration that runs use: `sources.yml`, and the version in force or else the files.
pub async fn configuration_in_force(global: &Global, connection: &mut PgConnection) -> Result<Configuration> {
    let files = context::configuration(&global.config)?;
    Ok(match in_force(connection, &files.version()).await? {
        None => files,
        Some(Active { texts, ranking, taxonomy, .. }) => Configuration { texts, ranking, taxonomy, ..files },
    })
}

/// `ranking.yml` of the version in force; `None` when runs use the file.
pub async fn ranking_in_force(connection: &mut PgConnection) -> Result<Option<ConfigText>> {
    let (Some(version), _) = config_versions::active(connection).await? else { return Ok(None) };
    let texts = config_versions::texts(connection, &version).await?;
    Ok(texts.into_iter().find(|text| text.kind == context::RANKING))
}

/// What an activated version holds.
pub struct Active {
    /// Its name.
    pub version: String,
    /// Its files.
    pub texts: Vec<ConfigText>,
    /// Its weights and profiles.
    pub ranking: Ranking,
    /// Its dictionaries.
    pub taxonomy: Taxonomy,
}

/// The version that runs use in place of the files, whose own version is given; `None` when they use the files.
pub async fn in_force(connection: &mut PgConnection, files: &str) -> Result<Option<Active>> {
    let (Some(version), _) = config_versions::active(connection).await? else { return Ok(None) };
    if version == files {
        return Ok(None);
    }
    let texts = config_versions::texts(connection, &version).await?;
    ensure!(!texts.is_empty(), "version {version} of the configuration is in force, and its files are gone");
    let (taxonomy, ranking) = context::compile(&format!("version {}", &version[..SHOWN]), &texts)?;
    Ok(Some(Active { version, texts, ranking, taxonomy }))
}

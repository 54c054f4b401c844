//! The commands that look at jobs: `jobs`, `jobs --hidden` and `explain`. They write nothing.

use super::context;
use super::duplicates::others;
use super::exit::Usage;
use super::inspect::print;
use super::progress::thousands;
use super::{Global, plan, table, versions};
use crate::config::ranking;
use crate::config::ranking::freshness::Freshness;
use crate::db::audit::{self, HiddenCounts, RuleCount};
use crate::db::duplicates;
use crate::db::marks;
use crate::db::outcome::{self, ListedJob, Listing, Sort};
use crate::rank::explain::explain_text;
use crate::yaml::did_you_mean;
use anyhow::Result;
use chrono::{DateTime, Utc};
use clap::Args;
use console::Style;
use serde_json::json;
use sqlx::PgConnection;

/// Options of `job-etl jobs`.
#[derive(Debug, Clone, Args)]
pub struct JobsArgs {
    /// How many
    #[arg(long, default_value_t = 10)]
    top: u16,
    /// Whose scores: a profile of ranking.yml
    #[arg(long, default_value = "default")]
    profile: String,
    /// By score; by score times freshness; or the newest first
    #[arg(long, value_enum, default_value_t)]
    sort: Sort,
    /// Show what the profile's filters and block lists hide instead, and how much each of them
    #[arg(long)]
    hidden: bool,
    /// The instant to count ages to, such as 2026-11-22T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    as_of: Option<DateTime<Utc>>,
}

/// Options of `job-etl explain`.
#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// The first characters of its hash, as `job-etl jobs` shows them
    hash: String,
    /// For whom: a profile of ranking.yml
    #[arg(long, default_value = "default")]
    profile: String,
}

/// Lists the best open jobs of a profile, or what it hides.
pub async fn jobs(global: &Global, arguments: &JobsArgs) -> Result<u8> {
    let database = context::database(global).await?;
    let mut connection = database.pool.acquire().await?;
    let freshness = freshness(global, &mut connection, &arguments.profile).await?;
    let listing = Listing {
        profile: &arguments.profile,
        freshness,
        as_of: arguments.as_of.unwrap_or_else(plan::now),
        sort: arguments.sort,
        since: None,
        hidden: arguments.hidden,
        top: i64::from(arguments.top),
    };
    let best = outcome::jobs(&mut connection, &listing).await?;
    let counts = audit::hidden(&mut connection, listing.profile, &freshness, listing.as_of).await?;
    let audited = if arguments.hidden {
        let rules = profile_rules(global, &mut connection, listing.profile).await?;
        with_idle(audit::rules(&mut connection, listing.profile).await?, rules)
    } else {
        Vec::new()
    };
    drop(connection);
    database.close().await?;
    if global.json {
        let rows: Vec<_> = best.iter().map(job_json).collect();
        let value = if arguments.hidden {
            json!({ "hidden": counts, "rules": audited, "jobs": rows })
        } else {
            json!(rows)
        };
        print(&serde_json::to_string_pretty(&value)?);
    } else if arguments.hidden {
        show_hidden(&best, &audited, counts);
    } else {
        show(&best, &listing, counts);
    }
    Ok(0)
}

fn show(best: &[ListedJob], listing: &Listing<'_>, counts: HiddenCounts) {
    let profile = match listing.profile {
        "default" => String::new(),
        name => format!(" --profile {name}"),
    };
    if best.is_empty() && counts == HiddenCounts::default() {
        print("no jobs yet; `job-etl run` collects them, `job-etl demo` shows the bundled ones");
        return;
    }
    if !best.is_empty() {
        print(&table::jobs(best, listing.sort, table::width()));
        print(&format!("\n`job-etl explain HASH{profile}` shows how a score is made."));
    }
    if counts.by_rules > 0 {
        let count = thousands(counts.by_rules as u64);
        print(&format!("{count} hidden by your filters: see `job-etl jobs --hidden{profile}`"));
    }
    if counts.by_age > 0 {
        let days = listing.freshness.max_age_days.unwrap_or_default();
        let count = thousands(counts.by_age as u64);
        print(&format!("{count} older than {days} days: see freshness.max_age_days in ranking.yml"));
    }
}

fn show_hidden(best: &[ListedJob], rules: &[RuleCount], counts: HiddenCounts) {
    if rules.is_empty() {
        print("this profile has no filters and blocks nothing; see config/ranking.yml and `job-etl block`");
        return;
    }
    print(&table::rules(rules, table::width()));
    let count = thousands(counts.by_rules as u64);
    print(&format!("\n{count} open jobs are hidden; `only` would show without that rule."));
    if !best.is_empty() {
        print(&format!("\nThe best {} of them:", best.len()));
        print(&table::hidden_jobs(best, table::width()));
    }
}

/// The rules that hide something, and after them those of `names` that hide nothing.
fn with_idle(mut found: Vec<RuleCount>, names: Vec<String>) -> Vec<RuleCount> {
    for rule in names {
        if !found.iter().any(|known| known.rule == rule) {
            found.push(RuleCount { rule, hidden: 0, only: 0, examples: Vec::new() });
        }
    }
    found
}

/// The names of a profile's rules, once the reader's marks are known.
async fn profile_rules(global: &Global, connection: &mut PgConnection, name: &str) -> Result<Vec<String>> {
    let configuration = versions::configuration_in_force(global, connection).await?;
    let profile = configuration.ranking.profiles.get(name).cloned().unwrap_or_default();
    let marks = marks::all(connection).await?;
    let lists = profile.lists.with_marks(name, &marks, &configuration.taxonomy);
    Ok(ranking::Profile { lists, ..profile }.rules())
}

/// How a profile values age; a profile that ranking.yml lacks is a mistake of usage.
pub async fn freshness(global: &Global, connection: &mut PgConnection, name: &str) -> Result<Freshness> {
    let outline = match versions::ranking_in_force(connection).await? {
        Some(kept) => ranking::outline_of(&kept.kind, &kept.content),
        None => ranking::outline(&global.config.join("ranking.yml")),
    };
    let outline = outline.map_err(|error| Usage(format!("{error:#}")))?;
    match outline.get(name) {
        Some(freshness) => Ok(*freshness),
        None => Err(unknown_profile(name, outline.keys().map(String::as_str)).into()),
    }
}

/// What to say about a profile that is not there.
pub fn unknown_profile<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Usage {
    let hint = did_you_mean(name, known.clone())
        .unwrap_or_else(|| format!("known: {}", known.collect::<Vec<_>>().join(", ")));
    Usage(format!("unknown profile `{name}`; {hint}"))
}

/// Explains the score of the job whose hash begins with a prefix.
pub async fn explain(global: &Global, arguments: &ExplainArgs) -> Result<u8> {
    prefix(&arguments.hash)?;
    let database = context::database(global).await?;
    let mut connection = database.pool.acquire().await?;
    let listing = Listing {
        profile: &arguments.profile,
        freshness: freshness(global, &mut connection, &arguments.profile).await?,
        as_of: plan::now(),
        sort: Sort::Score,
        since: None,
        hidden: false,
        top: 2,
    };
    let job = find(&mut connection, &arguments.hash, &listing).await?;
    let members = duplicates::members(&mut connection, &job.hash_key).await?;
    drop(connection);
    database.close().await?;
    if global.json {
        let mut shown = job_json(&job);
        shown["cluster"] = serde_json::to_value(&members)?;
        print(&serde_json::to_string_pretty(&shown)?);
        return Ok(0);
    }
    let place = job.location.as_deref().unwrap_or("place not stated");
    print(&format!(
        "{}\n{} · {place} · {}\n{}\n",
        Style::new().bold().apply_to(&job.job_title),
        job.company,
        table::age(&job),
        job.hash_key
    ));
    match &job.rank_explain {
        Some(explain) => print(explain_text(explain, table::width()).trim_end()),
        None => print("not ranked yet; run `job-etl rank`"),
    }
    if let Some(link) = &job.job_link {
        print(&format!("\n{link}"));
    }
    if let Some(others) = others(&members, &job.hash_key, table::width()) {
        print(&format!("\n{others}"));
    }
    Ok(0)
}

/// The beginning of a hash in lower case, or what is wrong with it.
pub fn prefix(text: &str) -> Result<String> {
    if text.len() < 4 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Usage(format!(
            "`{text}` is not the beginning of a job's hash: at least 4 hex digits, as `job-etl jobs` shows"
        ))
        .into());
    }
    Ok(text.to_lowercase())
}

/// The one job whose hash begins so.
async fn find(connection: &mut PgConnection, text: &str, listing: &Listing<'_>) -> Result<ListedJob> {
    let mut found = outcome::by_prefix(connection, &prefix(text)?, listing).await?;
    match (found.pop(), found.pop()) {
        (Some(job), None) => Ok(job),
        (None, _) => Err(Usage(format!("no job begins with {text}; `job-etl jobs` lists hashes")).into()),
        _ => Err(Usage(format!("several jobs begin with {text}; give more of the hash")).into()),
    }
}

fn job_json(job: &ListedJob) -> serde_json::Value {
    json!({
        "hash_key": job.hash_key,
        "job_title": job.job_title,
        "company": job.company,
        "location": job.location,
        "remote_type": job.remote_type,
        "contract_type": job.contract_type,
        "openings": job.openings,
        "cluster_id": job.cluster_id,
        "cluster_size": job.cluster_size,
        "job_link": job.job_link,
        "apply_url": job.apply_url,
        "source": job.source,
        "posted_at": job.posted_at,
        "first_seen_at": job.first_seen_at,
        "age_days": job.age_days,
        "freshness": job.freshness,
        "rank_score": job.score().map(|score| score.as_f64()),
        "rank_explain": job.rank_explain,
        "hidden_by": job.hidden_by,
    })
}

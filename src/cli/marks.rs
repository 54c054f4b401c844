//! `job-etl block` and `job-etl boost`: the reader's own lists, kept in the database. The next run ranks again by itself.

use super::exit::Usage;
use super::inspect::print;
use super::jobs::unknown_profile;
use super::{Global, context, plan, versions};
use crate::config::ranking::lists::{self, BOOST_POINTS, Mark, Subject};
use crate::db::marks;
use crate::posting::Hundredths;
use anyhow::Result;
use clap::{ArgGroup, Args};
use serde_json::json;

/// Options of `job-etl block`.
#[derive(Debug, Clone, Args)]
pub struct BlockArgs {
    #[command(flatten)]
    what: What,
}

/// Options of `job-etl boost`.
#[derive(Debug, Clone, Args)]
pub struct BoostArgs {
    #[command(flatten)]
    what: What,
    /// What it adds to a score, or takes when negative: at most 20 either way [default: 5]
    #[arg(long, allow_negative_numbers = true)]
    points: Option<f64>,
}

#[derive(Debug, Clone, Args)]
#[command(group(ArgGroup::new("subject").required(true).args(["company", "title", "keyword", "skill", "list"])))]
struct What {
    /// A company, with or without its legal form
    #[arg(long, value_name = "NAME")]
    company: Option<String>,
    /// A phrase of the title
    #[arg(long, value_name = "PHRASE")]
    title: Option<String>,
    /// A phrase of title or description
    #[arg(long, value_name = "PHRASE")]
    keyword: Option<String>,
    /// A skill
    #[arg(long, value_name = "SKILL")]
    skill: Option<String>,
    /// Show what is on your lists
    #[arg(long)]
    list: bool,
    /// For one profile of ranking.yml only
    #[arg(long)]
    profile: Option<String>,
    /// Take it off the list again
    #[arg(long, conflicts_with = "list")]
    remove: bool,
}

/// Hides a company, phrase or skill, or shows it again.
pub async fn block(global: &Global, arguments: &BlockArgs) -> Result<u8> {
    change(global, &arguments.what, None).await
}

/// Raises or lowers the scores of a company, phrase or skill.
pub async fn boost(global: &Global, arguments: &BoostArgs) -> Result<u8> {
    let points = match arguments.points {
        Some(points) => lists::boost_points(points).map_err(|error| Usage(error.to_string()))?,
        None => BOOST_POINTS,
    };
    change(global, &arguments.what, Some(points)).await
}

async fn change(global: &Global, what: &What, points: Option<Hundredths>) -> Result<u8> {
    let given = [
        (Subject::Company, &what.company),
        (Subject::Title, &what.title),
        (Subject::Keyword, &what.keyword),
        (Subject::Skill, &what.skill),
    ];
    let Some((subject, text)) = given.into_iter().find_map(|(subject, text)| Some((subject, text.clone()?)))
    else {
        return list(global).await;
    };
    let database = context::database(global).await?;
    let mut connection = database.pool.acquire().await?;
    let configuration = versions::configuration_in_force(global, &mut connection).await?;
    drop(connection);
    let profiles = &configuration.ranking.profiles;
    if let Some(name) = what.profile.as_ref().filter(|name| !profiles.contains_key(*name)) {
        return Err(unknown_profile(name, profiles.keys().map(String::as_str)).into());
    }
    let entry = lists::entry(subject, text.trim().to_owned(), &configuration.taxonomy)
        .map_err(|error| Usage(format!("{error:#}")))?;
    let mark = Mark { profile: what.profile.clone(), points, subject, value: entry.phrase.text };
    let changed = if what.remove {
        marks::remove(&database.pool, &mark).await
    } else {
        marks::add(&database.pool, &mark, plan::now()).await.map(|()| 1)
    };
    database.close().await?;
    let line = line(&mark);
    if changed? == 0 {
        return Err(Usage(format!("{line} is not on the list; see `job-etl block --list`")).into());
    }
    let done = if what.remove { "removed" } else { "noted" };
    print(&format!("{done}: {line}\nThe next run ranks again with it; `job-etl rank` does so now."));
    Ok(0)
}

/// Shows both lists.
async fn list(global: &Global) -> Result<u8> {
    let database = context::database(global).await?;
    let mut connection = database.pool.acquire().await?;
    let marks = marks::all(&mut connection).await?;
    drop(connection);
    database.close().await?;
    if global.json {
        let rows: Vec<_> = marks
            .iter()
            .map(|mark| {
                json!({
                    "kind": kind(mark),
                    "subject": mark.subject.as_str(),
                    "value": mark.value,
                    "points": mark.points.map(Hundredths::as_f64),
                    "profile": mark.profile,
                })
            })
            .collect();
        print(&serde_json::to_string_pretty(&rows)?);
    } else if marks.is_empty() {
        print("nothing is blocked or boosted by hand; ranking.yml may have lists of its own");
    } else {
        marks.iter().for_each(|mark| print(&line(mark)));
    }
    Ok(0)
}

fn kind(mark: &Mark) -> &'static str {
    if mark.points.is_some() { "boost" } else { "block" }
}

fn line(mark: &Mark) -> String {
    let points = mark.points.map(|points| format!(" by {:+}", points.as_f64())).unwrap_or_default();
    let profile = mark.profile.as_deref().map(|name| format!(" for profile {name}")).unwrap_or_default();
    format!("{} {} {}{points}{profile}", kind(mark), mark.subject.as_str(), mark.value)
}

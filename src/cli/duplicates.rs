//! `job-etl dedupe`: the stage, the report on what it found, and a reader's "not the same".

use super::exit::Usage;
use super::inspect::print;
use super::jobs::prefix;
use super::progress::thousands;
use super::{Global, RunArgs, context, plan, table};
use crate::db::duplicates::{self, Cluster, Member, Pair, Reason, Totals};
use crate::db::kept_apart::{self, KeptApart};
use crate::db::marks;
use crate::run::Stage;
use anyhow::Result;
use clap::Args;
use console::{Style, measure_text_width, truncate_str};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

/// Pairs and clusters that the report shows of each kind.
const REPORTED: u16 = 10;

/// Options of `job-etl dedupe`.
#[derive(Debug, Clone, Args)]
pub struct DedupeArgs {
    #[command(flatten)]
    run: RunArgs,
    /// Show the pairs that were merged and those that came near, with the figures; runs nothing
    #[arg(long)]
    report: bool,
    /// How many pairs and clusters of each kind the report shows
    #[arg(long, value_name = "N", default_value_t = REPORTED, requires = "report")]
    top: u16,
    /// Keep two jobs apart, from the next `job-etl dedupe` on
    #[arg(long, num_args = 2, value_names = ["HASH", "HASH"], conflicts_with_all = ["report", "together"])]
    apart: Option<Vec<String>>,
    /// Why they are not the same
    #[arg(long, value_name = "TEXT", requires = "apart")]
    note: Option<String>,
    /// Take back an --apart
    #[arg(long, num_args = 2, value_names = ["HASH", "HASH"], conflicts_with = "report")]
    together: Option<Vec<String>>,
}

/// Runs the stage, or does what the options ask for instead.
pub async fn dedupe(global: &Global, arguments: &DedupeArgs) -> Result<u8> {
    if let Some(pair) = &arguments.apart {
        return apart(global, &pair[0], &pair[1], arguments.note.as_deref()).await;
    }
    if let Some(pair) = &arguments.together {
        return together(global, &pair[0], &pair[1]).await;
    }
    if arguments.report {
        return report(global, i64::from(arguments.top)).await;
    }
    plan::run(global, &arguments.run, Some(Stage::Dedupe)).await
}

async fn apart(global: &Global, one: &str, other: &str, note: Option<&str>) -> Result<u8> {
    let database = context::database(global).await?;
    let mut connection = database.pool.acquire().await?;
    let one = find(&mut connection, one).await?;
    let other = find(&mut connection, other).await?;
    drop(connection);
    if one.0 == other.0 {
        return Err(Usage("a job cannot be kept apart from itself; give two hashes".into()).into());
    }
    let mut transaction = database.pool.begin().await?;
    marks::become_reader(&mut transaction).await?;
    let is_new = kept_apart::add(&mut transaction, &one.0, &other.0, plan::now(), note).await?;
    transaction.commit().await?;
    database.close().await?;
    for (hash_key, title, company, location) in [&one, &other] {
        print(&line(hash_key, title, company, location.as_deref(), table::width()));
    }
    print(if is_new { "are kept apart from the next `job-etl dedupe` on" } else { "are kept apart already" });
    Ok(0)
}

type Found = (String, String, String, Option<String>);

/// The one job whose hash begins so.
async fn find(connection: &mut PgConnection, text: &str) -> Result<Found> {
    let mut found = duplicates::by_prefix(connection, &prefix(text)?).await?;
    match (found.pop(), found.pop()) {
        (Some(job), None) => Ok(job),
        (None, _) => Err(Usage(format!("no job begins with {text}; `job-etl jobs` lists hashes")).into()),
        _ => Err(Usage(format!("several jobs begin with {text}; give more of the hash")).into()),
    }
}

async fn together(global: &Global, one: &str, other: &str) -> Result<u8> {
    let (one, other) = (prefix(one)?, prefix(other)?);
    let database = context::database(global).await?;
    let mut transaction = database.pool.begin().await?;
    marks::become_reader(&mut transaction).await?;
    let removed = kept_apart::remove(&mut transaction, &one, &other).await?;
    match removed.as_slice() {
        [pair] => {
            transaction.commit().await?;
            print(&format!("{} and {}", short(&pair.left_hash_key), short(&pair.right_hash_key)));
            print("are compared again from the next `job-etl dedupe` on");
        }
        [] => {
            return Err(Usage(format!(
                "{one} and {other} are not kept apart; `job-etl dedupe --report` lists who is"
            ))
            .into());
        }
        _ => return Err(Usage("several pairs begin so; give more of each hash".into()).into()),
    }
    database.close().await?;
    Ok(0)
}

/// Everything the report says.
struct Report {
    totals: Totals,
    reasons: Vec<Reason>,
    largest: Vec<Cluster>,
    merged: Vec<Pair>,
    retained: Vec<Pair>,
    kept_apart: Vec<KeptApart>,
}

async fn report(global: &Global, top: i64) -> Result<u8> {
    let database = context::database(global).await?;
    let mut connection = database.pool.acquire().await?;
    let found = Report {
        totals: duplicates::totals(&mut connection).await?,
        reasons: duplicates::reasons(&mut connection).await?,
        largest: duplicates::largest(&mut connection, top).await?,
        merged: duplicates::pairs(&mut connection, "merged", top).await?,
        retained: duplicates::pairs(&mut connection, "retained", top).await?,
        kept_apart: kept_apart::all(&mut connection).await?,
    };
    drop(connection);
    database.close().await?;
    if global.json {
        ndjson(&found);
    } else if found.totals.jobs == 0 {
        print("no job was compared yet; `job-etl run` collects and compares them");
    } else {
        print(&text(&found, table::width().min(100)));
    }
    Ok(0)
}

/// One object a line, named by `kind`.
fn ndjson(found: &Report) {
    fn lines<T: Serialize>(kind: &str, rows: &[T]) {
        for row in rows {
            let mut object = json!({ "kind": kind });
            if let (Some(object), Ok(serde_json::Value::Object(row))) =
                (object.as_object_mut(), serde_json::to_value(row))
            {
                object.extend(row);
            }
            print(&object.to_string());
        }
    }
    lines("totals", std::slice::from_ref(&found.totals));
    lines("reason", &found.reasons);
    lines("cluster", &found.largest);
    lines("merged", &found.merged);
    lines("retained", &found.retained);
    lines("kept_apart", &found.kept_apart);
}

fn text(found: &Report, width: usize) -> String {
    let bold = Style::new().bold();
    let mut lines = summary(&found.totals);
    let heading = |lines: &mut Vec<String>, text: &str| {
        lines.push(String::new());
        lines.push(bold.apply_to(text).to_string());
    };
    if !found.reasons.is_empty() {
        lines.push(String::new());
        lines.push("  verdict   why                   pairs  similarity  title   text".to_owned());
        lines.extend(found.reasons.iter().map(reason));
    }
    if !found.largest.is_empty() {
        heading(&mut lines, "largest clusters");
        lines.extend(found.largest.iter().map(|cluster| largest(cluster, width)));
    }
    for (title, pairs) in [
        ("merged, the least alike first", &found.merged),
        ("near, but kept as two, the most alike first", &found.retained),
    ] {
        if !pairs.is_empty() {
            heading(&mut lines, title);
            lines.extend(pairs.iter().map(|pair| compared(pair, width)));
        }
    }
    if !found.kept_apart.is_empty() {
        heading(&mut lines, "kept apart by you");
        lines.extend(found.kept_apart.iter().map(|pair| {
            let note = pair.note.as_deref().map(|note| format!("  {note}")).unwrap_or_default();
            let line = format!("  {}  {}{note}", short(&pair.left_hash_key), short(&pair.right_hash_key));
            truncate_str(&line, width, "…").into_owned()
        }));
    }
    lines.push("\n`job-etl dedupe --apart HASH HASH` keeps two apart; --together takes it back.".to_owned());
    lines.join("\n")
}

fn summary(totals: &Totals) -> Vec<String> {
    let line = |what: &str, number: i64| format!("{what:<31} {:>9}", thousands(number.unsigned_abs()));
    vec![
        line("jobs", totals.jobs),
        line("openings", totals.openings),
        line("  with several jobs", totals.clusters),
        line("  jobs in those", totals.clustered_jobs),
        line("  advertised again", totals.reposted),
        line("  times in all", totals.reposts),
        line("jobs with a republisher's mark", totals.republished),
    ]
}

fn reason(reason: &Reason) -> String {
    let text = reason.text_similarity.map_or_else(|| "–".to_owned(), |text| format!("{text:.2}"));
    format!(
        "  {:<8}  {:<17} {:>9} {:>11.2} {:>6.2} {text:>6}",
        reason.verdict,
        reason.why,
        thousands(reason.pairs.unsigned_abs()),
        reason.similarity,
        reason.title_similarity,
    )
}

fn largest(cluster: &Cluster, width: usize) -> String {
    let again = match cluster.reposts {
        0 => String::new(),
        reposts => format!("  reposted {reposts}×"),
    };
    let room = width.saturating_sub(measure_text_width(&again) + 8);
    let job =
        line(&cluster.hash_key, &cluster.job_title, &cluster.company, cluster.location.as_deref(), room);
    format!("{:>6}  {job}{again}", thousands(cluster.cluster_size.unsigned_abs().into()))
}

fn compared(pair: &Pair, width: usize) -> String {
    let dim = Style::new().dim();
    let text = pair.text_similarity.map_or_else(|| "–".to_owned(), |text| format!("{text:.2}"));
    let figures = format!("{:.2}  title {:.2}  text {text}", pair.similarity, pair.title_similarity);
    let left = line(
        &pair.left_hash_key,
        &pair.left_title,
        &pair.left_company,
        pair.left_location.as_deref(),
        width.saturating_sub(4),
    );
    let right = line(
        &pair.right_hash_key,
        &pair.right_title,
        &pair.right_company,
        pair.right_location.as_deref(),
        width.saturating_sub(4),
    );
    format!("  {:<16} {}\n    {left}\n    {right}", pair.why, dim.apply_to(figures))
}

/// What else there is of a job's opening, for `job-etl explain`; nothing when it stands alone.
pub fn others(members: &[Member], hash_key: &str, width: usize) -> Option<String> {
    if members.len() < 2 {
        return None;
    }
    let mut lines = vec![format!("the same opening, {} jobs in all:", members.len())];
    for member in members.iter().filter(|member| member.hash_key != hash_key) {
        let mut marks = vec![member.source.as_str()];
        if member.is_canonical {
            marks.push("stands for all");
        }
        if member.is_repost {
            marks.push("repost");
        }
        if member.is_republished {
            marks.push("republished");
        }
        if !member.is_open {
            marks.push("closed");
        }
        let why = match (&member.why, member.similarity) {
            (Some(why), Some(similarity)) => format!("{why} {similarity:.2}"),
            _ => String::new(),
        };
        let location = member.location.as_deref();
        lines.push(format!(
            "  {}",
            line(&member.hash_key, &member.job_title, &member.company, location, width.saturating_sub(2))
        ));
        lines.push(
            truncate_str(&format!("            {} · {why}", marks.join(" · ")), width, "…").into_owned(),
        );
    }
    Some(lines.join("\n"))
}

/// Hash, title, company and place in one line of `width` columns. The title gives way first.
fn line(hash_key: &str, title: &str, company: &str, location: Option<&str>, width: usize) -> String {
    let place = location.unwrap_or("place not stated");
    let company = truncate_str(company, width / 3, "…");
    let place = truncate_str(place, width / 3, "…");
    let rest = measure_text_width(&company) + measure_text_width(&place) + 16;
    let title = truncate_str(title, width.saturating_sub(rest).max(12), "…");
    let whole = format!("{}  {title} · {company} · {place}", Style::new().dim().apply_to(short(hash_key)));
    truncate_str(&whole, width, "…").into_owned()
}

fn short(hash_key: &str) -> &str {
    hash_key.get(..8).unwrap_or(hash_key)
}

//! Turns the summary of a run into the message that is sent: its JSON and its id. Pure.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::db::outbox::Message;

/// Most bytes of a message; receivers refuse long ones.
pub const MAX_BYTES: usize = 20_000;
const MAX_MATCHES: usize = 10;
const MAX_FAILURES: usize = 10;
const MAX_TASKS: usize = 50;
const MAX_SOURCES: usize = 50;
const MAX_STAGES: usize = 20;
const MAX_CHARACTERS: usize = 200;
const MAX_LINK_BYTES: usize = 500;

/// What a run came to.
#[derive(Debug, Clone, Serialize)]
pub struct RunSummary {
    /// The run.
    pub run_id: Uuid,
    /// Run of the orchestrator, of which the stages were tasks.
    pub parent_run_id: Option<String>,
    /// Date it stands for.
    pub logical_date: NaiveDate,
    /// `ok`, `partial`, `failed`, `interrupted`.
    pub status: String,
    /// The stage that ended it.
    pub failed_stage: Option<String>,
    /// Tasks of the orchestrator's run that failed.
    pub failed_tasks: Vec<String>,
    /// When it ended.
    pub finished_at: DateTime<Utc>,
    /// How long it took.
    pub duration_ms: i64,
    /// What stands after it; part of the identity of the message.
    pub outcome: Outcome,
    /// Per stage, all sources together.
    pub stages: Vec<StageCounts>,
    /// Best jobs first seen on this date, best first.
    pub top_matches: Vec<Match>,
    /// What failed.
    pub failures: Vec<Failure>,
    /// Health of each source.
    pub sources: Vec<SourceHealth>,
}

/// The state after a run. These are facts of the date, not increments of the run: a second run that finds nothing
/// changed has the same outcome, hence the same message, which is not sent twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Jobs known.
    pub jobs_total: i64,
    /// Jobs first seen on the logical date, by whichever run.
    pub jobs_new: i64,
    /// Jobs with an open posting.
    pub jobs_open: i64,
    /// Rejects last seen on the logical date.
    pub rejected: i64,
}

/// Rows through one stage.
#[derive(Debug, Clone, Serialize)]
pub struct StageCounts {
    /// The stage.
    pub stage: String,
    /// Its status.
    pub status: String,
    /// Rows in.
    pub in_count: i64,
    /// Rows out.
    pub out_count: i64,
    /// Rows that were there before.
    pub duplicate_count: i64,
    /// Rows refused.
    pub rejected_count: i64,
}

/// A job worth a look.
#[derive(Debug, Clone, Serialize)]
pub struct Match {
    /// The job.
    pub hash_key: String,
    /// Its title.
    pub title: String,
    /// Its company.
    pub company: String,
    /// Its score, 0 to 100.
    pub score: f64,
    /// Where to read it.
    pub link: Option<String>,
}

/// Something that failed.
#[derive(Debug, Clone, Serialize)]
pub struct Failure {
    /// A stage, or a source of extract.
    pub place: String,
    /// Why.
    pub error: String,
}

/// How a source did.
#[derive(Debug, Clone, Serialize)]
pub struct SourceHealth {
    /// The source.
    pub source: String,
    /// `ok`, `partial`, `failed`, `skipped`.
    pub status: String,
    /// Records received.
    pub records: i64,
}

/// The message of a run to an endpoint.
pub fn compose(endpoint: &str, summary: &RunSummary) -> Message {
    Message {
        message_id: message_id(endpoint, summary),
        endpoint: endpoint.to_owned(),
        run_id: Some(summary.run_id),
        logical_date: summary.logical_date,
        status: summary.status.clone(),
        body: body(summary),
    }
}

/// The same for the same news: neither the run nor the time is part of it.
fn message_id(endpoint: &str, summary: &RunSummary) -> Uuid {
    let Outcome { jobs_total, jobs_new, jobs_open, rejected } = summary.outcome;
    let mut name = format!(
        "job-etl run.finished\n{endpoint}\n{}\n{}\n{jobs_total} {jobs_new} {jobs_open} {rejected}",
        summary.logical_date, summary.status
    );
    for task in &summary.failed_tasks {
        name.push_str(&format!("\n{task}"));
    }
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
}

/// A day that was not published in time.
#[derive(Debug, Clone, Serialize)]
pub struct MissedDeadline {
    /// The day.
    pub logical_date: NaiveDate,
    /// When it was looked.
    pub checked_at: DateTime<Utc>,
    /// What is known of the day, in one sentence.
    pub reason: String,
}

/// The message of a missed deadline to an endpoint, one a day.
pub fn compose_missed(endpoint: &str, missed: &MissedDeadline) -> Message {
    let name = format!("job-etl deadline.missed\n{endpoint}\n{}", missed.logical_date);
    let missed = MissedDeadline { reason: cut(&missed.reason), ..missed.clone() };
    let envelope = Envelope { r#type: "deadline.missed", timestamp: missed.checked_at, data: &missed };
    Message {
        message_id: Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()),
        endpoint: endpoint.to_owned(),
        run_id: None,
        logical_date: missed.logical_date,
        status: "missed".to_owned(),
        body: serde_json::to_string(&envelope).expect("plain fields always become JSON"),
    }
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    r#type: &'static str,
    timestamp: DateTime<Utc>,
    data: &'a T,
}

fn body(summary: &RunSummary) -> String {
    let mut summary = shortened(summary);
    loop {
        let envelope = Envelope { r#type: "run.finished", timestamp: summary.finished_at, data: &summary };
        let text = serde_json::to_string(&envelope).expect("plain fields always become JSON");
        if text.len() <= MAX_BYTES {
            return text;
        }
        let lists = [
            summary.sources.len(),
            summary.failures.len(),
            summary.top_matches.len(),
            summary.failed_tasks.len(),
            summary.stages.len(),
        ];
        match lists.iter().max() {
            Some(longest) if *longest == summary.sources.len() => summary.sources.truncate(longest / 2),
            Some(longest) if *longest == summary.failures.len() => summary.failures.truncate(longest / 2),
            Some(longest) if *longest == summary.top_matches.len() => {
                summary.top_matches.truncate(longest / 2)
            }
            Some(longest) if *longest == summary.failed_tasks.len() => {
                summary.failed_tasks.truncate(longest / 2)
            }
            _ => summary.stages.clear(),
        }
    }
}

fn shortened(summary: &RunSummary) -> RunSummary {
    let mut summary = summary.clone();
    summary.status = cut(&summary.status);
    summary.failed_stage = summary.failed_stage.as_deref().map(cut);
    summary.stages.truncate(MAX_STAGES);
    summary.sources.truncate(MAX_SOURCES);
    summary.failures.truncate(MAX_FAILURES);
    summary.failed_tasks.truncate(MAX_TASKS);
    summary.top_matches.truncate(MAX_MATCHES);
    summary.failed_tasks.iter_mut().for_each(|task| *task = cut(task));
    summary.parent_run_id = summary.parent_run_id.as_deref().map(cut);
    for stage in &mut summary.stages {
        (stage.stage, stage.status) = (cut(&stage.stage), cut(&stage.status));
    }
    for source in &mut summary.sources {
        (source.source, source.status) = (cut(&source.source), cut(&source.status));
    }
    for failure in &mut summary.failures {
        (failure.place, failure.error) = (cut(&failure.place), cut(&failure.error));
    }
    for job in &mut summary.top_matches {
        (job.hash_key, job.title, job.company) = (cut(&job.hash_key), cut(&job.title), cut(&job.company));
        // Half a link is worse than none.
        job.link = job.link.take().filter(|link| link.len() <= MAX_LINK_BYTES);
    }
    summary
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn summary() -> RunSummary {
        RunSummary {
            run_id: Uuid::from_u128(1),
            parent_run_id: None,
            logical_date: NaiveDate::from_ymd_opt(2026, 11, 22).expect("a date"),
            status: "ok".to_owned(),
            failed_stage: None,
            failed_tasks: vec![],
            finished_at: DateTime::from_timestamp(1_795_000_000, 0).expect("an instant"),
            duration_ms: 12_345,
            outcome: Outcome { jobs_total: 100, jobs_new: 7, jobs_open: 90, rejected: 2 },
            stages: vec![],
            top_matches: vec![],
            failures: vec![],
            sources: vec![],
        }
    }

    fn id(change: impl FnOnce(&mut RunSummary)) -> Uuid {
        let mut changed = summary();
        change(&mut changed);
        compose("default", &changed).message_id
    }

    #[test]
    fn the_id_stands_for_the_news_and_not_for_the_run() {
        let first = id(|_| ());
        assert_eq!(first, id(|summary| summary.run_id = Uuid::from_u128(2)));
        assert_eq!(first, id(|summary| summary.duration_ms = 1));
        assert_eq!(first, id(|summary| summary.finished_at = DateTime::UNIX_EPOCH));
        assert_eq!(first, id(|summary| summary.parent_run_id = Some("manual".to_owned())));
        assert_ne!(first, id(|summary| summary.failed_tasks = vec!["dbt_tests".to_owned()]));
        assert_ne!(first, id(|summary| summary.status = "partial".to_owned()));
        assert_ne!(first, id(|summary| summary.outcome.jobs_new = 8));
        assert_ne!(first, id(|summary| summary.outcome.rejected = 3));
        assert_ne!(first, id(|summary| summary.logical_date = NaiveDate::MIN));
        assert_ne!(first, compose("other", &summary()).message_id);
    }

    #[test]
    fn a_failed_run_names_its_stage() {
        let mut failed = summary();
        failed.status = "failed".to_owned();
        failed.failed_stage = Some("publish".to_owned());
        failed.failures = vec![Failure { place: "publish".to_owned(), error: "no space left".to_owned() }];
        let body: serde_json::Value = serde_json::from_str(&compose("default", &failed).body).expect("JSON");
        assert_eq!(body["type"], "run.finished");
        assert_eq!(body["data"]["failed_stage"], "publish");
        assert_eq!(body["data"]["failures"][0]["error"], "no space left");
        assert_eq!(body["data"]["outcome"]["jobs_new"], 7);
    }

    proptest! {
        #[test]
        fn any_run_makes_a_message_within_the_limit(text in "\\PC{0,400}", links in 0usize..900, count in 0usize..300) {
            let text = format!("{text}\u{1}\u{1f}\"\\");
            let mut long = summary();
            long.status = text.clone();
            long.stages = vec![StageCounts { stage: text.clone(), status: text.clone(), in_count: 1, out_count: 1,
                duplicate_count: 0, rejected_count: 0 }; count];
            long.top_matches = vec![Match { hash_key: text.clone(), title: text.clone(), company: text.clone(),
                score: 99.5, link: Some("h".repeat(links)) }; count];
            long.failures = vec![Failure { place: text.clone(), error: text.clone() }; count];
            long.parent_run_id = Some(text.clone());
            long.failed_tasks = vec![text.clone(); count];
            long.sources = vec![SourceHealth { source: text.clone(), status: text, records: 1 }; count];
            let body = compose("default", &long).body;
            prop_assert!(body.len() <= MAX_BYTES);
            let value: serde_json::Value = serde_json::from_str(&body).expect("JSON");
            prop_assert!(value["data"]["top_matches"].as_array().expect("a list").len() <= MAX_MATCHES);
        }
    }
}

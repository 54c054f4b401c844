//! Openings of one company, headline and place on a real server: which postings are one job, whatever the order in which
//! they came, and that a job gives its key to no other.

use crate::dedupe::jobs::run_now;
use crate::support::{TestDb, test_db};
use job_etl::normalize::keys;
use job_etl::normalize::normalize;
use job_etl::sources::Search;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A posting with the headline of all others.
struct Posting {
    source: &'static str,
    id: &'static str,
    text: &'static str,
    /// Day of November on which it was first seen.
    day: u32,
}

fn posting(source: &'static str, id: &'static str, text: &'static str, day: u32) -> Posting {
    Posting { source, id, text, day }
}

/// Writes postings as extract does; a known one gets another content.
async fn extract(database: &TestDb, postings: &[Posting]) {
    for posting in postings {
        let payload = serde_json::json!({
            "company_name": "Maple Rail", "title": "Signal Planner", "location": "Toronto, ON",
            "candidate_required_location": "Toronto, ON", "description": posting.text,
            "url": format!("https://{}.example/{}", posting.source, posting.id),
        });
        sqlx::query(
            "with searched as (
                 insert into raw.searches values ($1, 'all', $4) on conflict do nothing
             ),
             stored as (
                 insert into raw.job_postings_raw
                 values ($5, $1, $2, 'all', $3, null, sha256(convert_to($3::text, 'utf8')), $6, $5)
             )
             insert into staging.posting_presence as p (source, source_job_id, search, raw_id, first_seen_at, last_seen_at)
             values ($1, $2, 'all', $5, $6, $6)
             on conflict (source, source_job_id) do update set raw_id = excluded.raw_id",
        )
        .bind(posting.source)
        .bind(posting.id)
        .bind(payload)
        .bind(serde_json::to_value(Search::default()).expect("a search"))
        .bind(Uuid::now_v7())
        .bind(format!("2026-11-{:02}T06:00:00Z", posting.day).parse::<chrono::DateTime<chrono::Utc>>().expect("a day"))
        .execute(&**database)
        .await
        .expect("insert a posting");
    }
}

/// Runs the stage; returns the rows that it wrote.
async fn run(database: &TestDb) -> u64 {
    let run = run_now(database).await;
    let report = normalize(database, &run, &|_| ()).await.expect("normalize");
    report.values().map(|counts| counts.rows).sum()
}

/// The job of each posting.
async fn shown(database: &TestDb) -> BTreeMap<String, String> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select s.source_job_id, j.hash_key
         from staging.job_sightings s join staging.job_postings_stg j using (hash_key)
         join staging.job_presence using (hash_key)",
    )
    .fetch_all(&**database)
    .await
    .expect("the jobs");
    rows.into_iter().collect()
}

/// Asserts which postings share a job, by the smallest identifier of its postings, and that no other job is left.
#[track_caller]
fn check(shown: &BTreeMap<String, String>, expected: &[(&str, &str)]) {
    let first = |key: &String| shown.iter().find(|(_, other)| *other == key).expect("its own").0.clone();
    let found: Vec<(String, String)> = shown.iter().map(|(id, key)| (id.clone(), first(key))).collect();
    let expected: Vec<(String, String)> =
        expected.iter().map(|(id, job)| ((*id).to_owned(), (*job).to_owned())).collect();
    assert_eq!(found, expected);
}

async fn jobs(database: &TestDb) -> i64 {
    sqlx::query_scalar("select count(*) from staging.job_postings_stg")
        .fetch_one(&**database)
        .await
        .expect("a count")
}

#[tokio::test]
async fn two_texts_of_one_source_are_two_jobs() {
    let database = test_db().await;
    extract(
        &database,
        &[
            posting("arbeitnow", "1", "You join the crew of the east yard.", 10),
            posting("arbeitnow", "2", "You join the crew of the west yard.", 11),
            posting("arbeitnow", "3", "You  join the crew of the <b>east</b> yard.", 12),
        ],
    )
    .await;
    run(&database).await;
    let before = shown(&database).await;
    check(&before, &[("1", "1"), ("2", "2"), ("3", "1")]);
    assert_eq!(before["1"], keys::hash_key("Maple Rail", "Signal Planner", Some("Toronto, ON")));
    assert_eq!(run(&database).await, 0, "a second run writes nothing");

    // The second is edited and says what the first does: its job is gone, and comes back under its own key.
    extract(&database, &[posting("arbeitnow", "2", "You join the crew of the east yard!", 11)]).await;
    run(&database).await;
    extract(&database, &[posting("arbeitnow", "1", "Another crew.", 10)]).await;
    run(&database).await;
    let after = shown(&database).await;
    check(&after, &[("1", "1"), ("2", "2"), ("3", "3")]);
    assert_eq!((&after["1"], &after["2"]), (&before["1"], &before["2"]), "keys are kept");
    assert_eq!(jobs(&database).await, 3);
}

#[tokio::test]
async fn another_source_is_a_copy_until_one_source_has_two() {
    let database = test_db().await;
    let copy = [
        posting("arbeitnow", "1", "You join the crew of the east yard.", 10),
        posting("remotive", "2", "You join the crew", 10),
    ];
    extract(&database, &copy).await;
    run(&database).await;
    check(&shown(&database).await, &[("1", "1"), ("2", "1")]);

    let later = [posting("arbeitnow", "3", "You join the crew of the west yard.", 11)];
    extract(&database, &later).await;
    run(&database).await;
    let in_steps = shown(&database).await;
    check(&in_steps, &[("1", "1"), ("2", "2"), ("3", "3")]);
    assert_eq!(jobs(&database).await, 3);

    let at_once = test_db().await;
    extract(&at_once, &later).await;
    extract(&at_once, &copy).await;
    run(&at_once).await;
    assert_eq!(shown(&at_once).await, in_steps, "the order of arrival never matters");
}

//! Stage dedupe on a real server: nothing is written twice, a change re-enters its block, a reader's word is kept, and
//! neither the order of arrival nor a kill changes what comes of it.

pub mod jobs;

use crate::support::program::{AS_OF, program, said};
use crate::support::{TestDb, test_db};
use job_etl::db::{kept_apart, state_hash};
use jobs::{Job, by_number, dedupe, insert, opening, remove, run_now};
use std::collections::BTreeMap;

/// Hash over every relation, without what the ledger of runs and the clock bring.
async fn state(database: &TestDb) -> BTreeMap<String, String> {
    let mut connection = database.acquire().await.expect("a session");
    let state = state_hash::state_hash(&mut connection).await.expect("a hash");
    state.relations.into_iter().collect()
}

/// The cluster of each job, by the number it was made with; and which job stands for it.
async fn clusters(database: &TestDb) -> BTreeMap<String, (String, bool)> {
    let rows: Vec<(String, String, bool)> = sqlx::query_as(
        "select j.provider_job_id, c.cluster_id, c.is_canonical
         from staging.job_postings_stg j join staging.job_clusters c using (hash_key)",
    )
    .fetch_all(&**database)
    .await
    .expect("the clusters");
    rows.into_iter().map(|(number, cluster, canonical)| (number, (cluster, canonical))).collect()
}

async fn count(database: &TestDb, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(&**database).await.expect(query)
}

async fn are_together(database: &TestDb, one: &str, other: &str) -> bool {
    let clusters = clusters(database).await;
    clusters[one].0 == clusters[other].0
}

/// One opening under two spellings of its company, the same in another city, another opening there, another company.
fn postings() -> Vec<Job> {
    vec![
        opening(1, "Maple Rail", "Signal Planner", "Toronto, ON", 11),
        Job { company: "Maple Rail Inc.", ..opening(2, "Maple Rail", "Signal Planner", "Toronto, ON", 11) },
        opening(3, "Maple Rail", "Track Surveyor", "Toronto, ON", 12),
        opening(4, "Maple Rail", "Signal Planner", "Ottawa, ON", 11),
        opening(5, "Harbour Foods", "Cannery Foreman", "Halifax, NS", 14),
    ]
}

#[tokio::test]
async fn a_second_run_writes_nothing() {
    let database = test_db().await;
    insert(&database, &postings()).await;
    let first = dedupe(&database).await;
    assert_eq!((first.seen, first.written, first.duplicate), (5, 4, 1), "in, openings, duplicates");
    assert!(first.rows > 10, "{first:?}");
    assert!(are_together(&database, "1", "2").await);
    assert!(!are_together(&database, "1", "3").await);
    let before = state(&database).await;
    let second = dedupe(&database).await;
    assert_eq!(second, job_etl::db::ledger::Counts::default());
    assert_eq!(state(&database).await, before);
}

#[tokio::test]
async fn a_change_reenters_its_block_and_no_other() {
    let database = test_db().await;
    insert(&database, &postings()).await;
    dedupe(&database).await;
    let before = state(&database).await;

    let changed = Job { text: 15, ..postings().swap_remove(1) };
    remove(&database, &changed).await;
    insert(&database, std::slice::from_ref(&changed)).await;
    assert_eq!(dedupe(&database).await.seen, 4, "every job of that company, and none of the other");
    assert!(!are_together(&database, "1", "2").await, "another text, another opening");

    remove(&database, &changed).await;
    insert(&database, &postings()[1..2]).await;
    dedupe(&database).await;
    assert_eq!(state(&database).await, before, "what comes back is as it was");
}

/// What dedupe reads beside the content: the place that was found, and the links of every sighting.
#[tokio::test]
async fn places_and_links_reenter_too() {
    let database = test_db().await;
    insert(&database, &postings()).await;
    dedupe(&database).await;
    for (what, statement) in [
        (
            "a place",
            "update staging.job_enrichments set places = '[{\"city\": \"Toronto\", \"country\": \"CA\"}]'
                     where location_city = 'Halifax'",
        ),
        (
            "a link",
            "update staging.job_sightings set apply_url = 'https://apply.example/other'
                    where source_job_id = '5'",
        ),
    ] {
        sqlx::query(statement).execute(&*database).await.expect(what);
        assert_eq!(dedupe(&database).await.seen, 1, "{what}");
    }
    sqlx::query("update staging.job_enrichments set skills = '{sewing}', enrichment_hash = 'other'")
        .execute(&*database)
        .await
        .expect("skills");
    assert_eq!(dedupe(&database).await.seen, 0, "nothing of a skill is compared");
}

#[tokio::test]
async fn jobs_that_are_gone_leave_nothing() {
    let database = test_db().await;
    insert(&database, &postings()).await;
    dedupe(&database).await;
    for number in [0, 4] {
        remove(&database, &postings()[number]).await;
    }
    dedupe(&database).await;
    for (table, rows) in [
        ("job_signatures", 3),
        ("job_clusters", 3),
        ("job_blocks", 1),
        ("job_links where verdict = 'merged'", 0),
    ] {
        let found: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from staging.{table}")))
                .fetch_one(&*database)
                .await
                .expect(table);
        assert_eq!(found, rows, "{table}");
    }
    assert_eq!(clusters(&database).await["2"].0, by_number(&postings(), 2).hash_key(), "it stands alone");
}

#[tokio::test]
async fn what_a_reader_keeps_apart_stays_apart_until_taken_back() {
    let database = test_db().await;
    insert(&database, &postings()).await;
    dedupe(&database).await;
    let before = state(&database).await;
    let (one, other) = (by_number(&postings(), 1).hash_key(), by_number(&postings(), 2).hash_key());
    let noted_at = AS_OF.parse().expect("an instant");
    let mut connection = database.acquire().await.expect("a session");
    assert!(kept_apart::add(&mut connection, &other, &one, noted_at, Some("two desks")).await.expect("add"));
    assert!(!kept_apart::add(&mut connection, &one, &other, noted_at, None).await.expect("add again"));

    dedupe(&database).await;
    assert!(!are_together(&database, "1", "2").await);
    assert_eq!(count(&database, "select count(*) from app.kept_apart where note = 'two desks'").await, 1);
    assert_eq!(dedupe(&database).await.rows, 0);

    let removed = kept_apart::remove(&mut connection, &one[..8], &other[..8]).await.expect("remove");
    assert_eq!(removed.len(), 1);
    dedupe(&database).await;
    assert!(are_together(&database, "1", "2").await);
    assert_eq!(state(&database).await, before);
}

#[tokio::test]
async fn neither_order_nor_a_run_between_changes_the_state() {
    let once = test_db().await;
    insert(&once, &postings()).await;
    dedupe(&once).await;
    let expected = state(&once).await;
    for split in [1, 3] {
        let database = test_db().await;
        let mut jobs = postings();
        jobs.reverse();
        let late = jobs.split_off(split);
        insert(&database, &jobs).await;
        dedupe(&database).await;
        insert(&database, &late).await;
        dedupe(&database).await;
        assert_eq!(state(&database).await, expected, "after {split} jobs");
    }
}

/// The states that a kill can leave: blocks that were committed or not, and clusters that were not.
#[tokio::test]
async fn a_run_killed_between_its_transactions_converges() {
    let database = test_db().await;
    insert(&database, &postings()).await;
    dedupe(&database).await;
    let expected = state(&database).await;
    for left in [
        "delete from staging.job_blocks",
        "delete from staging.job_blocks where company_key like 'm%'; delete from staging.job_clustering;
         delete from staging.job_clusters; delete from staging.job_links",
        "delete from staging.job_signatures; delete from staging.job_blocks; delete from staging.job_clustering;
         delete from staging.job_clusters; delete from staging.job_links",
    ] {
        sqlx::raw_sql(left).execute(&*database).await.expect(left);
        dedupe(&database).await;
        assert_eq!(state(&database).await, expected, "{left}");
    }
}

/// A company too large for one block is cut into parts, and is whole again when it shrinks.
#[tokio::test]
async fn a_very_large_company_is_signed_in_parts() {
    let database = test_db().await;
    insert(&database, &postings()).await;
    jobs::insert_many(&database, "Quarry Lane", 2_100).await;
    assert_eq!(dedupe(&database).await.seen, 2_105);
    assert_eq!(count(&database, "select count(*) from staging.job_blocks where parts = 2").await, 2);
    assert_eq!(count(&database, "select count(*) from staging.job_clusters").await, 2_105);
    assert_eq!(dedupe(&database).await.rows, 0);
    sqlx::query("delete from staging.job_postings_stg where job_title like '%10%'")
        .execute(&*database)
        .await
        .expect("delete");
    dedupe(&database).await;
    assert_eq!(count(&database, "select count(*) from staging.job_blocks").await, 3);
    assert_eq!(count(&database, "select max(parts)::bigint from staging.job_blocks").await, 1);
    assert_eq!(dedupe(&database).await.rows, 0);
}

#[tokio::test]
async fn an_older_run_writes_nothing() {
    let database = test_db().await;
    insert(&database, &postings()).await;
    let older = run_now(&database).await;
    run_now(&database).await;
    let outcome = job_etl::dedupe::dedupe(&database, &older, &|_| ()).await;
    assert!(outcome.is_err_and(|error| error.is::<job_etl::db::Fenced>()));
    assert_eq!(count(&database, "select count(*) from staging.job_signatures").await, 0);
}

/// The same opening under a new id when the first one had closed, and a closed canonical job that another stands in for.
#[tokio::test]
async fn reposts_are_counted_and_an_open_job_is_listed() {
    let database = test_db().await;
    insert(&database, &postings()).await;
    dedupe(&database).await;
    let listed = "select count(*) from marts.fact_jobs where is_listed";
    assert_eq!(count(&database, listed).await, 4);
    let clusters = clusters(&database).await;
    let canonical = if clusters["1"].1 { "1" } else { "2" };
    let later = if canonical == "1" { "2" } else { "1" };
    for (number, seen) in [
        (canonical, "closed_at = '2026-11-20Z', closed_reason = 'absent'"),
        (later, "first_seen_at = '2026-11-21Z'"),
    ] {
        let statement =
            format!("update staging.posting_presence set {seen} where source_job_id = '{number}'");
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&*database).await.expect("presence");
    }
    jobs::roll_up(&database).await;
    let counts = dedupe(&database).await;
    assert_eq!((counts.seen, counts.rows), (0, 1), "presence changes no signature");
    assert_eq!(
        count(
            &database,
            "select reposts::bigint from marts.fact_jobs where is_canonical and cluster_size = 2"
        )
        .await,
        1
    );
    assert_eq!(count(&database, listed).await, 4, "the open one stands in");
    assert_eq!(
        count(&database, "select count(*) from marts.fact_jobs where is_listed and not is_canonical").await,
        1
    );
}

/// The reader's way through it, by the command line.
#[tokio::test(flavor = "multi_thread")]
async fn the_report_the_word_of_a_reader_and_the_list() {
    let database = test_db().await;
    insert(&database, &postings()).await;
    let url = database.url();
    let job_etl = |arguments: &[&str], code: i32| {
        let output = program().env("DATABASE_URL", &url).args(arguments).output().expect("run the program");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", said(&output));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    assert_eq!(
        job_etl(&["dedupe", "--report"], 0).trim(),
        "no job was compared yet; `job-etl run` collects and compares them"
    );
    job_etl(&["dedupe", "--as-of", AS_OF], 0);
    insta::assert_snapshot!(job_etl(&["dedupe", "--report"], 0));
    insta::assert_snapshot!(job_etl(&["dedupe", "--report", "--json"], 0));

    let (one, other) = (by_number(&postings(), 1).hash_key(), by_number(&postings(), 2).hash_key());
    assert!(job_etl(&["explain", &one], 0).contains("the same opening, 2 jobs in all:"));
    job_etl(&["rank", "--as-of", AS_OF], 0);
    assert_eq!(job_etl(&["jobs"], 0).matches("· +1 ·").count(), 1, "one of the two, which says so");

    job_etl(&["dedupe", "--apart", &one[..6], &one[..6]], 2);
    job_etl(&["dedupe", "--apart", "xyz", &one[..6]], 2);
    job_etl(&["dedupe", "--together", &one[..6], &other[..6]], 2);
    job_etl(&["dedupe", "--apart", &one[..6], &other[..6], "--note", "two desks"], 0);
    assert!(are_together(&database, "1", "2").await, "until the next run");
    job_etl(&["dedupe", "--as-of", AS_OF], 0);
    assert!(!are_together(&database, "1", "2").await);
    assert!(job_etl(&["dedupe", "--report"], 0).contains("two desks"));
    job_etl(&["dedupe", "--together", &one[..6], &other[..6]], 0);
    job_etl(&["dedupe", "--as-of", AS_OF], 0);
    assert!(are_together(&database, "1", "2").await);
}

//! Invented jobs in the tables that dedupe reads, as normalize and enrich leave them.

use crate::support::TestDb;
use crate::support::program::AS_OF;
use chrono::{DateTime, Utc};
use job_etl::db::ledger::{Counts, Run, RunStart, begin_run};
use job_etl::db::rollups;
use job_etl::normalize::{company, keys};
use uuid::Uuid;

#[rustfmt::skip]
const WORDS: [&str; 40] = [
    "signal", "yard", "crew", "inspect", "repair", "plan", "night", "shift", "winter", "tools", "report", "safety",
    "budget", "vendor", "contract", "survey", "bridge", "tunnel", "station", "platform", "ticket", "customer", "train",
    "schedule", "engine", "brake", "cable", "switch", "radio", "map", "measure", "record", "teach", "lead", "write",
    "review", "paint", "weld", "drive", "count",
];

/// One posting, and the job it shows.
#[derive(Clone)]
pub struct Job {
    pub number: u32,
    pub company: &'static str,
    pub title: &'static str,
    pub location: &'static str,
    /// Which description: the same number is the same text, of the same day.
    pub text: u64,
}

pub fn opening(
    number: u32,
    company: &'static str,
    title: &'static str,
    location: &'static str,
    text: u64,
) -> Job {
    Job { number, company, title, location, text }
}

pub fn by_number(jobs: &[Job], number: u32) -> &Job {
    jobs.iter().find(|job| job.number == number).expect("a job of that number")
}

impl Job {
    pub fn hash_key(&self) -> String {
        keys::hash_key(self.company, self.title, Some(self.location))
    }

    /// What its employer says in every posting, and 150 words of its own.
    fn description(&self) -> String {
        let mut text = format!(
            "{} keeps people moving and is proud of every one of its teams, in every weather and every season. ",
            company::company_key(self.company)
        );
        let mut state = self.text.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for _ in 0..150 {
            state = (state ^ (state >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9).wrapping_add(self.text);
            text.push_str(WORDS[((state >> 33) % WORDS.len() as u64) as usize]);
            text.push(' ');
        }
        text
    }
}

fn as_of() -> DateTime<Utc> {
    AS_OF.parse().expect("an instant")
}

/// Writes the jobs with their sightings, presence and enrichments.
pub async fn insert(database: &TestDb, jobs: &[Job]) {
    for job in jobs {
        let (city, region) = job.location.split_once(", ").expect("City, REGION");
        let description = job.description();
        sqlx::query(
            "with seen as (
                 insert into staging.posting_presence (source, source_job_id, search, raw_id, first_seen_at, last_seen_at)
                 values ('ashby', $2, 'board', '00000000-0000-0000-0000-000000000001', '2026-11-01Z', $9)
             ),
             sighted as (
                 insert into staging.job_sightings (source, source_job_id, hash_key, shared_key, raw_id, revision, job_link, posted_at)
                 values ('ashby', $2, $1, $1, '00000000-0000-0000-0000-000000000001', 'r1',
                         'https://jobs.example/' || $2, timestamptz '2026-11-01Z' + $10 * interval '1 day')
             ),
             enriched as (
                 insert into staging.job_enrichments (hash_key, content_hash, revision, enrichment_hash, skills, language,
                     location_city, location_region, location_country, provenance)
                 values ($1, md5($8), 'r1', md5($8), '{}', 'en', $5, $6, 'CA', '{}')
             )
             insert into staging.job_postings_stg (hash_key, content_hash, source, provider_job_id, job_title, company,
                 company_key, location, remote_type, contract_type, description_text, skills_raw, posted_at, flags)
             values ($1, md5($8), 'ashby', $2, $3, $4, $7, $5 || ', ' || $6, 'onsite', 'full_time', $8, '{}',
                     timestamptz '2026-11-01Z' + $10 * interval '1 day', '{}')",
        )
        .bind(job.hash_key())
        .bind(job.number.to_string())
        .bind(job.title)
        .bind(job.company)
        .bind(city)
        .bind(region)
        .bind(company::company_key(job.company))
        .bind(description)
        .bind(as_of())
        .bind(job.text as f64)
        .execute(&**database)
        .await
        .expect("insert a job");
    }
    roll_up(database).await;
}

/// `count` small jobs of one company.
pub async fn insert_many(database: &TestDb, company: &str, count: i32) {
    sqlx::query(
        "insert into staging.job_postings_stg (hash_key, content_hash, source, provider_job_id, job_title, company,
             company_key, remote_type, contract_type, description_text, skills_raw, flags)
         select md5('many ' || n), md5('content ' || n), 'lever', 'many-' || n, 'Stone Mason ' || n, $1, lower($1), 'onsite',
                'full_time', 'Cut the stone of lot ' || n || ' by hand.', '{}', '{}'
         from generate_series(1, $2) as n",
    )
    .bind(company)
    .bind(count)
    .execute(&**database)
    .await
    .expect("insert many jobs");
}

/// Takes a job and its posting away.
pub async fn remove(database: &TestDb, job: &Job) {
    for (table, column) in [
        ("job_postings_stg", "hash_key"),
        ("job_enrichments", "hash_key"),
        ("job_sightings", "hash_key"),
        ("posting_presence", "source_job_id"),
    ] {
        let key = if column == "hash_key" { job.hash_key() } else { job.number.to_string() };
        sqlx::query(sqlx::AssertSqlSafe(format!("delete from staging.{table} where {column} = $1")))
            .bind(key)
            .execute(&**database)
            .await
            .expect("delete a job");
    }
    roll_up(database).await;
}

/// Presence of the jobs, as normalize rolls it up.
pub async fn roll_up(database: &TestDb) {
    let mut connection = database.acquire().await.expect("a session");
    rollups::job_presence(&mut connection).await.expect("presence");
    rollups::companies(&mut connection).await.expect("companies");
}

/// Begins a run.
pub async fn run_now(database: &TestDb) -> Run {
    let start = RunStart {
        run_id: Uuid::now_v7(),
        logical_date: as_of().date_naive(),
        as_of: as_of(),
        window_start: as_of(),
        started_at: as_of(),
        host: "test",
        parent_run_id: None,
        lane: None,
        is_backfill: false,
        config_version: None,
        arguments: "dedupe",
    };
    begin_run(database, &start).await.expect("begin a run")
}

/// Runs the stage; returns its counts over all sources.
pub async fn dedupe(database: &TestDb) -> Counts {
    let run = run_now(database).await;
    let report = job_etl::dedupe::dedupe(database, &run, &|_| ()).await.expect("dedupe");
    let mut total = Counts::default();
    for counts in report.into_values() {
        assert_eq!(counts.seen, counts.written + counts.duplicate + counts.rejected, "nothing is lost");
        total += counts;
    }
    total
}

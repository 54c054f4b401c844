//! Filters, block and boost lists and the sort by age, with the real program and a real database.

use std::process::Command;

use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::rank::sum_of_points;
use crate::support::program::{AS_OF, Place, said};

/// The default profile hides nothing; `strict` hides in every way that the samples answer.
const PROFILES: &str = "
profiles:
  default:
    title_keywords: { any: [data engineer, analyste de données] }
    skills: { nice_to_have: [SQL, Python] }
    freshness: { half_life_days: 10, floor: 0.2 }
  strict:
    title_keywords: { any: [data engineer] }
    filters:
      languages: [en]
      contract_types: [full_time]
      exclude_title: [engineer, manager]
      keywords_none: [Équipe]
    block: { keywords: { fr: [de] } }
    freshness: { max_age_days: 5 }
";

/// The bundled postings, ranked for the profiles above.
struct Ranked {
    place: Place,
}

impl Ranked {
    fn new() -> Ranked {
        let place = Place::new();
        let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
        let config = place.folder.path().join("config");
        std::fs::create_dir(&config).expect("a folder");
        std::fs::copy(samples.join("config/sources.yml"), config.join("sources.yml")).expect("copy");
        let shipped = include_str!("../../config/ranking.yml");
        let weights = &shipped[..shipped.find("# profiles:").expect("profiles")];
        std::fs::write(config.join("ranking.yml"), format!("{weights}{PROFILES}")).expect("write");
        let ranked = Ranked { place };
        let mut run = ranked.command(&["run", "--as-of", AS_OF, "--json", "--replay"]);
        let output = run.arg(samples.join("answers")).output().expect("run the program");
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        ranked
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.job_etl(&["--config"]);
        command.arg(self.place.folder.path().join("config")).args(arguments);
        command
    }

    fn text(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("run the program");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", said(&output));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.text(&[arguments, &["--json"]].concat())).expect("JSON")
    }

    /// Ranks again; returns the rows written.
    fn rank(&self) -> i64 {
        let text = self.text(&["rank", "--as-of", AS_OF, "--json"]);
        let end = text.lines().find(|line| line.contains("run_finished")).expect("an end");
        serde_json::from_str::<Value>(end).expect("JSON")["rows_written"].as_i64().expect("a number")
    }
}

async fn count(connection: &mut PgConnection, condition: &str) -> i64 {
    let query = format!(
        "select count(*) from staging.job_rankings r
         join staging.job_postings_stg j using (hash_key)
         join staging.job_enrichments e using (hash_key)
         join staging.job_presence p using (hash_key)
         where p.closed_at is null and {condition}"
    );
    sqlx::query_scalar(AssertSqlSafe(query.clone())).fetch_one(connection).await.expect(&query)
}

#[tokio::test]
async fn an_audit_counts_what_each_rule_hides_and_what_it_alone_hides() {
    let ranked = Ranked::new();
    let mut connection = ranked.place.connect().await;
    let audit = ranked.json(&["jobs", "--hidden", "--profile", "strict", "--as-of", AS_OF]);
    let rule = |name: &str| {
        let rules = audit["rules"].as_array().expect("rules");
        let found = rules.iter().find(|row| row["rule"] == name).unwrap_or_else(|| panic!("{name}: {audit}"));
        (found["hidden"].as_i64().expect("a count"), found["only"].as_i64().expect("a count"))
    };
    // Each rule said again in SQL, over the columns it reads.
    let language = "e.language is not null and e.language <> 'en'";
    let contract = "j.contract_type not in ('full_time', 'unknown')";
    let engineer = "j.job_title ~* '\\mengineers?\\M'";
    let manager = "j.job_title ~* '\\mmanagers?\\M'";
    let team = "j.job_title || ' ' || coalesce(j.description_text, '') ~* '\\m[ée]quipe\\M'";
    let of = "(e.language is null or e.language = 'fr')
              and j.job_title || ' ' || coalesce(j.description_text, '') ~* '\\mde\\M'";
    let rules = [
        ("filters.languages", language),
        ("filters.contract_types", contract),
        ("filters.exclude_title: engineer", engineer),
        ("filters.exclude_title: manager", manager),
        ("filters.keywords_none: Équipe", team),
        ("block.keyword: de", of),
    ];
    let strict = "r.profile = 'strict'";
    for (name, condition) in rules {
        let hidden = count(&mut connection, &format!("{strict} and {condition}")).await;
        let others: Vec<String> = rules
            .iter()
            .filter(|(other, _)| *other != name)
            .map(|(_, other)| format!("not coalesce({other}, false)"))
            .collect();
        let alone = format!("{strict} and {condition} and {}", others.join(" and "));
        let only = count(&mut connection, &alone).await;
        assert_eq!(rule(name), (hidden, only), "{name}");
        assert!(hidden > 0, "{name} hides nothing, so this proves nothing");
    }
    let any: Vec<String> =
        rules.iter().map(|(_, condition)| format!("coalesce({condition}, false)")).collect();
    let all = count(&mut connection, &format!("{strict} and ({})", any.join(" or "))).await;
    assert_eq!(audit["hidden"]["by_rules"].as_i64(), Some(all));
    assert_eq!(count(&mut connection, "r.profile = 'default' and r.hidden_by <> '{}'").await, 0);
    let marts: i64 = sqlx::query_scalar("select count(*) from marts.job_scores where hidden_by <> '{}'")
        .fetch_one(&mut connection)
        .await
        .expect("the mart");
    assert!(marts >= all, "hidden jobs stay in the marts");

    let shown = ranked.text(&["jobs", "--profile", "strict", "--as-of", AS_OF]);
    let line = format!("{all} hidden by your filters: see `job-etl jobs --hidden --profile strict`");
    assert!(shown.contains(&line), "{shown}");
    assert!(shown.contains("older than 5 days"), "{shown}");
    let table = ranked.text(&["jobs", "--hidden", "--profile", "strict"]);
    assert!(
        table.contains("filters.exclude_title: engineer") && table.contains("(written in fr)"),
        "{table}"
    );
}

#[tokio::test]
async fn a_mark_hides_until_it_is_removed_and_a_second_run_writes_nothing() {
    let ranked = Ranked::new();
    let mut connection = ranked.place.connect().await;
    let before = ranked.place.state_hash();
    let listed = ranked.json(&["jobs", "--top", "500", "--as-of", AS_OF]);
    let all = listed.as_array().expect("jobs").len() as i64;
    let company = listed[0]["company"].as_str().expect("a company").to_owned();
    let theirs = |jobs: &Value| {
        let jobs = jobs.as_array().expect("jobs").clone();
        jobs.into_iter().filter(|job| job["company"] == company.as_str()).count() as i64
    };
    let mine = theirs(&listed);
    let scored = "r.profile = 'default' and r.rank_score is not null";
    let scores_before = count(&mut connection, scored).await;

    let shouted = format!("{} INC.", company.to_uppercase());
    ranked.text(&["block", "--company", &shouted, "--profile", "default"]);
    assert!(ranked.rank() > 0, "a mark enters the revision of its profile");
    assert_eq!(ranked.rank(), 0, "and nothing else does");
    let rest = ranked.json(&["jobs", "--top", "500", "--as-of", AS_OF]);
    assert_eq!((theirs(&rest), rest.as_array().map(Vec::len)), (0, Some((all - mine) as usize)));
    let hidden = ranked.json(&["jobs", "--hidden"]);
    assert_eq!(hidden["rules"][0]["rule"], format!("block.company: {shouted}"));
    assert_eq!(hidden["rules"][0]["only"].as_i64(), Some(mine));
    let kept = count(&mut connection, scored).await;
    assert_eq!(kept, scores_before, "hidden jobs keep their rows and scores");
    let scores = |jobs: &Value| -> Vec<(String, String)> {
        let jobs = jobs.as_array().expect("jobs").clone();
        jobs.iter().map(|job| (job["hash_key"].to_string(), job["rank_score"].to_string())).collect()
    };
    let rest = scores(&rest);
    assert!(scores(&listed).iter().filter(|job| rest.contains(job)).count() == rest.len());

    assert!(ranked.text(&["block", "--list"]).contains(&shouted));
    let lower = shouted.to_lowercase();
    ranked.text(&["block", "--company", &lower, "--profile", "default", "--remove"]);
    ranked.rank();
    assert_eq!(ranked.json(&["jobs", "--top", "500", "--as-of", AS_OF]), listed);
    assert_eq!(ranked.place.state_hash(), before, "nothing is left of a mark that was removed");
}

#[tokio::test]
async fn a_boost_changes_a_score_by_exactly_its_points() {
    let ranked = Ranked::new();
    let before = ranked.json(&["jobs", "--top", "500", "--as-of", AS_OF]);
    ranked.text(&["boost", "--skill", "postgres", "--points", "-2.5"]);
    ranked.text(&["boost", "--keyword", "data", "--points", "4"]);
    ranked.rank();
    let after = ranked.json(&["jobs", "--top", "500", "--as-of", AS_OF]);
    let hundredths = |job: &Value| (job["rank_score"].as_f64().expect("a score") * 100.0).round() as i64;
    let mut moves = std::collections::BTreeSet::new();
    for job in after.as_array().expect("jobs") {
        let old = before.as_array().expect("jobs").iter().find(|old| old["hash_key"] == job["hash_key"]);
        let explain = &job["rank_explain"];
        assert_eq!(sum_of_points(explain), hundredths(job), "{explain}");
        let lines = explain["adjustments"].as_array().cloned().unwrap_or_default();
        let points = |line: &Value| (line["points"].as_f64().expect("points") * 100.0).round() as i64;
        let moved = hundredths(job) - hundredths(old.expect("the same jobs"));
        assert_eq!(moved, lines.iter().map(points).sum::<i64>(), "{explain}");
        moves.insert(moved);
        let names: Vec<&str> = lines.iter().filter_map(|line| line["adjustment"].as_str()).collect();
        let described = job["job_title"].as_str().is_some_and(|title| title.contains("Data"));
        assert!(!described || names.contains(&"boost.keyword: data"), "{names:?}");
    }
    assert!([0, 400, 150].iter().all(|moved| moves.contains(moved)), "{moves:?}");
    assert_eq!(ranked.rank(), 0);
}

#[tokio::test]
async fn a_run_cannot_write_the_readers_marks() {
    let place = Place::new();
    let migrated = place.job_etl(&["migrate"]).output().expect("migrate");
    assert!(migrated.status.success(), "{}", said(&migrated));
    let mut connection = place.connect().await;
    let mut try_as = async |role: &str| {
        let statement = format!(
            "begin; set local role {role};
             insert into app.ranking_marks values ('*', 'block', 'company', 'Acme', null, now()); rollback"
        );
        let done = sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.is_ok();
        sqlx::raw_sql("rollback").execute(&mut connection).await.expect("rollback");
        done
    };
    assert!(!try_as("job_etl_writer").await);
    assert!(try_as("job_etl_app").await);
}

#[test]
fn the_sort_by_freshness_multiplies_what_the_score_leaves_out() {
    let ranked = Ranked::new();
    let fresh = ranked.json(&["jobs", "--top", "500", "--sort", "fresh", "--as-of", AS_OF]);
    let number = |job: &Value, key: &str| job[key].as_f64().unwrap_or_else(|| panic!("{key} of {job}"));
    let mut last = f64::INFINITY;
    for job in fresh.as_array().expect("jobs") {
        let expected = 0.2 + 0.8 * 0.5_f64.powf(number(job, "age_days") / 10.0);
        assert!((number(job, "freshness") - expected).abs() < 1e-9, "{job}");
        let value = number(job, "rank_score") * number(job, "freshness");
        assert!(value <= last + 1e-9, "{value} after {last}");
        last = value;
    }
    let newest = ranked.json(&["jobs", "--top", "500", "--sort", "newest", "--as-of", AS_OF]);
    let ages: Vec<f64> = newest.as_array().expect("jobs").iter().map(|job| number(job, "age_days")).collect();
    assert!(ages.is_sorted() && ages.first() < ages.last(), "{ages:?}");
    let sum = |jobs: &Value| {
        jobs.as_array().expect("jobs").iter().map(|job| number(job, "rank_score")).sum::<f64>()
    };
    assert!((sum(&fresh) - sum(&newest)).abs() < 1e-6, "the order changes, the scores do not");
}

#[test]
fn a_profile_that_is_not_there_is_a_mistake_with_a_suggestion() {
    let ranked = Ranked::new();
    let arguments: [&[&str]; 3] = [
        &["jobs", "--profile", "strickt"],
        &["explain", "abcd", "--profile", "strickt"],
        &["block", "--company", "Acme", "--profile", "strickt"],
    ];
    for arguments in arguments {
        let output = ranked.command(arguments).output().expect("run");
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        let words = "unknown profile `strickt`; did you mean `strict`?";
        assert!(String::from_utf8_lossy(&output.stderr).contains(words), "{}", said(&output));
    }
    let output = ranked.command(&["block", "--skill", "Pyhton"]).output().expect("run");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean `python`?"), "{}", said(&output));
}

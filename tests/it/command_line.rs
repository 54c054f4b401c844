//! What the program says and how it exits when something is wrong.

use std::path::Path;

use crate::support::program::{Place, program, said};

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("write a file of the test");
}

/// Checks `sources` and expects exit 2 with all of `words` in one message.
fn check_refused(sources: &str, words: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "sources.yml", sources);
    let output = program().arg("check").arg("--config").arg(folder.path()).output().expect("run check");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let message = String::from_utf8_lossy(&output.stderr);
    for word in words {
        assert!(message.contains(word), "`{word}` is missing in: {message}");
    }
}

#[test]
fn a_mistake_in_sources_yml_has_line_column_and_a_suggestion() {
    check_refused(
        "sources:\n  ashby:\n    searches:\n      - bord: linear\n",
        &["sources.yml:4:9", "unknown key `bord`", "did you mean `board`?"],
    );
    check_refused(
        "sources:\n  greenhose:\n    searches:\n      - board: gitlab\n",
        &["sources.yml:2:3", "unknown source `greenhose`", "did you mean `greenhouse`?"],
    );
    check_refused(
        "sources:\n  ashby:\n    searches:\n      - company: Linear\n",
        &["sources.yml:4:9", "needs `board`"],
    );
    check_refused(
        "sources:\n  ashby:\n    searches:\n      - board: linear\n        query: rust\n",
        &["sources.yml:4:9", "does not read `query`"],
    );
    check_refused("sources:\n  ashby:\n    searches: 7\n", &["sources.yml:3:15"]);
}

#[test]
fn the_shipped_configuration_is_valid() {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let output = program().arg("check").arg("--config").arg(config).output().expect("run check");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn usage_mistakes_exit_2() {
    for arguments in [&["rnu"][..], &["run", "--from", "nowhere"], &["explain", "xyz"]] {
        let output = program().args(arguments).output().expect("run");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
    }
    let output = program()
        .args(["run", "--only", "ashbi"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("run");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean `ashby`?"), "{}", said(&output));
}

#[test]
fn no_server_programs_exit_69() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = program()
        .args(["status", "--pg-bin"])
        .arg(folder.path())
        .arg("--home")
        .arg(folder.path().join("home"))
        .output()
        .expect("run");
    assert_eq!(output.status.code(), Some(69), "{}", said(&output));
}

#[test]
fn a_server_that_is_not_there_exits_69() {
    let output = program()
        .arg("status")
        .env("DATABASE_URL", "postgresql://nobody:canary-secret@127.0.0.1:1/nothing")
        .output()
        .expect("run");
    assert_eq!(output.status.code(), Some(69), "{}", said(&output));
    assert!(!said(&output).contains("canary-secret"), "{}", said(&output));
}

#[test]
fn unwritable_output_exits_73_before_anything_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "occupied", "a file where a folder should be");
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let output = program()
        .args(["run", "--home"])
        .arg(folder.path().join("home"))
        .arg("--artifacts")
        .arg(folder.path().join("occupied"))
        .arg("--config")
        .arg(samples.join("config"))
        .output()
        .expect("run");
    assert_eq!(output.status.code(), Some(73), "{}", said(&output));
    assert!(!folder.path().join("home").exists(), "no server was started for nothing");
}

#[tokio::test]
async fn a_second_run_at_the_same_time_exits_75() {
    let place = Place::new();
    let migrated = place.job_etl(&["migrate"]).output().expect("run migrate");
    assert!(migrated.status.success(), "{}", said(&migrated));
    let mut connection = place.connect().await;
    sqlx::query("select pg_advisory_lock($1)")
        .bind(0x006a_6f62_2d65_746c_i64)
        .execute(&mut connection)
        .await
        .expect("hold the lock of a run");
    let output = place.run_samples().output().expect("run");
    assert_eq!(output.status.code(), Some(75), "{}", said(&output));
}

#[test]
fn explain_and_jobs_add_up() {
    let place = Place::new();
    place.run_samples().output().expect("run");
    let jobs = place.job_etl(&["jobs", "--top", "3", "--json"]).output().expect("jobs");
    let jobs: serde_json::Value = serde_json::from_slice(&jobs.stdout).expect("JSON");
    let best = &jobs[0];
    let hash = best["hash_key"].as_str().expect("a hash");
    let output = place.job_etl(&["explain", &hash[..8]]).output().expect("explain");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", said(&output));
    let score = format!("{:.2}", best["rank_score"].as_f64().expect("a score"));
    let total = text.lines().find(|line| line.starts_with("total")).expect("a total line");
    assert!(total.contains(&score), "{total} does not end in {score}");
    for feature in ["title_keywords", "skills_overlap", "location_proximity", "salary_band", "company_size"] {
        assert!(text.contains(feature), "{text}");
    }
}

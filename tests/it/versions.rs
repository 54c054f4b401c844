//! `job-etl config`: every run keeps what it ranked by, and an old version can be put in force again.

use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;

use crate::support::program::{AS_OF, Place, said};

/// A folder of its own with the bundled sources and a `ranking.yml` that may be edited.
struct Bench {
    place: Place,
    config: PathBuf,
}

impl Bench {
    fn new() -> Bench {
        let place = Place::new();
        let config = place.folder.path().join("config");
        std::fs::create_dir_all(config.join("taxonomy")).expect("a folder");
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        std::fs::copy(root.join("samples/config/sources.yml"), config.join("sources.yml"))
            .expect("sources.yml");
        std::fs::copy(root.join("config/ranking.yml"), config.join("ranking.yml")).expect("ranking.yml");
        Bench { place, config }
    }

    fn job_etl(&self, arguments: &[&str], code: i32) -> Output {
        let mut command = self.place.job_etl(arguments);
        command.env("JOB_ETL_CONFIG", &self.config);
        let output = command.output().expect("run the program");
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        output
    }

    /// A run; returns the state that it leaves.
    fn run(&self) -> String {
        let answers = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/answers");
        self.job_etl(
            &["run", "--only", "ashby", "--only", "lever", "--as-of", AS_OF, "--replay", answers],
            0,
        );
        self.place.state_hash()
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.config.join(file);
        let text = std::fs::read_to_string(&path).expect("the file");
        assert!(text.contains(from), "{from} is not in {file}");
        std::fs::write(&path, text.replacen(from, to, 1)).expect("write");
    }

    fn list(&self) -> Value {
        let output = self.job_etl(&["config", "list", "--json"], 0);
        serde_json::from_slice(&output.stdout).expect("JSON")
    }
}

#[test]
fn an_old_version_in_force_gives_the_old_scores() {
    let bench = Bench::new();
    let first = bench.run();
    let listed = bench.list();
    let old = listed["files"].as_str().expect("a version").to_owned();
    assert_eq!(listed["versions"][0]["version"], old.as_str());

    bench.edit("ranking.yml", "title_keywords: 0.", "title_keywords: 0.0");
    let broken = said(&bench.job_etl(&["run"], 2));
    assert!(broken.contains("must sum to 1"), "{broken}");
    std::fs::copy(
        concat!(env!("CARGO_MANIFEST_DIR"), "/config/ranking.yml"),
        bench.config.join("ranking.yml"),
    )
    .expect("put back");

    // Another profile, and another dictionary.
    bench.edit(
        "ranking.yml",
        "\nprofiles:",
        "\nprofiles:\n  empty: { salary: { floor: 90000, target: 120000 } }",
    );
    let rates = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/taxonomy/fx_rates.yml"))
        .expect("rates");
    std::fs::write(bench.config.join("taxonomy/fx_rates.yml"), rates.replacen("USD: 1.", "USD: 2.", 1))
        .expect("write");
    let second = bench.run();
    assert_ne!(first, second);
    let new = bench.list()["files"].as_str().expect("a version").to_owned();
    assert_ne!(old, new);
    assert_eq!(bench.list()["versions"].as_array().map(Vec::len), Some(2));

    let shown = said(&bench.job_etl(&["config", "diff", &old[..8], &new[..8]], 0));
    assert!(shown.contains("+  empty: { salary: { floor: 90000, target: 120000 } }"), "{shown}");
    assert!(shown.contains("taxonomy/fx_rates.yml") && !shown.contains("titles.yml"), "{shown}");

    bench.job_etl(&["config", "activate", &old[..8]], 0);
    assert_eq!(bench.run(), first, "the old version gives the old scores, whatever the files say");
    assert_eq!(bench.list()["active"], old.as_str());
    bench.job_etl(&["jobs", "--profile", "empty"], 2);
    bench.job_etl(&["config", "rollback"], 0);
    assert_eq!(bench.list()["active"], Value::Null);
    assert_eq!(bench.run(), second);
    bench.job_etl(&["config", "rollback"], 0);
    assert_eq!(bench.list()["active"], old.as_str(), "back and forth, as `cd -`");
    bench.job_etl(&["config", "activate", "files"], 0);
    assert_eq!(bench.run(), second);
}

#[test]
fn mistakes_are_told() {
    let bench = Bench::new();
    let told = said(&bench.job_etl(&["config", "rollback"], 2));
    assert!(told.contains("nothing to go back to"), "{told}");
    let told = said(&bench.job_etl(&["config", "activate", "0000"], 2));
    assert!(told.contains("no version begins with 0000"), "{told}");
    let told = said(&bench.job_etl(&["config", "list"], 0));
    assert!(told.contains("no version yet"), "{told}");
}

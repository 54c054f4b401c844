//! `job-etl taxonomy fx`: rates of the European Central Bank into `fx_rates.yml`.

use crate::support::program::{program, said};
use std::io::Write as _;
use std::process::Stdio;

const DAY: &str = "Date, USD, JPY, CAD, \n2 March 2026, 1.25, 160, 1.5, \n";
const MANY: &str = "Date,USD,CAD,\n2026-03-02,1.25,1.5,\n2026-02-27,1.2,1.8,\n";

#[test]
fn rates_are_renewed_from_the_official_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    let current = file("fx_rates.yml", job_etl::taxonomy::Taxonomy::bundled_fx_rates());
    let many = file("eurofxref-hist.csv", MANY);
    let run = |arguments: &[&str], input: &str| {
        let mut command = program();
        command.args(["taxonomy", "fx", "--current"]).arg(&current).args(arguments);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("run");
        child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("write");
        child.wait_with_output().expect("end")
    };
    let piped = run(&[], DAY);
    assert_eq!(piped.status.code(), Some(0), "{}", said(&piped));
    let text = String::from_utf8_lossy(&piped.stdout);
    assert!(text.starts_with("# Pay is compared in Canadian dollars a year."), "{text}");
    assert!(text.contains("(1 USD = 1.2 CAD)"), "{text}");
    let rates = "date: 2026-03-02\ncad_per_unit:\n  CAD: 1\n  EUR: 1.5\n  JPY: 0.009375\n  USD: 1.2\n# ";
    assert!(text.contains(rates) && text.ends_with("plausible: { min: 5000, max: 5000000 }\n"), "{text}");

    let earlier = run(&[many.to_str().expect("text"), "--date", "2026-03-01"], "");
    assert!(String::from_utf8_lossy(&earlier.stdout).contains("date: 2026-02-27\n"), "{}", said(&earlier));
    let wrong = run(&[], "PK\u{3}\u{4}");
    assert_ne!(wrong.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("eurofxref.csv"), "{}", said(&wrong));
    assert!(wrong.stdout.is_empty());
}

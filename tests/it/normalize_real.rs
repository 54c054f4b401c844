//! Normalize on real postings, where `JOB_ETL_DATA` names a folder of them: how much is filled, how little is lost.
#![expect(clippy::print_stderr, reason = "fill rates and skips are for a person to read")]

use chrono::{DateTime, Utc};
use job_etl::normalize::canonical::Canonical;
use job_etl::normalize::core::canonical;
use job_etl::normalize::html;
use job_etl::posting::{ContractType, Place, Posting, RemoteType, Salary};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

fn data(file: &str) -> Option<PathBuf> {
    match std::env::var_os("JOB_ETL_DATA") {
        Some(folder) => Some(Path::new(&folder).join(file)),
        None => {
            eprintln!("skipped: JOB_ETL_DATA is not set");
            None
        }
    }
}

/// Lines of a gzipped file that are JSON; a few of the recorded ones are cut.
fn lines(path: &Path) -> Vec<Value> {
    let output = Command::new("gzip").arg("-dc").arg(path).output().expect("gzip is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn ashby(row: &Value) -> Posting {
    let address = &row["address"]["postalAddress"];
    let components = row["compensation"]["summaryComponents"].as_array();
    let pay =
        components.and_then(|all| all.iter().find(|component| component["compensationType"] == "Salary"));
    let pay = pay.unwrap_or(&Value::Null);
    Posting {
        source_job_id: text(&row["id"]).unwrap_or_default(),
        title: text(&row["title"]),
        company: text(&row["_slug"]),
        location: text(&row["location"]),
        place: Place {
            city: text(&address["addressLocality"]),
            region: text(&address["addressRegion"]),
            country: text(&address["addressCountry"]),
            ..Place::default()
        },
        remote: row["isRemote"].as_bool().filter(|remote| *remote).map(|_| RemoteType::Remote),
        employment: text(&row["employmentType"]),
        salary: Salary {
            min: pay["minValue"].as_f64(),
            max: pay["maxValue"].as_f64(),
            currency: text(&pay["currencyCode"]),
            period: text(&pay["interval"]),
            text: text(&row["compensation"]["compensationTierSummary"]),
        },
        description_html: text(&row["descriptionHtml"]),
        posted_at: text(&row["publishedAt"]),
        apply_url: text(&row["applyUrl"]),
        job_link: text(&row["jobUrl"]),
        ..Posting::default()
    }
}

fn france_travail(row: &Value) -> Posting {
    Posting {
        source_job_id: text(&row["id"]).unwrap_or_default(),
        title: text(&row["intitule"]),
        company: text(&row["entreprise"]["nom"]).or_else(|| Some("confidentiel".into())),
        location: text(&row["lieuTravail"]["libelle"]),
        employment: Some(
            ["typeContratLibelle", "dureeTravailLibelleConverti", "natureContrat"]
                .iter()
                .filter_map(|key| text(&row[*key]))
                .collect::<Vec<_>>()
                .join(", "),
        ),
        description_text: text(&row["description"]),
        posted_at: text(&row["dateCreation"]),
        job_link: text(&row["origineOffre"]["urlOrigine"]),
        ..Posting::default()
    }
}

fn schema_org(row: &Value) -> Posting {
    let pay = &row["baseSalary"]["value"];
    let amount = |value: &Value| text(value).and_then(|text| text.parse().ok());
    Posting {
        source_job_id: text(&row["_file"]).unwrap_or_default(),
        title: text(&row["title"]),
        company: text(&row["hiringOrganization"]["name"]),
        location: text(&row["jobLocation"]["address"]["addressLocality"]),
        employment: text(&row["employmentType"]),
        salary: Salary {
            min: amount(&pay["minValue"]),
            max: amount(&pay["maxValue"]),
            currency: text(&row["baseSalary"]["currency"]),
            period: text(&pay["unitText"]),
            text: text(&pay["value"]),
        },
        description_html: text(&row["description"]),
        posted_at: text(&row["datePosted"]),
        expires_at: text(&row["validThrough"]),
        job_link: text(&row["url"]),
        ..Posting::default()
    }
}

/// Shares of the postings that fill a column or carry a flag, and the rejects.
fn report(name: &str, postings: &[Posting]) -> BTreeMap<String, f64> {
    let collected_at: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().expect("an instant");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (ordinal, posting) in postings.iter().enumerate() {
        let job = match canonical(name, posting, collected_at) {
            Ok(job) => job,
            Err(reason) => {
                eprintln!("{name}: {} {} {}", posting.source_job_id, reason.code, reason.detail);
                *counts.entry("rejected".into()).or_default() += 1;
                continue;
            }
        };

        if let Some(html) = job.description_html.as_ref().filter(|_| ordinal % 10 == 0) {
            assert_eq!(html::clean(html).0.as_str(), html, "cleaned twice: {}", posting.source_job_id);
        }
        for column in filled(&job) {
            *counts.entry(column.to_owned()).or_default() += 1;
        }
        for flag in &job.flags {
            *counts.entry(format!("flag {flag}")).or_default() += 1;
        }
        *counts.entry(format!("contract {}", job.contract_type.as_str())).or_default() += 1;
        *counts.entry(format!("remote {}", job.remote_type.as_str())).or_default() += 1;
    }
    let shares: BTreeMap<String, f64> =
        counts.into_iter().map(|(key, count)| (key, count as f64 / postings.len() as f64)).collect();
    eprintln!("{name}: {} postings", postings.len());
    for (key, share) in &shares {
        eprintln!("  {key:<32} {:6.2} %", share * 100.0);
    }
    shares
}

fn filled(job: &Canonical) -> Vec<&'static str> {
    let columns = [
        ("location", job.location.is_some()),
        ("remote_type", job.remote_type != RemoteType::Unknown),
        ("contract_type", job.contract_type != ContractType::Unknown),
        ("salary", job.salary_min.is_some() || job.salary_max.is_some()),
        ("salary_text", job.salary_text.is_some()),
        ("description", job.description_text.as_deref().is_some_and(|text| text.len() > 50)),
        ("posted_at", job.posted_at.is_some()),
        ("expires_at", job.expires_at.is_some()),
        ("apply_url", job.apply_url.is_some()),
        ("job_link", job.job_link.is_some()),
    ];
    columns.into_iter().filter_map(|(name, is_filled)| is_filled.then_some(name)).collect()
}

fn check(shares: &BTreeMap<String, f64>, floors: &[(&str, f64)], ceilings: &[(&str, f64)]) {
    let share = |key: &str| shares.get(key).copied().unwrap_or(0.0);
    for (key, floor) in floors {
        assert!(share(key) >= *floor, "{key} is filled in {} of postings, less than {floor}", share(key));
    }
    for (key, ceiling) in ceilings {
        assert!(share(key) <= *ceiling, "{key} is {} of postings, more than {ceiling}", share(key));
    }
}

#[test]
fn ashby_postings_fill_the_columns() {
    let Some(path) = data("postings-ashby/ashby_jobs.jsonl.gz") else { return };
    let postings: Vec<Posting> = lines(&path).iter().map(ashby).collect();
    let shares = report("ashby", &postings);
    let floors = [
        ("location", 0.95),
        ("contract_type", 0.999),
        ("description", 0.99),
        ("posted_at", 0.999),
        ("apply_url", 0.999),
        ("salary", 0.3),
        ("remote_type", 0.4),
    ];
    check(
        &shares,
        &floors,
        &[
            ("rejected", 0.0),
            ("flag bad_salary", 0.005),
            ("flag bad_date", 0.0),
            ("flag unmapped_employment", 0.001),
        ],
    );
}

#[test]
fn french_postings_fill_the_columns() {
    let Some(path) = data("postings-francetravail-fr/francetravail_offres.jsonl.gz") else { return };
    let postings: Vec<Posting> = lines(&path).iter().map(france_travail).collect();
    let shares = report("francetravail", &postings);
    check(
        &shares,
        &[("contract_type", 0.98), ("description", 0.99), ("posted_at", 0.998)],
        &[("rejected", 0.002)],
    );
}

#[test]
fn schema_org_postings_fill_the_columns() {
    let Some(path) = data("postings-nhs-uk/nhs_jobs.jsonl.gz") else { return };
    let postings: Vec<Posting> = lines(&path).iter().take(3_000).map(schema_org).collect();
    let shares = report("schema_org", &postings);
    check(
        &shares,
        &[("contract_type", 0.98), ("description", 0.99), ("posted_at", 0.999), ("expires_at", 0.99)],
        &[("rejected", 0.001)],
    );
}

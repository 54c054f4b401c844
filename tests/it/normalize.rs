//! The pure core of normalize: rejects, flags, and one job from its postings in any order.

use chrono::{DateTime, TimeDelta, Utc};
use job_etl::normalize::canonical::Canonical;
use job_etl::normalize::core::canonical;
use job_etl::normalize::keys::content_hash;
use job_etl::normalize::links::link;
use job_etl::normalize::merge::{Dated, merge};
use job_etl::normalize::{company, dates, html, keys, text, words};
use job_etl::posting::{ContractType, Hundredths, Place, Posting, Precision, RemoteType, Salary};
use proptest::prelude::*;

fn collected_at() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().expect("an instant")
}

fn posting() -> Posting {
    Posting {
        source_job_id: "1".into(),
        title: Some("Data Engineer".into()),
        company: Some("Acme Inc.".into()),
        ..Posting::default()
    }
}

fn made(posting: &Posting) -> Canonical {
    canonical("ashby", posting, collected_at()).expect("a title and a company")
}

#[test]
fn a_full_posting_becomes_clean_columns() {
    let job = made(&Posting {
        title: Some(" Senior  Data Engineer &amp; Analyst (Remote) ".into()),
        location: Some("Toronto, ON".into()),
        place: Place {
            city: Some("Toronto".into()),
            country: Some("Canada".into()),
            lat: Some(43.65),
            lon: Some(-79.38),
            ..Place::default()
        },
        employment: Some("FullTime".into()),
        salary: Salary {
            min: Some(100_000.0),
            max: Some(120_000.0),
            currency: Some("cad".into()),
            period: Some("1 YEAR".into()),
            text: None,
        },
        description_html: Some("<div><script>x</script>Build <b>things</b></div>".into()),
        skills: vec!["Rust".into(), " rust ".into(), "SQL".into(), "".into()],
        posted_at: Some("2026-11-20T08:30:00.123Z".into()),
        apply_url: Some("https://example.com/apply?utm_source=x&id=1".into()),
        job_link: Some("https://example.com/job/1#apply".into()),
        ..posting()
    });
    assert_eq!(job.job_title, "Senior Data Engineer & Analyst (Remote)");
    assert_eq!(job.company_key, "acme");
    assert_eq!((job.remote_type, job.contract_type), (RemoteType::Remote, ContractType::FullTime));
    assert_eq!((job.salary_min, job.salary_currency.as_deref()), (Some(Hundredths(10_000_000)), Some("CAD")));
    assert_eq!(job.description_text.as_deref(), Some("Build things"));
    assert_eq!(job.description_html.as_deref(), Some("<p>Build <b>things</b></p>"));
    assert_eq!(job.skills_raw, ["Rust", "SQL"]);
    assert_eq!(job.posted_at, Some("2026-11-20T08:30:00Z".parse().expect("an instant")));
    assert_eq!(job.posted_precision, Some(Precision::Second));
    assert_eq!(job.apply_url.as_deref(), Some("https://example.com/apply?id=1"));
    assert_eq!(job.job_link.as_deref(), Some("https://example.com/job/1"));
    assert_eq!(job.hash_key, keys::hash_key("Acme Inc.", &job.job_title, Some("Toronto, ON")));
    assert!(job.flags.is_empty());
}

#[test]
fn only_a_missing_headline_or_company_rejects() {
    let code = |posting: Posting| {
        canonical("ashby", &posting, collected_at()).map(|_| ()).map_err(|reason| reason.code)
    };
    assert_eq!(code(posting()), Ok(()));
    for missing in [None, Some(""), Some(" \u{200b}\n"), Some("null"), Some("N/A")] {
        assert_eq!(
            code(Posting { title: missing.map(str::to_owned), ..posting() }),
            Err("missing_title"),
            "of {missing:?}"
        );
        assert_eq!(
            code(Posting { company: missing.map(str::to_owned), ..posting() }),
            Err("missing_company"),
            "of {missing:?}"
        );
    }
}

#[test]
fn what_is_wrong_is_null_and_flagged() {
    let check = |posting: Posting, expected: &[&str]| {
        let job = made(&posting);
        assert_eq!(job.flags, expected, "of {posting:?}");
        job
    };
    let job = check(Posting { posted_at: Some("2026-11-24".into()), ..posting() }, &["posted_in_future"]);
    assert_eq!((job.posted_at, job.posted_precision), (None, None));
    check(Posting { posted_at: Some("2026-11-23".into()), ..posting() }, &[]);
    check(
        Posting { posted_at: Some("0000-00-00".into()), expires_at: Some("31 Feb".into()), ..posting() },
        &["bad_date"],
    );
    check(Posting { job_link: Some("javascript:alert(1)".into()), ..posting() }, &["bad_link"]);
    check(Posting { title: Some("x".repeat(100_000)), ..posting() }, &["text_truncated"]);
    check(Posting { employment: Some("gardening".into()), ..posting() }, &["unmapped_employment"]);
    check(
        Posting { place: Place { lat: Some(0.0), lon: Some(0.0), ..Place::default() }, ..posting() },
        &["bad_coordinates"],
    );
    check(
        Posting { place: Place { lat: Some(91.0), lon: Some(0.0), ..Place::default() }, ..posting() },
        &["bad_coordinates"],
    );
    check(
        Posting { place: Place { lat: Some(45.0), ..Place::default() }, ..posting() },
        &["bad_coordinates"],
    );
    check(
        Posting { skills: (0..100_000).map(|number| number.to_string()).collect(), ..posting() },
        &["skills_truncated"],
    );
    check(
        Posting { description_text: Some("word ".repeat(100_000)), ..posting() },
        &["description_truncated"],
    );
    let both = Posting {
        salary: Salary {
            min: Some(-1.0),
            period: Some("YEAR".into()),
            text: Some("$1".into()),
            ..Salary::default()
        },
        posted_at: Some("soon".into()),
        ..posting()
    };
    assert_eq!(check(both, &["bad_date", "bad_salary"]).salary_text.as_deref(), Some("$1"));
}

#[test]
fn a_place_in_parts_is_a_location() {
    let place = Place { city: Some("Lyon".into()), country: Some("France".into()), ..Place::default() };
    assert_eq!(made(&Posting { place, ..posting() }).location.as_deref(), Some("Lyon, France"));
}

#[test]
fn the_freshest_value_that_is_not_null_wins() {
    let day = |day: &str| Some(format!("2026-11-{day}"));
    let dated = |source: &str, posting: Posting| Dated {
        canonical: canonical(source, &posting, collected_at()).expect("complete"),
        collected_at: collected_at(),
    };
    let old = Posting {
        posted_at: day("01"),
        company_size: Some("11-50".into()),
        salary: Salary {
            min: Some(90_000.0),
            max: Some(95_000.0),
            currency: Some("CAD".into()),
            period: Some("year".into()),
            ..Salary::default()
        },
        description_text: Some("old".into()),
        remote: Some(RemoteType::Hybrid),
        employment: Some("Contract".into()),
        apply_url: Some("https://example.com/old".into()),
        ..posting()
    };
    let new = Posting {
        posted_at: day("20"),
        salary: Salary { min: Some(100_000.0), ..Salary::default() },
        description_text: Some("new".into()),
        employment: Some("FullTime".into()),
        ..posting()
    };
    let undated =
        Posting { description_text: Some("undated".into()), seniority: Some("Senior".into()), ..posting() };
    let job = merge(vec![dated("a", old.clone()), dated("z", undated), dated("b", new.clone())]);
    assert_eq!((job.source.as_str(), job.description_text.as_deref()), ("b", Some("new")));
    assert_eq!(
        (job.salary_min, job.salary_max, job.salary_currency),
        (Some(Hundredths(10_000_000)), None, None)
    );
    assert_eq!((job.remote_type, job.contract_type), (RemoteType::Hybrid, ContractType::FullTime));
    assert_eq!(job.apply_url.as_deref(), Some("https://example.com/old"));
    assert_eq!((job.company_size.as_deref(), job.seniority_raw.as_deref()), (Some("11-50"), Some("Senior")));
    let later = Dated {
        collected_at: collected_at() + TimeDelta::hours(1),
        ..dated("a", Posting { posted_at: day("20"), ..old })
    };
    let job = merge(vec![later, dated("b", new)]);
    assert_eq!(job.source, "a");
}

#[test]
fn every_column_counts_in_the_hash() {
    let job = made(&posting());
    let hash = content_hash(&job);
    assert_eq!(hash.len(), 32);
    assert_eq!(hash, content_hash(&job.clone()));
    let mut others = vec![
        Canonical { job_title: "x".into(), ..job.clone() },
        Canonical { salary_text: Some("x".into()), ..job.clone() },
        Canonical { apply_url: Some("x".into()), ..job.clone() },
        Canonical { job_link: Some("x".into()), ..job.clone() },
        Canonical { location: Some("".into()), ..job.clone() },
        Canonical { skills_raw: vec!["a".into(), "b".into()], ..job.clone() },
        Canonical { skills_raw: vec!["a,b".into()], ..job.clone() },
        Canonical { flags: vec!["a".into()], ..job.clone() },
        Canonical { place_lat: Some(1.0), ..job.clone() },
        Canonical { salary_min: Some(Hundredths(1)), ..job.clone() },
        Canonical { salary_max: Some(Hundredths(1)), ..job.clone() },
        job,
    ];
    let mut hashes: Vec<String> = others.drain(..).map(|job| content_hash(&job)).collect();
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), 12);
}

fn some_text() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(proptest::sample::select(vec!["a", "b", "c", ""]).prop_map(str::to_owned))
}

fn some_dated() -> impl Strategy<Value = Dated> {
    let salary = (proptest::option::of(1_i64..4), proptest::option::of(4_i64..6), some_text());
    let kinds = (proptest::sample::select(RemoteType::ALL), proptest::sample::select(ContractType::ALL));
    let texts = proptest::array::uniform6(some_text());
    (0_i64..3, proptest::option::of(0_i64..3), some_text(), some_text(), salary, kinds, texts).prop_map(
        |(
            collected,
            posted,
            source,
            id,
            (min, max, currency),
            (remote_type, contract_type),
            [size, city, description, html, link, flag],
        )| {
            let base = canonical("x", &posting(), collected_at()).expect("complete");
            let at = |days: i64| collected_at() + TimeDelta::days(days);
            Dated {
                collected_at: at(collected),
                canonical: Canonical {
                    source: source.unwrap_or_default(),
                    provider_job_id: id.unwrap_or_default(),
                    posted_at: posted.map(at),
                    posted_precision: posted.map(|_| Precision::Day),
                    salary_min: min.map(Hundredths),
                    salary_max: max.map(Hundredths),
                    salary_currency: currency,
                    remote_type,
                    contract_type,
                    company_size: size,
                    place_city: city,
                    description_text: description,
                    description_html: html,
                    job_link: link,
                    flags: flag.into_iter().collect(),
                    ..base
                },
            }
        },
    )
}

proptest! {
    #[test]
    fn order_of_arrival_never_matters(
        (postings, shuffled) in proptest::collection::vec(some_dated(), 1..6)
            .prop_flat_map(|postings| (Just(postings.clone()), Just(postings).prop_shuffle()))
    ) {
        let job = merge(postings.clone());
        prop_assert_eq!(&job, &merge(shuffled));
        let mut twice = postings.clone();
        twice.extend(postings);
        prop_assert_eq!(&job, &merge(twice));
    }

    #[test]
    fn links_cleaned_twice_are_the_same(
        path in "[ -~é]{0,30}",
        query in proptest::collection::vec("(utm_source|gh_src|source|id|a%5b%5d|&amp;)?=?[ -~]{0,6}", 0..6),
        fragment in "[ -~]{0,8}",
        host in proptest::sample::select(vec!["example.com", "jobs.lever.co", "EXAMPLE.com:443", "a.example.", "xn--a", "1.2", "[::1]"]),
    ) {
        let raw = format!("https://{host}/{path}?{}#{fragment}", query.join("&"));
        if let Some(clean) = link(&raw) {
            prop_assert_eq!(link(&clean), Some(clean.clone()));
            prop_assert!(clean.len() <= 2048 && clean.starts_with("https://"));
        }
    }

    #[test]
    fn nothing_panics(a in any::<String>(), b in any::<String>(), min in any::<f64>(), max in any::<f64>()) {
        let _ = (dates::instant(&a), link(&a), words::contract_type(Some(&a), &b), words::remote_type(None, Some(&a), &b));
        let _ = (company::company_key(&a), html::description(Some(&a), Some(&b)), text::decoded(&a));
        let (line, _) = text::line(&a, 40);
        prop_assert!(line.chars().count() <= 40 && line.trim() == line && !line.chars().any(text::is_hidden));
        let posting = Posting {
            source_job_id: "1".into(),
            title: Some(a.clone()),
            company: Some(b.clone()),
            location: Some(b.clone()),
            salary: Salary { min: Some(min), max: Some(max), currency: Some(a.clone()), period: Some("year".into()), text: Some(b.clone()) },
            place: Place { lat: Some(min), lon: Some(max), ..Place::default() },
            posted_at: Some(a.clone()),
            description_html: Some(b.clone()),
            ..Posting::default()
        };
        if let Ok(job) = canonical("x", &posting, collected_at()) {
            prop_assert!(!job.company_key.is_empty());
            prop_assert!(job.salary_min.zip(job.salary_max).is_none_or(|(min, max)| min <= max));
            prop_assert!(!serde_json::to_string(&job).expect("json").contains("\\u0000"));
        }
    }

    #[test]
    fn a_clean_line_stays(raw in "[a-zA-Zéüガ\u{301}\u{200d} \n.,()-]{0,40}") {
        let (line, _) = text::line(&raw, 30);
        prop_assert_eq!(text::line(&line, 30), (line.clone(), false));
    }

    #[test]
    fn epochs_and_dates_agree(seconds in 631_152_000_i64..4_000_000_000) {
        let from_seconds = dates::instant(&seconds.to_string());
        prop_assert!(from_seconds.is_some());
        prop_assert_eq!(from_seconds, dates::instant(&format!("{}", seconds * 1000 + 7)));
        let instant = DateTime::from_timestamp(seconds, 0).expect("in range");
        prop_assert_eq!(from_seconds, dates::instant(&instant.to_rfc3339()));
        prop_assert_eq!(from_seconds, dates::instant(&instant.to_rfc2822()));
    }
}

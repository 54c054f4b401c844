//! The filters of a profile, one by one: what each hides, what passes, and what it makes of the unknown.

use crate::enrich::TAXONOMY;
use job_etl::config::ranking::{self, Ranking};
use job_etl::posting::{ContractType, Hundredths, RemoteType, Seniority};
use job_etl::rank::core::Ranker;
use job_etl::rank::input::RankInput;

/// The shipped weights with a profile that has these filters.
fn filtered(filters: &str) -> Ranking {
    let shipped = include_str!("../../config/ranking.yml");
    let weights = &shipped[..shipped.find("# profiles:").expect("profiles")];
    let text = format!(
        "{weights}
profiles:
  default:
    title_keywords: {{ any: [cook] }}
    location: {{ places: [\"Toronto, Ontario, Canada\"] }}
    {filters}
"
    );
    ranking::read("x.yml", &text, &TAXONOMY).expect("valid")
}

/// Ranks `input` under `filters`; expects each hiding rule with its evidence.
fn check(filters: &str, input: &RankInput, expected: &[(&str, &str)]) {
    let ranking = filtered(filters);
    let ranked = Ranker::new(&ranking, &ranking.profiles["default"]).rank(input);
    let found: Vec<(&str, &str)> =
        ranked.explain.hidden.iter().map(|hiding| (&*hiding.rule, &*hiding.evidence)).collect();
    assert_eq!(found, expected, "{filters} {input:?}");
    let plain = filtered("salary: {}");
    let score = Ranker::new(&plain, &plain.profiles["default"]).rank(input).score;
    assert_eq!(ranked.score, score, "a filter changes no score");
}

const BLANK: RankInput = RankInput {
    job_title: "Cook",
    job_title_std: None,
    company_key: "acme",
    skills: &[],
    required_skills: &[],
    location_city: None,
    location_country: None,
    location_lat: None,
    location_lon: None,
    places: &[],
    remote_type: RemoteType::Unknown,
    remote_countries: &[],
    contract_type: ContractType::Unknown,
    seniority: None,
    seniority_confidence: 1.0,
    salary_min_norm: None,
    salary_max_norm: None,
    salary_confidence: 1.0,
    company_size: None,
    language: None,
    description_text: None,
};

#[test]
fn countries_are_those_a_remote_job_is_open_to() {
    let filter = "filters: { countries: [Canada] }";
    let abroad = RankInput { location_country: Some("US"), ..BLANK };
    check(filter, &abroad, &[("filters.countries", "in US")]);
    check(filter, &RankInput { location_country: Some("CA"), ..BLANK }, &[]);
    let open = ["CA".to_owned(), "US".to_owned()];
    let remote = RankInput { remote_type: RemoteType::Remote, remote_countries: &open, ..abroad };
    check(filter, &remote, &[]);
    check(filter, &BLANK, &[]);
    let strict = "filters: { countries: [Canada], hide_unknown: [countries] }";
    check(strict, &BLANK, &[("filters.countries", "not stated")]);
}

#[test]
fn distance_counts_unless_the_job_is_remote() {
    let filter = "filters: { max_km: 100 }";
    let montreal = RankInput {
        location_city: Some("Montreal"),
        location_lat: Some(45.51),
        location_lon: Some(-73.59),
        ..BLANK
    };
    check(filter, &montreal, &[("filters.max_km", "Montreal, 502 km from Toronto")]);
    check(filter, &RankInput { remote_type: RemoteType::Remote, ..montreal }, &[]);
    check("filters: { max_km: 600 }", &montreal, &[]);
    check(filter, &BLANK, &[]);
}

#[test]
fn pay_may_reach_the_least_or_not() {
    let filter = "filters: { min_salary: 80000 }";
    let paid = |min: Option<i64>, max: Option<i64>| RankInput {
        salary_min_norm: min.map(|amount| Hundredths(amount * 100)),
        salary_max_norm: max.map(|amount| Hundredths(amount * 100)),
        ..BLANK
    };
    check(filter, &paid(Some(50_000), Some(70_000)), &[("filters.min_salary", "up to CAD 70,000 a year")]);
    check(filter, &paid(Some(50_000), Some(80_000)), &[]);
    check(filter, &paid(Some(50_000), None), &[]);
    check(filter, &BLANK, &[]);
    let strict = "filters: { min_salary: 80000, hide_unknown: [min_salary] }";
    let unknown = [("filters.min_salary", "not stated")];
    check(strict, &BLANK, &unknown);
    check(strict, &paid(Some(50_000), None), &unknown);
    check(strict, &paid(Some(80_000), None), &[]);
    check(strict, &RankInput { salary_confidence: 0.0, ..paid(Some(90_000), Some(99_000)) }, &unknown);
}

#[test]
fn closed_vocabularies_keep_what_is_listed_and_what_is_unknown() {
    let types = "filters: { remote_types: [remote], contract_types: [full_time], seniority: [senior] }";
    let other = RankInput {
        remote_type: RemoteType::Onsite,
        contract_type: ContractType::PartTime,
        seniority: Some(Seniority::Junior),
        ..BLANK
    };
    let all = [
        ("filters.remote_types", "onsite"),
        ("filters.contract_types", "part time"),
        ("filters.seniority", "junior level"),
    ];
    check(types, &other, &all);
    check(types, &RankInput { seniority_confidence: 0.4, ..other }, &all[..2]);
    check(types, &BLANK, &[]);
    let languages = "filters: { languages: [fr] }";
    check(languages, &RankInput { language: Some("en"), ..BLANK }, &[("filters.languages", "written in en")]);
    check(languages, &RankInput { language: Some("fr"), ..BLANK }, &[]);
    check(languages, &BLANK, &[]);
}

#[test]
fn words_hide_on_word_boundaries_whatever_their_accents_and_case() {
    let described = |text: &'static str| RankInput { description_text: Some(text), ..BLANK };
    let none = "filters: { keywords_none: [\"à la commission\"] }";
    let said = [("filters.keywords_none: à la commission", "text has \"à la commission\"")];
    check(none, &described("Payé A LA COMMISSION – sans salaire."), &said);
    check(none, &described("La commission paritaire siège."), &[]);
    check(none, &BLANK, &[]);
    let any = "filters: { keywords_any: { en: [bakery], fr: [boulangerie] } }";
    check(any, &described("A small bakery."), &[]);
    check(
        any,
        &described("Bakeries all over."),
        &[("filters.keywords_any", "text has none of your keywords")],
    );
    check(any, &BLANK, &[]);
    let english = RankInput { language: Some("en"), ..described("Near the boulangerie.") };
    check(any, &english, &[("filters.keywords_any", "text has none of your keywords")]);
    let title = "filters: { exclude_title: [cooks] }";
    check(title, &BLANK, &[("filters.exclude_title: cooks", "title has \"cooks\"")]);
    check(
        "block: { companies: [\"ACME, Inc.\"] }",
        &BLANK,
        &[("block.company: ACME, Inc.", "the company is ACME, Inc.")],
    );
}

#[test]
fn skills_must_all_be_there_where_any_are_named() {
    let filter = "filters: { must_have_skills: [Python, SQL] }";
    let named = ["python".to_owned()];
    check(filter, &RankInput { skills: &named, ..BLANK }, &[("filters.must_have_skills", "without sql")]);
    let both = ["python".to_owned(), "sql".to_owned()];
    check(filter, &RankInput { skills: &both, ..BLANK }, &[]);
    check(filter, &BLANK, &[]);
}

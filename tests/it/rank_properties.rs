//! Properties of rank that hold for any weights, profile and job.

use crate::rank::{Job, boost, feature, sum_of_points};
use job_etl::config::ranking::lists::{Entry, Lists};
use job_etl::config::ranking::wishes::{
    LocationWish, Phrase, SalaryWish, SizeWish, SkillWish, TitleWish, WishedPlace,
};
use job_etl::config::ranking::{Profile, Ranking, Weights};
use job_etl::posting::{ContractType, Hundredths, RemoteType, Seniority};
use proptest::prelude::*;
use serde_json::Value;

fn weights() -> impl Strategy<Value = Weights> {
    proptest::array::uniform8(1_u32..100).prop_map(|parts| {
        let sum: u32 = parts.iter().sum();
        let [title, skills, location, salary, employment, seniority, remote, size] =
            parts.map(|part| f64::from(part) / f64::from(sum));
        Weights {
            title_keywords: title,
            skills_overlap: skills,
            location_proximity: location,
            salary_band: salary,
            employment_type: employment,
            seniority_match: seniority,
            remote_type: remote,
            company_size: size,
        }
    })
}

const SKILLS: [&str; 6] = ["python", "sql", "dbt", "kafka", "rust", "r"];

fn some_skills() -> impl Strategy<Value = Vec<String>> {
    proptest::sample::subsequence(SKILLS.to_vec(), 0..=SKILLS.len())
        .prop_map(|names| names.into_iter().map(str::to_owned).collect())
}

fn phrase(text: &str) -> Phrase {
    Phrase { text: text.to_owned(), folded: format!(" {text} "), language: None }
}

/// Boosts of what the jobs below have: a company, a phrase of the title, one of the text, a skill.
fn boosts() -> impl Strategy<Value = Vec<(Entry, Hundredths)>> {
    let entries = [("company", "Acme"), ("title", "data"), ("keyword", "remote"), ("skill", "sql")];
    proptest::sample::subsequence(entries.to_vec(), 0..=4).prop_flat_map(|chosen| {
        let points = proptest::collection::vec(prop_oneof![-20.0..-0.01_f64, 0.01..20.0_f64], chosen.len());
        points.prop_map(move |points| {
            let entries = chosen.iter().zip(points);
            entries.map(|((subject, text), points)| boost(subject, text, points)).collect()
        })
    })
}

fn profile() -> impl Strategy<Value = Profile> {
    let title = Just(TitleWish {
        any: vec![phrase("data engineer")],
        exclude: vec![phrase("intern")],
        standard: Vec::new(),
    });
    let skills = (some_skills(), 0_usize..3, 1_usize..7).prop_map(|(mut skills, required, enough)| {
        if skills.is_empty() {
            skills.push("sql".to_owned());
        }
        let must_have = skills.iter().take(required).cloned().collect();
        SkillWish { enough: enough.min(skills.len()), must_have, known: None, skills }
    });
    let place = WishedPlace { name: "Toronto".to_owned(), country: "CA".to_owned(), lat: 43.7, lon: -79.4 };
    let location = (1.0..200.0_f64, any::<bool>()).prop_map(move |(near_km, remote)| LocationWish {
        places: vec![place.clone()],
        near_km,
        remote_from: if remote { vec!["CA".to_owned()] } else { Vec::new() },
    });
    let salary = (0..200_000_u32, 0..100_000_u32)
        .prop_map(|(floor, more)| SalaryWish { floor: floor.into(), target: f64::from(floor + more) });
    let size = (1_u64..1000, 0_u64..1000).prop_map(|(min, more)| SizeWish { min, max: min + more });
    (
        proptest::option::of(title),
        proptest::option::of(skills),
        proptest::option::of(location),
        proptest::option::of(salary),
        proptest::sample::subsequence(&ContractType::ALL[..5], 0..=5),
        proptest::sample::subsequence(Seniority::ALL, 0..=8),
        proptest::sample::subsequence(&RemoteType::ALL[..3], 0..=3),
        proptest::option::of(size),
    )
        .prop_map(
            |(title, skills, location, salary, employment_types, seniority, remote_types, company_size)| {
                Profile {
                    title,
                    skills,
                    location,
                    salary,
                    employment_types,
                    seniority,
                    remote_types,
                    company_size,
                    ..Profile::default()
                }
            },
        )
}

fn ranking() -> impl Strategy<Value = Ranking> {
    (weights(), profile()).prop_map(|(weights, profile)| Ranking {
        weights,
        profiles: [("default".to_owned(), profile)].into(),
    })
}

fn job() -> impl Strategy<Value = Job> {
    let place = (40.0..50.0_f64, -85.0..-70.0_f64);
    (
        proptest::sample::select(vec![
            "Data Engineer",
            "Engineer of Data",
            "Intern, Data Engineer",
            "Cook",
            "",
        ]),
        some_skills(),
        proptest::option::of(proptest::sample::select(vec!["CA", "US"])),
        proptest::option::of(place),
        proptest::sample::select(RemoteType::ALL),
        proptest::sample::select(ContractType::ALL),
        proptest::option::of(proptest::sample::select(Seniority::ALL)),
        proptest::option::of((0..20_000_000_i64, 0..10_000_000_i64)),
        proptest::option::of(proptest::sample::select(vec!["1-10", "51-200", "10,001+", "350", "?"])),
        proptest::option::of(proptest::sample::select(vec!["Remote-first.", "In person"])),
    )
        .prop_map(
            |(title, skills, country, coordinates, remote, contract, seniority, salary, size, text)| Job {
                title: title.to_owned(),
                skills,
                country: country.map(str::to_owned),
                coordinates,
                remote,
                contract,
                seniority,
                salary: salary.map(|(min, more)| (min, min + more)),
                size: size.map(str::to_owned),
                company_key: "acme".to_owned(),
                text: text.map(str::to_owned),
            },
        )
}

/// The same job with what one feature reads taken from another.
fn with_feature(job: &Job, index: usize, from: &Job) -> Job {
    let mut job = job.clone();
    match index {
        1 => job.skills.clone_from(&from.skills),
        2 => {
            job.country.clone_from(&from.country);
            job.coordinates = from.coordinates;
        }
        3 => job.salary = from.salary,
        4 => job.contract = from.contract,
        5 => job.seniority = from.seniority,
        6 => job.remote = from.remote,
        7 => job.size.clone_from(&from.size),
        _ => job.title.clone_from(&from.title),
    }
    job
}

/// A job that fits the wish of one feature, and one that does not, equal in everything else.
fn best_and_worst(profile: &Profile, index: usize) -> (Job, Job) {
    let best = Job::perfect(profile);
    let mut worst = best.clone();
    match index {
        0 => worst.title = "Intern, something else".to_owned(),
        1 => worst.skills = vec!["cobol".to_owned()],
        2 => worst.coordinates = Some((-35.0, 149.0)),
        3 => worst.salary = Some((0, 0)),
        4 => worst.contract = wrong(&ContractType::ALL[..5], &profile.employment_types),
        5 => worst.seniority = Some(wrong(Seniority::ALL, &profile.seniority)),
        6 => worst.remote = wrong(&RemoteType::ALL[..3], &profile.remote_types),
        _ => worst.size = Some("1000000".to_owned()),
    }
    (best, worst)
}

/// A value that is not wished for.
fn wrong<T: Copy + PartialEq>(all: &[T], wished: &[T]) -> T {
    *all.iter().find(|value| !wished.contains(value)).expect("not everything is wished for")
}

proptest! {
    /// The claim of README: each of the eight factors and each boost can change the total.
    #[test]
    fn every_factor_can_change_the_total(ranking in ranking(), index in 0_usize..9) {
        let mut ranking = ranking;
        let mut profile = ranking.profiles["default"].clone();
        if index == 8 {
            let best = Job { text: Some("remote".to_owned()), ..Job::unknown() };
            profile.lists = Lists { boost: vec![boost("keyword", "remote", 4.0)], ..Lists::default() };
            let plain = Job { text: Some("here".to_owned()), ..best.clone() };
            let (with, without) = (best.score(&ranking, &profile).0, plain.score(&ranking, &profile).0);
            prop_assert_eq!(with - without, 400.min(10_000 - without));
            return Ok(());
        }
        prop_assume!(profile.preferences()[index]);
        profile.employment_types.truncate(2);
        profile.seniority.truncate(3);
        profile.remote_types.truncate(2);
        // With no floor there is no pay too low, and "remote from" is another way to be near.
        if let Some(wish) = &mut profile.salary {
            *wish = SalaryWish { floor: wish.floor + 1.0, target: wish.target + 1.0 };
        }
        profile.location = profile.location.map(|wish| LocationWish { remote_from: Vec::new(), ..wish });
        ranking.profiles.insert("default".to_owned(), profile.clone());
        let (best, worst) = best_and_worst(&profile, index);
        let (high, low) = (best.score(&ranking, &profile).0, worst.score(&ranking, &profile).0);
        prop_assert!(high > low, "{}: {} against {}", Weights::FEATURES[index], high, low);
    }

    #[test]
    fn boosts_add_up_within_their_limits(ranking in ranking(), job in job(), boosts in boosts()) {
        let profile = &ranking.profiles["default"];
        let (base, _) = job.score(&ranking, profile);
        let boosted = Profile {
            lists: Lists { boost: boosts, ..Lists::default() },
            ..profile.clone()
        };
        let (score, explain) = job.score(&ranking, &boosted);
        prop_assert!((0..=10_000).contains(&score), "{}", explain);
        prop_assert!((score - base).abs() <= 2_000, "{}", explain);
        prop_assert_eq!(sum_of_points(&explain), score, "{}", explain);
    }

    #[test]
    fn a_block_hides_and_never_changes_the_score(ranking in ranking(), job in job()) {
        let profile = &ranking.profiles["default"];
        let (entry, _) = boost("company", "ACME Inc.", 1.0);
        let blocked = Profile { lists: Lists { block: vec![entry], ..Lists::default() }, ..profile.clone() };
        let (score, explain) = job.score(&ranking, &blocked);
        prop_assert_eq!(score, job.score(&ranking, profile).0);
        prop_assert_eq!(&explain["hidden"][0]["rule"], "block.company: ACME Inc.");
    }

    #[test]
    fn points_add_up(ranking in ranking(), job in job()) {
        let (score, explain) = job.score(&ranking, &ranking.profiles["default"]);
        prop_assert!((0..=10_000).contains(&score));
        prop_assert_eq!(sum_of_points(&explain), score);
        prop_assert_eq!((explain["score"].as_f64().expect("a number") * 100.0).round() as i64, score);
    }

    #[test]
    fn a_perfect_job_scores_100_for_any_profile(ranking in ranking()) {
        let profile = &ranking.profiles["default"];
        prop_assume!(profile.preferences().contains(&true));
        let (score, explain) = Job::perfect(profile).score(&ranking, profile);
        prop_assert_eq!(score, 10_000, "{}", explain);
    }

    #[test]
    fn learning_a_match_never_lowers_and_a_miss_never_raises(ranking in ranking(), job in job(), index in 0_usize..8) {
        let profile = &ranking.profiles["default"];
        // Where one works also decides how near it is.
        prop_assume!(index != 6 || profile.location.is_none());
        let before = with_feature(&job, index, &Job::unknown());
        let (unknown, explain) = before.score(&ranking, profile);
        let name = Weights::FEATURES[index];
        prop_assume!(feature(&explain, name)["state"] == "unknown");
        let learned = with_feature(&before, index, &job);
        let (score, explain) = learned.score(&ranking, profile);
        match feature(&explain, name)["state"].as_str() {
            Some("match") => prop_assert!(score >= unknown, "{} < {}", score, unknown),
            Some("miss") => prop_assert!(score <= unknown, "{} > {}", score, unknown),
            _ => {}
        }
    }

    #[test]
    fn the_score_is_monotone_in_each_feature(ranking in ranking(), job in job(), other in job(), index in 0_usize..8) {
        let profile = &ranking.profiles["default"];
        // Where one works also decides how near it is, so the place feature is compared at one work model.
        prop_assume!(index != 6 || profile.location.is_none());
        let changed = with_feature(&job, index, &other);
        let (low, low_explain) = job.score(&ranking, profile);
        let (high, high_explain) = changed.score(&ranking, profile);
        let name = Weights::FEATURES[index];
        let value = |explain: &Value| feature(explain, name)["value"].as_f64().unwrap_or_default();
        if value(&high_explain) >= value(&low_explain) + 1e-4 {
            prop_assert!(high >= low, "{} {} -> {} {}", value(&low_explain), low, value(&high_explain), high);
        }
    }

    #[test]
    fn more_skills_and_more_pay_never_lower_the_score(ranking in ranking(), job in job(), raise in 0..5_000_000_i64) {
        let profile = &ranking.profiles["default"];
        let (before, _) = job.score(&ranking, profile);
        if !job.skills.is_empty() {
            let all = Job { skills: SKILLS.map(str::to_owned).to_vec(), ..job.clone() };
            prop_assert!(all.score(&ranking, profile).0 >= before);
        }
        let paid = Job { salary: job.salary.map(|(min, max)| (min + raise, max + raise)), ..job.clone() };
        prop_assert!(paid.score(&ranking, profile).0 >= before);
    }

    #[test]
    fn the_order_of_skills_does_not_matter(ranking in ranking(), job in job()) {
        let profile = &ranking.profiles["default"];
        let mut turned = job.clone();
        turned.skills.reverse();
        prop_assert_eq!(turned.score(&ranking, profile), job.score(&ranking, profile));
    }
}

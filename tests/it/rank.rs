//! The pure core of rank, its configuration and its explanations.

use crate::enrich::{TAXONOMY, ashby, real_data};
use job_etl::config::ranking::lists::{self, Entry, Subject};
use job_etl::config::ranking::{self, Profile, Ranking, Weights};
use job_etl::enrich::core::{EnrichInput, enrich};
use job_etl::posting::{ContractType, Hundredths, RemoteType, Seniority};
use job_etl::rank::core::{Explanation, Ranker, profile_revision};
use job_etl::rank::explain::{explain_text, reasons};
use job_etl::rank::input::{JobPlace, RankInput};
use serde_json::Value;
use std::sync::LazyLock;

pub(crate) static SHIPPED: LazyLock<Ranking> = LazyLock::new(|| {
    let text = include_str!("../../config/ranking.yml");
    ranking::read("config/ranking.yml", text, &TAXONOMY).expect("the shipped file is valid")
});

fn default_profile() -> &'static Profile {
    &SHIPPED.profiles["default"]
}

/// A job with every wish of a profile.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub title: String,
    pub skills: Vec<String>,
    pub country: Option<String>,
    pub coordinates: Option<(f64, f64)>,
    pub remote: RemoteType,
    pub contract: ContractType,
    pub seniority: Option<Seniority>,
    pub salary: Option<(i64, i64)>,
    pub size: Option<String>,
    pub company_key: String,
    pub text: Option<String>,
}

impl Job {
    pub fn perfect(profile: &Profile) -> Job {
        let place = profile.location.as_ref().and_then(|wish| wish.places.first());
        let title = profile.title.as_ref().and_then(|wish| wish.any.first());
        Job {
            title: title.map_or("something else", |phrase| &phrase.text).to_owned(),
            skills: profile.skills.as_ref().map(|wish| wish.skills.clone()).unwrap_or_default(),
            country: place.map(|place| place.country.clone()).or(Some("CA".to_owned())),
            coordinates: place.map(|place| (place.lat, place.lon)),
            remote: profile.remote_types.first().copied().unwrap_or(RemoteType::Remote),
            contract: profile.employment_types.first().copied().unwrap_or(ContractType::Unknown),
            seniority: profile.seniority.first().copied(),
            salary: profile.salary.map(|wish| {
                let target = (wish.target * 100.0).ceil() as i64;
                (target, target)
            }),
            size: profile.company_size.map(|wish| wish.min.to_string()),
            company_key: "acme".to_owned(),
            text: None,
        }
    }

    pub fn unknown() -> Job {
        Job {
            title: "something else".to_owned(),
            skills: Vec::new(),
            country: None,
            coordinates: None,
            remote: RemoteType::Unknown,
            contract: ContractType::Unknown,
            seniority: None,
            salary: None,
            size: None,
            company_key: "acme".to_owned(),
            text: None,
        }
    }

    pub fn score(&self, ranking: &Ranking, profile: &Profile) -> (i64, Value) {
        let input = RankInput {
            job_title: &self.title,
            skills: &self.skills,
            location_country: self.country.as_deref(),
            location_lat: self.coordinates.map(|(lat, _)| lat),
            location_lon: self.coordinates.map(|(_, lon)| lon),
            remote_type: self.remote,
            contract_type: self.contract,
            seniority: self.seniority,
            salary_min_norm: self.salary.map(|(min, _)| Hundredths(min)),
            salary_max_norm: self.salary.map(|(_, max)| Hundredths(max)),
            company_size: self.size.as_deref(),
            company_key: &self.company_key,
            description_text: self.text.as_deref(),
            ..RankInput::default()
        };
        let ranked = Ranker::new(ranking, profile).rank(&input);
        (ranked.score.0, stored(&ranked.explain))
    }
}

/// The explanation as the database has it.
pub(crate) fn stored(explain: &Explanation) -> Value {
    serde_json::from_str(&explain.json()).expect("JSON")
}

pub(crate) fn sum_of_points(explain: &Value) -> i64 {
    let features = explain["features"].as_array().expect("features");
    assert_eq!(features.len(), 8);
    let adjustments = explain["adjustments"].as_array().map(Vec::as_slice).unwrap_or_default();
    let lines = features.iter().chain(adjustments);
    lines.map(|row| (row["points"].as_f64().expect("a number") * 100.0).round() as i64).sum()
}

pub(crate) fn feature<'a>(explain: &'a Value, name: &str) -> &'a Value {
    let features = explain["features"].as_array().expect("features");
    features.iter().find(|row| row["feature"] == name).expect("the feature")
}

#[test]
fn a_perfect_job_scores_100_and_an_unknown_one_half() {
    let profile = default_profile();
    let (score, explain) = Job::perfect(profile).score(&SHIPPED, profile);
    assert_eq!(score, 10_000, "{explain}");
    let blank = Job { title: "data engineer".to_owned(), ..Job::unknown() };
    let (score, explain) = blank.score(&SHIPPED, profile);
    assert_eq!(score, 6_250, "a quarter for the title, half of the rest: {explain}");
}

#[test]
fn each_feature_has_its_states() {
    let profile = default_profile();
    let check = |job: Job, name: &str, state: &str, value: f64, evidence: &str| {
        let (_, explain) = job.score(&SHIPPED, profile);
        let row = feature(&explain, name);
        let found = (row["state"].as_str(), row["value"].as_f64(), row["evidence"].as_str());
        assert_eq!(found, (Some(state), Some(value), Some(evidence)));
    };
    let job = Job::unknown;
    let titled = |title: &str| Job { title: title.to_owned(), ..job() };
    check(titled("Senior Data Engineers"), "title_keywords", "match", 1.0, "title has \"data engineer\"");
    let scattered = "title has the words of \"data engineer\"";
    check(titled("Engineer, Data"), "title_keywords", "partial", 0.75, scattered);
    check(titled("Database Engineering"), "title_keywords", "miss", 0.0, "title has none of your phrases");
    let excluded = "title has \"intern\", which you exclude";
    check(titled("Data Engineer Intern"), "title_keywords", "miss", 0.0, excluded);
    let skilled =
        |names: &[&str]| Job { skills: names.iter().map(|name| (*name).to_owned()).collect(), ..job() };
    check(job(), "skills_overlap", "unknown", 0.5, "no known skills are named");
    check(skilled(&["figma"]), "skills_overlap", "miss", 0.0, "none of your 12 skills");
    let three = "3 of 12 skills: python, sql, dbt";
    check(skilled(&["python", "sql", "dbt"]), "skills_overlap", "partial", 0.5, three);
    let lacking = "3 of 12 skills: python, dbt, kafka; without sql";
    check(skilled(&["python", "kafka", "dbt"]), "skills_overlap", "partial", 0.25, lacking);
    let paid = |min: i64, max: i64| Job { salary: Some((min * 100, max * 100)), ..job() };
    check(paid(130_000, 150_000), "salary_band", "match", 1.0, "CAD 130,000 to 150,000 a year");
    check(paid(60_000, 70_000), "salary_band", "miss", 0.0, "CAD 60,000 to 70,000 a year");
    check(paid(95_000, 130_000), "salary_band", "partial", 0.75, "CAD 95,000 to 130,000 a year");
    // Just below the floor is nearly as good as the floor, and four fifths of it is nothing.
    check(paid(94_999, 94_999), "salary_band", "partial", 0.5, "CAD 94,999 a year");
    check(paid(85_500, 85_500), "salary_band", "partial", 0.25, "CAD 85,500 a year");
    check(paid(76_000, 76_000), "salary_band", "miss", 0.0, "CAD 76,000 a year");
    let level = |level| Job { seniority: Some(level), ..job() };
    check(level(Seniority::Senior), "seniority_match", "match", 1.0, "senior level");
    check(level(Seniority::Junior), "seniority_match", "partial", 0.5, "junior level");
    check(level(Seniority::Executive), "seniority_match", "miss", 0.0, "executive level");
    let remote = |remote| Job { remote, ..job() };
    check(remote(RemoteType::Onsite), "remote_type", "partial", 0.5, "onsite");
    check(remote(RemoteType::Unknown), "remote_type", "unknown", 0.5, "not stated whether it is remote");
    let sized = |size: &str| Job { size: Some(size.to_owned()), ..job() };
    check(sized("51-200"), "company_size", "match", 1.0, "51 to 200 employees");
    check(sized("11-49"), "company_size", "partial", 0.5, "11 to 49 employees");
    check(sized("2"), "company_size", "miss", 0.0, "2 employees");
    check(sized("big"), "company_size", "unknown", 0.5, "the size is not known");
    let contract = |contract| Job { contract, ..job() };
    check(contract(ContractType::FullTime), "employment_type", "match", 1.0, "full time");
    check(contract(ContractType::Intern), "employment_type", "miss", 0.0, "intern");
}

/// Ranks `input` for the shipped default profile; returns value and evidence of one feature.
fn judged(input: &RankInput, name: &str) -> (String, f64, String) {
    judged_for(input, name, default_profile())
}

fn judged_for(input: &RankInput, name: &str, profile: &Profile) -> (String, f64, String) {
    let explain = stored(&Ranker::new(&SHIPPED, profile).rank(input).explain);
    let row = feature(&explain, name);
    let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
    (text("state"), row["value"].as_f64().unwrap_or(-1.0), text("evidence"))
}

#[test]
fn places_are_compared_by_distance_and_remote_by_country() {
    let check =
        |place: Option<(&str, f64, f64)>, country: Option<&str>, remote, value: f64, evidence: &str| {
            let input = RankInput {
                location_city: place.map(|(city, _, _)| city),
                location_country: country,
                location_lat: place.map(|(_, lat, _)| lat),
                location_lon: place.map(|(_, _, lon)| lon),
                remote_type: remote,
                ..RankInput::default()
            };
            let (_, found, why) = judged(&input, "location_proximity");
            assert_eq!((found, why.as_str()), (value, evidence));
        };
    let onsite = RemoteType::Onsite;
    check(Some(("Toronto", 43.706, -79.399)), Some("CA"), onsite, 1.0, "in Toronto");
    check(Some(("Hamilton", 43.25, -79.85)), Some("CA"), onsite, 0.7861, "Hamilton, 62 km from Toronto");
    check(Some(("Montreal", 45.51, -73.59)), Some("CA"), onsite, 0.0, "Montreal, 502 km from Toronto");
    check(Some(("Montreal", 45.51, -73.59)), Some("CA"), RemoteType::Remote, 1.0, "remote within CA");
    check(None, Some("US"), RemoteType::Remote, 0.0, "in US, far from your places");
    check(None, None, RemoteType::Remote, 0.5, "remote, and the country is not stated");
    check(None, Some("CA"), onsite, 0.5, "in your country, the city is not known");
    check(None, None, onsite, 0.5, "no place is stated");
}

#[test]
fn the_nearest_of_several_places_counts_and_remote_countries_decide() {
    let place = |city: &str, country: &str, lat: f64, lon: f64| JobPlace {
        city: Some(city.to_owned()),
        country: country.to_owned(),
        lat: Some(lat),
        lon: Some(lon),
    };
    let places = [place("Montreal", "CA", 45.51, -73.59), place("Toronto", "CA", 43.706, -79.399)];
    let several = RankInput { places: &places, location_city: Some("Montreal"), ..RankInput::default() };
    let (_, value, why) = judged(&several, "location_proximity");
    assert_eq!((value, why.as_str()), (1.0, "in Toronto"));

    let check = |countries: &[&str], value: f64, evidence: &str| {
        let countries: Vec<String> = countries.iter().map(|code| (*code).to_owned()).collect();
        let remote = RankInput {
            remote_type: RemoteType::Remote,
            remote_countries: &countries,
            location_country: Some("US"),
            ..RankInput::default()
        };
        let (_, found, why) = judged(&remote, "location_proximity");
        assert_eq!((found, why.as_str()), (value, evidence));
    };
    check(&["US", "CA"], 1.0, "remote within CA");
    check(&["US", "GB"], 0.0, "remote, and open to US, GB only");
    check(&[], 0.0, "in US, far from your places");
}

#[test]
fn what_is_unsure_counts_as_unknown() {
    let guessed = RankInput {
        seniority: Some(Seniority::Senior),
        seniority_confidence: 0.4,
        salary_min_norm: Some(Hundredths(200_000_00)),
        salary_confidence: 0.0,
        ..RankInput::default()
    };
    let unknown = |evidence: &str| ("unknown".to_owned(), 0.5, evidence.to_owned());
    assert_eq!(judged(&guessed, "seniority_match"), unknown("the level is only a guess"));
    assert_eq!(judged(&guessed, "salary_band"), unknown("pay is only an estimate"));
    let sure = RankInput { seniority_confidence: 0.5, salary_confidence: 0.5, ..guessed };
    assert_eq!(judged(&sure, "seniority_match").0, "match");
    assert_eq!(judged(&sure, "salary_band").0, "match");
}

#[test]
fn a_phrase_finds_its_title_in_the_other_language() {
    let check = |title: &str, standard: Option<&str>, profile: &str, expected: (f64, &str)| {
        let input = RankInput { job_title: title, job_title_std: standard, ..RankInput::default() };
        let (_, value, why) = judged_for(&input, "title_keywords", &SHIPPED.profiles[profile]);
        assert_eq!((value, why.as_str()), expected, "{title}");
    };
    let named = "standard title has \"data engineer\"";
    check("Ingénieure de données", Some("Data Engineer"), "default", (1.0, named));
    let said = "Accountant, as your \"comptable\" says";
    check("Auditeur", Some("Accountant"), "comptable", (1.0, said));
    let default = "Commis comptable";
    check(default, Some("Accounting Clerk"), "default", (0.0, "title has none of your phrases"));
    check("Comptable agréée", None, "comptable", (1.0, "title has \"comptable\""));
}

#[test]
fn phrases_may_be_for_one_language() {
    let check = |title: &str, language: Option<&str>, excluded: bool| {
        let input = RankInput { job_title: title, language, ..RankInput::default() };
        let (_, _, why) = judged(&input, "title_keywords");
        assert_eq!(why.contains("which you exclude"), excluded, "{title}: {why}");
    };
    check("Data Engineer, early stage", Some("en"), false);
    check("Stage en génie des données", Some("fr"), true);
    check("Stage en génie des données", None, true);
}

#[test]
fn each_missing_must_have_halves_and_lacked_requirements_cost() {
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let skills = named(&["kafka", "dbt", "spark", "aws", "airflow", "docker"]);
    let none = RankInput { skills: &skills, ..RankInput::default() };
    assert_eq!(judged(&none, "skills_overlap").1, 0.25, "both of two missing");

    let mut profile = default_profile().clone();
    let wish = profile.skills.as_mut().expect("skills");
    let (skills, required) =
        (named(&["python", "sql", "dbt", "kafka", "aws", "spark"]), named(&["scala", "sql"]));
    let asks = RankInput { skills: &skills, required_skills: &required, ..RankInput::default() };
    assert_eq!(judged(&asks, "skills_overlap").1, 1.0, "the profile does not say what it lacks");
    wish.known = Some(named(&["git"]));
    let (state, value, why) = judged_for(&asks, "skills_overlap", &profile);
    assert_eq!((state.as_str(), value), ("partial", 0.85));
    assert!(why.ends_with("; requires more: scala"), "{why}");
}

#[test]
fn the_explanation_has_a_fixed_shape() {
    let profile = Profile { skills: None, company_size: None, ..default_profile().clone() };
    let (score, explain) = Job::perfect(&profile).score(&SHIPPED, &profile);
    assert_eq!(score, 10_000);
    assert_eq!(explain["score"], 100.0);
    let names: Vec<&str> = explain["features"]
        .as_array()
        .expect("features")
        .iter()
        .filter_map(|row| row["feature"].as_str())
        .collect();
    assert_eq!(names, Weights::FEATURES);
    let skills = feature(&explain, "skills_overlap");
    let expected = serde_json::json!({
        "feature": "skills_overlap", "weight": 0.3, "effective_weight": 0.0, "value": null, "points": 0.0,
        "state": "no_preference", "evidence": ""
    });
    assert_eq!(*skills, expected);
    assert_eq!(feature(&explain, "title_keywords")["effective_weight"], 0.3788);
}

pub(crate) fn boost(subject: &str, text: &str, points: f64) -> (Entry, Hundredths) {
    let subject = Subject::from_stored(subject).expect("a subject");
    let entry = lists::entry(subject, text.to_owned(), &TAXONOMY).expect("an entry");
    (entry, lists::boost_points(points).expect("points"))
}

#[test]
fn an_explanation_is_a_table_that_adds_up() {
    let profile = default_profile();
    let job = Job {
        title: "Senior Data Engineer".to_owned(),
        skills: ["python", "sql", "dbt"].map(str::to_owned).to_vec(),
        seniority: Some(Seniority::Senior),
        ..Job::unknown()
    };
    let (_, explain) = job.score(&SHIPPED, profile);
    insta::assert_snapshot!(explain_text(&explain, 100));
    insta::assert_snapshot!(explain_text(&explain, 40));
    let (_, perfect) = Job::perfect(&Profile { company_size: None, ..profile.clone() })
        .score(&SHIPPED, &Profile { company_size: None, ..profile.clone() });
    insta::assert_snapshot!(explain_text(&perfect, 100));
    let mut listed = profile.clone();
    let (entry, points) = boost("keyword", "semaine de quatre jours", 3.0);
    listed.lists.boost = vec![(entry, points), boost("company", "Acme Inc.", -7.5)];
    listed.lists.block = vec![boost("title", "data", 1.0).0];
    listed.filters.countries = vec!["CA".to_owned()];
    let abroad = Job {
        country: Some("US".to_owned()),
        text: Some("Horaire : semaine de Quatre-Jours.".to_owned()),
        ..job.clone()
    };
    insta::assert_snapshot!(explain_text(&abroad.score(&SHIPPED, &listed).1, 80));
    let short = reasons(&explain);
    assert_eq!(short, ["title has \"data engineer\"", "3 of 12 skills: python, sql, dbt", "senior level"]);
    assert!(reasons(&Value::Null).is_empty());
    assert!(explain_text(&Value::Null, 80).contains("total"));
}

#[test]
fn a_bad_ranking_file_is_refused_with_its_place() {
    let shipped = include_str!("../../config/ranking.yml");
    let check = |from: &str, to: &str, expected: &str| {
        assert!(shipped.contains(from), "{from}");
        let text = shipped.replacen(from, to, 1);
        let error = ranking::read("config/ranking.yml", &text, &TAXONOMY).expect_err(expected);
        let error = format!("{error:#}");
        assert!(error.contains(expected), "{error}\nlacks\n{expected}");
        assert!(error.starts_with("config/ranking.yml"), "{error}");
    };
    check("skills_overlap: 0.30", "skills_overlap: 0.31", "weights: they must sum to 1, and sum to 1.01");
    check("company_size: 0.04", "company_size: -0.04", "`company_size` must be 0 or more, not -0.04");
    check(
        "company_size: 0.04",
        "company_sizes: 0.04",
        "unknown key `company_sizes`; did you mean `company_size`?",
    );
    check("  default:", "  mine:", "profiles: `default` is missing");
    check(
        "Airflow, Spark",
        "Airflwo, Spark",
        "`Airflwo` is not in taxonomy/skills.yml; did you mean `airflow`?",
    );
    check("Toronto, Ontario, Canada", "El Dorado of old", "no place is known by the name `El Dorado of old`");
    check("Toronto, Ontario, Canada", "Ontario, Canada", "`Ontario, Canada` is no city");
    check("remote_from: [Canada]", "remote_from: [Narnia]", "`Narnia` is no country");
    check("floor: 95000", "floor: 195000", "target (130000) is below floor (195000)");
    check("near_km: 40", "near_km: 0", "near_km must be above 0");
    check("enough: 6", "enough: 60", "enough must be between 1 and 12, not 60");
    check("[full_time, contract]", "[fulltime]", "unknown value `fulltime`; did you mean `full_time`?");
    check(
        "[intermediate, senior, lead]",
        "[mid]",
        "unknown value `mid`; one of intern, junior, intermediate",
    );
    check("max_km: 80", "max_km: 0", "profile `comptable`: filters: max_km must be above 0");
    check("floor: 0.3 }", "floor: 3 }", "freshness: floor must be between 0 and 1, not 3");
    check("points: 3 }\n    freshness", "points: 30 }\n    freshness", "points must be between -20 and 20");
    check("keyword: télétravail", "company: A, title: b", "names one of company, title, keyword and skill");
    check("{ countries: [Canada], max_km: 80 }", "{ hide_unknown: [language] }", "did you mean `languages`?");
    check("{ countries: [Canada], max_km: 80 }", "{ hide_unknown: [languages] }", "`languages` is off");
    check("fr: [stagiaire, stage", "de: [stagiaire, stage", "`de` is no language told apart here");
    check("    seniority:", "    senority:", "unknown key `senority`; did you mean `seniority`?");
    let empty = "profiles:\n  default: {}\n";
    let weights =
        &shipped[shipped.find("weights:\n").expect("weights")..shipped.find("# profiles").expect("profiles")];
    let error =
        ranking::read("x.yml", &format!("{weights}{empty}"), &TAXONOMY).expect_err("empty").to_string();
    assert!(error.contains("wishes for nothing"), "{error}");
}

#[test]
fn the_earlier_name_of_nice_to_have_still_works() {
    let text = include_str!("../../config/ranking.yml").replacen("nice_to_have: [dbt", "wanted: [dbt", 1);
    let ranking = ranking::read("x.yml", &text, &TAXONOMY).expect("valid");
    assert_eq!(ranking.profiles, SHIPPED.profiles);
}

#[test]
fn an_edited_profile_is_another_revision() {
    let shipped = profile_revision(&SHIPPED, default_profile());
    assert_eq!(shipped, profile_revision(&SHIPPED, &default_profile().clone()));
    let edited = Profile { seniority: vec![Seniority::Junior], ..default_profile().clone() };
    assert_ne!(shipped, profile_revision(&SHIPPED, &edited));
    let mut marked = default_profile().clone();
    marked.lists.block.push(boost("company", "Acme", 1.0).0);
    assert_ne!(shipped, profile_revision(&SHIPPED, &marked));
    let mut older = default_profile().clone();
    older.freshness.half_life_days = 90.0;
    assert_eq!(shipped, profile_revision(&SHIPPED, &older), "age is no part of a score");
}

#[test]
fn a_profile_without_any_wish_gives_nothing() {
    let (score, explain) = Job::unknown().score(&SHIPPED, &Profile::default());
    assert_eq!((score, sum_of_points(&explain)), (0, 0));
}

#[test]
fn real_postings_are_ranked() {
    let Some(folder) = real_data() else { return };
    let mut best: Vec<(i64, String, String)> = Vec::new();
    let mut scores: Vec<i64> = Vec::new();
    let ranker = Ranker::new(&SHIPPED, default_profile());
    for posting in ashby(&folder) {
        let parts = &posting["address"]["postalAddress"];
        let title = posting["title"].as_str().unwrap_or_default();
        let row = enrich(
            &EnrichInput {
                job_title: title,
                location: posting["location"].as_str(),
                place_city: parts["addressLocality"].as_str(),
                place_region: parts["addressRegion"].as_str(),
                place_country: parts["addressCountry"].as_str(),
                description_text: posting["descriptionPlain"].as_str(),
                ..EnrichInput::default()
            },
            &TAXONOMY,
        );
        let input = RankInput {
            job_title: title,
            job_title_std: row.job_title_std.as_deref(),
            skills: &row.skills,
            location_city: row.location_city.as_deref(),
            location_country: row.location_country.as_deref(),
            location_lat: row.location_lat,
            location_lon: row.location_lon,
            remote_type: if posting["isRemote"] == true { RemoteType::Remote } else { RemoteType::Unknown },
            contract_type: ContractType::Unknown,
            seniority: row.seniority,
            ..RankInput::default()
        };
        let ranked = ranker.rank(&input);
        assert_eq!(sum_of_points(&stored(&ranked.explain)), ranked.score.0);
        scores.push(ranked.score.0);
        best.push((
            ranked.score.0,
            format!("{title} · {}", row.location_std.unwrap_or_default()),
            reasons(&stored(&ranked.explain)).join("; "),
        ));
    }
    best.sort_by(|left, right| right.cmp(left));
    for (score, title, reasons) in best.iter().take(12) {
        println!("{:>6.2}  {title}  ({reasons})", *score as f64 / 100.0);
    }
    scores.sort_unstable();
    println!("median {:.2}", scores[scores.len() / 2] as f64 / 100.0);
    assert!(best.iter().take(5).all(|(_, title, _)| title.to_lowercase().contains("data")));
    assert!(scores[scores.len() / 2] < 6_000);
}

//! The pure core of enrich and its dictionaries: what a job's own words say.

use job_etl::enrich::core::{EnrichInput, Enrichment, enrich, enrichment_hash};
use job_etl::posting::{Hundredths, SalaryPeriod, Seniority};
use job_etl::taxonomy::Taxonomy;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;

pub(crate) static TAXONOMY: LazyLock<Taxonomy> = LazyLock::new(Taxonomy::bundled);

/// Folder of real postings, or `None` with a message.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub(crate) fn real_data() -> Option<PathBuf> {
    let folder = job_data_folder();
    if folder.is_none() {
        eprintln!("skipped: JOB_ETL_DATA is not set");
    }
    folder
}

#[expect(clippy::disallowed_methods, reason = "tests find the real data by this variable")]
fn job_data_folder() -> Option<PathBuf> {
    std::env::var("JOB_ETL_DATA").ok().map(PathBuf::from)
}

fn titled(title: &str) -> Enrichment {
    enrich(&EnrichInput { job_title: title, ..EnrichInput::default() }, &TAXONOMY)
}

fn described(text: &str) -> Vec<String> {
    let input = EnrichInput { job_title: "Someone", description_text: Some(text), ..EnrichInput::default() };
    enrich(&input, &TAXONOMY).skills
}

#[test]
fn skills_are_found_on_word_boundaries() {
    let check = |text: &str, expected: &[&str]| assert_eq!(described(text), expected, "{text}");
    check("We use Python3, PostgreSQL and dbt.", &["dbt", "postgresql", "python"]);
    check("JavaScript, not java beans", &["java", "javascript"]);
    check("JavaScript only", &["javascript"]);
    check("C++17, C# and .NET 8", &[".net", "c#", "c++"]);
    check("Node.js, Next.js, Vue.js", &["next.js", "node.js", "vue.js"]);
    check("ASP.NET Core on Azure", &[".net", "azure"]);
    check("Languages: C, C++, Rust", &["c", "c++", "rust"]);
    check("Python, R and SQL", &["python", "r", "sql"]);
    check("Java/Go services", &["go", "java"]);
    check("R, Go, Python", &["go", "python", "r"]);
    check("experience in golang", &["go"]);
    check("Go to market with R&D and the C-suite; plan B or C.", &[]);
    check("You excel at this and react swiftly; no spark needed", &[]);
    check("Excel, React and Spark", &["excel", "react", "spark"]);
    check("mysqlish, pythonic, xsql, sql_mode, user@python", &[]);
    check("see www.python.org or github.com/us", &[]);
    check("React Native apps", &["react native"]);
    check("data pipelines, REST APIs", &["data pipelines", "rest apis"]);
    check("Scala.", &["scala"]);
    check("(Kafka)", &["kafka"]);
    check("“Kafka”—Airflow…", &["airflow", "kafka"]);
    check("Entrepôt de données, MODÉLISATION DE DONNÉES", &["data modeling", "data warehousing"]);
    check("l'apprentissage automatique", &["machine learning"]);
    check("", &[]);
}

#[test]
fn tags_of_the_source_count_as_a_whole() {
    let tags = ["golang".to_owned(), "R".to_owned(), "postgres ".to_owned(), "Teamwork".to_owned()];
    let input = EnrichInput { job_title: "Someone", skills_raw: &tags, ..EnrichInput::default() };
    let row = enrich(&input, &TAXONOMY);
    assert_eq!(row.skills, ["go", "postgresql", "r", "teamwork"]);
    assert_eq!(row.provenance.skills.origin, "structured");
}

#[test]
fn titles_are_standard() {
    let check = |title: &str, expected: Option<&str>, noc: Option<&str>| {
        let row = titled(title);
        assert_eq!(
            (row.job_title_std.as_deref(), row.occupation_code.as_deref()),
            (expected, noc),
            "{title}"
        );
    };
    check("Senior Data Engineer", Some("Data Engineer"), Some("21223"));
    check("Sr. Data Engineer (Remote) - Machine Learning Platform", Some("Data Engineer"), Some("21223"));
    check("Software Engineer, Data Platform", Some("Software Engineer"), Some("21231"));
    check("Full-Stack Developer", Some("Full Stack Engineer"), Some("21231"));
    check("AI Software Engineer", Some("AI Engineer"), Some("21211"));
    check("Lead, Data Engineering", Some("Data Engineer"), Some("21223"));
    check("Manager, Software Engineering", Some("Engineering Manager"), Some("20012"));
    check("Ingénieur·e de données (H/F)", Some("Data Engineer"), Some("21223"));
    check("Développeur(euse) full stack", Some("Full Stack Engineer"), Some("21231"));
    check("Administrateur-trice systèmes et réseaux", Some("Systems Administrator"), Some("22220"));
    check("Ingénieure de données (H/F)", Some("Data Engineer"), Some("21223"));
    check(
        "Administrateur / Administratrice système et réseaux",
        Some("Systems Administrator"),
        Some("22220"),
    );
    check("Conseillère en ressources humaines", Some("Human Resources Specialist"), Some("11200"));
    check("Développeuse Full Stack", Some("Full Stack Engineer"), Some("21231"));
    check("Chief Happiness Wizard", None, None);
    check("", None, None);
}

#[test]
fn levels_are_read_from_the_field_and_then_the_title() {
    let check = |title: &str, raw: Option<&str>, expected: Option<Seniority>| {
        let input = EnrichInput { job_title: title, seniority_raw: raw, ..EnrichInput::default() };
        let row = enrich(&input, &TAXONOMY);
        assert!(row.seniority.is_some(), "{title} has a guess at least");
        let sure = row.seniority.filter(|_| row.provenance.seniority.confidence >= 0.5);
        assert_eq!(sure, expected, "{title} / {raw:?}");
    };
    check("Senior Data Engineer", None, Some(Seniority::Senior));
    check("Data Engineer II", None, Some(Seniority::Intermediate));
    check("Jr. Developer", None, Some(Seniority::Junior));
    check("Staff Engineer", None, Some(Seniority::Lead));
    check("Associate Director, Data", None, Some(Seniority::Director));
    check("VP, Engineering", None, Some(Seniority::Executive));
    check("Data Engineering Co-op", None, Some(Seniority::Intern));
    check("Stagiaire en analyse de données", None, Some(Seniority::Intern));
    check("Engineering Manager", None, Some(Seniority::Manager));
    check("Product Manager", None, None);
    check("Enterprise Account Executive", None, None);
    check("Lead Generation Specialist", None, None);
    check("Internal Auditor", None, None);
    check("Account Manager, Mid-Market", None, None);
    check("Executive Assistant to the CEO", None, None);
    check("Data Engineer", Some("Entry level"), Some(Seniority::Junior));
    check("Data Engineer", Some("Mid-Senior level"), Some(Seniority::Intermediate));
    check("Senior Data Engineer", Some("Mid-Senior level"), Some(Seniority::Senior));
    check("Ingénieur", Some("5 An(s)"), Some(Seniority::Senior));
    check("Ingénieur", Some("24 mois"), Some(Seniority::Intermediate));
    check("Ingénieur", Some("Débutant accepté"), Some(Seniority::Junior));
    check("Data Engineer", Some("Not Applicable"), None);
}

#[test]
fn places_have_a_standard_form() {
    let check = |parts: [Option<&str>; 3], text: Option<&str>, expected: Option<&str>, located: bool| {
        let input = EnrichInput {
            job_title: "Someone",
            location: text,
            place_city: parts[0],
            place_region: parts[1],
            place_country: parts[2],
            ..EnrichInput::default()
        };
        let row = enrich(&input, &TAXONOMY);
        assert_eq!(row.location_std.as_deref(), expected, "{parts:?} {text:?}");
        assert_eq!(row.location_lat.is_some(), located, "{parts:?} {text:?}");
        assert_eq!(row.location_lat.is_some(), row.location_lon.is_some());
    };
    let none = [None, None, None];
    check([Some("Toronto"), Some("ON"), Some("Canada")], None, Some("Toronto, ON, CA"), true);
    check([Some("Montréal"), Some("Québec"), Some("CA")], None, Some("Montreal, QC, CA"), true);
    check([Some("Québec"), Some("QC"), Some("Canada")], None, Some("Quebec City, QC, CA"), true);
    check([Some("Toronto"), None, Some("USA")], None, Some("Toronto, US"), false);
    check([Some("Austin, TX"), None, Some("US")], None, Some("Austin, TX, US"), true);
    check([Some("Smalltown"), Some("Ontario"), Some("Canada")], None, Some("Smalltown, ON, CA"), false);
    check([None, None, Some("Canada")], Some("Remote - Ontario"), Some("Canada"), false);
    check([None, None, Some("Canada")], Some("Hybrid in Toronto"), Some("Toronto, ON, CA"), true);
    check(none, Some("Toronto"), Some("Toronto, ON, CA"), true);
    check(none, Some("Toronto, ON, CA"), Some("Toronto, ON, CA"), true);
    check(none, Some("London"), Some("London, England, GB"), true);
    check(none, Some("London, Ontario"), Some("London, ON, CA"), true);
    check(none, Some("London, ON"), Some("London, ON, CA"), true);
    check(none, Some("Vancouver, Canada"), Some("Vancouver, BC, CA"), true);
    check(none, Some("San Francisco-Hybrid"), Some("San Francisco, CA, US"), true);
    check(none, Some("New York, NY (HQ)"), Some("New York, NY, US"), true);
    check(none, Some("Remote - Ontario, Canada"), Some("ON, CA"), false);
    check(none, Some("GTA"), Some("Toronto, ON, CA"), true);
    check(none, Some("Remote (United States | Canada)"), None, false);
    check(none, Some("Paris, Texas"), Some("Paris, TX, US"), true);
    check(none, Some("join us, remotely"), None, false);
    check(none, Some("Remote, US"), Some("United States"), false);
    check(none, Some("Télétravail, Québec"), Some("QC, CA"), false);
    check(none, Some("London ON"), Some("London, ON, CA"), true);
    check(none, Some("CF Polo Park"), None, false);
    check(none, Some("South America"), None, false);
    check(none, Some("Mexico"), Some("Mexico"), false);
    check(none, Some("Washington, D.C."), Some("Washington, DC, US"), true);
    check(none, Some("EMEA"), None, false);
    check(none, Some(""), None, false);
}

#[test]
fn coordinates_of_the_source_win() {
    let input = EnrichInput {
        job_title: "Someone",
        place_city: Some("Toronto"),
        place_country: Some("Canada"),
        place_lat: Some(43.5),
        place_lon: Some(-79.1),
        ..EnrichInput::default()
    };
    let row = enrich(&input, &TAXONOMY);
    assert_eq!((row.location_lat, row.location_lon), (Some(43.5), Some(-79.1)));
    let nowhere = enrich(&EnrichInput { place_lat: Some(0.0), place_lon: Some(0.0), ..input }, &TAXONOMY);
    assert!(nowhere.location_lat.is_some_and(|lat| (lat - 43.7).abs() < 0.1), "{:?}", nowhere.location_lat);
}

#[test]
fn pay_is_read_from_words_when_no_field_has_it() {
    let check = |field: Option<&str>, text: &str, country: &str, expected: Option<(i64, i64)>| {
        let input = EnrichInput {
            job_title: "Someone",
            place_country: Some(country),
            salary_text: field,
            description_text: Some(text),
            ..EnrichInput::default()
        };
        let row = enrich(&input, &TAXONOMY);
        let found = row.salary_min_norm.zip(row.salary_max_norm).map(|(min, max)| (min.0, max.0));
        assert_eq!(found, expected, "{field:?} {text:?} {country}");
        let origin = if expected.is_some() { "text" } else { "none" };
        assert_eq!(row.provenance.salary.origin, origin);
    };
    let canadian = Some((9_000_000, 11_000_000));
    check(Some("$90k - $110k"), "", "Canada", canadian);
    check(None, "The salary range is $90,000 to $110,000.", "Canada", canadian);
    check(None, "Salaire : de 90 000 $ à 110 000 $ par an", "Canada", canadian);
    check(Some("$90k - $110k"), "", "United States", Some((12_572_010, 15_365_790)));
    check(Some("US$90k - US$110k"), "", "Canada", Some((12_572_010, 15_365_790)));
    check(Some("$40 - $50 an hour"), "", "Canada", Some((8_320_000, 10_400_000)));
    check(Some("competitive"), "We raised $90,000,000.", "Canada", None);
    let structured = EnrichInput {
        job_title: "Someone",
        salary_min: Some(Hundredths(8_000_000)),
        salary_currency: Some("CAD"),
        salary_period: Some(SalaryPeriod::Year),
        salary_text: Some("$90k - $110k"),
        ..EnrichInput::default()
    };
    let row = enrich(&structured, &TAXONOMY);
    assert_eq!(
        (row.salary_min_norm, row.provenance.salary.origin),
        (Some(Hundredths(8_000_000)), "structured")
    );
}

#[test]
fn pay_is_canadian_dollars_a_year() {
    let check =
        |min: Option<i64>, max: Option<i64>, currency: Option<&str>, period, expected: [Option<i64>; 2]| {
            let input = EnrichInput {
                job_title: "Someone",
                salary_min: min.map(Hundredths),
                salary_max: max.map(Hundredths),
                salary_currency: currency,
                salary_period: period,
                ..EnrichInput::default()
            };
            let row = enrich(&input, &TAXONOMY);
            let found =
                [row.salary_min_norm, row.salary_max_norm].map(|amount| amount.map(|amount| amount.0));
            assert_eq!(found, expected, "{min:?} {max:?} {currency:?} {period:?}");
        };
    let year = Some(SalaryPeriod::Year);
    check(Some(10_000_000), Some(12_000_000), Some("CAD"), year, [Some(10_000_000), Some(12_000_000)]);
    check(Some(10_000_000), None, Some("USD"), year, [Some(13_968_900), None]);
    check(Some(5_000), None, Some("CAD"), Some(SalaryPeriod::Hour), [Some(10_400_000), None]);
    check(None, Some(40_000), Some("CAD"), Some(SalaryPeriod::Day), [None, Some(10_400_000)]);
    check(Some(9_000_000), None, Some("CAD"), None, [Some(9_000_000), None]);
    check(Some(4_500), None, Some("CAD"), None, [Some(9_360_000), None]);
    check(Some(300_000), None, Some("CAD"), None, [None, None]);
    check(Some(9_000_000), None, None, year, [None, None]);
    check(Some(9_000_000), None, Some("XYZ"), year, [None, None]);
    check(Some(1), Some(99_999_999_999), Some("CAD"), year, [None, None]);
}

#[test]
fn every_group_has_its_provenance() {
    let row = titled("Senior Data Engineer");
    let provenance: serde_json::Value = serde_json::from_str(&row.provenance.json()).expect("JSON");
    let groups: Vec<&String> = provenance.as_object().expect("an object").keys().collect();
    assert_eq!(groups, ["language", "location", "remote", "salary", "seniority", "skills", "title"]);
    assert_eq!(provenance["title"], serde_json::json!({ "origin": "title", "confidence": 0.9 }));
    assert_eq!(provenance["salary"], serde_json::json!({ "origin": "none", "confidence": 0.0 }));
}

#[test]
fn a_bad_dictionary_is_refused_with_its_place() {
    let check = |file: &str, text: &str, expected: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(file), text).expect("a file");
        let error = Taxonomy::load(folder.path()).err().expect("an error").to_string();
        let (path, message) = error.split_once(file).expect("the file is named");
        assert!(!path.is_empty());
        assert_eq!(format!("{file}{message}"), expected);
    };
    let doubled = "skills:\n  - { name: A, aliases: [x] }\n  - { name: B, aliases: [X] }\n";
    check("skills.yml", doubled, "skills.yml: the spelling `x` belongs to both `a` and `b`");
    let typo = "skills:\n  - { name: A, alias: [x] }\n";
    check("skills.yml", typo, "skills.yml:2:16: unknown key `alias`; did you mean `aliases`?");
    let noc = "titles: []\nlevels: 3\n";
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("titles.yml"), noc).expect("a file");
    let error = Taxonomy::load(folder.path()).err().expect("an error").to_string();
    assert!(error.contains("titles.yml:2:"), "{error}");
}

#[test]
fn an_edited_dictionary_is_another_revision() {
    let folder = tempfile::tempdir().expect("a folder");
    let bundled = TAXONOMY.revision();
    assert_eq!(Taxonomy::load(folder.path()).expect("bundled").revision(), bundled);
    let sizes = "bands:\n  - { label: any, min: 1 }\n";
    std::fs::write(folder.path().join("company_sizes.yml"), sizes).expect("a file");
    let edited = Taxonomy::load(folder.path()).expect("edited");
    assert_ne!(edited.revision(), bundled);
    assert_eq!(edited.company_size("200"), Some("any"));
}

#[test]
fn company_sizes_have_standard_labels() {
    let check = |text: &str, expected| assert_eq!(TAXONOMY.company_size(text), expected, "{text}");
    check("51-200 employees", Some("51-200"));
    check("10,001+", Some("5001+"));
    check("Startup", Some("11-50"));
    check("350", Some("201-500"));
    check("lots", None);
}

proptest! {
    #[test]
    fn any_text_is_enriched(title in ".{0,60}", location in ".{0,60}", text in ".{0,400}", city in ".{0,20}") {
        let input = EnrichInput {
            job_title: &title,
            location: Some(&location),
            place_city: Some(&city),
            seniority_raw: Some(&text),
            description_text: Some(&text),
            ..EnrichInput::default()
        };
        let row = enrich(&input, &TAXONOMY);
        prop_assert_eq!(enrichment_hash(&row), enrichment_hash(&enrich(&input, &TAXONOMY)));
        prop_assert!(row.skills.is_sorted());
    }

    #[test]
    fn listed_skills_are_found_in_any_order(order in Just(vec!["Python", "R", "C++", "Go", "SQL", "dbt", "C"]).prop_shuffle()) {
        let found: BTreeSet<String> = described(&order.join(", ")).into_iter().collect();
        let expected: BTreeSet<String> = order.iter().map(|name| name.to_lowercase()).collect();
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn real_postings_are_covered() {
    let Some(folder) = real_data() else { return };
    let mut counts = [0_usize; 6];
    let mut total = 0;
    for posting in ashby(&folder) {
        let parts = &posting["address"]["postalAddress"];
        let input = EnrichInput {
            job_title: posting["title"].as_str().unwrap_or_default(),
            location: posting["location"].as_str(),
            place_city: parts["addressLocality"].as_str(),
            place_region: parts["addressRegion"].as_str(),
            place_country: parts["addressCountry"].as_str(),
            description_text: posting["descriptionPlain"].as_str(),
            ..EnrichInput::default()
        };
        let row = enrich(&input, &TAXONOMY);
        let filled = [
            !row.skills.is_empty(),
            row.job_title_std.is_some(),
            row.seniority.is_some(),
            row.location_country.is_some(),
            row.location_lat.is_some(),
            row.language.is_some(),
        ];
        for (count, filled) in counts.iter_mut().zip(filled) {
            *count += usize::from(filled);
        }
        total += 1;
    }
    let shares = counts.map(|count| count as f64 / total as f64);
    let names = ["skills", "standard title", "seniority", "country", "coordinates", "language"];
    for (name, share) in names.iter().zip(shares) {
        println!("{name}: {:.1} % of {total}", share * 100.0);
    }
    assert!(total > 5000);
    for ((name, share), floor) in names.iter().zip(shares).zip([0.80, 0.70, 0.40, 0.85, 0.70, 0.97]) {
        assert!(share >= floor, "{name}: {share}");
    }
}

#[test]
fn occupation_codes_exist() {
    let Some(folder) = real_data() else { return };
    let file = folder.join("tax-noc-canada/noc2021_en.json.gz");
    let document: serde_json::Value = serde_json::from_str(&unzipped(&file)).expect("json");
    let codes: BTreeSet<&str> = document["nocs"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|entry| entry["noc_code"].as_str())
        .collect();
    let text = include_str!("../../config/taxonomy/titles.yml");
    let mut seen = 0;
    for code in text.split("noc: \"").skip(1).map(|rest| &rest[..5]) {
        assert!(codes.contains(code), "{code} is no NOC 2021 unit group");
        seen += 1;
    }
    assert!(seen > 60);
}

/// Real postings of the Ashby boards.
pub(crate) fn ashby(folder: &std::path::Path) -> Vec<serde_json::Value> {
    let text = unzipped(&folder.join("postings-ashby/ashby_jobs.jsonl.gz"));
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn unzipped(path: &std::path::Path) -> String {
    let output = std::process::Command::new("gzip").arg("-dc").arg(path).output().expect("gzip");
    String::from_utf8(output.stdout).expect("utf-8")
}

//! Skills with their places and parts of the text, in English and French, and the command that makes the table of open
//! taxonomies.

use crate::enrich::TAXONOMY;
use crate::support::program::{program, said};
use job_etl::enrich::core::{EnrichInput, Enrichment, enrich};
use job_etl::taxonomy::open_skills;

fn described(text: &str) -> Enrichment {
    let input = EnrichInput { job_title: "Someone", description_text: Some(text), ..EnrichInput::default() };
    enrich(&input, &TAXONOMY)
}

/// Mentions as `words section`, in the order of the text.
fn mentions(text: &str) -> Vec<String> {
    let row = described(text);
    let shown = |start: u32, end: u32| text[start as usize..end as usize].to_owned();
    row.skill_mentions.iter().map(|m| format!("{} {}", shown(m.start, m.end), m.section)).collect()
}

#[test]
fn skills_stand_in_parts_of_the_text() {
    let check = |text: &str, expected: &[&str]| assert_eq!(mentions(text), expected, "{text}");
    check("Requirements:\n- Python\n- Docker\n", &["Python required", "Docker required"]);
    check("What you'll bring\n* Kotlin\nNice to have\n* Rust", &["Kotlin required", "Rust nice_to_have"]);
    check(
        "About us\nWe run on Kubernetes.\n\nWhat we offer\nExcel courses, PHP",
        &["Kubernetes about_us", "PHP benefits"],
    );
    check(
        "Exigences :\n• Soudage TIG\nAtouts :\n• Conduite de chariot élévateur",
        &["Soudage TIG required", "Conduite de chariot élévateur nice_to_have"],
    );
    check(
        "À propos de nous\nNous aimons Terraform.\nProfil recherché\nMaîtrise de Kafka",
        &["Terraform about_us", "Kafka required"],
    );
    check(
        "You will own Jenkins. Kafka is a plus. Requirements: Django",
        &["Jenkins other", "Kafka nice_to_have", "Django required"],
    );
    check(
        "Requirements\nPython. Knowledge of Terraform is a plus\n",
        &["Python required", "Terraform nice_to_have"],
    );
}

#[test]
fn what_the_employer_says_of_itself_is_not_asked_for() {
    let row = described("About us\nWe run on Kubernetes.\nRequirements\nTerraform\n");
    assert_eq!(row.skills, ["terraform"]);
    assert_eq!(row.skill_mentions.len(), 2);
}

#[test]
fn phrases_without_a_dictionary_are_mentions() {
    let check = |text: &str, expected: &str| {
        let row = described(text);
        assert!(row.skill_mentions.iter().any(|m| m.skill == expected), "{text}: {:?}", row.skill_mentions);
    };
    check("Experience with Quuxology and Python", "quuxology");
    check("Knowledge of tidal energy converters", "tidal energy converters");
    check("Python, XQJ2 and Java", "xqj2");
    check("You hold a Master's degree in physics", "master's degree");
}

#[test]
fn ordinary_words_need_a_text_that_asks() {
    let check = |text: &str, expected: &[&str]| assert_eq!(described(text).skills, expected, "{text}");
    check("Health insurance from the first day", &[]);
    check("Experience in insurance", &["insurance"]);
    check("Our marketing budget grows", &[]);
    check("Requirements:\nmarketing and sales", &["marketing", "sales"]);
    check("Action by Oracles; word of mouth", &[]);
}

#[test]
fn french_names_lead_to_the_same_skills() {
    let check = |text: &str, expected: &str| {
        let names = described(text).skills;
        assert!(names.iter().any(|name| name == expected), "{text}: {names:?}");
    };
    check("Apprentissage automatique", "machine learning");
    check("service a la clientele", "customer service");
    check("SERVICE À LA CLIENTÈLE", "customer service");
    check("gestion de projet", "project management");
    check("conduite de chariot elevateur", "forklift operation");
    check("soins aux patients", "nursing");
    check("l’analyse de données", "data analysis");
    check("Exigences\ncomptabilité et soudage", "accounting");
}

#[test]
fn french_covers_at_least_300_skills() {
    let curated = include_str!("../../config/taxonomy/skills.yml");
    let french = ["é", "è", "à", "ê", "ô", "ç", " de ", " des ", " du ", "d'", "l'", " et ", "tion "];
    let entries = curated.lines().filter(|line| line.trim_start().starts_with("- {"));
    let spellings: usize = entries
        .map(|line| {
            line.split([',', '[', ']', '{', '}'])
                .filter(|part| french.iter().any(|f| part.contains(f)))
                .count()
        })
        .sum();
    assert!(spellings >= 300, "{spellings}");
}

const ENGLISH: &str = "conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,status
KnowledgeSkillCompetence,http://example.org/1,knowledge,cross-sector,tide pool mapping,\"mapping of tide pools
TPM\",released
KnowledgeSkillCompetence,http://example.org/2,skill/competence,transversal,polish brass lamps,polishing brass lamps,released
KnowledgeSkillCompetence,http://example.org/3,knowledge,sector-specific,Quern (computer programming),,released
KnowledgeSkillCompetence,http://example.org/4,knowledge,sector-specific,lantern theory,,obsolete
";
const FRENCH: &str = "conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,status
KnowledgeSkillCompetence,http://example.org/1,knowledge,cross-sector,cartographie des étangs,relevé d'étangs,released
";
const TOOLS: &str = "O*NET-SOC Code\tExample\tCommodity Code\tCommodity Title\tHot Technology
15-1252.00\tAdobe Systems Adobe Lanternshop\t43232202\tGraphics\tN
15-1252.00\tStructured question language SQL\t43232202\tGraphics\tN
15-1252.00\tMicrosoft Word\t43232202\tOffice\tY
";

#[test]
fn the_table_is_made_from_official_files() {
    let table = open_skills::table(&[ENGLISH.to_owned(), FRENCH.to_owned()], Some(TOOLS)).expect("a table");
    let rows: Vec<&str> = table.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        rows,
        [
            "adobe lanternshop\tk\t=Lanternshop|adobe lanternshop",
            "microsoft word\tk",
            "polish brass lamps\tc\tpolish brass lamps|polishing brass lamps",
            "quern\tk\t=Quern",
            "structured question language\tk\t=SQL|~structured question language",
            "tide pool mapping\tk\t=TPM|~cartographie des étangs|~mapping of tide pools|~relevé d'étangs|~tide pool mapping",
        ]
    );
}

#[test]
fn the_command_reads_files_and_says_what_is_wrong_with_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let (english, bad) = (folder.path().join("skills_en.csv"), folder.path().join("bad.csv"));
    std::fs::write(&english, ENGLISH).expect("a file");
    std::fs::write(&bad, "a,b\n1,2\n").expect("a file");
    let mut command = program();
    command.args(["taxonomy", "skills", "--esco"]).arg(&english);
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{}", said(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("polish brass lamps\tc\t"));
    let mut command = program();
    command.args(["taxonomy", "skills", "--esco"]).arg(&bad);
    let output = command.output().expect("the program runs");
    assert!(!output.status.success());
    assert!(said(&output).contains("no column preferredLabel"), "{}", said(&output));
}

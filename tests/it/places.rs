//! Places in the texts of all the world, and the command that makes the table of cities.

use crate::enrich::TAXONOMY;
use crate::support::program::{program, said};
use job_etl::enrich::core::{EnrichInput, enrich};
use job_etl::taxonomy::geonames;

fn check(text: &str, expected: Option<&str>) {
    let input = EnrichInput { job_title: "Someone", location: Some(text), ..EnrichInput::default() };
    let row = enrich(&input, &TAXONOMY);
    assert_eq!(row.location_std.as_deref(), expected, "{text}");
}

#[test]
fn the_rest_of_the_text_decides_between_namesakes() {
    check("London, KY", Some("London, KY, US"));
    check("Paris, TX", Some("Paris, TX, US"));
    check("Victoria, TX", Some("Victoria, TX, US"));
    check("Ontario, CA", Some("ON, CA"));
    check("Manchester, NH", Some("Manchester, NH, US"));
    check("Vancouver, WA", Some("Vancouver, WA, US"));
    check("Arnhem, Gelderland", Some("Arnhem, Gelderland, NL"));
    check("Birmingham, B14 7NN", Some("Birmingham, England, GB"));
    check("Newport, NP20 1AA", Some("Newport, Wales, GB"));
    check("Lincoln, LN1", Some("Lincoln, England, GB"));
    check("CA-Ontario-Guelph", Some("Guelph, ON, CA"));
    check("Guelph, Ontario, Canada", Some("Guelph, ON, CA"));
}

#[test]
fn places_are_found_as_people_write_them() {
    check("Krakow", Some("Kraków, Lesser Poland, PL"));
    check("SF - Hybrid", Some("San Francisco, CA, US"));
    check("GB-London", Some("London, England, GB"));
    check("Aarhus, Denmark", Some("Århus, Central Jutland, DK"));
    check("Leeds or Hull, LS1 3EX", Some("Leeds, England, GB"));
    check("SF or NYC", Some("San Francisco, CA, US"));
    check("Toronto, Ontario", Some("Toronto, ON, CA"));
    check("Montréal (QC)", Some("Montreal, QC, CA"));
    check("Remote, United States", Some("United States"));
    check("Acme UK", Some("United Kingdom"));
    check("13 - MARSEILLE 14", Some("Marseille, Provence-Alpes-Côte d'Azur, FR"));
    check("48 - NULLEPART SUR LOT", Some("Nullepart sur Lot, Occitanie, FR"));
    check("72 - Sarthe", Some("Pays de la Loire, FR"));
    check("General Infirmary, Leeds, LS1 3EX", Some("Leeds, England, GB"));
    check("M5V 2T6", Some("Toronto, ON, CA"));
    check("New York, New York; Boise, Idaho", Some("New York, NY, US"));
    check("New York, United States, US", Some("New York, NY, US"));
}

#[test]
fn no_place_is_guessed() {
    check("Remote - APAC", None);
    check("Remote (EMEA)", None);
    check("Mobile", None);
    check("JOIN US", None);
    check("Springfield Road 12", None);
    check("Cambridge Centre", None);
    check("Marseille des Alpes", None);
    check("Anywhere", None);
    check("Remote (Canada); Remote (United States)", None);
}

const CITIES: &str = "\
1\tMinas Tirith\tMinas Tirith\tMinas Anor,Mundburg,Минас\t-45.03\t168.66\tP\tPPLA\tNZ\t\t07\t\t\t\t5200\t\t310\tPacific/Auckland\t2020-01-01
2\tBrée-sur-Coteau\tBree\tBri,BREE,Breetown\t50.5\t4.25\tP\tPPL\tBE\t\tWAL\t\t\t\t120000\t\t80\tEurope/Brussels\t2020-01-01
3\tDale\tDale\t\t61.0\t7.0\tP\tPPL\tNO\t\t46\t\t\t\t6000\t\t80\tEurope/Oslo\t2020-01-01
4\tErebor\tErebor\t\t61.5\t7.5\tP\tPPLC\tNO\t\t46\t\t\t\t6000\t\t80\tEurope/Oslo\t2020-01-01
";
const ADMIN1: &str = "BE.WAL\tWallonia\tWallonia\t3337387\nNZ.07\tOtago\tOtago\t6612109\n";
const TABLE: &str = "\
bree sur coteau\tBrée-sur-Coteau\tBE\tWallonia\t50.500\t4.250\t120000
breetown\tBrée-sur-Coteau\tBE\tWallonia\t50.500\t4.250\t120000
erebor\tErebor\tNO\t\t61.500\t7.500\t6000
minas tirith\tMinas Tirith\tNZ\tOtago\t-45.030\t168.660\t5200
";

#[test]
fn the_table_of_cities_is_made_from_the_official_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let [cities, admin1] = ["cities5000.txt", "admin1CodesASCII.txt"].map(|name| folder.path().join(name));
    std::fs::write(&cities, CITIES).expect("a file");
    std::fs::write(&admin1, ADMIN1).expect("a file");
    let output = program().args(["taxonomy", "geonames"]).args([&cities, &admin1]).output().expect("run");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let table = String::from_utf8(output.stdout).expect("text");
    let (head, rows): (Vec<&str>, Vec<&str>) = table.lines().partition(|line| line.starts_with('#'));
    assert_eq!(rows, TABLE.lines().collect::<Vec<_>>());
    assert!(head.iter().any(|line| line.contains("GeoNames (geonames.org), CC BY 4.0")), "{head:?}");
    let error = geonames::table("1\tDale\n", ADMIN1).expect_err("too few columns");
    assert_eq!(format!("{error:#}"), "line 1: 2 columns instead of 19");
}

#[test]
fn the_table_of_postal_areas_is_made_from_the_official_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("CA.txt");
    let rows = "\
CA\tX9Z\tMinas Tirith (Citadel)\tOntario\tON\t\t\t\t\t45.1\t-75.2\t6
CA\tX9Y 1A1\tBree\tQuebec\tQC\t\t\t\t\t46.0\t-72.0\t6
CA\tX9Y 1A2\tBree\tQuebec\tQC\t\t\t\t\t46.2\t-72.2\t6
";
    std::fs::write(&file, rows).expect("a file");
    let output = program().args(["taxonomy", "postal"]).arg(&file).output().expect("run");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let table = String::from_utf8(output.stdout).expect("text");
    let canadian: Vec<&str> = table.lines().filter(|line| line.starts_with("ca ")).collect();
    assert_eq!(
        canadian,
        [
            "ca x9y\tCA\tQuebec\tBree\t46.100\t-72.100",
            "ca x9z\tCA\tOntario\tMinas Tirith (Citadel)\t45.100\t-75.200"
        ]
    );
    assert!(table.contains("\ngb ab\tGB\tScotland\t"), "other countries stay");
    assert!(table.starts_with("# Postal areas") && table.contains("CC BY 4.0"));
    std::fs::write(&file, "CA\tX9Z\tBree\n").expect("a file");
    let output = program().args(["taxonomy", "postal"]).arg(&file).output().expect("run");
    assert!(
        output.status.code() != Some(0) && said(&output).contains("3 columns instead of 12"),
        "{}",
        said(&output)
    );
}

fn check_all(text: &str, expected: &[&str]) {
    let input = EnrichInput { job_title: "Someone", location: Some(text), ..EnrichInput::default() };
    assert_eq!(shown(&input), expected, "{text}");
}

fn shown(input: &EnrichInput) -> Vec<String> {
    let one = |place: &job_etl::enrich::core::JobPlace| {
        let parts = [place.city.as_deref(), place.region.as_deref(), Some(place.country.as_str())];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    };
    enrich(input, &TAXONOMY).places.iter().map(one).collect()
}

#[test]
fn a_job_may_have_several_places() {
    check_all("San Francisco, CA | NYC", &["San Francisco, California, US", "New York, New York, US"]);
    check_all(
        "Toronto, Montréal or Vancouver",
        &["Toronto, Ontario, CA", "Montreal, Quebec, CA", "Vancouver, British Columbia, CA"],
    );
    check_all("New York; London; Remote", &["New York, New York, US", "London, England, GB"]);
    check_all("Halifax and Moncton", &["Halifax, Nova Scotia, CA", "Moncton, New Brunswick, CA"]);
    check_all("Kitchener/Waterloo, ON", &["Kitchener, Ontario, CA", "Waterloo, Ontario, CA"]);
    check_all("Paris, Texas", &["Paris, Texas, US"]);
    check_all("New York, New York", &["New York, New York, US"]);
    check_all("Manhattan, New York, NY, USA", &["New York, New York, US"]);
    check_all("Newfoundland and Labrador", &["Newfoundland and Labrador, CA"]);
    check_all("Remote - US | Toronto, ON", &["Toronto, Ontario, CA", "US"]);
    check_all("Remote (US or Canada)", &["US", "CA"]);
    check_all("Toronto, ON", &["Toronto, Ontario, CA"]);
    check_all("Remote", &[]);
    let more = ["Québec, QC".to_owned(), "Toronto, ON".to_owned(), "Remote - France".to_owned()];
    let input = EnrichInput { location: Some("Toronto"), more_locations: &more, ..EnrichInput::default() };
    assert_eq!(shown(&input), ["Toronto, Ontario, CA", "Québec, Quebec, CA", "FR"]);
}

#[test]
fn metropolitan_areas_and_provinces_are_known_by_their_names() {
    check("GTA", Some("Toronto, ON, CA"));
    check("Grand Montréal", Some("Montreal, QC, CA"));
    check("San Francisco Bay Area", Some("San Francisco, CA, US"));
    check("Lower Mainland, BC", Some("Vancouver, BC, CA"));
    check("NCR, Canada", Some("Ottawa, ON, CA"));
    check("Noida, NCR, India", Some("Noida, Uttar Pradesh, IN"));
    check("NCR", None);
    check("DMV", None);
    check("DMV, USA", Some("Washington, DC, US"));
    check("Charlottetown, Î.-P.-É.", Some("Charlottetown, PE, CA"));
    check("St. John's, T.-N.-L.", Some("St. John's, NL, CA"));
    check("Sydney, N.-É.", Some("Sydney, NS, CA"));
    check("Richmond, C.-B.", Some("Richmond, BC, CA"));
    check("Moncton, Nouveau-Brunswick", Some("Moncton, NB, CA"));
    check("Richmond, Qc", Some("QC, CA"));
    check("St. Laurent Shopping Centre", None);
}

#[test]
fn the_middle_of_a_country_is_no_place() {
    let check = |location, lat, lon, expected: Option<(f64, f64)>| {
        let input = EnrichInput {
            location: Some(location),
            place_lat: Some(lat),
            place_lon: Some(lon),
            ..EnrichInput::default()
        };
        let row = enrich(&input, &TAXONOMY);
        assert_eq!(row.location_lat.zip(row.location_lon), expected, "{location} {lat} {lon}");
    };
    check("Canada", 56.1304, -106.3468, None);
    check("Canada", 45.5, -75.0, None);
    check("Hovel Lake, Canada", 51.0, -90.0, Some((51.0, -90.0)));
    check("Toronto, ON", 56.1304, -106.3468, Some((43.706, -79.399)));
    check("Toronto, ON", 43.65, -79.38, Some((43.65, -79.38)));
    check("Toronto, ON", 49.28, -123.12, Some((43.706, -79.399)));
}

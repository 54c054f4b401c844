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

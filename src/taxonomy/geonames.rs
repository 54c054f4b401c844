//! Makes `cities.tsv` from the files that GeoNames publishes: `cities5000.txt` and `admin1CodesASCII.txt`. Pure: text in,
//! text out. Used when the table is renewed, never at run time.

use super::gazetteer::{self, key};
use crate::revision::revision;
use anyhow::{Context, ensure};
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

/// Countries of which every place of the file is kept.
const WHOLE_COUNTRIES: [&str; 12] = ["AU", "BE", "CA", "CH", "DE", "FR", "GB", "IE", "LU", "NL", "NZ", "US"];
/// Countries whose cities have other names in other languages only, none of which a posting would use.
const ENGLISH: [&str; 3] = ["AU", "NZ", "US"];
/// Fewest inhabitants elsewhere.
const ELSEWHERE: u32 = 15_000;
/// Fewest inhabitants of a place that is also found by its other names.
const RENOWNED: u32 = 150_000;
/// The same in the countries that are kept whole.
const RENOWNED_IN_WHOLE: u32 = 100_000;

const HEAD: &str = "\
# Cities of the world: name as it is looked up, name, country, region, latitude, longitude, inhabitants.
# Contains data from GeoNames (geonames.org), CC BY 4.0: selected, rounded and sorted by name.
# Made by `job-etl taxonomy geonames cities5000.txt admin1CodesASCII.txt`; places of one's own belong into locations.yml.
";

struct City<'a> {
    name: &'a str,
    others: &'a str,
    country: &'a str,
    region: &'a str,
    lat: f64,
    lon: f64,
    population: u32,
}

/// The text of `cities.tsv`.
pub fn table(cities: &str, admin1: &str) -> anyhow::Result<String> {
    let regions = regions(admin1)?;
    let mut kept = Vec::new();
    for (index, line) in cities.lines().enumerate() {
        let city = city(line, &regions).with_context(|| format!("line {}", index + 1))?;
        // "Marseille 14" is a part of a city, which postings name as the city with a number.
        if city.name.ends_with(|letter: char| letter.is_ascii_digit()) {
            continue;
        }
        let is_capital = line.split('\t').nth(7) == Some("PPLC");
        if WHOLE_COUNTRIES.contains(&city.country) || city.population >= ELSEWHERE || is_capital {
            kept.push(city);
        }
    }
    ensure!(!kept.is_empty(), "the file of cities has no lines");
    let mut rows: Vec<(String, bool, &City)> =
        kept.iter().map(|city| (key(city.name), false, city)).collect();
    let names: HashSet<String> = rows.iter().map(|(name, _, _)| name.clone()).collect();
    for city in &kept {
        let own = key(city.name);
        let mut others: Vec<String> =
            city.others.split(',').filter(|name| is_useful(name, city)).map(key).collect();
        others
            .retain(|name| !names.contains(name) && !contains_words(name, &own) && name.chars().count() > 3);
        others.sort_unstable();
        others.dedup();
        rows.extend(others.into_iter().map(|name| (name, true, city)));
    }
    rows.sort_by(|(name, is_other, city), (other_name, other_is_other, other)| {
        (name, is_other, other.population, city.name, city.country, city.region)
            .cmp(&(other_name, other_is_other, city.population, other.name, other.country, other.region))
            .then(city.lat.total_cmp(&other.lat))
    });
    let mut body = String::new();
    for (name, _, City { name: shown, country, region, lat, lon, population, .. }) in rows {
        writeln!(body, "{name}\t{shown}\t{country}\t{region}\t{lat:.3}\t{lon:.3}\t{population}")?;
    }
    debug_assert_eq!(gazetteer::body(&body), body, "no name begins with the sign of a comment");
    Ok(format!("{HEAD}# {} rows, {}\n{body}", body.lines().count(), revision([body.as_str()])))
}

/// Names of regions by their code, such as `CA.08`.
fn regions(admin1: &str) -> anyhow::Result<HashMap<&str, &str>> {
    let mut regions = HashMap::new();
    for (index, line) in admin1.lines().enumerate() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [code, name, ..] = columns[..] else {
            anyhow::bail!("line {} of the file of regions has no two columns", index + 1);
        };
        regions.insert(code, name);
    }
    Ok(regions)
}

fn city<'a>(line: &'a str, regions: &HashMap<&str, &'a str>) -> anyhow::Result<City<'a>> {
    let columns: Vec<&str> = line.split('\t').collect();
    ensure!(columns.len() == 19, "{} columns instead of 19", columns.len());
    let degrees = |column: usize, most: f64| -> anyhow::Result<f64> {
        let value: f64 = columns[column].parse().with_context(|| format!("column {}", column + 1))?;
        ensure!(value.abs() <= most, "column {} is not on earth: {value}", column + 1);
        Ok(value)
    };
    let code = format!("{}.{}", columns[8], columns[10]);
    Ok(City {
        name: columns[1].trim(),
        others: columns[3],
        country: columns[8],
        region: regions.get(code.as_str()).copied().unwrap_or_default(),
        lat: degrees(4, 90.0)?,
        lon: degrees(5, 180.0)?,
        population: columns[14].parse().context("column 15 is no number of inhabitants")?,
    })
}

/// Whether another name of a city is written in job postings: in Latin letters, as a name, of a place people know.
fn is_useful(name: &str, city: &City) -> bool {
    let least = if WHOLE_COUNTRIES.contains(&city.country) { RENOWNED_IN_WHOLE } else { RENOWNED };
    let is_latin = |letter: char| matches!(letter, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '’');
    city.population >= least
        && !ENGLISH.contains(&city.country)
        && name.starts_with(char::is_uppercase)
        && name.chars().all(is_latin)
        && !name.chars().any(|letter| letter.is_ascii_digit() || "'()/".contains(letter))
        && name.chars().any(char::is_lowercase)
}

fn contains_words(name: &str, words: &str) -> bool {
    format!(" {name} ").contains(&format!(" {words} "))
}

//! Makes the Canadian, British and French rows of `postal_areas.tsv` from the files that GeoNames publishes for postal codes
//! (`CA.txt`, `CA_full.txt`, `GB.txt`, `FR.txt`). Pure: text in, text out. Used when the table is renewed, never at run time.

use super::gazetteer::body;
use super::postal::AREAS;
use anyhow::{Context, ensure};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

const HEAD: &str = "\
# Postal areas: key, country, region, what it is called, latitude, longitude. British areas stand where their post town is, French
# departments where their prefecture is, Canadian ones (first three characters) at their centre.
# Contains data from GeoNames (geonames.org), CC BY 4.0: selected, rounded and sorted by key.
";

/// Columns of the files: country, postal code, place, three divisions with a code each, latitude, longitude, accuracy.
const COLUMNS: usize = 12;

/// What the postal codes of one area say together.
#[derive(Default)]
struct Gathered {
    country: String,
    regions: HashMap<String, usize>,
    names: HashMap<String, usize>,
    lat: f64,
    lon: f64,
    count: usize,
}

/// The text of `postal_areas.tsv`: the areas of the countries in the files, and the present ones of all others.
pub fn table(files: &[&str]) -> anyhow::Result<String> {
    let mut areas: BTreeMap<String, Gathered> = BTreeMap::new();
    for (file, index, line) in files
        .iter()
        .enumerate()
        .flat_map(|(file, text)| text.lines().enumerate().map(move |(i, l)| (file, i, l)))
    {
        add(&mut areas, line).with_context(|| format!("file {}, line {}", file + 1, index + 1))?;
    }
    ensure!(!areas.is_empty(), "the files have no lines");
    let mut rows: BTreeMap<String, String> = BTreeMap::new();
    for line in body(AREAS).lines() {
        let (key, rest) = line.split_once('\t').context("a row of the present table has no columns")?;
        let is_renewed = areas.keys().any(|renewed| renewed.get(..3) == key.get(..3));
        if !is_renewed {
            rows.insert(key.to_owned(), rest.to_owned());
        }
    }
    for (key, area) in &areas {
        let (lat, lon) = (area.lat / area.count as f64, area.lon / area.count as f64);
        let row = format!(
            "{}\t{}\t{}\t{lat:.3}\t{lon:.3}",
            area.country,
            most_frequent(&area.regions),
            most_frequent(&area.names)
        );
        rows.insert(key.clone(), row);
    }
    let mut text = String::from(HEAD);
    for (key, row) in rows {
        writeln!(text, "{key}\t{row}")?;
    }
    Ok(text)
}

fn add(areas: &mut BTreeMap<String, Gathered>, line: &str) -> anyhow::Result<()> {
    let columns: Vec<&str> = line.split('\t').collect();
    ensure!(columns.len() == COLUMNS, "{} columns instead of {COLUMNS}", columns.len());
    let code = columns[1].trim();
    // The key of an area and what it is called; British ones have no name.
    let (key, name) = match columns[0] {
        "CA" => (code.get(..3).unwrap_or_default(), columns[2]),
        "GB" => (&code[..code.len() - code.trim_start_matches(|c: char| c.is_ascii_uppercase()).len()], ""),
        "FR" => (code.get(..2).unwrap_or_default(), columns[5]),
        country => anyhow::bail!("postal codes of `{}` are not read", country.escape_debug()),
    };
    ensure!(!key.is_empty(), "`{}` is no postal code", code.escape_debug());
    let degrees = |column: usize, most: f64| -> anyhow::Result<f64> {
        let value: f64 = columns[column].parse().with_context(|| format!("column {}", column + 1))?;
        ensure!(value.abs() <= most, "column {} is not on earth: {value}", column + 1);
        Ok(value)
    };
    let (lat, lon) = (degrees(9, 90.0)?, degrees(10, 180.0)?);
    let area = areas.entry(format!("{} {}", columns[0].to_lowercase(), key.to_lowercase())).or_default();
    columns[0].clone_into(&mut area.country);
    *area.regions.entry(columns[3].to_owned()).or_default() += 1;
    *area.names.entry(name.to_owned()).or_default() += 1;
    area.lat += lat;
    area.lon += lon;
    area.count += 1;
    Ok(())
}

/// The most frequent text, the first in the alphabet of equals.
fn most_frequent(counts: &HashMap<String, usize>) -> &str {
    let best = counts
        .iter()
        .max_by(|(text, count), (other, other_count)| count.cmp(other_count).then_with(|| other.cmp(text)));
    best.map_or("", |(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_present_canadian_rows_come_out_of_the_layout_again() {
        let mut file = String::new();
        for row in body(AREAS).lines().filter(|row| row.starts_with("ca ")) {
            let [key, country, region, name, lat, lon] = row.split('\t').collect::<Vec<_>>()[..] else {
                panic!("six columns: {row}")
            };
            let code = key[3..].to_uppercase();
            let _ = writeln!(file, "{country}\t{code}\t{name}\t{region}\t\t\t\t\t\t{lat}\t{lon}\t6");
        }
        assert_eq!(table(&[&file]).expect("a table"), AREAS);
    }
}

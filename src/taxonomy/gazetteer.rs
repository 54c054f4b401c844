//! Cities of the world by name: `cities.tsv`, made from GeoNames, searched where it lies. Nothing is read or copied at
//! start. Which city a text means is decided in `places`, never here.

use super::words::fold;

/// The table that is built into the program.
const CITIES: &str = include_str!("../../config/taxonomy/cities.tsv");

/// One city.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct City<'a> {
    /// Name as GeoNames displays it.
    pub name: &'a str,
    /// ISO 3166-1 alpha-2.
    pub country: &'a str,
    /// Name of the first-order division: province, state, region.
    pub region: Option<&'a str>,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Inhabitants; 0 when not known.
    pub population: u32,
}

/// The cities of a name in the form of [`key`], the most populous first, those of whom it is another name last.
pub fn cities(name: &str) -> impl Iterator<Item = City<'static>> {
    lines_of(CITIES, name).filter_map(city)
}

/// What stands for the whole table in the revision of the dictionaries: its head, which holds the hash of its body.
pub fn revision() -> &'static str {
    &CITIES[..CITIES.len() - body(CITIES).len()]
}

/// The lines of a table sorted by its first column where that column is `name`.
pub(super) fn lines_of<'a>(table: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let rows = body(table);
    let (mut low, mut high) = (0, rows.len());
    while low < high {
        let middle = low.midpoint(high);
        let start = rows.as_bytes()[..middle].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let line = first_line(&rows[start..]);
        if first_column(line) < name {
            low = start + line.len() + 1;
        } else {
            high = start;
        }
    }
    let name = name.to_owned();
    rows.get(low..).unwrap_or_default().lines().take_while(move |line| first_column(line) == name)
}

/// Brings a name to the form of the first column: folded, saints and forts written out, letters that have no accent to
/// lose replaced.
pub fn key(text: &str) -> String {
    let folded = fold(text);
    let mut key = String::with_capacity(folded.len() + 4);
    for word in folded.split_ascii_whitespace() {
        if !key.is_empty() {
            key.push(' ');
        }
        match word {
            "st" => key.push_str("saint"),
            "ste" => key.push_str("sainte"),
            "ft" => key.push_str("fort"),
            "mt" => key.push_str("mount"),
            _ if word.is_ascii() => key.push_str(word),
            _ => word.chars().for_each(|letter| push_plain(&mut key, letter)),
        }
    }
    key
}

fn push_plain(key: &mut String, letter: char) {
    match letter {
        'ł' => key.push('l'),
        'ø' => key.push('o'),
        'đ' | 'ð' => key.push('d'),
        'ı' => key.push('i'),
        'ħ' => key.push('h'),
        'ß' => key.push_str("ss"),
        'æ' => key.push_str("ae"),
        'œ' => key.push_str("oe"),
        'þ' => key.push_str("th"),
        _ => key.push(letter),
    }
}

/// The table below its comments.
pub(super) fn body(table: &str) -> &str {
    let mut rest = table;
    while rest.starts_with('#') {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    rest
}

fn first_line(text: &str) -> &str {
    text.split_once('\n').map_or(text, |(line, _)| line)
}

fn first_column(line: &str) -> &str {
    line.split_once('\t').map_or(line, |(column, _)| column)
}

fn city(line: &str) -> Option<City<'_>> {
    let mut columns = line.split('\t').skip(1);
    let mut next = || columns.next();
    Some(City {
        name: next()?,
        country: next()?,
        region: next().filter(|region| !region.is_empty()),
        lat: next()?.parse().ok()?,
        lon: next()?.parse().ok()?,
        population: next()?.parse().ok()?,
    })
}

/// Kilometres between two places in degrees, on a great circle.
pub fn kilometres(from: (f64, f64), to: (f64, f64)) -> f64 {
    let [lat1, lon1, lat2, lon2] = [from.0, from.1, to.0, to.1].map(f64::to_radians);
    let half =
        ((lat2 - lat1) / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * ((lon2 - lon1) / 2.0).sin().powi(2);
    2.0 * 6371.0 * half.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::revision as hash;

    #[test]
    fn the_table_is_sorted_and_whole() {
        let rows = body(CITIES);
        let mut last = "";
        for line in rows.lines() {
            let name = first_column(line);
            assert!(last <= name, "`{name}` stands after `{last}`");
            assert!(line.split('\t').count() == 7 && city(line).is_some(), "{line}");
            last = name;
        }
        assert!(
            revision().contains(&hash([rows])),
            "the head does not hold the hash of the rows: {}",
            hash([rows])
        );
        assert!(revision().contains("GeoNames") && revision().contains("CC BY 4.0"));
    }

    #[test]
    fn cities_are_found_by_name() {
        let check = |name: &str, expected: Option<(&str, &str, Option<&str>)>| {
            let found = cities(&key(name)).next().map(|city| (city.name, city.country, city.region));
            assert_eq!(found, expected, "{name}");
        };
        check("GUELPH", Some(("Guelph", "CA", Some("Ontario"))));
        check("St. Catharines", Some(("St. Catharines", "CA", Some("Ontario"))));
        check("Łódź", Some(("Łódź", "PL", Some("Łódź Voivodeship"))));
        check("lodz", Some(("Łódź", "PL", Some("Łódź Voivodeship"))));
        check("'s-Hertogenbosch", Some(("'s-Hertogenbosch", "NL", Some("North Brabant"))));
        check("", None);
        check("nowhere at all", None);
        check("\u{10ffff}", None);
    }

    #[test]
    fn distances_are_great_circles() {
        let check = |one, other, expected: f64| {
            let found = kilometres(one, other);
            assert!((found - expected).abs() < 5.0, "{found}");
        };
        check((43.65, -79.38), (45.50, -73.57), 504.0);
        check((0.0, 179.5), (0.0, -179.5), 111.0);
        check((51.5, 0.0), (51.5, 0.0), 0.0);
    }
}

//! Postal codes in a text about a place: British and Canadian ones, and the numbers of French departments. Each says the
//! country and about where. Reads `postal_areas.tsv`, where it lies.

use super::gazetteer::lines_of;

/// The table that is built into the program.
pub(super) const AREAS: &str = include_str!("../../config/taxonomy/postal_areas.tsv");

/// An area that a postal code names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// Name of the province, nation or region.
    pub region: Option<&'static str>,
    /// What the area is called, if it has a name.
    pub name: Option<&'static str>,
    /// Degrees north and east of its middle.
    pub coordinates: (f64, f64),
}

/// The area of the first postal code in a text, and the text without the code.
pub fn area(text: &str) -> Option<(Area, String)> {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    french_department(text).or_else(|| british_or_canadian(text)).or_else(|| outward(text))
}

/// `13 - MARSEILLE 14`: the way French public services write a place.
fn french_department(text: &str) -> Option<(Area, String)> {
    let (number, rest) = text.trim_start().split_once(" - ")?;
    let is_number = (2..=3).contains(&number.len()) && number.starts_with(|c: char| c.is_ascii_digit());
    let area = if is_number { find("fr", number) } else { None }?;
    Some((area, rest.trim().to_owned()))
}

fn british_or_canadian(text: &str) -> Option<(Area, String)> {
    let is_edge = |c: char| !c.is_ascii_alphanumeric();
    let mut words = Vec::new();
    let mut at = 0;
    for word in text.split(is_edge) {
        if !word.is_empty() {
            words.push((at, word));
        }
        at += word.len() + text[at + word.len()..].chars().next().map_or(0, char::len_utf8);
    }
    for (index, (start, word)) in words.iter().enumerate() {
        let next = words.get(index + 1).filter(|(next, _)| *next == start + word.len() + 1);
        let joined = next.map(|(next, second)| (next + second.len(), format!("{word}{second}")));
        let whole = (start + word.len(), (*word).to_owned());
        for (end, code) in [Some(whole), joined].into_iter().flatten() {
            if let Some(area) = code_area(&code) {
                return Some((area, format!("{}, {}", &text[..*start], &text[end..])));
            }
        }
    }
    None
}

/// The first half of a British code, at the end of a text: `Leeds, LS1`.
fn outward(text: &str) -> Option<(Area, String)> {
    let (rest, code) = text.trim_end().rsplit_once(", ")?;
    let letters = code.len() - code.trim_start_matches(|c: char| c.is_ascii_uppercase()).len();
    let digits = code[letters..].bytes().filter(u8::is_ascii_digit).count();
    let is_code = (1..=2).contains(&letters)
        && (letters + 1..=4).contains(&code.len())
        && digits + 1 >= code.len() - letters;
    let area = if is_code && digits > 0 { find("gb", &code[..letters]) } else { None }?;
    Some((area, rest.to_owned()))
}

/// The area of a whole code without a space, in capitals.
fn code_area(code: &str) -> Option<Area> {
    let shape: String = code
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' => 'A',
            b'0'..=b'9' => '9',
            _ => '?',
        })
        .collect();
    match shape.as_str() {
        "A9A9A9" => find("ca", &code[..3]),
        "A99AA" | "A999AA" | "A9A9AA" => find("gb", &code[..1]),
        "AA99AA" | "AA999AA" | "AA9A9AA" => find("gb", &code[..2]),
        _ => None,
    }
}

fn find(country: &str, code: &str) -> Option<Area> {
    let key = format!("{country} {}", code.to_ascii_lowercase());
    let line = lines_of(AREAS, &key).next()?;
    let columns: Vec<&'static str> = line.split('\t').collect();
    let [_, country, region, name, lat, lon] = columns[..] else { return None };
    Some(Area {
        country,
        region: Some(region).filter(|region| !region.is_empty()),
        name: Some(name).filter(|name| !name.is_empty()),
        coordinates: (lat.parse().ok()?, lon.parse().ok()?),
    })
}

#[cfg(test)]
mod tests {
    use super::super::gazetteer::body;
    use super::*;

    #[test]
    fn the_table_is_sorted_and_whole() {
        let mut last = "";
        for line in body(AREAS).lines() {
            let (key, _) = line.split_once('\t').expect("columns");
            assert!(last < key, "`{key}` stands after `{last}`");
            let (country, code) = key.split_once(' ').expect("a country and a code");
            assert!(find(country, code).is_some(), "{line}");
            last = key;
        }
    }

    #[test]
    fn codes_are_found() {
        let check = |text: &str, expected: Option<(&str, Option<&str>, &str)>| {
            let found = area(text);
            let found = found.as_ref().map(|(area, rest)| (area.country, area.region, rest.as_str()));
            assert_eq!(found, expected, "{text}");
        };
        check("York, YO10 5DD", Some(("GB", Some("England"), "York, , ")));
        check("Cardiff CF103AT, Wales", Some(("GB", Some("Wales"), "Cardiff , , Wales")));
        check("Toronto, ON M5V 2T6", Some(("CA", Some("Ontario"), "Toronto, ON , ")));
        check("33 - BORDEAUX", Some(("FR", Some("New Aquitaine"), "BORDEAUX")));
        check("974 - ST PIERRE", Some(("RE", None, "ST PIERRE")));
        check("24 - 7 support", Some(("FR", Some("New Aquitaine"), "7 support")));
        check("Leeds, LS1", Some(("GB", Some("England"), "Leeds")));
        check("Glasgow, G2", Some(("GB", Some("Scotland"), "Glasgow")));
        check("Toronto, Floor 2", None);
        check("Level 5, 24-26 High Street", None);
        check("QQ1 1AA", None);
        check("é1", None);
        check("Toronto", None);
    }
}

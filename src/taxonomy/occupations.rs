//! Occupations by their many titles: `occupations.tsv`, made from ESCO, O*NET and NOC 2021, and the French titles of
//! `french_titles.tsv`. Says which occupation a title is nearest to; what a title holds besides is for the reader of titles.

use super::gazetteer::body;
use super::nearest::{Hit, Nearest, Part};
use std::collections::HashMap;
use std::sync::LazyLock;

const TABLE: &str = include_str!("../../config/taxonomy/occupations.tsv");
const FRENCH: &str = include_str!("../../config/taxonomy/french_titles.tsv");

static OCCUPATIONS: LazyLock<Occupations> = LazyLock::new(|| Occupations::read(TABLE, FRENCH));

/// The table, ready to be searched.
struct Occupations {
    rows: Vec<Occupation>,
    nearest: Nearest,
}

/// One occupation of one classification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occupation {
    /// Where it stands.
    pub kind: Kind,
    /// Its own title.
    pub title: &'static str,
    /// ESCO code, for example `2512.3`.
    pub esco: Option<&'static str>,
    /// NOC 2021 unit group that fits best.
    pub noc: Option<&'static str>,
}

/// The classification that an occupation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Esco,
    Onet,
    Noc,
    French,
}

/// What a title is nearest to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// The nearest occupation.
    pub occupation: Occupation,
    /// 0 to 1, the likeness of its label.
    pub likeness: f32,
    /// ESCO code of the nearest occupation that has one.
    pub esco: Option<&'static str>,
    /// NOC 2021 unit group of the nearest occupation that has one.
    pub noc: Option<&'static str>,
}

/// How much less alike than the best an occupation may be that lends it a code.
const LENDS: f32 = 0.2;

/// The occupation nearest to the parts of a title.
pub fn nearest(parts: &[Part]) -> Option<Match> {
    let table = &*OCCUPATIONS;
    let hits = table.nearest.find(parts);
    let best = hits.first()?;
    let occupation = table.rows[best.owner as usize];
    let lenders = || {
        hits.iter()
            .filter(|hit| hit.likeness >= best.likeness - LENDS)
            .map(|hit| table.rows[hit.owner as usize])
    };
    let noc = lenders().find_map(|row| row.noc);
    Some(Match { occupation, likeness: best.likeness, esco: lenders().find_map(|row| row.esco), noc })
}

/// The occupations of ESCO nearest to the parts of a title, the best first, with their likeness: for measuring.
pub fn nearest_in_esco(parts: &[Part]) -> Vec<(&'static str, f32)> {
    static ESCO: LazyLock<(Vec<&'static str>, Nearest)> = LazyLock::new(|| {
        let rows = body(TABLE).lines().filter(|line| line.starts_with('E')).filter_map(labels);
        let (mut codes, mut all) = (Vec::new(), Vec::new());
        for (occupation, labels) in rows {
            all.extend(labels.map(|label| (label, codes.len() as u32)));
            codes.push(occupation.esco.unwrap_or_default());
        }
        (codes, Nearest::new(all))
    });
    let hits = ESCO.1.find(parts);
    ESCO.1
        .owners(&hits)
        .iter()
        .map(|Hit { owner, likeness, .. }| (ESCO.0[*owner as usize], *likeness))
        .collect()
}

/// The codes of ESCO's occupations by their addresses, from its official CSV: for measuring.
pub fn uri_codes(esco: &str) -> HashMap<String, String> {
    let mut reader = csv::Reader::from_reader(esco.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let column = |name: &str| header.iter().position(|cell| cell == name);
    let (Some(uri), Some(code)) = (column("conceptUri"), column("code")) else { return HashMap::new() };
    reader.records().flatten().map(|row| (row[uri].to_owned(), row[code].to_owned())).collect()
}

/// What stands for both tables in the revision of the dictionaries: the head of one, which holds the hash of its body,
/// and the other.
pub fn revision() -> [&'static str; 2] {
    [&TABLE[..TABLE.len() - body(TABLE).len()], FRENCH]
}

impl Occupations {
    fn read(table: &'static str, french: &'static str) -> Occupations {
        let (mut rows, mut all): (Vec<Occupation>, Vec<(&str, u32)>) = (Vec::new(), Vec::new());
        for (occupation, labels) in
            body(table).lines().filter_map(labels).chain(body(french).lines().filter_map(french_labels))
        {
            all.extend(labels.map(|label| (label, rows.len() as u32)));
            rows.push(occupation);
        }
        Occupations { rows, nearest: Nearest::new(all) }
    }
}

type Labels = Box<dyn Iterator<Item = &'static str>>;

fn labels(line: &'static str) -> Option<(Occupation, Labels)> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [kind, code, title, noc, _, others] = columns[..] else { return None };
    let kind = match kind {
        "E" => Kind::Esco,
        "O" => Kind::Onet,
        _ => Kind::Noc,
    };
    let esco = (kind == Kind::Esco).then_some(code);
    let noc = Some(noc).filter(|noc| !noc.is_empty());
    let labels = [title].into_iter().chain(others.split('|')).filter(|label| !label.is_empty());
    Some((Occupation { kind, title, esco, noc }, Box::new(labels)))
}

fn french_labels(line: &'static str) -> Option<(Occupation, Labels)> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [noc, esco, title, names] = columns[..] else { return None };
    let esco = Some(esco).filter(|esco| !esco.is_empty());
    Some((Occupation { kind: Kind::French, title, esco, noc: Some(noc) }, Box::new(names.split('|'))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::revision as hash;
    use std::collections::HashSet;

    #[test]
    fn the_tables_are_whole() {
        let rows = body(TABLE);
        assert!(
            revision()[0].contains(&hash([rows])),
            "the head does not hold the hash of the rows: {}",
            hash([rows])
        );
        assert!(revision()[0].contains("ESCO") && revision()[0].contains("O*NET") && TABLE.len() < 2_500_000);
        let lines: Vec<Occupation> = rows.lines().map(|line| labels(line).expect(line).0).collect();
        let escos: HashSet<&str> = lines.iter().filter_map(|row| row.esco).collect();
        let nocs: HashSet<&str> =
            lines.iter().filter(|row| row.kind == Kind::Noc).filter_map(|row| row.noc).collect();
        assert!(lines.iter().filter_map(|row| row.noc).all(|noc| nocs.contains(noc)));
        let mut names = HashSet::new();
        for line in body(FRENCH).lines() {
            let (occupation, labels) = french_labels(line).expect(line);
            assert!(occupation.esco.is_none_or(|esco| escos.contains(esco)), "{line}: no such code of ESCO");
            assert!(occupation.noc.is_some_and(|noc| nocs.contains(noc)), "{line}: no such unit group");
            for label in labels {
                assert!(names.insert(label), "`{label}` stands twice");
            }
        }
        assert!(names.len() >= 200, "{} French titles", names.len());
    }

    #[test]
    fn titles_find_their_occupation() {
        let check = |title: &str, noc: &str| {
            let found = nearest(&[(title, 1.0)]).and_then(|found| found.noc);
            assert_eq!(found, Some(noc), "{title}");
        };
        check("Welder", "72106");
        check("Soudeuse", "72106");
        check("Dental hygienist", "32111");
        check("Préposée aux bénéficiaires", "33102");
        check("Conducteur de camion", "73300");
        assert_eq!(nearest(&[("", 1.0)]), None);
    }
}

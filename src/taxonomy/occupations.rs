//! Occupations by their many titles: `occupations.tsv`, made from ESCO, O*NET and NOC 2021, and our own titles in
//! `french_titles.tsv` and `english_titles.tsv`. Says which occupation a title is nearest to; what a title holds besides is for the reader of titles.

use super::gazetteer::body;
use super::nearest::{Hit, Nearest, Part, stems};
use super::related_words::RELATED;
use super::scatter::Table;
use super::words::fold;
use std::collections::HashMap;
use std::sync::LazyLock;

const TABLE: &str = include_str!("../../config/taxonomy/occupations.tsv");
/// What the addresses of ESCO's occupations begin with.
const ADDRESS: &str = "http://data.europa.eu/esco/occupation/";
const FRENCH: &str = include_str!("../../config/taxonomy/french_titles.tsv");
const ENGLISH: &str = include_str!("../../config/taxonomy/english_titles.tsv");

static OCCUPATIONS: LazyLock<Occupations> = LazyLock::new(|| Occupations::read(TABLE, [FRENCH, ENGLISH]));

/// The table, ready to be searched.
struct Occupations {
    rows: Vec<Occupation>,
    /// The labels of ESCO.
    esco: Nearest,
    /// All others.
    others: Nearest,
    /// By row: which rows of ESCO it speaks for, with shares of 1.
    links: Vec<Vec<(u32, f32)>>,
    /// By row of ESCO: the telling words of its description.
    told: Vec<Vec<u32>>,
    words: Table<&'static str, u32>,
    /// By word: 0 for one in all descriptions, and more for a rarer one.
    rarity: Vec<f32>,
    /// What a word in none weighs.
    rarest: f32,
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
    Own,
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
/// The share of the letters in the likeness of a title.
const LETTERS: f32 = 0.2;
/// How many occupations of other classifications speak for those of ESCO.
const SPEAKERS: usize = 10;
/// How much the word of one of them counts.
const SPOKEN: f32 = 0.4;
/// What an occupation of ESCO starts with that only others speak for.
const UNNAMED: f32 = 0.1;
/// How much the words of a description count when they hold all that is asked.
const TOLD: f32 = 0.3;

/// The occupation nearest to the parts of a title, if one can be as alike as `least`, 0 to 1.
pub fn nearest(parts: &[Part], least: f32) -> Option<Match> {
    let table = &*OCCUPATIONS;
    let (in_esco, elsewhere) = (table.esco.find_close(parts, least), table.others.find_close(parts, least));
    let mut hits: Vec<Hit> = in_esco.iter().chain(&elsewhere).copied().collect();
    hits.sort_by(|one, other| other.score.total_cmp(&one.score));
    let best = *hits.first()?;
    let occupation = table.rows[best.owner as usize];
    hits.retain(|hit| hit.likeness >= best.likeness - LENDS);
    let lends = hits.iter().any(|hit| !table.links[hit.owner as usize].is_empty());
    let lent = || {
        let ranked = if lends { table.ranked(parts, &in_esco, &elsewhere) } else { Vec::new() };
        ranked.first().and_then(|(row, _)| table.rows[*row as usize].esco)
    };
    let esco = occupation.esco.or_else(lent);
    let noc = hits.iter().find_map(|hit| table.rows[hit.owner as usize].noc);
    Some(Match { occupation, likeness: best.likeness, esco, noc })
}

/// The occupations of ESCO nearest to the parts of a title, the best first, with what speaks for them: for measuring.
pub fn nearest_in_esco(parts: &[Part]) -> Vec<(&'static str, f32)> {
    let table = &*OCCUPATIONS;
    let ranked = table.ranked(parts, &table.esco.find(parts), &table.others.find(parts));
    ranked.into_iter().filter_map(|(row, score)| Some((table.rows[row as usize].esco?, score))).collect()
}

/// The codes of ESCO's occupations by their addresses: for labels that are given as such.
pub fn codes_by_address() -> HashMap<String, &'static str> {
    let of_line = |line: &'static str| -> Option<(String, &'static str)> {
        let mut columns = line.strip_prefix("E\t")?.split('\t');
        let code = columns.next()?;
        Some((format!("{ADDRESS}{}", columns.next_back()?), code))
    };
    body(TABLE).lines().filter_map(of_line).collect()
}

/// What stands for the tables in the revision of the dictionaries: the head of one, which holds the hash of its body, and
/// the others.
pub fn revision() -> [&'static str; 3] {
    [&TABLE[..TABLE.len() - body(TABLE).len()], FRENCH, ENGLISH]
}

impl Occupations {
    fn read(table: &'static str, own: [&'static str; 2]) -> Occupations {
        let lines = body(table).lines().filter_map(line);
        let lines: Vec<Line> =
            lines.chain(own.into_iter().flat_map(|own| body(own).lines().filter_map(own_line))).collect();
        let codes: HashMap<&str, u32> = lines
            .iter()
            .zip(0..)
            .filter(|(line, _)| line.row.kind == Kind::Esco)
            .filter_map(|(line, row)| Some((line.row.esco?, row)))
            .collect();
        let (mut in_esco, mut elsewhere) = (Vec::new(), Vec::new());
        let (mut links, mut told) = (Vec::new(), Vec::new());
        let (mut words, mut counts): (Table<&str, u32>, Vec<f32>) = (Table::default(), Vec::new());
        for (line, row) in lines.iter().zip(0..) {
            let is_esco = line.row.kind == Kind::Esco;
            let into = if is_esco { &mut in_esco } else { &mut elsewhere };
            into.extend(
                line.labels
                    .split('|')
                    .chain([line.title])
                    .filter(|label| !label.is_empty())
                    .map(|label| (label, row)),
            );
            let besides = line.besides.split(' ').filter(|word| !word.is_empty());
            let (mut linked, mut known) = (Vec::new(), Vec::new());
            for word in besides {
                if let Some((code, share)) = word.split_once(':') {
                    linked.extend(
                        codes
                            .get(code)
                            .zip(share.parse::<f32>().ok())
                            .map(|(row, share)| (*row, share / 100.0)),
                    );
                    continue;
                }
                let next = words.len() as u32;
                let id = *words.entry(word).or_insert(next);
                counts.resize(words.len(), 0.0);
                counts[id as usize] += 1.0;
                known.push(id);
            }
            if !is_esco && line.row.esco.is_some() {
                linked.extend(line.row.esco.and_then(|code| codes.get(code)).map(|row| (*row, 1.0)));
            }
            links.push(if is_esco { vec![(row, 1.0)] } else { linked });
            told.push(known);
        }
        let count = codes.len() as f32;
        Occupations {
            rarity: counts.iter().map(|held| (count / held).ln()).collect(),
            rarest: count.ln(),
            rows: lines.iter().map(|line| line.row).collect(),
            esco: Nearest::new(in_esco).related(RELATED).letters_share(LETTERS),
            others: Nearest::new(elsewhere).related(RELATED).letters_share(LETTERS),
            links,
            told,
            words,
        }
    }

    /// The rows of ESCO that labels, other classifications and descriptions speak for, the best first.
    fn ranked(&self, parts: &[Part], in_esco: &[Hit], elsewhere: &[Hit]) -> Vec<(u32, f32)> {
        let mut scores: Vec<(u32, f32)> =
            self.esco.owners(in_esco).iter().map(|hit| (hit.owner, hit.score)).collect();
        for hit in self.others.owners(elsewhere).iter().take(SPEAKERS) {
            for (row, share) in &self.links[hit.owner as usize] {
                let gain = SPOKEN * hit.likeness * hit.likeness * share.sqrt();
                match scores.iter_mut().find(|(other, _)| other == row) {
                    Some((_, score)) => *score += gain,
                    None => scores.push((*row, UNNAMED + gain)),
                }
            }
        }
        let (asked, most) = self.asked(parts);
        for (row, score) in &mut scores {
            let told = &self.told[*row as usize];
            let found: f32 =
                asked.iter().filter(|(word, _)| told.contains(word)).map(|(_, weight)| weight).sum();
            *score += TOLD * found / most;
        }
        scores.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        scores
    }

    /// The words asked for that descriptions hold, with their weights, and the weight of all that is asked.
    fn asked(&self, parts: &[Part]) -> (Vec<(u32, f32)>, f32) {
        let (mut asked, mut most) = (Vec::new(), 0.1);
        for (text, weight) in parts {
            for stem in stems(&fold(text)) {
                let word = self.words.get(stem);
                let rarity = word.map_or(self.rarest, |word| self.rarity[*word as usize]);
                most += weight * rarity;
                asked.extend(word.map(|word| (*word, weight * rarity)));
            }
        }
        (asked, most)
    }
}

/// One line of a table.
struct Line {
    row: Occupation,
    title: &'static str,
    labels: &'static str,
    /// Words of a description, or codes of ESCO with hundredths.
    besides: &'static str,
}

fn line(line: &'static str) -> Option<Line> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [kind, code, title, noc, _, labels, besides, ..] = columns[..] else { return None };
    let kind = match kind {
        "E" => Kind::Esco,
        "O" => Kind::Onet,
        _ => Kind::Noc,
    };
    let esco = (kind == Kind::Esco).then_some(code);
    let noc = Some(noc).filter(|noc| !noc.is_empty());
    Some(Line { row: Occupation { kind, title, esco, noc }, title, labels, besides })
}

fn own_line(line: &'static str) -> Option<Line> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [noc, esco, title, labels] = columns[..] else { return None };
    let esco = Some(esco).filter(|esco| !esco.is_empty());
    let row = Occupation { kind: Kind::Own, title, esco, noc: Some(noc) };
    Some(Line { row, title: "", labels, besides: "" })
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
        let lines: Vec<Occupation> = rows.lines().map(|row| line(row).expect(row).row).collect();
        let escos: HashSet<&str> = lines.iter().filter_map(|row| row.esco).collect();
        let nocs: HashSet<&str> =
            lines.iter().filter(|row| row.kind == Kind::Noc).filter_map(|row| row.noc).collect();
        assert!(lines.iter().filter_map(|row| row.noc).all(|noc| nocs.contains(noc)));
        let mut names = HashSet::new();
        for line in [FRENCH, ENGLISH].into_iter().flat_map(|own| body(own).lines()) {
            let Line { row: occupation, labels, .. } = own_line(line).expect(line);
            assert!(occupation.esco.is_none_or(|esco| escos.contains(esco)), "{line}: no such code of ESCO");
            assert!(occupation.noc.is_some_and(|noc| nocs.contains(noc)), "{line}: no such unit group");
            for label in labels.split('|') {
                assert!(names.insert(label), "`{label}` stands twice");
            }
        }
        assert!(names.len() >= 200, "{} titles of our own", names.len());
    }

    #[test]
    fn titles_find_their_occupation() {
        let check = |title: &str, noc: &str| {
            let found = nearest(&[(title, 1.0)], 0.5).and_then(|found| found.noc);
            assert_eq!(found, Some(noc), "{title}");
        };
        check("Welder", "72106");
        check("Soudeuse", "72106");
        check("Dental hygienist", "32111");
        check("Préposée aux bénéficiaires", "33102");
        check("Conducteur de camion", "73300");
        assert_eq!(nearest(&[("", 1.0)], 0.5), None);
    }
}

//! Makes `occupations.tsv` from the files that ESCO, O*NET and Statistics Canada publish. Pure: texts in, text out. Used
//! when the table is renewed, never at run time.

use super::nearest::Nearest;
use super::occupation_links::{links, telling_words};
use super::words::fold_singular;
use crate::revision::revision;
use anyhow::{Context, ensure};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

/// The texts of the official files.
pub struct Sources<'a> {
    /// `occupations_XX.csv` of ESCO; English first, further languages add labels.
    pub esco: &'a [String],
    /// `Occupation Data.txt` of O*NET.
    pub onet_occupations: &'a str,
    /// `Alternate Titles.txt` of O*NET.
    pub onet_titles: &'a str,
    /// Unit groups of NOC 2021: the classification structure as CSV, or as JSON with `noc_code` and `title`.
    pub noc: &'a str,
    /// The mapping of O*NET to NOC 2021 of British Columbia, CSV.
    pub onet_noc: &'a str,
}

/// How much the unit groups of an ISCO group's other occupations count for one of them.
const GROUP_SHARE: f64 = 0.15;
/// How much a title of NOC that reads like the occupation's counts.
const TITLE_SHARE: f64 = 1.5;

const HEAD: &str = "\
# Occupations: E (ESCO), O (O*NET), N (NOC); code; title; NOC 2021 unit group that fits best, how sure that is; other labels;
# of E the rarest words of its description and the end of its address, of O the occupations of ESCO that its titles are nearest to, in hundredths.
# This service uses the ESCO classification of the European Commission (v1.1.1), CC BY 4.0; modified: selected, linked to NOC.
# Includes information from the O*NET 27.0 Database by the U.S. Department of Labor, Employment and Training Administration
# (USDOL/ETA), CC BY 4.0; modified. Contains information licensed under the Open Government Licence - Canada (NOC 2021).
# Made by `job-etl taxonomy occupations`; titles of one's own belong into titles.yml, french_titles.tsv and english_titles.tsv.
";

/// One occupation of ESCO.
#[derive(Default)]
struct Esco {
    code: String,
    title: String,
    others: Vec<String>,
    description: String,
    /// The end of its address, which is its identity.
    identity: String,
}

/// One occupation of O*NET.
struct Onet {
    code: String,
    title: String,
    others: Vec<String>,
}

#[derive(Deserialize)]
struct NocFile {
    nocs: Vec<NocGroup>,
}

#[derive(Deserialize)]
struct NocGroup {
    noc_code: String,
    title: String,
}

type Shares<'a> = HashMap<&'a str, f64>;

/// The text of `occupations.tsv`.
pub fn table(sources: &Sources) -> anyhow::Result<String> {
    let esco = esco(sources.esco)?;
    let onet = onet(sources.onet_occupations, sources.onet_titles)?;
    let groups = noc(sources.noc)?;
    let mut mapping = mapping(sources.onet_noc)?;
    let known: HashSet<&str> = groups.iter().map(|group| group.noc_code.as_str()).collect();
    mapping.values_mut().for_each(|shares| shares.retain(|(noc, _)| known.contains(noc.as_str())));
    ensure!(!esco.is_empty() && !onet.is_empty() && !groups.is_empty(), "one of the files has no rows");
    let names = Nearest::new(groups.iter().zip(0..).map(|(group, at)| (group.title.as_str(), at)));
    let by_label = shares_by_label(&onet, &mapping);
    let by_group = shares_by_isco(&esco, &by_label);
    let mut body = String::new();
    let mut known: HashSet<String> = HashSet::new();
    let labels = || {
        esco.iter().zip(0..).flat_map(|(row, at)| {
            row.others.iter().chain([&row.title]).map(move |label| (label.as_str(), at))
        })
    };
    let of_esco = Nearest::new(labels());
    let told =
        telling_words(esco.iter().map(|row| row.description.as_str()), labels().map(|(label, _)| label));
    for (occupation, told) in esco.iter().zip(&told) {
        let mut shares = shares_of(occupation, &by_label);
        for (noc, share) in by_group.get(isco(&occupation.code)).into_iter().flatten() {
            *shares.entry(noc).or_default() += GROUP_SHARE * share;
        }
        add_names(&mut shares, &occupation.title, &names, &groups);
        let rest = format!("{told}\t{}", occupation.identity);
        known.extend(occupation.others.iter().chain([&occupation.title]).map(|label| fold_singular(label)));
        row(&mut body, 'E', &occupation.code, &occupation.title, &shares, &occupation.others, &rest)?;
    }
    for occupation in &onet {
        let mut shares: Shares = mapping
            .get(&occupation.code)
            .into_iter()
            .flatten()
            .map(|(noc, share)| (noc.as_str(), *share))
            .collect();
        add_names(&mut shares, &occupation.title, &names, &groups);
        let others: Vec<String> = occupation
            .others
            .iter()
            .filter(|label| !known.contains(&fold_singular(label)))
            .cloned()
            .collect();
        let titles = [&occupation.title].into_iter().chain(&occupation.others).map(String::as_str);
        let linked: Vec<String> = links(titles, &of_esco)
            .into_iter()
            .map(|(at, share)| format!("{}:{share}", esco[at as usize].code))
            .collect();
        row(&mut body, 'O', &occupation.code, &occupation.title, &shares, &others, &linked.join(" "))?;
    }
    for group in &groups {
        row(
            &mut body,
            'N',
            &group.noc_code,
            &group.title,
            &HashMap::from([(group.noc_code.as_str(), 1.0)]),
            &[],
            "",
        )?;
    }
    Ok(format!("{HEAD}# {} rows, {}\n{body}", body.lines().count(), revision([body.as_str()])))
}

fn row(
    body: &mut String,
    kind: char,
    code: &str,
    title: &str,
    shares: &Shares,
    others: &[String],
    rest: &str,
) -> anyhow::Result<()> {
    let total: f64 = shares.values().sum();
    let best = shares.iter().max_by(|one, other| one.1.total_cmp(other.1).then(other.0.cmp(one.0)));
    let (noc, share) = best.map_or(("", 0.0), |(noc, share)| (*noc, share / total));
    let mut seen = HashSet::from([fold_singular(title)]);
    let others: Vec<&str> = others
        .iter()
        .map(|label| label.trim())
        .filter(|label| !label.contains(['\t', '|']) && seen.insert(fold_singular(label)))
        .collect();
    writeln!(body, "{kind}\t{code}\t{}\t{noc}\t{share:.2}\t{}\t{rest}", title.trim(), others.join("|"))?;
    Ok(())
}

/// The unit groups that a title of NOC speaks for.
fn add_names<'a>(shares: &mut Shares<'a>, title: &str, names: &Nearest, groups: &'a [NocGroup]) {
    let total: f64 = shares.values().sum::<f64>().max(1.0);
    for hit in names.find(&[(title, 1.0)]).iter().take(3).filter(|hit| hit.likeness >= 0.5) {
        let noc = groups[hit.owner as usize].noc_code.as_str();
        *shares.entry(noc).or_default() += TITLE_SHARE * total * f64::from(hit.likeness).powi(3);
    }
}

fn shares_of<'a>(occupation: &Esco, by_label: &HashMap<String, Shares<'a>>) -> Shares<'a> {
    let mut shares: Shares = HashMap::new();
    for (label, weight) in
        occupation.others.iter().map(|label| (label, 1.0)).chain([(&occupation.title, 3.0)])
    {
        for (noc, share) in by_label.get(&fold_singular(label)).into_iter().flatten() {
            *shares.entry(noc).or_default() += weight * share;
        }
    }
    shares
}

fn shares_by_isco<'a>(
    esco: &'a [Esco],
    by_label: &HashMap<String, Shares<'a>>,
) -> HashMap<&'a str, Shares<'a>> {
    let mut by_group: HashMap<&str, Shares> = HashMap::new();
    for occupation in esco {
        let group = by_group.entry(isco(&occupation.code)).or_default();
        for (noc, share) in shares_of(occupation, by_label) {
            *group.entry(noc).or_default() += share;
        }
    }
    by_group
}

/// What each label of O*NET says of the unit group; a label of several occupations says less of each.
fn shares_by_label<'a>(
    onet: &[Onet],
    mapping: &'a BTreeMap<String, Vec<(String, f64)>>,
) -> HashMap<String, Shares<'a>> {
    let mut owners: HashMap<String, Vec<&str>> = HashMap::new();
    for occupation in onet {
        for label in occupation.others.iter().chain([&occupation.title]) {
            owners.entry(fold_singular(label)).or_default().push(&occupation.code);
        }
    }
    let mut by_label: HashMap<String, Shares> = HashMap::new();
    for (label, codes) in owners {
        let shares = by_label.entry(label).or_default();
        for code in &codes {
            for (noc, share) in mapping.get(*code).into_iter().flatten() {
                *shares.entry(noc).or_default() += share / codes.len() as f64;
            }
        }
    }
    by_label
}

fn isco(code: &str) -> &str {
    code.split('.').next().unwrap_or(code)
}

fn esco(files: &[String]) -> anyhow::Result<Vec<Esco>> {
    let mut rows: BTreeMap<String, Esco> = BTreeMap::new();
    for (number, file) in files.iter().enumerate() {
        let mut reader = csv::Reader::from_reader(file.as_bytes());
        let columns = columns(
            reader.headers()?,
            &["conceptUri", "preferredLabel", "altLabels", "code", "description"],
        )?;
        for record in reader.records() {
            let record = record.context("ESCO")?;
            let cell = |column: usize| record.get(columns[column]).unwrap_or_default();
            let mut labels = cell(2).lines().map(str::to_owned).collect::<Vec<_>>();
            if number == 0 {
                let title = cell(1).to_owned();
                let identity = cell(0).rsplit('/').next().unwrap_or_default().to_owned();
                let (code, description) = (cell(3).to_owned(), cell(4).to_owned());
                rows.insert(cell(0).to_owned(), Esco { code, title, others: labels, description, identity });
            } else if let Some(row) = rows.get_mut(cell(0)) {
                // A gendered label such as "boulanger/boulangère" is two.
                labels.extend(cell(1).split('/').map(str::to_owned));
                row.others.extend(labels);
            }
        }
    }
    let mut rows: Vec<Esco> = rows.into_values().collect();
    rows.sort_by(|one, other| one.code.cmp(&other.code));
    Ok(rows)
}

fn onet(occupations: &str, titles: &str) -> anyhow::Result<Vec<Onet>> {
    let mut rows: BTreeMap<&str, Onet> = BTreeMap::new();
    for line in occupations.lines().skip(1) {
        let (code, rest) = line.split_once('\t').context("a line of O*NET has no columns")?;
        let title = rest.split('\t').next().unwrap_or_default().to_owned();
        rows.insert(code, Onet { code: code.to_owned(), title, others: Vec::new() });
    }
    for line in titles.lines().skip(1) {
        let mut cells = line.split('\t');
        let (Some(code), Some(title)) = (cells.next(), cells.next()) else { continue };
        if let Some(row) = rows.get_mut(code) {
            row.others.push(title.to_owned());
        }
    }
    Ok(rows.into_values().collect())
}

fn noc(text: &str) -> anyhow::Result<Vec<NocGroup>> {
    if text.trim_start().starts_with('{') {
        return Ok(serde_json::from_str::<NocFile>(text).context("NOC as JSON")?.nocs);
    }
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = columns(reader.headers()?, &["Code - NOC 2021", "Class title"])?;
    let mut groups = Vec::new();
    for record in reader.records() {
        let record = record.context("NOC as CSV")?;
        let cell = |column: usize| record.get(columns[column]).unwrap_or_default().trim().to_owned();
        if cell(0).len() == 5 {
            groups.push(NocGroup { noc_code: cell(0), title: cell(1) });
        }
    }
    Ok(groups)
}

fn mapping(text: &str) -> anyhow::Result<BTreeMap<String, Vec<(String, f64)>>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = columns(reader.headers()?, &["onet_soc_code", "noc_2021", "base_weight"])?;
    let mut mapping: BTreeMap<String, Vec<(String, f64)>> = BTreeMap::new();
    for record in reader.records() {
        let record = record.context("the mapping")?;
        let cell = |column: usize| record.get(columns[column]).unwrap_or_default();
        let share = cell(2).parse().with_context(|| format!("{}: base_weight", cell(0)))?;
        mapping.entry(cell(0).to_owned()).or_default().push((cell(1).to_owned(), share));
    }
    Ok(mapping)
}

/// Where columns stand whose names begin so.
fn columns(header: &csv::StringRecord, names: &[&str]) -> anyhow::Result<Vec<usize>> {
    let find =
        |name: &&str| header.iter().position(|cell| cell.trim_start_matches('\u{feff}').starts_with(name));
    names.iter().map(|name| find(name).with_context(|| format!("no column `{name}`"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_layouts_become_a_table() {
        let english = "conceptType,conceptUri,iscoGroup,preferredLabel,altLabels,description,code\n\
            Occupation,u/1,7512,baker,\"bread baker\nbakers\",They bake.,7512.1\nOccupation,u/2,2512,software developer,coder,They write.,2512.3\n";
        let french = "conceptType,conceptUri,iscoGroup,preferredLabel,altLabels,description,code\n\
            Occupation,u/1,7512,boulanger/boulangère,artisan boulanger,,7512.1\n";
        let made = table(&Sources {
            esco: &[english.into(), french.into()],
            onet_occupations: "O*NET-SOC Code\tTitle\tDescription\n51-3011.00\tBakers\tBake.\n15-1252.00\tSoftware Developers\tWrite.\n",
            onet_titles: "O*NET-SOC Code\tAlternate Title\tShort Title\tSource(s)\n51-3011.00\tBread Baker\tn/a\t08\n15-1252.00\tApp Writer\tn/a\t08\n",
            noc: "Level,Hierarchical structure,Code - NOC 2021 V1.0,Class title\n5,Unit Group,63202,Bakers\n1,Broad,6,Sales\n5,Unit Group,21232,Software developers and programmers\n",
            onet_noc: "onet_soc_code,noc_2021,base_weight\n51-3011.00,63202,1.0\n15-1252.00,21232,0.6\n15-1252.00,21231,0.4\n",
        })
        .expect("the layouts are the official ones");
        let rows: Vec<&str> = made.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            rows[0].split('\t').take(4).collect::<Vec<_>>(),
            ["E", "2512.3", "software developer", "21232"]
        );
        assert!(
            rows[1].starts_with(
                "E\t7512.1\tbaker\t63202\t1.00\tbread baker|artisan boulanger|boulanger|boulangère\t"
            ),
            "{}",
            rows[1]
        );
        assert!(
            rows.contains(&"O\t51-3011.00\tBakers\t63202\t1.00\t\t7512.1:100"),
            "a label that ESCO has is not repeated"
        );
        assert!(rows.contains(&"N\t63202\tBakers\t63202\t1.00\t\t"));
        assert_eq!(rows.len(), 6);
    }

    #[test]
    fn a_file_of_another_layout_is_refused() {
        let sources = Sources {
            esco: &["a,b\n1,2\n".into()],
            onet_occupations: "",
            onet_titles: "",
            noc: "",
            onet_noc: "",
        };
        let message = format!("{:#}", table(&sources).expect_err("no such column"));
        assert!(message.contains("conceptUri"), "{message}");
    }
}

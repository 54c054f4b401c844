//! Makes `skills_open.tsv` from the files that ESCO and O*NET publish. Pure: text in, text out. Used when the table is
//! renewed, never at run time.

use super::spelling::Vocabulary;
use super::{Kind, esco, onet};
use crate::revision::revision;
use anyhow::{Context, ensure};
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

const HEAD: &str = "\
# Skills of open taxonomies: name, k (knowledge) or c (competence), spellings where they differ from the name.
# A spelling counts in any case; after ~ where the text asks for something; after = in exactly this case; after & in
# exactly this case and in a list of skills.
# Contains information from ESCO (European Commission, CC BY 4.0) and from the O*NET Database (US Department of Labor,
# CC BY 4.0), selected and shortened; see DATA_LICENSES.md. Made by `job-etl taxonomy skills`; skills of one's own, and
# those that this table gets wrong, belong into skills.yml, which wins.
";

const REFUSED: &str = include_str!("../../../config/taxonomy/skills_refused.txt");

/// The text of `skills_open.tsv`, from any number of ESCO's files (the first one names, others add languages) and the
/// `Technology Skills.txt` of O*NET.
pub fn table(esco_files: &[String], onet_file: Option<&str>) -> anyhow::Result<String> {
    let mut concepts = Vec::new();
    for (index, file) in esco_files.iter().enumerate() {
        esco::read(file, &mut concepts).with_context(|| format!("file {} of ESCO", index + 1))?;
    }
    let products = onet_file.map(onet::read).transpose().context("the file of O*NET")?.unwrap_or_default();
    let labels = concepts.iter().flat_map(|concept| concept.others.iter().chain([&concept.label]));
    let names = products.iter().map(|product| product.name.as_str());
    let vocabulary = Vocabulary::new(REFUSED, labels.map(String::as_str).chain(names));

    let mut rows: BTreeMap<String, (Kind, Vec<String>)> = BTreeMap::new();
    let mut taken: HashSet<String> = HashSet::new();
    let concepts = concepts.iter().map(|concept| (&concept.label, &concept.others, concept.kind));
    let products = products.iter().map(|product| (&product.name, &product.others, Kind::Knowledge));
    let all: Vec<_> = concepts.chain(products).collect();
    // Every preferred label before any other one: a label that is also another skill's second name stays its own.
    for (label, _, kind) in &all {
        let (Some(name), Some(spelling)) = (vocabulary.name(label), vocabulary.spelling(label, *kind)) else { continue };
        if taken.insert(spelling.to_lowercase()) {
            rows.entry(name).or_insert_with(|| (*kind, Vec::new())).1.push(spelling);
        }
    }
    for (label, others, kind) in &all {
        let Some(name) = vocabulary.name(label) else { continue };
        // A single word is a second name only where it is the first one's kin: "noises" is not acoustics.
        let is_safe = |other: &&String| {
            other.contains(' ') || other.chars().any(char::is_uppercase) || esco::are_kin(label, other)
        };
        for spelling in others.iter().filter(is_safe).filter_map(|other| vocabulary.spelling(other, *kind)) {
            if taken.insert(spelling.to_lowercase()) {
                rows.entry(name.clone()).or_insert_with(|| (*kind, Vec::new())).1.push(spelling);
            }
        }
    }
    ensure!(!rows.is_empty(), "no label works as a spelling");
    let mut body = String::new();
    for (name, (kind, mut spellings)) in rows {
        spellings.sort_unstable();
        let kind = if kind == Kind::Knowledge { "k" } else { "c" };
        if spellings == [name.as_str()] {
            writeln!(body, "{name}\t{kind}")?;
        } else {
            writeln!(body, "{name}\t{kind}\t{}", spellings.join("|"))?;
        }
    }
    Ok(format!("{HEAD}# {} rows, {}\n{body}", body.lines().count(), revision([body.as_str()])))
}

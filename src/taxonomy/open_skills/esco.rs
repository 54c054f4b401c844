//! ESCO's skills, as its CSV files list them, in any language. Columns are found by their names.

use super::Kind;
use anyhow::{Context, ensure};
use std::collections::HashMap;

/// One skill of ESCO.
pub struct Concept {
    /// Its address, which is the same in every language; empty where a list has labels only.
    pub uri: String,
    /// What it is called in the first file that has it.
    pub label: String,
    /// Its other labels, of every file.
    pub others: Vec<String>,
    /// What it is.
    pub kind: Kind,
}

/// Columns that may hold the label, by their names in the official files and in plain lists of labels.
const LABELS: [&str; 3] = ["preferredLabel", "skills", "label"];

/// Adds the skills of one file. A skill that is known by its address or its label gets further spellings.
pub fn read(file: &str, concepts: &mut Vec<Concept>) -> anyhow::Result<()> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file.as_bytes());
    let header = reader.headers().context("no header")?.clone();
    let column = |name: &str| header.iter().position(|column| column.trim_start_matches('\u{feff}') == name);
    let label = LABELS.iter().find_map(|name| column(name)).context("no column preferredLabel")?;
    let (uri, others, kind) = (column("conceptUri"), column("altLabels"), column("skillType"));
    let status = column("status");
    let mut known: HashMap<String, usize> = HashMap::new();
    for (index, concept) in concepts.iter().enumerate() {
        known.entry(concept.label.to_lowercase()).or_insert(index);
        if !concept.uri.is_empty() {
            known.insert(concept.uri.clone(), index);
        }
    }
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>()?;
    let cell = |record: &csv::StringRecord, column: Option<usize>| -> String {
        column.and_then(|column| record.get(column)).unwrap_or_default().trim().to_owned()
    };
    let mut rows: Vec<(usize, Vec<String>)> = Vec::with_capacity(records.len());
    for record in &records {
        let (name, address) = (cell(record, Some(label)), cell(record, uri));
        if name.is_empty() || cell(record, status) == "obsolete" {
            continue;
        }
        let index = known.get(&address).or_else(|| known.get(&name.to_lowercase())).copied();
        let index = index.unwrap_or_else(|| {
            let kind = kind_of(&cell(record, kind), &name);
            concepts.push(Concept { uri: address.clone(), label: name.clone(), others: Vec::new(), kind });
            concepts.len() - 1
        });
        known.entry(name.to_lowercase()).or_insert(index);
        if !address.is_empty() {
            known.insert(address, index);
        }
        concepts[index].others.push(name);
        let labels = cell(record, others);
        let labels = labels.split('\n').map(str::trim).filter(|text| !text.is_empty());
        rows.push((index, labels.map(str::to_owned).collect()));
    }
    ensure!(!rows.is_empty(), "no skill after the header");
    if is_shuffled(&rows, concepts) {
        // The labels of one skill stand in the row of another; one of them tells whose they are.
        for (index, labels) in &mut rows {
            let owner = labels.iter().find_map(|label| known.get(&label.to_lowercase()));
            match owner {
                Some(owner) => *index = *owner,
                None => labels.clear(),
            }
        }
    }
    for (index, labels) in rows {
        concepts[index].others.extend(labels);
    }
    Ok(())
}

/// Whether a file's other labels stand in the wrong rows, as in a copy of ESCO whose columns were sorted apart: in most
/// rows no label has a word of the preferred one.
fn is_shuffled(rows: &[(usize, Vec<String>)], concepts: &[Concept]) -> bool {
    let (mut kin, mut strange) = (0, 0);
    for (index, labels) in rows.iter().filter(|(_, labels)| !labels.is_empty()) {
        let own = &concepts[*index].label;
        let is_kin = labels.iter().any(|label| label != own && are_kin(own, label));
        if is_kin { kin += 1 } else { strange += 1 }
    }
    strange > 2 * kin
}

/// Whether two labels share the beginning of a longer word.
pub fn are_kin(label: &str, other: &str) -> bool {
    let own = beginnings(label);
    beginnings(other).iter().any(|word| own.contains(word))
}

/// The first letters of the longer words, which inflections share.
fn beginnings(label: &str) -> Vec<String> {
    let words = label.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.len() > 3);
    words.map(|word| word.chars().take(4).flat_map(char::to_lowercase).collect()).collect()
}

/// The column `skillType`, or where a list lacks it the form of the label: a competence begins with a verb.
fn kind_of(stated: &str, label: &str) -> Kind {
    match stated {
        "knowledge" => Kind::Knowledge,
        "skill/competence" => Kind::Competence,
        _ => {
            let mut words = label.split(' ').skip_while(|word| word.ends_with("ly"));
            let first = words.next().unwrap_or_default();
            if VERBS.split_ascii_whitespace().any(|verb| verb == first) { Kind::Competence } else { Kind::Knowledge }
        }
    }
}

/// The verbs that ESCO's labels of competences begin with, without those that are nouns as often.
const VERBS: &str = "\
    accept achieve act adapt add address adhere adjust administer advertise advise advocate allocate analyse answer \
    anticipate apply appraise arrange assemble assess assist assume attach attend audit balance be breed brief build \
    calculate calibrate carry challenge change check choose clean clear coach collaborate collect communicate compare \
    compile complete comply compose compute conduct connect consider construct consult contribute control cook cooperate \
    coordinate cope counsel create cut deal decide define delegate deliver demonstrate describe design detect determine \
    develop diagnose direct discuss dispose disseminate distinguish distribute document draft draw drive edit educate \
    employ empathise encourage enforce engage ensure establish estimate evaluate examine execute exercise explain express \
    extract facilitate feed fill find finish fit fix focus follow forecast form formulate foster gather give grade greet \
    grow guard guide handle have help hire identify implement improve influence inform insert inspect install instruct \
    integrate interact interpret interview investigate issue keep label launch lay lead learn liaise lift listen load \
    maintain make manage manipulate manufacture match measure meet memorise mix modify monitor motivate mount move \
    negotiate observe obtain offer operate optimise order organise oversee pack paint participate perform persuade place \
    plan polish position practise prepare prescribe present preserve prevent process produce program promote propose \
    protect provide purchase react read recognise recommend record recruit reduce refer register regulate remove repair \
    replace report represent research resolve respect respond restore review revise run schedule screen search secure \
    select sell separate serve set set-up sew shape show solve sort speak stack stay stimulate store strive study supervise \
    supply support take teach tend test think tolerate track train transfer translate transport treat tune undertake \
    understand update use utilise verify wash weigh welcome work write";

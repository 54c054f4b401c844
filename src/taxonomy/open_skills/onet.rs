//! O*NET's tools and technologies, from `Technology Skills.txt`: products with the names of their makers, and kinds of
//! software with their abbreviations.

use anyhow::{Context, ensure};
use std::collections::BTreeSet;

/// Makers whose products are known without them, as the file writes them, longest first.
const MAKERS: &[&str] = &[
    "National Instruments",
    "Dassault Systemes",
    "Red Hat Enterprise",
    "Hewlett-Packard",
    "The MathWorks",
    "Adobe Systems",
    "Cisco Systems",
    "SmugMug",
    "Microsoft",
    "Atlassian",
    "Autodesk",
    "Symantec",
    "Bentley",
    "Cadence",
    "Siemens",
    "Synopsys",
    "Trimble",
    "Apache",
    "Oracle",
    "Google",
    "Amazon",
    "Intuit",
    "Corel",
    "Cisco",
    "Adobe",
    "Avid",
    "ESRI",
    "IBM",
    "PTC",
    "SAP",
];

/// One product or kind of software.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Product {
    /// Its name.
    pub name: String,
    /// Other ways to write it.
    pub others: Vec<String>,
}

/// The products of a file, each once.
pub fn read(file: &str) -> anyhow::Result<Vec<Product>> {
    let mut lines = file.lines();
    let header = lines.next().context("no header")?;
    let example = header.split('\t').position(|column| column == "Example").context("no column Example")?;
    let names: BTreeSet<&str> = lines.filter_map(|line| line.split('\t').nth(example)).map(str::trim).collect();
    ensure!(!names.is_empty(), "no line after the header");
    Ok(names.into_iter().filter(|name| !name.is_empty()).map(product).collect())
}

fn product(example: &str) -> Product {
    let mut others = Vec::new();
    let (plain, bracketed) = brackets(example);
    others.extend(bracketed);
    let mut name = plain;
    for ending in [" software", " tools", " tool"] {
        // "Tableau software", and not "Accounting software", whose kind is its name.
        let rest = name.strip_suffix(ending);
        if let Some(rest) = rest.filter(|rest| rest.ends_with(|last: char| !last.is_lowercase()) || is_product(rest)) {
            name = rest.to_owned();
        }
    }
    if let Some((words, short)) = abbreviation(&name) {
        others.push(short.to_owned());
        name = words.to_owned();
    }
    let of_maker = MAKERS.iter().find_map(|maker| name.strip_prefix(maker)?.strip_prefix(' '));
    if let Some(rest) = of_maker.map(str::to_owned) {
        others.extend(rest.strip_prefix("Adobe ").map(str::to_owned));
        others.push(rest.clone());
        // "Adobe Systems Adobe Acrobat".
        if name.starts_with("Adobe Systems ") {
            name = rest;
        }
    }
    others.retain(|other| *other != name);
    Product { name, others }
}

/// Whether every word begins with a capital, as the name of a product does.
fn is_product(name: &str) -> bool {
    name.split(' ').all(|word| word.starts_with(|first: char| !first.is_lowercase()))
        && name.split(' ').count() <= 3
        && (name.contains(' ') || name.chars().skip(1).any(char::is_uppercase))
}

/// A text without what it has in brackets, and that.
fn brackets(text: &str) -> (String, Option<String>) {
    let Some((before, rest)) = text.split_once(" (") else { return (text.to_owned(), None) };
    let Some((inside, after)) = rest.split_once(')') else { return (text.to_owned(), None) };
    (format!("{before}{after}"), Some(inside.to_owned()))
}

/// The words and the abbreviation of `Structured query language SQL`: its letters are the first ones of the words.
fn abbreviation(name: &str) -> Option<(&str, &str)> {
    let (words, short) = name.rsplit_once(' ')?;
    let is_short = short.len() >= 2 && short.bytes().all(|byte| byte.is_ascii_uppercase());
    let initials: String = words.split([' ', '-']).filter_map(|word| word.chars().next()).collect();
    let shortened = short.to_ascii_lowercase();
    let mut letters = shortened.chars();
    let all = initials.to_lowercase().chars().filter(|initial| letters.clone().next() == Some(*initial) && letters.next().is_some()).count();
    (is_short && all >= short.len().min(2) && all + 1 >= short.len()).then_some((words, short))
}

//! The postings of a folder, in the layouts of `postings-*` and `listings-*`, as the stage dedupe would read them. A layout is
//! told by its fields.

use super::super::rows;
use anyhow::Result;
use chrono::{DateTime, Utc};
use job_etl::dedupe::core::DedupeJob;
use job_etl::normalize::company::company_key;
use job_etl::normalize::html;
use job_etl::normalize::keys::hash_key;
use job_etl::normalize::links::link;
use job_etl::posting::{ContractType, Hundredths, Place, RemoteType};
use job_etl::taxonomy::{Taxonomy, language};
use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;

/// One posting, owning what a `DedupeJob` borrows.
#[derive(Default)]
pub struct Posting {
    /// What the result calls it; unique.
    pub key: String,
    /// Its identifier in its file.
    pub id: String,
    /// The hiring organisation as displayed.
    pub company: String,
    /// Its key.
    pub company_key: String,
    /// The headline.
    pub title: String,
    /// The place as displayed; several are joined by `; `.
    pub location: String,
    places: Vec<Place>,
    is_remote: bool,
    links: Vec<String>,
    pub text: Option<String>,
    contract: Option<ContractType>,
    pay: (Option<Hundredths>, Option<Hundredths>),
    posted_at: Option<DateTime<Utc>>,
    sources: Vec<String>,
    language: Option<&'static str>,
}

impl Posting {
    /// A posting from its displayed parts.
    pub fn new(
        company: &str,
        title: &str,
        locations: &[String],
        urls: &[&str],
        taxonomy: &Taxonomy,
    ) -> Posting {
        let places: Vec<Place> = locations.iter().filter_map(|text| place(text, taxonomy)).collect();
        let location = locations.join("; ");
        let remote = |text: &str| {
            let text = text.to_lowercase();
            ["remote", "télétravail", "work from home"].iter().any(|word| text.contains(word))
        };
        Posting {
            company: company.to_owned(),
            company_key: company_key(company),
            title: title.to_owned(),
            is_remote: remote(&location) || remote(title),
            location,
            places,
            links: urls.iter().filter_map(|url| link(url)).collect(),
            ..Posting::default()
        }
    }

    /// The key by which postings are one job before anything is compared.
    pub fn hash_key(&self) -> String {
        hash_key(&self.company, &self.title, Some(&self.location))
    }

    /// Where it was found.
    pub fn source(&self) -> &str {
        self.sources.first().map_or("", String::as_str)
    }

    /// As the stage reads it.
    pub fn job(&self) -> DedupeJob<'_> {
        DedupeJob {
            hash_key: &self.key,
            company: &self.company,
            company_key: &self.company_key,
            job_title: &self.title,
            language: self.language,
            places: &self.places,
            location: Some(self.location.as_str()).filter(|location| !location.is_empty()),
            remote_type: if self.is_remote { RemoteType::Remote } else { RemoteType::Unknown },
            links: &self.links,
            requisition_ids: &[],
            description_text: self.text.as_deref(),
            contract_type: self.contract.unwrap_or(ContractType::Unknown),
            pay: self.pay,
            posted_at: self.posted_at,
            sources: &self.sources,
        }
    }
}

fn place(text: &str, taxonomy: &Taxonomy) -> Option<Place> {
    let found = taxonomy.place(text)?;
    Some(Place {
        city: found.city,
        region: found.region,
        country: Some(found.country),
        lat: found.coordinates.map(|at| at.0),
        lon: found.coordinates.map(|at| at.1),
    })
}

/// All postings, and where each is.
pub struct Postings {
    /// In the order of their files.
    pub all: Vec<Posting>,
    by_id: HashMap<(String, String), usize>,
}

impl Postings {
    /// Reads `postings-*` and those of `listings-*` that have links.
    pub fn read(data: &Path, taxonomy: &Taxonomy) -> Result<Postings> {
        let mut postings = Postings { all: Vec::new(), by_id: HashMap::new() };
        let mut folders: Vec<_> = std::fs::read_dir(data)?.flatten().map(|entry| entry.path()).collect();
        folders.sort();
        for folder in folders {
            let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if !name.starts_with("postings-") {
                continue;
            }
            for row in rows::in_folder(&folder)? {
                if let Some((ids, posting)) = posting(&row, taxonomy) {
                    postings.add(&name, ids, posting);
                }
            }
        }
        Ok(postings)
    }

    /// Adds one, known by any of `ids` in the folder.
    pub fn add(&mut self, folder: &str, ids: Vec<String>, mut posting: Posting) -> usize {
        let index = self.all.len();
        // As even as the md5 that stands here in the database.
        posting.key =
            format!("{:032x}", md5(&format!("{folder}/{}/{index}", ids.first().map_or("", String::as_str))));
        posting.id = ids.first().cloned().unwrap_or_default();
        posting.sources = vec![posting.sources.first().cloned().unwrap_or_else(|| folder.to_owned())];
        posting.language = posting.text.as_deref().and_then(language::detect).map(|(code, _)| code);
        self.all.push(posting);
        for id in ids {
            self.by_id.entry((folder.to_owned(), id)).or_insert(index);
        }
        index
    }

    /// The posting of this identifier; `file` may name a file or a part below the folder.
    pub fn find(&self, file: &str, id: &str) -> Option<usize> {
        let folder = file.split('/').next().unwrap_or(file);
        self.by_id.get(&(folder.to_owned(), id.to_owned())).copied()
    }
}

fn md5(text: &str) -> u128 {
    use md5::Digest;
    u128::from_be_bytes(md5::Md5::digest(text).into())
}

/// One row of any layout: the identifiers it is known by, and the posting.
fn posting(row: &Value, taxonomy: &Taxonomy) -> Option<(Vec<String>, Posting)> {
    let text = |name: &str| row[name].as_str().unwrap_or_default();
    let texts =
        |names: &[&str]| names.iter().map(|name| id_of(&row[*name])).filter(|id| !id.is_empty()).collect();
    if row["_slug"].is_string() {
        return Some((texts(&["id", "jobUrl"]), ashby(row, taxonomy)));
    }
    if row["@type"] == "JobPosting" {
        let file = text("_file").trim_end_matches(".json").to_owned();
        let mut ids: Vec<String> = texts(&["url", "_file"]);
        ids.extend(text("url").rsplit('/').next().map(str::to_owned));
        ids.push(file);
        return Some((ids, linked_data(row, taxonomy)));
    }
    if row["intitule"].is_string() {
        return Some((texts(&["id"]), france(row, taxonomy)));
    }
    if row["ats"].is_string() {
        let mut posting = Posting::new(
            text("company"),
            text("title"),
            &[text("location").to_owned()],
            &[text("url")],
            taxonomy,
        );
        posting.text = plain(None, Some(text("description")));
        posting.sources = vec![text("ats").to_owned()];
        let mut ids: Vec<String> = texts(&["url", "id"]);
        ids.extend(text("url").rsplit(['/', '=']).next().map(str::to_owned));
        return Some((ids, posting));
    }
    if row["contents"].is_string() && row["company"]["name"].is_string() {
        let locations = names(&row["locations"], "name");
        let company = row["company"]["name"].as_str().unwrap_or_default();
        let url = row["refs"]["landing_page"].as_str().unwrap_or_default();
        let mut posting = Posting::new(company, text("name"), &locations, &[url], taxonomy);
        posting.text = plain(Some(text("contents")), None);
        posting.posted_at = instant(text("publication_date"));
        return Some((texts(&["id"]), posting));
    }
    if row["description"].is_string() && row["locations"].is_array() {
        let locations: Vec<String> = row["locations"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        let company = if text("url").contains("uber.com") { "Uber" } else { text("company") };
        let mut posting = Posting::new(company, text("title"), &locations, &[text("url")], taxonomy);
        posting.text = plain(None, Some(text("description")));
        posting.posted_at = instant(text("creation_date"));
        posting.contract = contract(text("time_type"));
        return Some((texts(&["id", "url"]), posting));
    }
    if row["source"].is_string() && row["text"].is_string() {
        return Some((texts(&["id"]), thread(row, taxonomy)));
    }
    None
}

/// A comment of a "who is hiring" thread: company, role and place stand in its first line between bars.
fn thread(row: &Value, taxonomy: &Taxonomy) -> Posting {
    let text = plain(row["text"].as_str(), None).unwrap_or_default();
    let head: Vec<&str> = text.lines().next().unwrap_or_default().split('|').map(str::trim).collect();
    let part = |index: usize| head.get(index).copied().unwrap_or_default();
    let mut posting = Posting::new(part(0), part(1), &[part(2).to_owned()], &[], taxonomy);
    posting.text = Some(text.clone());
    posting
}

fn ashby(row: &Value, taxonomy: &Taxonomy) -> Posting {
    let text = |name: &str| row[name].as_str().unwrap_or_default();
    let parts = &row["address"]["postalAddress"];
    let address: Vec<&str> = ["addressLocality", "addressRegion", "addressCountry"]
        .iter()
        .filter_map(|part| parts[*part].as_str())
        .filter(|part| !part.trim().is_empty())
        .collect();
    let mut locations = vec![text("location").to_owned()];
    locations.extend(names(&row["secondaryLocations"], "location"));
    let mut posting =
        Posting::new(text("_slug"), text("title"), &locations, &[text("jobUrl"), text("applyUrl")], taxonomy);
    if posting.places.is_empty() && !address.is_empty() {
        posting.places.extend(place(&address.join(", "), taxonomy));
    }
    posting.is_remote |= row["isRemote"] == true;
    posting.text = plain(row["descriptionHtml"].as_str(), row["descriptionPlain"].as_str());
    posting.posted_at = instant(text("publishedAt"));
    posting.sources = vec!["ashby".to_owned()];
    posting.contract = contract(text("employmentType"));
    let salary = row["compensation"]["summaryComponents"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|component| component["compensationType"] == "Salary");
    posting.pay = salary.map_or((None, None), |salary| pay(&salary["minValue"], &salary["maxValue"]));
    posting
}

fn linked_data(row: &Value, taxonomy: &Taxonomy) -> Posting {
    let text = |name: &str| row[name].as_str().unwrap_or_default();
    let places = match &row["jobLocation"] {
        Value::Array(places) => places.clone(),
        place => vec![place.clone()],
    };
    let mut locations = Vec::new();
    for place in &places {
        let address = &place["address"];
        let parts = ["addressLocality", "addressRegion", "addressCountry"]
            .iter()
            .filter_map(|part| address[*part].as_str());
        locations.push(parts.collect::<Vec<&str>>().join(", "));
    }
    let company = row["hiringOrganization"]["name"].as_str().unwrap_or_default();
    let mut posting = Posting::new(company, text("title"), &locations, &[text("url")], taxonomy);
    // The markup stands in the field escaped.
    let html = text("description").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    posting.text = plain(Some(&html), None);
    posting.posted_at = instant(text("datePosted"));
    posting.contract = contract(text("employmentType"));
    posting.pay = pay(&row["baseSalary"]["value"]["minValue"], &row["baseSalary"]["value"]["maxValue"]);
    posting
}

fn pay(least: &Value, most: &Value) -> (Option<Hundredths>, Option<Hundredths>) {
    let amount = |value: &Value| {
        let number = value.as_f64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        number.filter(|number| *number > 0.0).and_then(Hundredths::from_f64)
    };
    (amount(least), amount(most))
}

/// The contract by the words that sources use for it, where they are plain.
fn contract(employment: &str) -> Option<ContractType> {
    match employment.to_ascii_lowercase().replace(['_', '-', ' '], "").as_str() {
        "fulltime" => Some(ContractType::FullTime),
        "parttime" => Some(ContractType::PartTime),
        "contract" | "contractor" => Some(ContractType::Contract),
        "intern" | "internship" => Some(ContractType::Intern),
        "temporary" => Some(ContractType::Temp),
        _ => None,
    }
}

fn france(row: &Value, taxonomy: &Taxonomy) -> Posting {
    let text = |name: &str| row[name].as_str().unwrap_or_default();
    let company = row["entreprise"]["nom"].as_str().unwrap_or_default();
    let label = row["lieuTravail"]["libelle"].as_str().unwrap_or_default();
    // The board's own page, and the page of the partner that sent the advertisement.
    let own = format!("https://candidat.francetravail.fr/offres/recherche/detail/{}", text("id"));
    let mut links = vec![own.as_str()];
    links.extend(row["origineOffre"]["urlOrigine"].as_str().filter(|link| *link != own));
    links.extend(
        row["origineOffre"]["partenaires"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|partner| partner["url"].as_str()),
    );
    let mut posting = Posting::new(company, text("intitule"), &[label.to_owned()], &links, taxonomy);
    let at = |name: &str| row["lieuTravail"][name].as_f64();
    if posting.places.is_empty() && !label.is_empty() {
        let city = label.split_once(" - ").map(|(_, city)| city.to_owned());
        let (lat, lon) = (at("latitude"), at("longitude"));
        posting.places.push(Place { city, region: None, country: Some("FR".to_owned()), lat, lon });
    }
    posting.text = plain(None, Some(text("description")));
    posting.posted_at = instant(text("dateCreation"));
    posting.contract = match (text("typeContrat"), text("dureeTravailLibelleConverti")) {
        ("CDD" | "MIS" | "SAI", _) => Some(ContractType::Temp),
        (_, "Temps plein") => Some(ContractType::FullTime),
        (_, "Temps partiel") => Some(ContractType::PartTime),
        _ => None,
    };
    posting
}

fn names(list: &Value, field: &str) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|item| item[field].as_str()).map(str::to_owned).collect()
}

fn id_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

fn plain(html: Option<&str>, text: Option<&str>) -> Option<String> {
    html::description(html, text).map(|description| description.text).filter(|text| !text.trim().is_empty())
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    let whole =
        DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%z"));
    let day = || {
        text.get(..10)
            .and_then(|day| day.parse::<chrono::NaiveDate>().ok())
            .and_then(|day| day.and_hms_opt(0, 0, 0))
    };
    whole.ok().map(|at| at.to_utc()).or_else(|| day().map(|at| at.and_utc()))
}

//! Invented jobs for dedupe, company by company from a seed, so that a million of them never stand in memory. Proportions are
//! those seen on real boards: few companies have most of the jobs, each repeats its own boilerplate and one role's words in
//! several cities; about one job in twelve is a repost with some words changed, one in thirty an agency's copy.

use job_etl::dedupe::core::DedupeJob;
use job_etl::posting::{ContractType, Place, RemoteType};
use std::fmt::Write;

/// Cities, a degree apart.
const CITIES: u64 = 200;
/// Words that texts are made of.
const VOCABULARY: u64 = 8_000;
/// One company of so many is an agency.
const AGENCIES: u64 = 25;

/// One invented job and the opening behind it.
pub struct Invented {
    /// Jobs of one opening share it.
    pub opening: u64,
    hash_key: String,
    company: String,
    title: String,
    places: [Place; 1],
    links: [String; 1],
    sources: [String; 1],
    text: String,
    posted_at: chrono::DateTime<chrono::Utc>,
}

impl Invented {
    /// As dedupe reads it.
    pub fn job(&self) -> DedupeJob<'_> {
        DedupeJob {
            hash_key: &self.hash_key,
            company: &self.company,
            company_key: &self.company,
            job_title: &self.title,
            language: Some("en"),
            places: &self.places,
            location: self.places[0].city.as_deref(),
            remote_type: RemoteType::Onsite,
            links: &self.links,
            requisition_ids: &[],
            description_text: Some(&self.text),
            contract_type: ContractType::FullTime,
            pay: (None, None),
            posted_at: Some(self.posted_at),
            sources: &self.sources,
        }
    }

    /// Its key and its words, for other tools.
    pub fn words(&self) -> (&str, &str, &str, &str) {
        (&self.hash_key, &self.company, &self.title, &self.text)
    }
}

/// A stream of numbers from a seed (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn of(parts: &[u64]) -> Numbers {
        Numbers(parts.iter().fold(0, |seed, part| mix(seed ^ part.wrapping_mul(0x9e37_79b9_7f4a_7c15))))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn share(&mut self) -> f64 {
        self.next() as f64 / u64::MAX as f64
    }
}

fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// The jobs of one company.
pub fn of_company(company: u64) -> Vec<Invented> {
    let mut numbers = Numbers::of(&[1, company]);
    let is_agency = company % AGENCIES == 7;
    let count = if is_agency { 40 } else { openings(company) };
    let mut jobs = Vec::new();
    for number in 0..count {
        if is_agency {
            let client = company.saturating_sub(1 + numbers.below(20));
            if client % AGENCIES != 7 {
                let number = numbers.below(openings(client));
                jobs.push(invented(company, client, number, jobs.len() as u64, 0.0));
            }
            continue;
        }
        jobs.push(invented(company, company, number, jobs.len() as u64, 0.0));
        if numbers.share() < 0.09 {
            jobs.push(invented(company, company, number, jobs.len() as u64, 0.04));
        }
    }
    jobs
}

/// Openings of a company: most have a handful, some have hundreds.
fn openings(company: u64) -> u64 {
    let share = Numbers::of(&[2, company]).share().max(0.002);
    (1.5 / share).ceil() as u64
}

/// An advertisement by `company` for opening `number` of `client`, with a share of its words exchanged.
fn invented(company: u64, client: u64, number: u64, copy: u64, exchanged: f64) -> Invented {
    let roles = 1 + openings(client) / 4;
    let (role, city) = (number % roles, (number / roles + client * 7) % CITIES);
    let mut text = String::with_capacity(3_200);
    let mut changes = Numbers::of(&[3, company, copy]);
    sentences(&mut text, Numbers::of(&[4, client, role]), 220, exchanged, &mut changes);
    sentences(&mut text, Numbers::of(&[5, client, number]), 60, exchanged, &mut changes);
    sentences(&mut text, Numbers::of(&[6, company]), 150, 0.0, &mut changes);
    let name = |kind: &str, number: u64| format!("{kind} {} {}", word(number / VOCABULARY), word(number));
    let place = Place {
        city: Some(name("port", city)),
        region: None,
        country: Some("CA".to_owned()),
        lat: Some(45.0 + (city / 20) as f64),
        lon: Some(-60.0 - (city % 20) as f64),
    };
    let day = changes.below(300) as i64;
    let key = (u128::from(mix(company * 31 + 5)) << 64) | u128::from(mix(copy * 17 + company * 1_000_003));
    Invented {
        opening: client << 32 | number,
        hash_key: format!("{key:032x}"),
        company: name("company", company),
        title: format!(
            "{} {} {}",
            word(role * 13 + client),
            word(role * 29 + 11),
            ["engineer", "nurse", "cook", "analyst"][(role % 4) as usize]
        ),
        places: [place],
        links: [format!("https://jobs.example.com/{company}/{:08}", company * 5_003 + copy)],
        sources: [if company == client { "greenhouse" } else { "jsearch" }.to_owned()],
        text,
        posted_at: chrono::DateTime::from_timestamp(1_760_000_000 + day * 86_400, 0).unwrap_or_default(),
    }
}

fn sentences(text: &mut String, mut words: Numbers, count: u64, exchanged: f64, changes: &mut Numbers) {
    for at in 0..count {
        // Few words are most of a text.
        let number = (words.share().powi(3) * VOCABULARY as f64) as u64;
        let number =
            if exchanged > 0.0 && changes.share() < exchanged { changes.below(VOCABULARY) } else { number };
        let end = if at % 14 == 13 { ".\n" } else { " " };
        write!(text, "{}{end}", word(number)).expect("a String takes every write");
    }
}

fn word(number: u64) -> String {
    const SYLLABLES: [&str; 16] = [
        "ba", "den", "ki", "lor", "ma", "nel", "po", "ras", "si", "tum", "ve", "wo", "ya", "zen", "chi",
        "ter",
    ];
    let mut rest = number % VOCABULARY;
    let mut word = String::new();
    loop {
        word.push_str(SYLLABLES[(rest % 16) as usize]);
        rest /= 16;
        if rest == 0 {
            return word;
        }
    }
}

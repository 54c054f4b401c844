//! All that is kept of a job for comparison: a few hundred bytes that hold no text of the posting but its headline. Built
//! company by company, because what all postings of an employer have in common says nothing about any of them.

use super::address::{self, Address};
use super::bytes::{Reader, Writer};
use super::core::DedupeJob;
use super::facts::Facts;
use super::hash;
use super::place::{MOST_SPOTS, MOST_WORDS, Spot, Spots};
use super::text::{BINS, Boilerplate, Shingles, Sketch};
use super::title;
use crate::posting::{ContractType, Hundredths};
use crate::taxonomy::words::fold;
use std::collections::{BTreeMap, BTreeSet};

/// First byte of a stored signature.
const FORMAT: u8 = 2;
/// Lists are cut to this many entries; the smallest hashes stay.
const MOST_LINKS: usize = 6;
const MOST_REQUISITIONS: usize = 4;
const MOST_SOURCES: usize = 4;
/// Longest key of a job, in bytes.
const LONGEST_KEY: usize = 255;
/// Longest key of a company, in bytes.
const LONGEST_COMPANY: usize = 64;

/// Sources that are the employer's own board.
const OWN_BOARDS: &[&str] = &[
    "ashby",
    "greenhouse",
    "lever",
    "smartrecruiters",
    "workday",
    "recruitee",
    "teamtailor",
    "workable",
    "icims",
];

/// A job as it is compared. Self-contained: signatures of different runs compare as long as the revision is the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    pub(super) hash_key: Box<str>,
    pub(super) company: Box<str>,
    /// The headline as `title::normalize` leaves it.
    pub(super) title: Box<str>,
    /// Hash of the language's code; 0 when unknown.
    pub(super) language: u16,
    pub(super) spots: Spots,
    pub(super) links: Vec<Address>,
    pub(super) requisitions: Vec<u64>,
    pub(super) sources: Vec<u32>,
    pub(super) is_own_board: bool,
    pub(super) is_republished: bool,
    /// Days since 1970; `i32::MIN` when unknown.
    pub(super) posted_on: i32,
    /// Shingles of the whole text; 0 without one.
    pub(super) length: u16,
    /// Hash of all of them.
    pub(super) digest: u64,
    /// What the text says besides the employer's boilerplate.
    pub(super) sketch: Sketch,
    /// Terms and names in the text.
    pub(super) facts: Facts,
    /// The kind of contract; 0 when unknown.
    pub(super) contract: u8,
    /// Hash of the stated pay; 0 when none is.
    pub(super) pay: u32,
}

impl Signature {
    /// The key of the job.
    pub fn hash_key(&self) -> &str {
        &self.hash_key
    }

    /// Whether the posting carries the mark of a site that copies postings.
    pub fn is_republished(&self) -> bool {
        self.is_republished
    }

    pub(super) fn has_text(&self) -> bool {
        self.length > 0
    }

    /// The bytes that are stored: about 550, at most 1,250.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut to = Writer::default();
        to.u8(FORMAT);
        to.text(&self.hash_key);
        to.text(&self.company);
        to.text(&self.title);
        to.u16(self.language);
        to.u8(u8::from(self.is_own_board)
            | u8::from(self.is_republished) << 1
            | u8::from(self.spots.is_remote) << 2);
        to.u32(self.posted_on as u32);
        to.list(&self.spots.spots, |to, spot| {
            to.u32(spot.city);
            to.u32(spot.region);
            to.u16(spot.country);
            to.u16(spot.lat as u16);
            to.u16(spot.lon as u16);
        });
        to.list(&self.spots.words, |to, word| to.u32(*word));
        to.list(&self.links, |to, link| to.u64(*link));
        to.list(&self.requisitions, |to, requisition| to.u64(*requisition));
        to.list(&self.sources, |to, source| to.u32(*source));
        to.u16(self.length);
        to.u64(self.digest);
        to.list(&self.facts.terms, |to, fact| to.u32(*fact));
        to.list(&self.facts.names, |to, name| to.u16(*name));
        to.list(&self.facts.openings, |to, word| to.u16(*word));
        to.u8(self.contract);
        to.u32(self.pay);
        to.u16(self.sketch.count);
        if self.sketch.count > 0 {
            to.bytes(self.sketch.bins());
        }
        to.finish()
    }

    /// The signature stored as `bytes`, or `None` when they are of another version or cut.
    pub fn from_bytes(bytes: &[u8]) -> Option<Signature> {
        let mut from = Reader::of(bytes);
        (from.u8()? == FORMAT).then_some(())?;
        let (hash_key, company, title) = (from.text()?, from.text()?, from.text()?);
        let language = from.u16()?;
        let flags = from.u8()?;
        let posted_on = from.u32()? as i32;
        let spots = from.list(|from| {
            let (city, region, country) = (from.u32()?, from.u32()?, from.u16()?);
            Some(Spot { city, region, country, lat: from.u16()? as i16, lon: from.u16()? as i16 })
        })?;
        let words = from.list(Reader::u32)?;
        let (links, requisitions) = (from.list(Reader::u64)?, from.list(Reader::u64)?);
        let sources = from.list(Reader::u32)?;
        let (length, digest) = (from.u16()?, from.u64()?);
        let terms = from.list(Reader::u32)?;
        let (names, openings) = (from.list(Reader::u16)?, from.list(Reader::u16)?);
        let (contract, pay, count) = (from.u8()?, from.u32()?, from.u16()?);
        let bins = if count > 0 { from.array()? } else { [0; BINS] };
        from.is_at_end().then_some(Signature {
            hash_key,
            company,
            title,
            language,
            spots: Spots { spots, words, is_remote: flags & 4 != 0 },
            links,
            requisitions,
            sources,
            is_own_board: flags & 1 != 0,
            is_republished: flags & 2 != 0,
            posted_on,
            length,
            digest,
            sketch: Sketch::from_parts(count, bins),
            facts: Facts { terms, names, openings },
            contract,
            pay,
        })
    }
}

/// The signatures of all jobs of one `company_key`, in their order. What is boilerplate is learnt from the block, so
/// when one job of a company changes, all of its jobs are read again.
pub fn signatures(company_block: &[DedupeJob]) -> Vec<Signature> {
    let titles: Vec<String> =
        company_block.iter().map(|job| title::normalize(job.job_title, &left_out(job))).collect();
    let texts: Vec<Shingles> =
        company_block.iter().map(|job| Shingles::of(job.description_text.unwrap_or_default())).collect();
    // One text for each headline; of several that of the smallest key, so that the order of jobs does not matter.
    let mut of_headline: BTreeMap<String, usize> = BTreeMap::new();
    for (index, job) in company_block.iter().enumerate().filter(|(index, _)| texts[*index].len() > 0) {
        let chosen = of_headline.entry(title::sorted_words(&titles[index])).or_insert(index);
        if job.hash_key < company_block[*chosen].hash_key {
            *chosen = index;
        }
    }
    let learnt: Vec<&Shingles> = of_headline.values().map(|index| &texts[*index]).collect();
    let boilerplate = Boilerplate::learn(&learnt);
    let each = company_block.iter().zip(titles).zip(&texts);
    each.map(|((job, title), text)| signature(job, title, text, &boilerplate)).collect()
}

fn signature(job: &DedupeJob, title: String, text: &Shingles, boilerplate: &Boilerplate) -> Signature {
    let mut links: Vec<Address> = job.links.iter().filter_map(|link| address::address(link)).collect();
    sort_and_cut(&mut links, MOST_LINKS);
    let mut requisitions: Vec<u64> = job.requisition_ids.iter().filter_map(|id| requisition(id)).collect();
    sort_and_cut(&mut requisitions, MOST_REQUISITIONS);
    let mut sources: Vec<u32> = job.sources.iter().map(|source| hash::short(source)).collect();
    sort_and_cut(&mut sources, MOST_SOURCES);
    let mut spots = Spots::of(job);
    spots.spots.truncate(MOST_SPOTS);
    spots.words.truncate(MOST_WORDS);
    Signature {
        hash_key: cut(job.hash_key, LONGEST_KEY).into(),
        company: cut(job.company_key, LONGEST_COMPANY).into(),
        title: title.into(),
        language: spoken(job),
        spots,
        links,
        requisitions,
        sources,
        is_own_board: job.sources.iter().any(|source| OWN_BOARDS.contains(&source.as_str())),
        is_republished: text.is_republished,
        posted_on: job.posted_at.map_or(i32::MIN, |at| at.timestamp().div_euclid(86_400) as i32),
        length: text.len().min(usize::from(u16::MAX)) as u16,
        digest: text.digest(),
        sketch: boilerplate.sketch_without(text),
        facts: Facts::of(job.description_text.unwrap_or_default()),
        contract: contract(job.contract_type),
        pay: pay(job.pay),
    }
}

/// The hash of a language's code.
pub(super) fn language(code: &str) -> u16 {
    hash::short(code) as u16 | 1
}

/// The language of the text. One that is mostly in other than Latin letters is not in the language that its few Latin words
/// look like; which one it is does not matter.
fn spoken(job: &DedupeJob) -> u16 {
    let text = job.description_text.unwrap_or_default().as_bytes();
    // First bytes of letters from Greek on, without those of signs and of letters with two accents.
    let foreign = text.iter().filter(|byte| matches!(byte, 0xce..=0xdf | 0xe0 | 0xe3..=0xed)).count();
    let latin = text.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    if foreign > latin / 2 {
        return language("other");
    }
    job.language.map_or(0, language)
}

fn contract(contract_type: ContractType) -> u8 {
    let known = ContractType::ALL.iter().position(|known| *known == contract_type);
    if contract_type == ContractType::Unknown { 0 } else { known.map_or(0, |at| at as u8 + 1) }
}

fn pay((least, most): (Option<Hundredths>, Option<Hundredths>)) -> u32 {
    match (least.or(most), most.or(least)) {
        (Some(least), Some(most)) => hash::short(&format!("{} {}", least.0, most.0)),
        _ => 0,
    }
}

/// Words that a headline may repeat: the place, and the employer's name.
fn left_out(job: &DedupeJob) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for name in job.places.iter().flat_map(|place| [&place.city, &place.region, &place.country]).flatten() {
        words.extend(fold(name).split_ascii_whitespace().filter(|word| word.len() > 1).map(str::to_owned));
    }
    let name = fold(job.company);
    let own: Vec<&str> = name.split_ascii_whitespace().collect();
    if fold(job.job_title).contains(&name) && !own.is_empty() {
        words.extend(own.into_iter().map(str::to_owned));
    }
    words
}

/// A requisition number as it is compared, or `None` when it is too short to be one.
fn requisition(id: &str) -> Option<u64> {
    let plain: String =
        id.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    let digits = plain.bytes().filter(u8::is_ascii_digit).count();
    (digits >= 2 && plain.len() >= 3).then(|| hash::of(&plain))
}

fn sort_and_cut<T: Ord>(list: &mut Vec<T>, most: usize) {
    list.sort_unstable();
    list.dedup();
    list.truncate(most);
}

fn cut(text: &str, most: usize) -> &str {
    let end = (0..=text.len().min(most)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}

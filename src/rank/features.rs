//! The eight features: how well a job fits one wish of a profile, from 0 to 1, with the reason in words.
//! Unknown is worth a half, wherever it comes from, and says so. Place and pay have files of their own.

use super::input::{RankInput, SURE, Words};
use super::{pay, place};
use crate::config::ranking::Profile;
use crate::config::ranking::wishes::{SizeWish, SkillWish, TitleWish};
use crate::posting::{ContractType, RemoteType, Seniority};
use crate::taxonomy::sizes::employees;

/// What is left of the skills for each skill missing that the profile must have.
const WITHOUT_MUST_HAVE: f64 = 0.5;
/// What a job loses when it requires nothing but skills that the person lacks.
const LACKED: f64 = 0.3;

/// One feature of one job.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Feature {
    pub state: State,
    pub value: f64,
    pub evidence: String,
}

/// How a job stands to a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Match,
    Partial,
    Miss,
    Unknown,
    NoPreference,
}

impl State {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            State::Match => "match",
            State::Partial => "partial",
            State::Miss => "miss",
            State::Unknown => "unknown",
            State::NoPreference => "no_preference",
        }
    }
}

impl Feature {
    pub(super) fn valued(value: f64, evidence: String) -> Feature {
        let value = value.clamp(0.0, 1.0);
        let state = match value {
            1.0 => State::Match,
            0.0 => State::Miss,
            _ => State::Partial,
        };
        Feature { state, value, evidence }
    }

    pub(super) fn unknown(evidence: &str) -> Feature {
        Feature { state: State::Unknown, value: 0.5, evidence: evidence.to_owned() }
    }

    fn no_preference() -> Feature {
        Feature { state: State::NoPreference, value: 0.0, evidence: String::new() }
    }
}

/// The features in the order of `Weights::FEATURES`.
pub(super) fn of(input: &RankInput, words: &Words, profile: &Profile) -> [Feature; 8] {
    [
        profile.title.as_ref().map(|wish| title(input, words, wish)),
        profile.skills.as_ref().map(|wish| skills(input, wish)),
        profile.location.as_ref().map(|wish| place::feature(input, wish)),
        profile.salary.map(|wish| pay::feature(input, wish)),
        some_of(&profile.employment_types).map(|wish| employment(input.contract_type, wish)),
        some_of(&profile.seniority).map(|wish| seniority(input, wish)),
        some_of(&profile.remote_types).map(|wish| remote(input.remote_type, wish)),
        profile.company_size.map(|wish| company_size(input.company_size, wish)),
    ]
    .map(|feature| feature.unwrap_or_else(Feature::no_preference))
}

fn some_of<T>(list: &[T]) -> Option<&[T]> {
    if list.is_empty() { None } else { Some(list) }
}

fn title(input: &RankInput, words: &Words, wish: &TitleWish) -> Feature {
    let mut exclude = wish.exclude.iter().filter(|phrase| input.speaks(phrase.language.as_deref()));
    let any = || wish.any.iter().filter(|phrase| input.speaks(phrase.language.as_deref()));
    if let Some(phrase) = exclude.find(|phrase| words.title.contains(&phrase.folded)) {
        return Feature::valued(0.0, format!("title has \"{}\", which you exclude", phrase.text));
    }
    if wish.any.is_empty() {
        return Feature::valued(1.0, "title has nothing you exclude".to_owned());
    }
    if let Some(phrase) = any().find(|phrase| words.title.contains(&phrase.folded)) {
        return Feature::valued(1.0, format!("title has \"{}\"", phrase.text));
    }
    if let Some(phrase) = any().find(|phrase| words.standard.contains(&phrase.folded)) {
        return Feature::valued(1.0, format!("standard title has \"{}\"", phrase.text));
    }
    let standard = wish.standard.iter().find(|(title, _)| input.job_title_std == Some(title));
    if let Some((title, phrase)) = standard {
        return Feature::valued(1.0, format!("{title}, as your \"{phrase}\" says"));
    }
    let has = |word: &str| words.title.split_ascii_whitespace().any(|other| other == word);
    match any().find(|phrase| phrase.folded.split_ascii_whitespace().all(has)) {
        Some(phrase) => Feature::valued(0.75, format!("title has the words of \"{}\"", phrase.text)),
        None => Feature::valued(0.0, "title has none of your phrases".to_owned()),
    }
}

fn skills(input: &RankInput, wish: &SkillWish) -> Feature {
    if input.skills.is_empty() {
        return Feature::unknown("no known skills are named");
    }
    let named = |skill: &&String| input.skills.contains(skill);
    let found: Vec<&str> = wish.skills.iter().filter(named).map(String::as_str).collect();
    let missing: Vec<&str> =
        wish.must_have.iter().filter(|skill| !named(skill)).map(String::as_str).collect();
    let lacked = lacked(input, wish);
    let mut value = (found.len() as f64 / wish.enough as f64).min(1.0);
    value *= WITHOUT_MUST_HAVE.powi(missing.len() as i32);
    if !lacked.is_empty() {
        value *= 1.0 - LACKED * lacked.len() as f64 / input.required_skills.len() as f64;
    }
    if found.is_empty() {
        return Feature::valued(value, format!("none of your {} skills", wish.skills.len()));
    }
    let mut evidence = format!("{} of {} skills: {}", found.len(), wish.skills.len(), found.join(", "));
    for (words, names) in [("without", missing), ("requires more:", lacked)] {
        if !names.is_empty() {
            evidence.push_str(&format!("; {words} {}", names.join(", ")));
        }
    }
    Feature::valued(value, evidence)
}

/// Skills that the job requires and the person has not, where the profile says which those are.
fn lacked<'a>(input: &RankInput<'a>, wish: &SkillWish) -> Vec<&'a str> {
    let Some(known) = &wish.known else { return Vec::new() };
    let lacks = |skill: &&String| !wish.skills.contains(skill) && !known.contains(skill);
    input.required_skills.iter().filter(lacks).map(String::as_str).collect()
}

fn employment(contract: ContractType, wish: &[ContractType]) -> Feature {
    if contract == ContractType::Unknown {
        return Feature::unknown("the kind of contract is not stated");
    }
    let value = if wish.contains(&contract) { 1.0 } else { 0.0 };
    Feature::valued(value, contract.as_str().replace('_', " "))
}

fn seniority(input: &RankInput, wish: &[Seniority]) -> Feature {
    if input.seniority.is_some() && input.seniority_confidence < SURE {
        return Feature::unknown("the level is only a guess");
    }
    let Some(level) = input.seniority else { return Feature::unknown("no level is stated") };
    let value = closeness(Seniority::ALL, level, wish);
    Feature::valued(value, format!("{} level", level.as_str()))
}

fn remote(remote: RemoteType, wish: &[RemoteType]) -> Feature {
    if remote == RemoteType::Unknown {
        return Feature::unknown("not stated whether it is remote");
    }
    Feature::valued(closeness(RemoteType::ALL, remote, wish), remote.as_str().to_owned())
}

/// 1 for a wished step of a ladder, a half for its neighbours, else 0.
fn closeness<T: PartialEq>(ladder: &[T], step: T, wish: &[T]) -> f64 {
    let place = |wanted: &T| ladder.iter().position(|step| step == wanted).unwrap_or(usize::MAX / 2);
    let here = place(&step);
    let distance = wish.iter().map(|wanted| place(wanted).abs_diff(here)).min();
    match distance {
        Some(0) => 1.0,
        Some(1) => 0.5,
        _ => 0.0,
    }
}

fn company_size(size: Option<&str>, wish: SizeWish) -> Feature {
    let Some((min, max)) = size.and_then(employees) else { return Feature::unknown("the size is not known") };
    let max = max.unwrap_or(u64::MAX);
    let evidence = match max {
        u64::MAX => format!("{min} or more employees"),
        max if max == min => format!("{min} employees"),
        max => format!("{min} to {max} employees"),
    };
    let inside = |low: u64, high: u64| min <= high && low <= max;
    let value = if inside(wish.min, wish.max) {
        1.0
    } else if inside(wish.min / 2, wish.max.saturating_mul(2)) {
        0.5
    } else {
        0.0
    };
    Feature::valued(value, evidence)
}

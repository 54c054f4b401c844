//! What hides a job from a profile's lists: its filters and its block list, each with the reason. All of them are tried,
//! so that an audit can tell what a rule hides alone.

use super::adjustments::{meets, met};
use super::core::Hiding;
use super::input::{RankInput, Words};
use super::keywords::Found;
use super::pay::thousands;
use super::place;
use crate::config::ranking::Profile;
use crate::config::ranking::filters::{Filters, entry_rule, rule};
use crate::posting::{ContractType, RemoteType};

/// How one filter finds a job.
enum Verdict {
    Pass,
    Unknown,
    Fail(String),
}

/// Every rule that hides the job, in the order of `Profile::rules`.
pub(super) fn of(input: &RankInput, words: &Words, found: &Found, profile: &Profile) -> Vec<Hiding> {
    let filters = &profile.filters;
    let mut hidden = Vec::new();
    let verdicts = [
        countries(input, filters),
        distance(input, profile),
        listed(&filters.remote_types, input.remote_type, RemoteType::Unknown, RemoteType::as_str),
        language(input, filters),
        listed(&filters.contract_types, input.contract_type, ContractType::Unknown, ContractType::as_str),
        seniority(input, filters),
        pay(input, filters),
        skills(input, filters),
    ];
    for (name, verdict) in Filters::NAMES.into_iter().zip(verdicts) {
        let evidence = match verdict {
            Verdict::Fail(evidence) => evidence,
            Verdict::Unknown if filters.hide_unknown.contains(&name) => "not stated".to_owned(),
            _ => continue,
        };
        hidden.push(Hiding { rule: rule(name), evidence });
    }
    for phrase in &filters.exclude_title {
        if words.title.contains(&phrase.folded) && input.speaks(phrase.language.as_deref()) {
            let evidence = format!("title has \"{}\"", phrase.text);
            hidden.push(Hiding { rule: entry_rule("exclude_title", &phrase.text), evidence });
        }
    }
    let wanted = &filters.keywords_any;
    if found.has_text() && !wanted.is_empty() && !wanted.iter().any(|phrase| found.has(phrase, input)) {
        let evidence = "text has none of your keywords".to_owned();
        hidden.push(Hiding { rule: rule("keywords_any"), evidence });
    }
    for phrase in filters.keywords_none.iter().filter(|phrase| found.has(phrase, input)) {
        let evidence = format!("text has \"{}\"", phrase.text);
        hidden.push(Hiding { rule: entry_rule("keywords_none", &phrase.text), evidence });
    }
    for entry in profile.lists.block.iter().filter(|entry| meets(entry, input, words, found)) {
        hidden.push(Hiding { rule: entry.block_rule(), evidence: met(entry) });
    }
    hidden
}

fn countries(input: &RankInput, filters: &Filters) -> Verdict {
    if filters.countries.is_empty() {
        return Verdict::Pass;
    }
    let open = input.countries();
    if open.is_empty() {
        return Verdict::Unknown;
    }
    if open.iter().any(|code| filters.countries.iter().any(|wanted| wanted == code)) {
        return Verdict::Pass;
    }
    Verdict::Fail(format!("in {}", open.join(", ")))
}

fn distance(input: &RankInput, profile: &Profile) -> Verdict {
    let Some((most, wish)) = profile.filters.max_km.zip(profile.location.as_ref()) else {
        return Verdict::Pass;
    };
    if input.remote_type == RemoteType::Remote {
        return Verdict::Pass;
    }
    match place::nearest(input, wish) {
        None => Verdict::Unknown,
        Some(near) if near.kilometres <= most => Verdict::Pass,
        Some(near) => Verdict::Fail(near.words()),
    }
}

/// A column with a closed vocabulary against the values that may stay.
fn listed<T: Copy + PartialEq>(wanted: &[T], value: T, unknown: T, word: fn(T) -> &'static str) -> Verdict {
    if wanted.is_empty() || wanted.contains(&value) {
        Verdict::Pass
    } else if value == unknown {
        Verdict::Unknown
    } else {
        Verdict::Fail(word(value).replace('_', " "))
    }
}

fn language(input: &RankInput, filters: &Filters) -> Verdict {
    match input.language {
        _ if filters.languages.is_empty() => Verdict::Pass,
        None => Verdict::Unknown,
        Some(code) if filters.languages.iter().any(|wanted| wanted == code) => Verdict::Pass,
        Some(code) => Verdict::Fail(format!("written in {code}")),
    }
}

fn seniority(input: &RankInput, filters: &Filters) -> Verdict {
    match input.sure_seniority() {
        _ if filters.seniority.is_empty() => Verdict::Pass,
        None => Verdict::Unknown,
        Some(level) if filters.seniority.contains(&level) => Verdict::Pass,
        Some(level) => Verdict::Fail(format!("{} level", level.as_str())),
    }
}

/// The top of the range decides: a job that may pay enough stays. A range without a top may pay anything above its start.
fn pay(input: &RankInput, filters: &Filters) -> Verdict {
    let Some(least) = filters.min_salary else { return Verdict::Pass };
    match input.sure_pay() {
        [_, Some(top)] if top < least => Verdict::Fail(format!("up to CAD {} a year", thousands(top))),
        [_, Some(_)] => Verdict::Pass,
        [Some(start), None] if start >= least => Verdict::Pass,
        _ => Verdict::Unknown,
    }
}

fn skills(input: &RankInput, filters: &Filters) -> Verdict {
    if filters.must_have_skills.is_empty() {
        return Verdict::Pass;
    }
    if input.skills.is_empty() {
        return Verdict::Unknown;
    }
    let missing: Vec<&str> = filters
        .must_have_skills
        .iter()
        .filter(|skill| !input.skills.contains(skill))
        .map(String::as_str)
        .collect();
    if missing.is_empty() { Verdict::Pass } else { Verdict::Fail(format!("without {}", missing.join(", "))) }
}

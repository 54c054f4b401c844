//! The eight features: how well a job fits one wish of a profile, from 0 to 1, with the reason in words.
//! Unknown is worth a half, wherever it comes from.

use super::core::RankInput;
use crate::config::ranking::{
    LocationWish, Profile, SalaryWish, SizeWish, SkillWish, TitleWish, WishedPlace,
};
use crate::posting::{ContractType, RemoteType, Seniority};
use crate::taxonomy::gazetteer::kilometres;
use crate::taxonomy::sizes::employees;
use crate::taxonomy::words::fold_singular;

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
    fn valued(value: f64, evidence: String) -> Feature {
        let value = value.clamp(0.0, 1.0);
        let state = match value {
            1.0 => State::Match,
            0.0 => State::Miss,
            _ => State::Partial,
        };
        Feature { state, value, evidence }
    }

    fn unknown(evidence: &str) -> Feature {
        Feature { state: State::Unknown, value: 0.5, evidence: evidence.to_owned() }
    }

    fn no_preference() -> Feature {
        Feature { state: State::NoPreference, value: 0.0, evidence: String::new() }
    }
}

/// The features in the order of `Weights::FEATURES`.
pub(super) fn of(input: &RankInput, profile: &Profile) -> [Feature; 8] {
    [
        profile.title.as_ref().map(|wish| title(input, wish)),
        profile.skills.as_ref().map(|wish| skills(input, wish)),
        profile.location.as_ref().map(|wish| location(input, wish)),
        profile.salary.map(|wish| salary(input, wish)),
        some_of(&profile.employment_types).map(|wish| employment(input.contract_type, wish)),
        some_of(&profile.seniority).map(|wish| seniority(input.seniority, wish)),
        some_of(&profile.remote_types).map(|wish| remote(input.remote_type, wish)),
        profile.company_size.map(|wish| company_size(input.company_size, wish)),
    ]
    .map(|feature| feature.unwrap_or_else(Feature::no_preference))
}

fn some_of<T>(list: &[T]) -> Option<&[T]> {
    if list.is_empty() { None } else { Some(list) }
}

fn title(input: &RankInput, wish: &TitleWish) -> Feature {
    let advertised = fold_singular(input.job_title);
    let standard = input.job_title_std.map(fold_singular).unwrap_or_default();
    if let Some(phrase) = wish.exclude.iter().find(|phrase| advertised.contains(&phrase.folded)) {
        return Feature::valued(0.0, format!("title has \"{}\", which you exclude", phrase.text));
    }
    if wish.any.is_empty() {
        return Feature::valued(1.0, "title has nothing you exclude".to_owned());
    }
    if let Some(phrase) = wish.any.iter().find(|phrase| advertised.contains(&phrase.folded)) {
        return Feature::valued(1.0, format!("title has \"{}\"", phrase.text));
    }
    if let Some(phrase) = wish.any.iter().find(|phrase| standard.contains(&phrase.folded)) {
        return Feature::valued(1.0, format!("standard title has \"{}\"", phrase.text));
    }
    let scattered = |folded: &str| {
        folded
            .split_ascii_whitespace()
            .all(|word| advertised.split_ascii_whitespace().any(|other| other == word))
    };
    match wish.any.iter().find(|phrase| scattered(&phrase.folded)) {
        Some(phrase) => Feature::valued(0.75, format!("title has the words of \"{}\"", phrase.text)),
        None => Feature::valued(0.0, "title has none of your phrases".to_owned()),
    }
}

fn skills(input: &RankInput, wish: &SkillWish) -> Feature {
    if input.skills.is_empty() {
        return Feature::unknown("no known skills are named");
    }
    let named = |skill: &&String| input.skills.contains(skill);
    let found: Vec<&String> = wish.skills.iter().filter(named).collect();
    let share = (found.len() as f64 / wish.enough as f64).min(1.0);
    let required = if wish.must_have.is_empty() {
        1.0
    } else {
        wish.must_have.iter().filter(named).count() as f64 / wish.must_have.len() as f64
    };
    let missing: Vec<&str> =
        wish.must_have.iter().filter(|skill| !named(skill)).map(String::as_str).collect();
    let lacking =
        if missing.is_empty() { String::new() } else { format!("; without {}", missing.join(", ")) };
    let evidence = match found.len() {
        0 => format!("none of your {} skills", wish.skills.len()),
        count => {
            let names: Vec<&str> = found.iter().map(|name| name.as_str()).collect();
            format!("{count} of {} skills: {}{lacking}", wish.skills.len(), names.join(", "))
        }
    };
    Feature::valued(share * required, evidence)
}

fn location(input: &RankInput, wish: &LocationWish) -> Feature {
    let coordinates = input.location_lat.zip(input.location_lon);
    if input.remote_type == RemoteType::Remote && !wish.remote_from.is_empty() {
        match input.location_country {
            Some(code) if wish.remote_from.iter().any(|wished| wished == code) => {
                return Feature::valued(1.0, format!("remote within {code}"));
            }
            None if coordinates.is_none() => {
                return Feature::unknown("remote, and the country is not stated");
            }
            _ => {}
        }
    }
    if wish.places.is_empty() {
        return remote_only(input, wish);
    }
    if let Some(found) = coordinates.and_then(|coordinates| distance(input, coordinates, wish)) {
        return found;
    }
    let Some(code) = input.location_country else { return Feature::unknown("no place is stated") };
    if !wish.places.iter().any(|place| place.country == code) {
        return Feature::valued(0.0, format!("in {code}, far from your places"));
    }
    match input.location_city {
        Some(city) if wish.places.iter().any(|place| place.name.eq_ignore_ascii_case(city)) => {
            Feature::valued(1.0, format!("in {city}"))
        }
        _ => Feature::unknown("in your country, the city is not known"),
    }
}

/// A job that is not remote from a wished country, for a profile that names no cities.
fn remote_only(input: &RankInput, wish: &LocationWish) -> Feature {
    match (input.remote_type, input.location_country) {
        (_, Some(code)) if !wish.remote_from.iter().any(|wished| wished == code) => {
            Feature::valued(0.0, format!("in {code}"))
        }
        (RemoteType::Hybrid | RemoteType::Onsite, _) => Feature::valued(0.0, "not remote".to_owned()),
        _ => Feature::unknown("not stated whether it is remote from your country"),
    }
}

fn distance(input: &RankInput, coordinates: (f64, f64), wish: &LocationWish) -> Option<Feature> {
    let away = |place: &WishedPlace| kilometres(coordinates, (place.lat, place.lon));
    let nearest = wish.places.iter().min_by(|left, right| away(left).total_cmp(&away(right)))?;
    let kilometres = away(nearest);
    let value = band(kilometres, wish.near_km);
    let evidence = match input.location_city {
        Some(city) if city == nearest.name => format!("in {city}"),
        Some(city) => format!("{city}, {} km from {}", kilometres.round(), nearest.name),
        None => format!("{} km from {}", kilometres.round(), nearest.name),
    };
    Some(Feature::valued(value, evidence))
}

/// Full up to `near`, then a quarter less at 2, 4 and 8 times as far.
fn band(distance: f64, near: f64) -> f64 {
    match distance / near {
        times if times <= 1.0 => 1.0,
        times if times <= 2.0 => 0.75,
        times if times <= 4.0 => 0.5,
        times if times <= 8.0 => 0.25,
        _ => 0.0,
    }
}

fn salary(input: &RankInput, wish: SalaryWish) -> Feature {
    let stated =
        [input.salary_min_norm, input.salary_max_norm].map(|amount| amount.map(|amount| amount.as_f64()));
    let (min, max, evidence) = match stated {
        [None, None] => return Feature::unknown("no pay is stated"),
        [Some(min), None] => (min, min, format!("from CAD {} a year", thousands(min))),
        [None, Some(max)] => (max, max, format!("up to CAD {} a year", thousands(max))),
        [Some(min), Some(max)] if min == max => (min, max, format!("CAD {} a year", thousands(min))),
        [Some(min), Some(max)] => (min, max, format!("CAD {} to {} a year", thousands(min), thousands(max))),
    };
    let position = |amount: f64| {
        if amount >= wish.target {
            1.0
        } else if amount < wish.floor {
            0.0
        } else {
            // Even the floor itself is worth something, and less than the target.
            0.5 + 0.5 * (amount - wish.floor) / (wish.target - wish.floor)
        }
    };
    Feature::valued((position(min) + position(max)) / 2.0, evidence)
}

fn thousands(amount: f64) -> String {
    let digits = (amount.round() as i64).to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn employment(contract: ContractType, wish: &[ContractType]) -> Feature {
    if contract == ContractType::Unknown {
        return Feature::unknown("the kind of contract is not stated");
    }
    let value = if wish.contains(&contract) { 1.0 } else { 0.0 };
    Feature::valued(value, contract.as_str().replace('_', " "))
}

fn seniority(level: Option<Seniority>, wish: &[Seniority]) -> Feature {
    let Some(level) = level else { return Feature::unknown("no level is stated") };
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

//! How near a job is: kilometres from the nearest of its places to the nearest of the profile's, and for remote jobs the
//! countries they are open to.

use super::features::Feature;
use super::input::{RankInput, Spot};
use crate::config::ranking::wishes::{LocationWish, WishedPlace};
use crate::posting::RemoteType;
use crate::taxonomy::gazetteer::kilometres;

/// At this many times `near_km` nothing is left.
const FAR: f64 = 8.0;

/// The shortest way between a job and a profile.
pub(super) struct Near<'a> {
    pub kilometres: f64,
    spot: Spot<'a>,
    place: &'a WishedPlace,
}

impl Near<'_> {
    /// The way in words.
    pub(super) fn words(&self) -> String {
        let name = &self.place.name;
        let kilometres = self.kilometres.round();
        match self.spot.city {
            Some(city) if city == name => format!("in {city}"),
            Some(city) => format!("{city}, {kilometres} km from {name}"),
            None => format!("{kilometres} km from {name}"),
        }
    }
}

/// The nearest pair of places with coordinates.
pub(super) fn nearest<'a>(input: &RankInput<'a>, wish: &'a LocationWish) -> Option<Near<'a>> {
    let pairs = input.spots().filter_map(|spot| Some((spot, spot.at?))).flat_map(|(spot, at)| {
        wish.places.iter().map(move |place| Near {
            kilometres: kilometres(at, (place.lat, place.lon)),
            spot,
            place,
        })
    });
    pairs.min_by(|left, right| left.kilometres.total_cmp(&right.kilometres))
}

pub(super) fn feature(input: &RankInput, wish: &LocationWish) -> Feature {
    if input.remote_type == RemoteType::Remote && !wish.remote_from.is_empty() {
        if let Some(feature) = remote(input, wish) {
            return feature;
        }
    }
    if wish.places.is_empty() {
        return remote_only(input, wish);
    }
    if let Some(near) = nearest(input, wish) {
        return Feature::valued(taper(near.kilometres, wish.near_km), near.words());
    }
    let countries = input.countries();
    if countries.is_empty() {
        return Feature::unknown("no place is stated");
    }
    if !countries.iter().any(|code| wish.places.iter().any(|place| place.country == *code)) {
        return Feature::valued(0.0, format!("in {}, far from your places", countries.join(", ")));
    }
    let is_wished = |city: &&str| wish.places.iter().any(|place| place.name.eq_ignore_ascii_case(city));
    match input.spots().filter_map(|spot| spot.city).find(is_wished) {
        Some(city) => Feature::valued(1.0, format!("in {city}")),
        None => Feature::unknown("in your country, the city is not known"),
    }
}

/// A remote job, by the countries it is open to; nothing when only its own place can tell.
fn remote(input: &RankInput, wish: &LocationWish) -> Option<Feature> {
    let open = input.countries();
    if let Some(code) = open.iter().find(|code| wish.remote_from.iter().any(|wished| wished == *code)) {
        return Some(Feature::valued(1.0, format!("remote within {code}")));
    }
    if !input.remote_countries.is_empty() {
        return Some(Feature::valued(0.0, format!("remote, and open to {} only", open.join(", "))));
    }
    let is_nowhere = open.is_empty() && input.spots().all(|spot| spot.at.is_none());
    is_nowhere.then(|| Feature::unknown("remote, and the country is not stated"))
}

/// A job that is not remote from a wished country, for a profile that names no cities.
fn remote_only(input: &RankInput, wish: &LocationWish) -> Feature {
    let countries = input.countries();
    let is_wished = |code: &&str| wish.remote_from.iter().any(|wished| wished == code);
    if !countries.is_empty() && !countries.iter().any(is_wished) {
        return Feature::valued(0.0, format!("in {}", countries.join(", ")));
    }
    match input.remote_type {
        RemoteType::Hybrid | RemoteType::Onsite => Feature::valued(0.0, "not remote".to_owned()),
        _ => Feature::unknown("not stated whether it is remote from your country"),
    }
}

/// 1 up to `near`, then a third less each time the way doubles: two thirds at 2 times as far, one third at 4, none at 8.
fn taper(distance: f64, near: f64) -> f64 {
    1.0 - (distance / near).max(1.0).log2() / FAR.log2()
}

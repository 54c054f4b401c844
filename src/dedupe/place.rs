//! Where two jobs are, compared: the same place, near it, not known well enough, or apart. Never resolves a name; that is
//! what enrich did.

use super::core::DedupeJob;
use super::hash;
use crate::posting::{Place, RemoteType};
use crate::taxonomy::gazetteer::key;
use crate::taxonomy::words::fold;

/// Places of one job that are kept.
pub const MOST_SPOTS: usize = 6;
/// Words of a displayed place that are kept.
pub const MOST_WORDS: usize = 8;
/// Places this near are one labour market, and a copy may name the one for the other.
const NEAR_KM: f32 = 40.0;

/// A place by the hashes of its names; 0 where there is none. Coordinates are in hundredths of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    pub city: u32,
    pub region: u32,
    pub country: u16,
    pub lat: i16,
    pub lon: i16,
}

/// Words of a displayed place that say nothing about where in a country it is.
const UNTELLING: &[&str] = &[
    "and",
    "area",
    "based",
    "ca",
    "canada",
    "city",
    "en",
    "france",
    "gb",
    "germany",
    "great",
    "greater",
    "hybrid",
    "in",
    "india",
    "ireland",
    "kingdom",
    "britain",
    "of",
    "office",
    "on",
    "onsite",
    "or",
    "region",
    "remote",
    "site",
    "states",
    "teletravail",
    "the",
    "uk",
    "united",
    "us",
    "usa",
    "amp",
];

/// The bit of a word's hash that says that it has a digit.
const NUMBER: u32 = 1 << 31;

/// Coordinates that are not known.
const NOWHERE: i16 = i16::MIN;

impl Spot {
    fn of(place: &Place) -> Spot {
        let name = |name: &Option<String>| name.as_deref().map(key).filter(|name| !name.is_empty());
        let (city, region, country) = (name(&place.city), name(&place.region), name(&place.country));
        let land = country.clone().unwrap_or_default();
        // With coordinates two cities of one name are told apart; without, the country is all there is.
        let named = |name: Option<String>| name.map_or(0, |name| hash::short(&format!("{name}|{land}")));
        let degrees =
            |degrees: Option<f64>| degrees.map_or(NOWHERE, |degrees| (degrees * 100.0).round() as i16);
        Spot {
            city: named(city),
            region: named(region),
            country: country.map_or(0, |country| hash::short(&country) as u16 | 1),
            lat: degrees(place.lat),
            lon: degrees(place.lon),
        }
    }

    fn kilometres(&self, other: &Spot) -> Option<f32> {
        if [self.lat, self.lon, other.lat, other.lon].contains(&NOWHERE) {
            return None;
        }
        // On a plane: at these distances the error is far below what "near" means.
        let (lat, far) = (f32::from(self.lat) / 100.0, f32::from(other.lat) / 100.0);
        let east = (f32::from(self.lon) - f32::from(other.lon)) / 100.0 * lat.to_radians().cos();
        Some((lat - far).hypot(east) * 111.2)
    }
}

/// The places of a job, ready to be compared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spots {
    /// The places that are known, sorted.
    pub spots: Vec<Spot>,
    /// Hashes of the words of the place as displayed, sorted. The highest bit marks those with a digit.
    pub words: Vec<u32>,
    /// Whether the work is done from anywhere.
    pub is_remote: bool,
}

/// How the places of two jobs compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// They share a city, or both are remote in one country.
    Same,
    /// Their cities are one labour market.
    Near,
    /// One is unknown or wider than the other.
    Open,
    /// Both are known, and they share nothing.
    Apart,
}

impl Spots {
    /// The places of a job.
    pub fn of(job: &DedupeJob) -> Spots {
        let mut spots: Vec<Spot> = job
            .places
            .iter()
            .map(Spot::of)
            .filter(|spot| spot.city | spot.region != 0 || spot.country != 0)
            .collect();
        spots.sort_unstable();
        spots.dedup();
        spots.truncate(MOST_SPOTS);
        let folded = fold(job.location.unwrap_or_default());
        let mut words: Vec<u32> =
            folded.split_ascii_whitespace().filter(|word| !UNTELLING.contains(word)).map(word_hash).collect();
        words.sort_unstable();
        words.dedup();
        words.truncate(MOST_WORDS);
        Spots { spots, words, is_remote: job.remote_type == RemoteType::Remote }
    }

    /// Compares with another job's. `one_source` tells whether both were written down by one source, whose spelling of a
    /// site can then be taken at its word.
    pub fn relation(&self, other: &Spots, one_source: bool) -> Where {
        let words = self.relation_of_words(other);
        if self.spots.is_empty() || other.spots.is_empty() {
            return words;
        }
        let is_wide = |spots: &[Spot]| spots.iter().all(|spot| spot.city == 0);
        let both_wide = is_wide(&self.spots) && is_wide(&other.spots);
        let both_remote = self.is_remote && other.is_remote;
        let mut best = Where::Apart;
        for left in &self.spots {
            for right in &other.spots {
                match relation_of(left, right, both_remote) {
                    Where::Same => best = Where::Same,
                    Where::Near if best != Where::Same => best = Where::Near,
                    Where::Open if best == Where::Apart => best = Where::Open,
                    _ => {}
                }
            }
        }
        if best == Where::Apart
            && self.is_remote != other.is_remote
            && !one_source
            && self.shares_country(other)
        {
            // A remote job that one board pins to a city of its own choice.
            return Where::Open;
        }
        match (best, words) {
            // The country is known, and the rest of the words says where in it.
            (Where::Same | Where::Open, Where::Apart) if both_wide && !both_remote => Where::Apart,
            // One city, two sites; or a site that one does not name.
            (Where::Same, Where::Apart) if one_source && self.spots == other.spots => Where::Near,
            (Where::Open, Where::Apart) if one_source => Where::Apart,
            _ => best,
        }
    }

    /// Compares the places as displayed.
    fn relation_of_words(&self, other: &Spots) -> Where {
        match (self.words.is_empty(), other.words.is_empty()) {
            (true, true) if self.is_remote && other.is_remote => Where::Same,
            (true, _) | (_, true) => Where::Open,
            _ if self.words == other.words => Where::Same,
            _ => {
                let shared = self.words.iter().filter(|word| other.words.contains(word)).count();
                let all = shared == self.words.len().min(other.words.len());
                // A postcode or the number of a department stands before the town here, and before the whole area there.
                let by_number =
                    self.words.iter().any(|word| word & NUMBER != 0 && other.words.contains(word));
                if all || by_number { Where::Open } else { Where::Apart }
            }
        }
    }

    fn shares_country(&self, other: &Spots) -> bool {
        self.spots
            .iter()
            .any(|left| other.spots.iter().any(|right| left.country != 0 && left.country == right.country))
    }

    /// The hash of the first city, or of whatever is known instead; 0 when nothing is.
    pub fn anchor(&self) -> u32 {
        let city = self.spots.iter().find(|spot| spot.city != 0);
        city.map(|spot| spot.city)
            .or(self.spots.first().map(|spot| spot.region.max(u32::from(spot.country))))
            .or(self.words.first().copied())
            .unwrap_or(0)
    }
}

/// The hash of a word of a displayed place.
fn word_hash(word: &str) -> u32 {
    let number = if word.bytes().any(|byte| byte.is_ascii_digit()) { NUMBER } else { 0 };
    hash::short(word) & !NUMBER | number
}

fn relation_of(left: &Spot, right: &Spot, both_remote: bool) -> Where {
    let same_country = left.country == right.country && left.country != 0;
    if left.country != right.country && left.country != 0 && right.country != 0 {
        return Where::Apart;
    }
    if left.city != 0 && right.city != 0 {
        let kilometres = left.kilometres(right);
        return if left.city == right.city && kilometres.is_none_or(|distance| distance <= NEAR_KM) {
            Where::Same
        } else if kilometres.is_some_and(|distance| distance <= NEAR_KM) {
            Where::Near
        } else {
            Where::Apart
        };
    }
    let regions_differ = left.region != 0 && right.region != 0 && left.region != right.region;
    if regions_differ && !both_remote {
        return Where::Apart;
    }
    let neither_has_city = left.city == 0 && right.city == 0;
    if neither_has_city && left.region == right.region && same_country { Where::Same } else { Where::Open }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(city: &str, country: &str, at: Option<(f64, f64)>) -> Place {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Place {
            city: text(city),
            region: None,
            country: text(country),
            lat: at.map(|at| at.0),
            lon: at.map(|at| at.1),
        }
    }

    fn spots(places: &[Place], is_remote: bool) -> Spots {
        let mut spots: Vec<Spot> = places.iter().map(Spot::of).collect();
        spots.sort_unstable();
        Spots { spots, words: Vec::new(), is_remote }
    }

    #[test]
    fn places_compare() {
        let toronto = place("Toronto", "CA", Some((43.65, -79.38)));
        let mississauga = place("Mississauga", "CA", Some((43.59, -79.64)));
        let montreal = place("Montréal", "CA", Some((45.5, -73.57)));
        let (canada, nowhere) = (place("", "CA", None), place("", "", None));
        let check = |left: &[Place], right: &[Place], remote: bool, expected: Where| {
            let (left, right) = (spots(left, remote), spots(right, remote));
            assert_eq!(left.relation(&right, false), expected, "{left:?} {right:?}");
            assert_eq!(right.relation(&left, false), expected);
        };
        let one = std::slice::from_ref;
        check(one(&toronto), one(&toronto), false, Where::Same);
        check(one(&montreal), one(&place("Montreal", "CA", None)), false, Where::Same);
        check(one(&toronto), one(&mississauga), false, Where::Near);
        check(one(&toronto), one(&montreal), false, Where::Apart);
        check(one(&toronto), one(&montreal), true, Where::Apart);
        check(one(&toronto), one(&canada), false, Where::Open);
        check(one(&canada), one(&canada), true, Where::Same);
        check(one(&canada), one(&place("", "FR", None)), true, Where::Apart);
        check(&[toronto.clone(), montreal.clone()], one(&montreal), false, Where::Same);
        check(one(&toronto), &[], false, Where::Open);
        check(one(&nowhere), one(&toronto), false, Where::Open);
    }

    #[test]
    fn a_number_ties_a_town_to_its_area() {
        let check = |left: &str, right: &str, expected: Where| {
            let words = |text: &str| text.split(' ').map(word_hash).collect();
            let spots = |text: &str| Spots { spots: Vec::new(), words: words(text), is_remote: false };
            assert_eq!(spots(left).relation(&spots(right), true), expected, "{left} {right}");
        };
        check("44 loire atlantique", "44 nantes", Where::Open);
        check("44 loire atlantique", "49 angers", Where::Apart);
        check("north site", "north field", Where::Apart);
    }
}

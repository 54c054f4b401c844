//! Places of a job: the structured parts first, then the displayed text, then the further places that the source lists.

use super::core::{EnrichInput, JobPlace, Provenance};
use crate::taxonomy::Taxonomy;
use crate::taxonomy::gazetteer::kilometres;
use crate::taxonomy::places::Place;
use crate::taxonomy::places::centroids::is_middle_of_country;
use crate::taxonomy::places::several::{self, MOST};

/// A source's coordinates further than this from the city it names are those of something else.
const SAME_CITY_KM: f64 = 100.0;

/// Where a job is.
pub(super) struct StandardPlace {
    pub standard: Option<String>,
    pub city: Option<String>,
    pub region: Option<String>,
    pub country: Option<String>,
    pub coordinates: Option<(f64, f64)>,
    /// Every place, the one above first.
    pub all: Vec<JobPlace>,
    pub from: Provenance,
}

/// Reads the places of a job.
pub(super) fn standard(input: &EnrichInput, taxonomy: &Taxonomy) -> StandardPlace {
    let places = &taxonomy.places;
    // An address in one of several countries is often the head office; such a job is in none of them in particular.
    let read = input.location.map(|text| places.shown(text));
    let several = read.as_ref().is_some_and(|read| read.names_several_countries);
    let structured = places.named(input.place_city, input.place_region, input.place_country);
    let shown = read.and_then(|read| read.place.clone());
    let (place, from) = match (structured, shown) {
        (Some(place), None) if several && place.coordinates.is_none() => (None, Provenance::NONE),
        (Some(structured), Some(shown)) if refines(&shown, &structured) => {
            (Some(shown), Provenance::new("structured", 0.8))
        }
        (Some(place), _) => {
            let confidence = confidence(&place) + 0.1;
            (Some(place), Provenance::new("structured", confidence))
        }
        (None, Some(place)) => {
            let confidence = confidence(&place);
            (Some(place), Provenance::new("dictionary", confidence))
        }
        (None, None) => (None, Provenance::NONE),
    };
    let sent = sent(input, place.as_ref());
    let coordinates = sent.or(place.as_ref().and_then(|place| place.coordinates));
    let all = all(input, taxonomy, place.as_ref().map(|place| Place { coordinates, ..place.clone() }));
    StandardPlace {
        standard: place.as_ref().map(|place| places.standard_form(place)),
        city: place.as_ref().and_then(|place| place.city.clone()),
        region: place.as_ref().and_then(|place| place.region.clone()),
        country: place.map(|place| place.country),
        coordinates,
        all,
        from: if sent.is_some() { Provenance::new("structured", 1.0) } else { from },
    }
}

/// The coordinates of the source, unless they are no place: the middle of a country, anything beside a country alone, or
/// a point far from the city that is named.
fn sent(input: &EnrichInput, place: Option<&Place>) -> Option<(f64, f64)> {
    let (lat, lon) = input.place_lat.zip(input.place_lon)?;
    let on_earth = lat.abs() <= 90.0 && lon.abs() <= 180.0 && (lat, lon) != (0.0, 0.0);
    if !on_earth || is_middle_of_country((lat, lon)) {
        return None;
    }
    let is_country_alone = place.is_some_and(|place| place.city.is_none() && place.region.is_none())
        && input.place_city.is_none()
        && !input.location.is_some_and(|text| text.contains(','));
    let is_elsewhere = place
        .and_then(|place| place.coordinates)
        .is_some_and(|named| kilometres(named, (lat, lon)) > SAME_CITY_KM);
    (!is_country_alone && !is_elsewhere).then_some((lat, lon))
}

/// The main place, then those of the displayed text and of the source's list.
fn all(input: &EnrichInput, taxonomy: &Taxonomy, main: Option<Place>) -> Vec<JobPlace> {
    let places = &taxonomy.places;
    let mut found: Vec<Place> = main.into_iter().collect();
    let shown = input.location.into_iter().filter(|text| places.shown(text).may_name_several);
    for text in shown.chain(input.more_locations.iter().map(String::as_str)).take(2 * MOST) {
        for place in places.shown(text).all(text, places) {
            several::add(&mut found, place.clone());
        }
    }
    let job_place = |place: Place| JobPlace {
        city: place.city,
        region: place.region,
        country: place.country,
        lat: place.coordinates.map(|(lat, _)| lat),
        lon: place.coordinates.map(|(_, lon)| lon),
    };
    several::without_covered(found).into_iter().map(job_place).collect()
}

/// Whether the text names a city of the same country where the parts name none.
fn refines(shown: &Place, structured: &Place) -> bool {
    let same_region = structured.region.is_none() || structured.region == shown.region;
    structured.coordinates.is_none()
        && structured.city.is_none()
        && shown.country == structured.country
        && shown.city.is_some()
        && same_region
}

fn confidence(place: &Place) -> f64 {
    match (&place.coordinates, &place.city, &place.region) {
        (Some(_), _, _) => 0.85,
        (None, Some(_), _) => 0.7,
        (None, None, Some(_)) => 0.6,
        (None, None, None) => 0.5,
    }
}

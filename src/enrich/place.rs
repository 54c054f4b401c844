//! Standard place of a job: the structured parts first, then the displayed text.

use super::core::{EnrichInput, Provenance};
use crate::taxonomy::Taxonomy;
use crate::taxonomy::places::Place;

/// Where a job is.
pub(super) struct StandardPlace {
    pub standard: Option<String>,
    pub city: Option<String>,
    pub region: Option<String>,
    pub country: Option<String>,
    pub coordinates: Option<(f64, f64)>,
    pub from: Provenance,
}

/// Reads the place of a job.
pub(super) fn standard(input: &EnrichInput, taxonomy: &Taxonomy) -> StandardPlace {
    let places = &taxonomy.places;
    let sent = input
        .place_lat
        .zip(input.place_lon)
        .filter(|(lat, lon)| lat.abs() <= 90.0 && lon.abs() <= 180.0 && (*lat, *lon) != (0.0, 0.0));
    // An address in one of several countries is often the head office; such a job is in none of them in particular.
    let several = input.location.is_some_and(|text| places.names_several_countries(text));
    let structured = places.from_parts(input.place_city, input.place_region, input.place_country);
    let shown = input.location.and_then(|text| places.in_text(text));
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
    let coordinates = sent.or(place.as_ref().and_then(|place| place.coordinates));
    StandardPlace {
        standard: place.as_ref().map(|place| places.standard_form(place)),
        city: place.as_ref().and_then(|place| place.city.clone()),
        region: place.as_ref().and_then(|place| place.region.clone()),
        country: place.map(|place| place.country),
        coordinates,
        from: if sent.is_some() { Provenance::new("structured", 1.0) } else { from },
    }
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

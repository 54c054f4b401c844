//! Every place that a displayed text names: "Toronto, Montréal or Vancouver", "San Francisco, CA | NYC". Names that lie
//! side by side and agree are one place, the longest run of them first.

use super::mentions::{Depth, Mention};
use super::parts::{WORLD, parts};
use super::reading;
use super::{Place, Places};
use crate::taxonomy::gazetteer::{key, kilometres};
use crate::taxonomy::postal;

/// Most places of one job.
pub const MOST: usize = 20;
/// Most names looked at in one text.
const NAMES: usize = 60;
/// A city, its region and its country.
const LONGEST: usize = 3;
/// Places of one name nearer than this are one.
const SAME_KM: f64 = 30.0;

impl Places {
    /// Every place in a displayed text, in reading order, each once. A country or region stands alone only where no
    /// other place of that country is named.
    pub fn all_in_text(&self, text: &str) -> Vec<Place> {
        // Around a postal code there is one address.
        if postal::area(text).is_some() {
            return self.in_text(text).into_iter().collect();
        }
        without_covered(self.listed(text))
    }

    /// The same with countries and regions in which another place of the list lies.
    pub(super) fn listed(&self, text: &str) -> Vec<Place> {
        let mut places = Vec::new();
        for one in segments(text).take(NAMES) {
            for place in self.all_in_segment(one) {
                add(&mut places, place);
            }
        }
        places
    }

    /// Whether a text may name more than one place: most name one, and need not be read twice. Where the text in parts
    /// names none, one that names several countries does.
    pub fn may_name_several(&self, text: &str) -> bool {
        text.contains([';', '|', '/', '\n', '•', '·', '&', '+', '(', '–', '—'])
            || [" or ", " ou ", " and ", " et ", " - "].iter().any(|word| text.contains(word))
            || self.may_be_list(text)
    }

    /// More than one part that is no region or country: "City, Region, Country" has one.
    fn may_be_list(&self, text: &str) -> bool {
        let may_be_city =
            |part: &&str| self.names.get(&key(part)).is_none_or(|names| !names.cities.is_empty());
        text.contains(',') && text.split(',').filter(may_be_city).count() > 1
    }

    fn all_in_segment(&self, text: &str) -> Vec<Place> {
        let (mentions, is_explained) = self.names_in(text, Depth::Curated);
        if is_explained {
            let places = self.runs(&mentions);
            // A country or region that no city took may belong to one of the gazetteer: "Paris, Texas".
            if mentions.len() < 2 || places.iter().all(|place| place.city.is_some()) {
                return places;
            }
        }
        self.runs(&self.names_in(text, Depth::World(None)).0)
    }

    fn names_in(&self, text: &str, depth: Depth) -> (Vec<Mention<'_>>, bool) {
        let mut mentions = Vec::new();
        let mut is_explained = true;
        for part in parts(text).take(NAMES) {
            let said = self.said(part, depth);
            is_explained &= said.is_explained;
            mentions.extend(said.mentions);
        }
        super::mentions::believe_stated_regions(text, &mut mentions);
        (mentions, is_explained)
    }

    /// The longest runs of names that are one place, from left to right; a name that none explains is passed over.
    fn runs(&self, mentions: &[Mention]) -> Vec<Place> {
        let mut places = Vec::new();
        let mut at = 0;
        while at < mentions.len() && places.len() < MOST {
            let longest = (1..=LONGEST.min(mentions.len() - at)).rev().find_map(|length| {
                let choice = reading::best(self, &mentions[at..at + length], None)?;
                let used = [choice.city.is_some(), choice.region.is_some(), choice.says_country];
                (used.into_iter().filter(|is_used| *is_used).count() == length).then_some((length, choice))
            });
            if let Some((length, choice)) = longest
                && !(length == 1 && choice.city.is_some() && self.is_contradicted(&mentions[at..]))
            {
                places.extend(self.place(&choice));
                at += length;
            } else {
                at += 1;
            }
        }
        places
    }

    /// Whether the name after a city is a region or country where it does not lie: "Richmond, Qc".
    fn is_contradicted(&self, mentions: &[Mention]) -> bool {
        let Some(next) = mentions.get(1).filter(|next| next.cities.is_empty()) else { return false };
        let both = reading::best(self, &mentions[..2], None);
        (next.country.is_some() || !next.regions.is_empty()) && both.is_none_or(|both| both.city.is_none())
    }
}

/// The alternatives of a text, between which no name belongs to another.
fn segments(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '|', '\n', '•', '·'])
        .flat_map(|part| part.split(" / "))
        .flat_map(|part| part.split(" or "))
        .flat_map(|part| part.split(" ou "))
        .map(str::trim)
        .filter(|part| !part.is_empty() && !WORLD.contains(&key(part).as_str()))
}

/// Adds a place unless it is there already.
pub fn add(places: &mut Vec<Place>, place: Place) {
    if places.len() < MOST && !places.iter().any(|known| is_same(known, &place)) {
        places.push(place);
    }
}

fn is_same(one: &Place, other: &Place) -> bool {
    let same_name = match (&one.city, &other.city) {
        (Some(one), Some(other)) => key(one) == key(other),
        (one, other) => one.is_none() && other.is_none(),
    };
    let same_region = match (&one.region, &other.region) {
        (Some(region), Some(other_region)) => key(region) == key(other_region),
        (None, None) => true,
        _ => one.city.is_some(),
    };
    let far =
        one.coordinates.zip(other.coordinates).is_some_and(|(one, other)| kilometres(one, other) > SAME_KM);
    one.country == other.country && same_name && same_region && !far
}

/// The list without countries and regions that a more exact place of the list lies in.
pub fn without_covered(places: Vec<Place>) -> Vec<Place> {
    let covers = |whole: &Place, part: &Place| {
        let more_exact = part.city.is_some() || (whole.region.is_none() && part.region.is_some());
        whole.city.is_none()
            && more_exact
            && whole.country == part.country
            && (whole.region.is_none() || whole.region == part.region)
    };
    let kept: Vec<bool> = places.iter().map(|one| !places.iter().any(|other| covers(one, other))).collect();
    places.into_iter().zip(kept).filter(|(_, is_kept)| *is_kept).map(|(place, _)| place).collect()
}

//! Countries, regions and cities with coordinates, and how to find one in parts or in a text. Reads `locations.yml`; for
//! what it does not know there is the gazetteer. A text that names nothing known stays unknown; no place is guessed.

pub mod centroids;
mod mentions;
mod parts;
mod reading;
pub mod several;
pub mod shown;
pub mod world;

use super::gazetteer::key;
use super::memo::Memo;
use super::postal::{self, Area};
use crate::yaml;
use anyhow::{Context, ensure};
use mentions::{Depth, Mention, Said};
use parts::NOISE;
use reading::Choice;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;

/// The compiled file.
pub struct Places {
    countries: Vec<Country>,
    regions: Vec<Region>,
    cities: Vec<City>,
    names: HashMap<String, Names>,
    /// What displayed texts say.
    seen: Memo<Arc<shown::Shown>>,
    /// What structured parts name.
    named: Memo<Option<Place>>,
}

/// A place in standard words.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Name of the city.
    pub city: Option<String>,
    /// Name of the province, state or land.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Degrees north and east.
    pub coordinates: Option<(f64, f64)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    countries: Vec<Country>,
    regions: Vec<Region>,
    cities: Vec<City>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Country {
    code: String,
    name: String,
    fr: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Region {
    country: String,
    code: Option<String>,
    name: String,
    fr: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct City {
    name: String,
    country: String,
    region: Option<String>,
    lat: f64,
    lon: f64,
    #[serde(default)]
    aliases: Vec<String>,
    /// Names of its metropolitan area that are names of others too.
    #[serde(default)]
    shared: Vec<String>,
}

/// What one folded name may mean.
#[derive(Default)]
struct Names {
    cities: Vec<usize>,
    /// The name means a city only beside its country.
    is_shared: bool,
    regions: Vec<usize>,
    country: Option<usize>,
}

/// Most places of one text that are looked at.
const SEVERAL: usize = 8;

impl Places {
    pub(super) fn read(name: &str, text: &str) -> anyhow::Result<Places> {
        let file: File = yaml::parse(name, text)?;
        let mut names: HashMap<String, Names> = HashMap::new();
        for (index, country) in file.countries.iter().enumerate() {
            let code = country.code.len() == 2 && country.code.bytes().all(|byte| byte.is_ascii_uppercase());
            ensure!(code, "{name}: country `{}`: code must be two capitals", country.name);
            for word in [&country.name, &country.code].into_iter().chain(&country.fr).chain(&country.aliases)
            {
                names.entry(key(word)).or_default().country.get_or_insert(index);
            }
        }
        let known = |code: &str| file.countries.iter().any(|country| country.code == code);
        for (index, region) in file.regions.iter().enumerate() {
            ensure!(
                known(&region.country),
                "{name}: region `{}`: no country `{}`",
                region.name,
                region.country
            );
            let words =
                [&region.name].into_iter().chain(&region.code).chain(&region.fr).chain(&region.aliases);
            for word in words {
                names.entry(key(word)).or_default().regions.push(index);
            }
        }
        for (index, city) in file.cities.iter().enumerate() {
            ensure!(known(&city.country), "{name}: city `{}`: no country `{}`", city.name, city.country);
            let on_earth = city.lat.abs() <= 90.0 && city.lon.abs() <= 180.0;
            ensure!(on_earth, "{name}: city `{}`: lat or lon is out of range", city.name);
            for word in [&city.name].into_iter().chain(&city.aliases) {
                let cities = &mut names.entry(key(word)).or_default().cities;
                if !cities.contains(&index) {
                    cities.push(index);
                }
            }
            for word in &city.shared {
                let names = names.entry(key(word)).or_default();
                names.is_shared = true;
                names.cities.push(index);
            }
        }
        let File { countries, regions, cities } = file;
        Ok(Places { countries, regions, cities, names, seen: Memo::default(), named: Memo::default() })
    }

    /// The ISO code of a country from any of its names.
    pub fn country_code(&self, text: &str) -> Option<&str> {
        let country = self.names.get(&key(text))?.country?;
        Some(&self.countries[country].code)
    }

    /// `City, REGION, CC` with the parts that are known. The region is its code where everyone writes it so: in Canada,
    /// the United States and Australia. A country alone is its name.
    pub fn standard_form(&self, place: &Place) -> String {
        let region = place.region.as_deref().map(|name| {
            let is_written_as_code = ["CA", "US", "AU"].contains(&place.country.as_str());
            let known = self.regions.iter().filter(|_| is_written_as_code);
            let mut known = known.filter(|region| region.country == place.country && region.name == name);
            known.next().and_then(|region| region.code.as_deref()).unwrap_or(name)
        });
        if place.city.is_none() && region.is_none() {
            // `CA` alone is read as California.
            let country = self.countries.iter().find(|country| country.code == place.country);
            return country.map_or(&place.country, |country| &country.name).clone();
        }
        let parts = [place.city.as_deref(), region, Some(place.country.as_str())];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// The place in a displayed text such as `Toronto, ON` or `Remote - Ontario, Canada`; of several cities the first.
    /// A text that names several countries and no city is no place.
    pub fn in_text(&self, text: &str) -> Option<Place> {
        if let Some((area, rest)) = postal::area(text) {
            return Some(self.in_area(&area, &rest));
        }
        for separator in [";", " / ", " or "] {
            if text.contains(separator) {
                let mut places = text.split(separator).take(SEVERAL).filter_map(|one| self.in_text(one));
                return places.find(|place| place.city.is_some()).or_else(|| self.in_one_text(text));
            }
        }
        self.in_one_text(text)
    }

    fn in_one_text(&self, text: &str) -> Option<Place> {
        let said = self.said(text, Depth::Curated);
        let choice = reading::best(self, &said.mentions, None);
        if let Some(choice) =
            choice.as_ref().filter(|choice| said.is_explained && choice.explains(&said.mentions))
        {
            return self.unless_several(choice, &said);
        }
        let said = self.said(text, Depth::World(None));
        self.unless_several(&reading::best(self, &said.mentions, None)?, &said)
    }

    fn unless_several(&self, choice: &Choice, said: &Said) -> Option<Place> {
        if names_several(&said.mentions) && choice.city.is_none() { None } else { self.place(choice) }
    }

    /// The place in a text whose postal code says about where it is.
    fn in_area(&self, area: &Area, text: &str) -> Place {
        let country = self.countries.iter().position(|country| country.code == area.country);
        let is_department = area.country != "CA" && area.name.is_some_and(|name| same_words(name, text));
        let mut said = if is_department && area.name != Some("Paris") {
            Said::default()
        } else {
            self.said(text, Depth::World(Some(area)))
        };
        let mut choice = reading::best(self, &said.mentions, country).filter(|choice| choice.city.is_some());
        // The middle of a Canadian area is near enough, and its name begins with that of the city.
        if let Some(name) = area.name.filter(|_| choice.is_none() && area.country == "CA") {
            let city = name.split_once(" (").map_or(name, |(city, _)| city);
            said = self.said(city, Depth::World(Some(area)));
            choice = reading::best(self, &said.mentions, country).filter(|choice| choice.city.is_some());
        }
        if let Some(place) = choice.and_then(|choice| self.place(&choice)) {
            return place;
        }
        let is_french = area.name.is_some() && area.country != "CA";
        Place {
            city: if is_french && !is_department { self.as_sent(&capitalized(text)) } else { None },
            region: area.region.map(str::to_owned),
            country: area.country.to_owned(),
            coordinates: None,
        }
    }

    /// Whether a text names more than one country, such as `Remote (United States | Canada)`.
    pub fn names_several_countries(&self, text: &str) -> bool {
        names_several(&self.said(text, Depth::Curated).mentions)
    }

    /// The place that structured parts name. The country rules: a city of that name elsewhere is not taken.
    pub fn from_parts(
        &self,
        city: Option<&str>,
        region: Option<&str>,
        country: Option<&str>,
    ) -> Option<Place> {
        let country_index = country.and_then(|text| self.names.get(&key(text))?.country);
        let mut found = None;
        for depth in [Depth::Curated, Depth::World(None)] {
            let said = self.said_in_parts(city, region, depth);
            found = reading::best(self, &said.mentions, country_index).and_then(|choice| self.place(&choice));
            if city.is_none() || found.as_ref().is_some_and(|place| place.city.is_some()) {
                break;
            }
        }
        let Some(country_index) = country_index else { return found };
        let mut place = found.unwrap_or(Place {
            city: None,
            region: None,
            country: self.countries[country_index].code.clone(),
            coordinates: None,
        });
        if place.city.is_none() {
            place.city = city.and_then(|text| self.as_sent(text));
        }
        if place.region.is_none() && place.coordinates.is_none() {
            place.region = region.and_then(|text| self.as_sent(text));
        }
        Some(place)
    }

    /// A part that no dictionary knows, as the source wrote it, unless it is no name at all.
    fn as_sent(&self, text: &str) -> Option<String> {
        let text = text.trim().trim_end_matches(',').trim();
        let words = key(text);
        let named = words.split_ascii_whitespace().any(|word| !NOISE.contains(&word));
        let simple =
            text.chars().count() <= 40 && !text.contains(|c: char| c.is_ascii_digit() || ",;/|(".contains(c));
        let known = self.names.get(&words).is_some_and(|names| names.country.is_some());
        (named && simple && !known).then(|| text.to_owned())
    }

    fn place(&self, choice: &Choice) -> Option<Place> {
        let city = choice.city;
        let region = choice.region.map(|index| self.regions[index].name.clone());
        Some(Place {
            city: city.map(|city| city.name.to_owned()),
            region: city.and_then(|city| city.region.map(str::to_owned)).or(region),
            country: choice.country.to_owned(),
            coordinates: city.map(|city| (city.lat, city.lon)),
        })
    }

    /// The place of a profile, from a text; a message that helps when nothing is known by that name.
    pub fn resolve(&self, text: &str) -> anyhow::Result<Place> {
        self.in_text(text).with_context(|| format!("no place is known by the name `{text}`"))
    }
}

/// Whether more than one country stands in a text by a name that is nothing else.
fn names_several(mentions: &[Mention]) -> bool {
    let mut countries =
        mentions.iter().filter(|mention| mention.regions.is_empty()).filter_map(|mention| mention.country);
    countries.next().is_some_and(|first| countries.any(|other| other != first))
}

/// Whether two names have the same words in any order: "Belfort (Territoire de)".
fn same_words(one: &str, other: &str) -> bool {
    let sorted = |name: &str| {
        let mut words: Vec<String> = key(name).split(' ').map(str::to_owned).collect();
        words.sort_unstable();
        words
    };
    sorted(one) == sorted(other)
}

/// `Mons en Pevele` for `MONS EN PEVELE`.
fn capitalized(text: &str) -> String {
    const SMALL: [&str; 14] =
        ["de", "du", "des", "d", "en", "et", "la", "le", "les", "lès", "sur", "sous", "aux", "au"];
    let mut shown = String::with_capacity(text.len());
    for word in text.to_lowercase().split_inclusive([' ', '-', '\'']) {
        let is_small = !shown.is_empty() && SMALL.contains(&word.trim_end_matches([' ', '-', '\'']));
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if !is_small => shown.extend(first.to_uppercase()),
            Some(first) => shown.push(first),
            None => {}
        }
        shown.push_str(letters.as_str());
    }
    shown
}

//! Countries, regions and cities with coordinates, and how to find one in parts or in a text. Reads `locations.yml`.
//! A text that names nothing known stays unknown; no place is guessed.

use super::words::fold;
use crate::yaml;
use anyhow::{Context, ensure};
use serde::Deserialize;
use std::collections::HashMap;

/// The compiled file.
pub struct Places {
    countries: Vec<Country>,
    regions: Vec<Region>,
    cities: Vec<City>,
    names: HashMap<String, Names>,
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
}

/// What one folded name may mean.
#[derive(Default, Clone)]
struct Names {
    cities: Vec<usize>,
    regions: Vec<usize>,
    country: Option<usize>,
}

/// Words around a place that say how one works there.
const NOISE: [&str; 34] = [
    "remote",
    "remotely",
    "hybrid",
    "hybride",
    "onsite",
    "on",
    "site",
    "office",
    "offices",
    "hq",
    "headquarters",
    "in",
    "based",
    "greater",
    "area",
    "metro",
    "metropolitan",
    "region",
    "downtown",
    "only",
    "anywhere",
    "person",
    "days",
    "week",
    "full",
    "time",
    "teletravail",
    "or",
    "and",
    "the",
    "de",
    "within",
    "flexible",
    "location",
];

/// Most names looked at in one text.
const MENTIONS: usize = 6;

impl Places {
    pub(super) fn read(name: &str, text: &str) -> anyhow::Result<Places> {
        let file: File = yaml::parse(name, text)?;
        let mut names: HashMap<String, Names> = HashMap::new();
        for (index, country) in file.countries.iter().enumerate() {
            let code = country.code.len() == 2 && country.code.bytes().all(|byte| byte.is_ascii_uppercase());
            ensure!(code, "{name}: country `{}`: code must be two capitals", country.name);
            for word in [&country.name, &country.code].into_iter().chain(&country.fr).chain(&country.aliases)
            {
                names.entry(fold(word)).or_default().country.get_or_insert(index);
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
                names.entry(fold(word)).or_default().regions.push(index);
            }
        }
        for (index, city) in file.cities.iter().enumerate() {
            ensure!(known(&city.country), "{name}: city `{}`: no country `{}`", city.name, city.country);
            let on_earth = city.lat.abs() <= 90.0 && city.lon.abs() <= 180.0;
            ensure!(on_earth, "{name}: city `{}`: lat or lon is out of range", city.name);
            for word in [&city.name].into_iter().chain(&city.aliases) {
                let cities = &mut names.entry(fold(word)).or_default().cities;
                if !cities.contains(&index) {
                    cities.push(index);
                }
            }
        }
        Ok(Places { countries: file.countries, regions: file.regions, cities: file.cities, names })
    }

    /// The ISO code of a country from any of its names.
    pub fn country_code(&self, text: &str) -> Option<&str> {
        let country = self.names.get(&fold(text))?.country?;
        Some(&self.countries[country].code)
    }

    /// `City, Region, Country` with the parts that are known; a city-state is named once.
    pub fn standard_form(&self, place: &Place) -> String {
        let country = self.countries.iter().find(|country| country.code == place.country);
        let country = country.map_or(place.country.as_str(), |country| country.name.as_str());
        let mut parts: Vec<&str> =
            [place.city.as_deref(), place.region.as_deref()].into_iter().flatten().collect();
        if parts != [country] {
            parts.push(country);
        }
        parts.join(", ")
    }

    /// The place in a displayed text such as `Toronto, ON` or `Remote - Ontario, Canada`; of several cities the first.
    /// A text that names several countries and no city is no place.
    pub fn in_text(&self, text: &str) -> Option<Place> {
        let mentions = self.mentions(text, true);
        let several =
            mentions.iter().filter(|names| names.country.is_some() && names.regions.is_empty()).count() > 1;
        let choice = self.best(&mentions, None)?;
        if several && choice.city.is_none() { None } else { self.place(choice) }
    }

    /// Whether a text names more than one country, such as `Remote (United States | Canada)`.
    pub fn names_several_countries(&self, text: &str) -> bool {
        let mentions = self.mentions(text, true);
        mentions.iter().filter(|names| names.country.is_some() && names.regions.is_empty()).count() > 1
    }

    /// The place that structured parts name. The country rules: a city of that name elsewhere is not taken.
    pub fn from_parts(
        &self,
        city: Option<&str>,
        region: Option<&str>,
        country: Option<&str>,
    ) -> Option<Place> {
        let country_index = country.and_then(|text| self.names.get(&fold(text))?.country);
        let mut mentions = city.map(|text| self.mentions(text, false)).unwrap_or_default();
        if let Some(city) = city.filter(|_| mentions.iter().all(|names| names.cities.is_empty())) {
            mentions.extend(self.names.get(&format!("{}city ", fold(city))).cloned());
        }
        if let Some(region) = region {
            for mut names in self.mentions(region, false) {
                names.cities.clear();
                mentions.push(names);
            }
        }
        mentions.truncate(MENTIONS);
        let choice = self.best(&mentions, country_index);
        let found = choice.and_then(|choice| self.place(choice));
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
        let folded = fold(text);
        let named = folded.split_ascii_whitespace().any(|word| !NOISE.contains(&word));
        let simple =
            text.chars().count() <= 40 && !text.contains(|c: char| c.is_ascii_digit() || ",;/|(".contains(c));
        let known = self.names.get(&folded).is_some_and(|names| names.country.is_some());
        (named && simple && !known).then(|| text.to_owned())
    }

    /// Known names in reading order: the longest name at each word. When `strict`, names of up to three letters count
    /// only in capitals and alone or right after another name, so that "join us" is not the United States.
    fn mentions(&self, text: &str, strict: bool) -> Vec<Names> {
        let mut mentions = Vec::new();
        for part in text.split([',', ';', '|', '/', '(', ')', '•', '·', '–', '—', '&', '\n', ':']) {
            let folded = fold(part);
            let words: Vec<&str> = folded.split_ascii_whitespace().collect();
            let mut at = 0;
            let mut follows = false;
            while at < words.len() && mentions.len() < MENTIONS {
                let longest = (at + 1..=words.len().min(at + 6)).rev().find_map(|end| {
                    let name = format!(" {} ", words[at..end].join(" "));
                    let names = self.names.get(&name)?;
                    let alone =
                        || (0..words.len()).all(|i| (at..end).contains(&i) || NOISE.contains(&words[i]));
                    let short = strict && name.len() <= 5;
                    let meant = !short || (in_capitals(part, &words[at..end]) && (follows || alone()));
                    meant.then(|| (end, names.clone()))
                });
                follows = longest.is_some();
                match longest {
                    Some((end, names)) => {
                        mentions.push(names);
                        at = end;
                    }
                    None => at += 1,
                }
            }
        }
        mentions
    }

    /// The reading that explains the most names; the earlier of equals.
    fn best(&self, mentions: &[Names], country: Option<usize>) -> Option<Choice> {
        let mut best: Option<(i32, Choice)> = None;
        for city in choices(mentions, |names| &names.cities) {
            for region in choices(mentions, |names| &names.regions) {
                for stated in choices(mentions, |names| names.country.as_slice()) {
                    let choice = Choice { city, region, country: stated };
                    let Some(score) = self.score(mentions, choice, country) else { continue };
                    if best.is_none_or(|(best, _)| score > best) {
                        best = Some((score, choice));
                    }
                }
            }
        }
        best.map(|(_, choice)| choice)
    }

    /// How well a reading explains the names, or `None` when it contradicts itself or the required country.
    fn score(&self, mentions: &[Names], choice: Choice, required: Option<usize>) -> Option<i32> {
        let used = [choice.city, choice.region, choice.country].map(|part| part.map(|(mention, _)| mention));
        let once = used.iter().enumerate().all(|(i, part)| part.is_none() || !used[..i].contains(part));
        let country = self.country_of(choice)?;
        let required_fits = required.is_none_or(|required| self.countries[required].code == country);
        if !once || !required_fits {
            return None;
        }
        let mut score = used.iter().flatten().count() as i32 * 4;
        if let Some((mention, index)) = choice.city {
            let city = &self.cities[index];
            let region = choice.region.map(|(_, region)| self.regions[region].name.as_str());
            let agrees = region.is_none_or(|region| city.region.as_deref().unwrap_or(&city.name) == region);
            if !agrees {
                return None;
            }
            let own =
                |region: &usize| self.regions[*region].name == city.region.as_deref().unwrap_or(&city.name);
            let another_region = mentions[mention].regions.iter().any(|region| !own(region));
            score += if another_region { -1 } else { 2 };
        }
        let ignored = mentions.iter().enumerate().filter(|(index, names)| {
            !used.contains(&Some(*index)) && (!names.regions.is_empty() || names.country.is_some())
        });
        Some(score - 5 * ignored.count() as i32)
    }

    /// The one country that every chosen part lies in.
    fn country_of(&self, choice: Choice) -> Option<&str> {
        let city = choice.city.map(|(_, index)| self.cities[index].country.as_str());
        let region = choice.region.map(|(_, index)| self.regions[index].country.as_str());
        let stated = choice.country.map(|(_, index)| self.countries[index].code.as_str());
        let mut codes = [city, region, stated].into_iter().flatten();
        let first = codes.next()?;
        codes.all(|code| code == first).then_some(first)
    }

    fn place(&self, choice: Choice) -> Option<Place> {
        let city = choice.city.map(|(_, index)| &self.cities[index]);
        let region = choice.region.map(|(_, index)| self.regions[index].name.clone());
        Some(Place {
            city: city.map(|city| city.name.clone()),
            region: city.and_then(|city| city.region.clone()).or(region),
            country: self.country_of(choice)?.to_owned(),
            coordinates: city.map(|city| (city.lat, city.lon)),
        })
    }

    /// The place of a profile, from a text; a message that helps when nothing is known by that name.
    pub fn resolve(&self, text: &str) -> anyhow::Result<Place> {
        self.in_text(text).with_context(|| format!("no place is known by the name `{text}`"))
    }
}

/// One reading of the names: which mention is the city, the region, the country, and which one of that name.
#[derive(Debug, Clone, Copy)]
struct Choice {
    city: Option<(usize, usize)>,
    region: Option<(usize, usize)>,
    country: Option<(usize, usize)>,
}

/// Every mention with each of its meanings, and none at all.
fn choices<'a>(
    mentions: &'a [Names],
    meanings: impl Fn(&'a Names) -> &'a [usize],
) -> Vec<Option<(usize, usize)>> {
    let mut all = Vec::new();
    for (mention, names) in mentions.iter().enumerate() {
        all.extend(meanings(names).iter().take(4).map(|index| Some((mention, *index))));
    }
    all.push(None);
    all
}

/// Whether the words stand in the text in capitals.
fn in_capitals(text: &str, words: &[&str]) -> bool {
    let letters: String = words.concat().to_uppercase();
    let written: String = text.chars().filter(|character| character.is_alphanumeric()).collect();
    written.contains(&letters)
}

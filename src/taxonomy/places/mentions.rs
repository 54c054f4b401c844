//! Names of places in a text, in reading order, each with everything it may mean, and how much more the text must say
//! before a meaning is believed.

use super::super::gazetteer::{self, City, key, kilometres};
use super::super::postal::Area;
use super::parts::{ORDINARY, OTHERWISE, Part, SHORT_COUNTRIES, WORLD, is_abbreviation, parts};
use super::{Names, Places};

/// Most names looked at in one text.
const MENTIONS: usize = 6;
/// Most cities of one name.
const NAMESAKES: usize = 12;
/// Places nearer than this are one.
const SAME_KM: f64 = 30.0;
/// How far a place may lie from the middle of its postal area.
const AREA_KM: f64 = 100.0;
/// Fewest inhabitants of a city whose name stands among words that are no names.
const LARGE: u32 = 20_000;
/// Fewest inhabitants of a city that is believed without its country, and with it alone.
const FAMOUS: u32 = 30_000;
const KNOWN: u32 = 6_000;

/// Codes that look-up writes out: ST is Sao Tome and Principe, MT Malta or Montana.
const WRITTEN_OUT: [&str; 2] = ["saint", "mount"];

/// Where cities are looked up.
#[derive(Clone, Copy)]
pub(super) enum Depth<'a> {
    /// In `locations.yml` alone.
    Curated,
    /// In the gazetteer too; only near the postal area if there is one.
    World(Option<&'a Area>),
}

/// How much of the rest of a text must agree with a city.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    Nothing,
    Country,
    Region,
}

/// A city that a name may mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'p> {
    pub city: City<'p>,
    pub need: Need,
    /// A postal area is near.
    pub is_near: bool,
}

/// A name in a text and what it may mean.
pub(super) struct Mention<'p> {
    pub cities: Vec<Candidate<'p>>,
    pub regions: &'p [usize],
    pub country: Option<usize>,
    /// Several curated cities have the name, and none is much larger than the others; or much else has it.
    pub is_contested: bool,
    /// Nothing else is said in its part of the text.
    pub is_whole: bool,
}

/// What a text says about places.
#[derive(Default)]
pub(super) struct Said<'p> {
    pub mentions: Vec<Mention<'p>>,
    /// Every word is a name or noise.
    pub is_explained: bool,
}

impl Places {
    /// What a displayed text says.
    pub(super) fn said(&self, text: &str, depth: Depth) -> Said<'_> {
        let mut said = Said { is_explained: true, ..Said::default() };
        for part in parts(text) {
            self.read_part(part, depth, true, &mut said);
        }
        if matches!(depth, Depth::World(None)) {
            believe_stated_regions(text, &mut said.mentions);
        }
        said
    }

    /// What the fields for city and region say.
    pub(super) fn said_in_parts(&self, city: Option<&str>, region: Option<&str>, depth: Depth) -> Said<'_> {
        let mut said = Said { is_explained: true, ..Said::default() };
        for part in city.into_iter().flat_map(parts) {
            self.read_part(part, depth, false, &mut said);
        }
        if let Some(city) = city.filter(|_| said.mentions.iter().all(|mention| mention.cities.is_empty()))
            && let Some(names) = self.names.get(&format!("{} city", key(city)))
        {
            said.mentions.push(self.mention(Some(names), Vec::new(), None));
        }
        let before = said.mentions.len();
        for part in region.into_iter().flat_map(parts) {
            self.read_part(part, Depth::Curated, false, &mut said);
        }
        for mention in &mut said.mentions[before..] {
            mention.cities.clear();
        }
        said.mentions.truncate(MENTIONS);
        believe_stated_regions(region.unwrap_or_default(), &mut said.mentions);
        said
    }

    /// Known names in reading order: the longest name at each word. When `strict`, names of up to three letters count
    /// only as abbreviations and alone or right after another name, so that "join us" is not the United States.
    fn read_part<'p>(&'p self, text: &str, depth: Depth, strict: bool, said: &mut Said<'p>) {
        let part = Part::new(text);
        let before = said.mentions.len();
        let (mut at, mut follows, mut is_whole) = (0, false, true);
        while at < part.words.len() && said.mentions.len() < MENTIONS {
            let longest = (at + 1..=part.words.len().min(at + 6)).rev().find_map(|end| {
                let span = part.span(at, end);
                let is_meant = || {
                    let alone = || (0..part.words.len()).all(|i| (at..end).contains(&i) || part.is_noise(i));
                    let ends =
                        || (at == 0 || end == part.words.len()) && part.text.contains(char::is_lowercase);
                    let among = || SHORT_COUNTRIES.contains(&span) && ends();
                    !strict
                        || (span.len() > 3 && !WRITTEN_OUT.contains(&span))
                        || (is_abbreviation(part.text, span) && (follows || alone() || among()))
                };
                let names = self.names.get(span).filter(|_| is_meant());
                let goes_on = end < part.words.len() && OTHERWISE.contains(&part.span(end, end + 1));
                let names = names.filter(|names| !goes_on || names.country.is_some());
                let is_city = (end > at + 1 || !part.is_noise(at)) && !goes_on && !WORLD.contains(&span);
                let found = if matches!(depth, Depth::World(_)) && is_city && span.len() > 2 {
                    gazetteer::cities(span).take(NAMESAKES).collect()
                } else {
                    Vec::new()
                };
                (names.is_some() || !found.is_empty()).then_some((end, names, found))
            });
            follows = longest.is_some();
            if let Some((end, names, found)) = longest {
                let is_short = end == at + 1 && part.span(at, end).len() < 4;
                let is_ordinary = ORDINARY.contains(&part.span(at, end));
                let area = if let Depth::World(area) = depth { area } else { None };
                let mut mention = self.mention(names, found, area);
                // Streets, schools and churches are called after saints too.
                mention.is_contested |= part.span(at, end).starts_with("saint");
                let is_region = !mention.regions.is_empty();
                for candidate in mention.cities.iter_mut().filter(|candidate| !candidate.is_curated()) {
                    let is_other_name = key(candidate.city.name) != part.span(at, end);
                    if !candidate.is_near && (is_region || is_short || is_ordinary) {
                        candidate.need = Need::Region;
                    } else if is_other_name {
                        candidate.need = candidate.need.max(Need::Country);
                    }
                }
                said.mentions.push(mention);
                at = end;
            } else {
                is_whole &= part.is_noise(at);
                at += 1;
            }
        }
        is_whole &= at == part.words.len();
        said.is_explained &= is_whole;
        let in_area = matches!(depth, Depth::World(Some(_)));
        for mention in &mut said.mentions[before..] {
            mention.is_whole = is_whole;
            if !is_whole {
                mention.among_words(in_area);
            }
        }
    }

    fn mention<'p>(
        &'p self,
        names: Option<&'p Names>,
        found: Vec<City<'static>>,
        area: Option<&Area>,
    ) -> Mention<'p> {
        let curated = names.map_or(&[][..], |names| names.cities.as_slice()).iter().map(|index| {
            let city = &self.cities[*index];
            City {
                name: &city.name,
                country: &city.country,
                region: city.region.as_deref(),
                lat: city.lat,
                lon: city.lon,
                population: u32::MAX,
            }
        });
        let mut cities: Vec<City<'p>> = curated.collect();
        let inhabitants = |index: usize| {
            let known =
                found.iter().find(|city| cities.get(index).is_some_and(|curated| is_same(curated, city)));
            known.map_or(0, |city| city.population)
        };
        let is_contested = cities.len() > 1 && inhabitants(0) < inhabitants(1).saturating_mul(3);
        let country = names.and_then(|names| names.country);
        for city in found.into_iter().filter(|_| country.is_none()) {
            if !cities.iter().any(|other| is_same(other, &city)) {
                cities.push(city);
            }
        }
        let mut cities = match area {
            Some(area) => near(&cities, area),
            None => (0..cities.len()).map(|index| candidate(&cities, index)).collect(),
        };
        if names.is_some_and(|names| names.is_shared) {
            cities.iter_mut().for_each(|candidate| candidate.need = candidate.need.max(Need::Country));
        }
        Mention {
            cities,
            regions: names.map_or(&[], |names| &names.regions),
            country,
            is_contested,
            is_whole: false,
        }
    }
}

impl Mention<'_> {
    /// Among words that are no names, a name means less: a region near a postal area nothing, a city only what is well
    /// known or near.
    fn among_words(&mut self, in_area: bool) {
        if in_area {
            self.regions = &[];
            self.cities.retain(|candidate| candidate.is_near && candidate.city.population >= LARGE);
        } else {
            self.cities.retain(Candidate::is_curated);
        }
        for candidate in self.cities.iter_mut().filter(|_| self.is_contested) {
            candidate.need = candidate.need.max(Need::Country);
        }
    }
}

impl Candidate<'_> {
    /// Whether `locations.yml` holds it.
    pub(super) fn is_curated(&self) -> bool {
        self.city.population == u32::MAX
    }
}

fn is_same(one: &City, other: &City) -> bool {
    one.country == other.country && kilometres((one.lat, one.lon), (other.lat, other.lon)) < SAME_KM
}

/// The cities near a postal area, the nearest first.
fn near<'p>(cities: &[City<'p>], area: &Area) -> Vec<Candidate<'p>> {
    let away = |city: &City| kilometres((city.lat, city.lon), area.coordinates);
    let mut near: Vec<(f64, City)> = cities
        .iter()
        .filter(|city| {
            city.country == area.country
                && (area.country == "GB" || area.region.is_none() || city.region == area.region)
        })
        .map(|city| (away(city), *city))
        .filter(|(away, _)| *away < AREA_KM)
        .collect();
    near.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    near.into_iter()
        .map(|(away, city)| Candidate { city, need: Need::Nothing, is_near: away < SAME_KM })
        .collect()
}

/// How much must agree with a city depends on how it compares with its namesakes.
fn candidate<'p>(cities: &[City<'p>], index: usize) -> Candidate<'p> {
    let city = cities[index];
    let rival = |in_country: bool| {
        let others = cities.iter().filter(|other| !is_same(other, &city));
        others
            .filter(|other| !in_country || other.country == city.country)
            .map(|other| other.population)
            .max()
    };
    let outweighs = |rival: Option<u32>, times: u32| {
        rival.is_none_or(|rival| rival != u32::MAX && city.population >= rival.saturating_mul(times))
    };
    let need = if city.population == u32::MAX || (city.population >= FAMOUS && outweighs(rival(false), 3)) {
        Need::Nothing
    } else if city.population >= KNOWN && outweighs(rival(true), 2) {
        Need::Country
    } else {
        Need::Region
    };
    Candidate { city, need, is_near: false }
}

/// A region that only the gazetteer knows may stand in the text too: "Arnhem, Gelderland".
pub(super) fn believe_stated_regions(text: &str, mentions: &mut [Mention]) {
    let mut said: Option<Vec<String>> = None;
    for candidate in mentions.iter_mut().flat_map(|mention| &mut mention.cities) {
        if candidate.need != Need::Nothing
            && let Some(region) = candidate.city.region
        {
            let said = said.get_or_insert_with(|| parts(text).map(key).collect());
            let (region, name) = (key(region), key(candidate.city.name));
            if region != name && said.contains(&region) {
                candidate.need = Need::Nothing;
            }
        }
    }
}

//! Of everything that the names in a text may mean, the reading that explains the most of them and contradicts itself
//! nowhere.

use super::super::gazetteer::City;
use super::Places;
use super::mentions::{Candidate, Mention, Need};

/// One reading of the names: which city, region and country they say, and how many names it leaves over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice<'p> {
    pub city: Option<City<'p>>,
    pub region: Option<usize>,
    pub country: &'p str,
    /// A name of its own says the country.
    pub says_country: bool,
    /// Regions and countries that are named and not used.
    pub ignored: usize,
}

impl Choice<'_> {
    /// Whether the reading leaves nothing over: no name of a region or country, and a city if one is named.
    pub(super) fn explains(&self, mentions: &[Mention]) -> bool {
        self.ignored == 0 && (self.city.is_some() || mentions.iter().all(|mention| mention.cities.is_empty()))
    }
}

/// What a name is taken for: the number of the mention, and the meaning.
type Taken<T> = Option<(usize, T)>;

/// Most meanings of one name as a region.
const REGIONS: usize = 4;

/// The best reading, in the required country if there is one; the earlier of equals.
pub(super) fn best<'p>(
    places: &'p Places,
    mentions: &[Mention<'p>],
    required: Option<usize>,
) -> Option<Choice<'p>> {
    let mut best: Option<(i32, Choice)> = None;
    let mut consider = |score: i32, choice: Choice<'p>| {
        if best.is_none_or(|(best, _)| score > best) {
            best = Some((score, choice));
        }
    };
    let cities = mentions
        .iter()
        .enumerate()
        .flat_map(|(at, mention)| mention.cities.iter().map(move |one| Some((at, one))));
    for city in cities.chain([None]) {
        for region in with_none(mentions, |mention| &mention.regions[..mention.regions.len().min(REGIONS)]) {
            if !is_consistent(places, city, region) {
                continue;
            }
            for country in with_none(mentions, |mention| mention.country.as_slice()) {
                if let Some((score, choice)) = judge(places, mentions, (city, region, country), required) {
                    consider(score, choice);
                }
            }
        }
    }
    best.map(|(_, choice)| choice)
}

/// Every meaning of every mention, and none at all.
fn with_none<'m, 'p: 'm>(
    mentions: &'m [Mention<'p>],
    meanings: impl Fn(&'m Mention<'p>) -> &'m [usize] + 'm,
) -> impl Iterator<Item = Taken<usize>> + 'm {
    let all = mentions.iter().enumerate();
    all.flat_map(move |(at, mention)| meanings(mention).iter().map(move |index| Some((at, *index))))
        .chain([None])
}

fn is_consistent(places: &Places, city: Taken<&Candidate>, region: Taken<usize>) -> bool {
    let (Some((city_at, city)), Some((region_at, region))) = (city, region) else { return true };
    let region = &places.regions[region];
    city_at != region_at && city.city.country == region.country && home(&city.city) == region.name
}

/// The region of a city, which for a city-state is itself.
fn home<'p>(city: &City<'p>) -> &'p str {
    city.region.unwrap_or(city.name)
}

/// How well a reading explains the names, or `None` when it contradicts itself or is not believed.
fn judge<'p>(
    places: &'p Places,
    mentions: &[Mention<'p>],
    (city, region, country): (Taken<&Candidate<'p>>, Taken<usize>, Taken<usize>),
    required: Option<usize>,
) -> Option<(i32, Choice<'p>)> {
    let used = [city.map(|(at, _)| at), region.map(|(at, _)| at), country.map(|(at, _)| at)];
    if used.iter().enumerate().any(|(i, at)| at.is_some() && used[..i].contains(at)) {
        return None;
    }
    let codes = [
        city.map(|(_, city)| city.city.country),
        region.map(|(_, index)| places.regions[index].country.as_str()),
        country.map(|(_, index)| places.countries[index].code.as_str()),
    ];
    let code = codes.into_iter().flatten().next()?;
    let is_required = required.is_none_or(|required| places.countries[required].code == code);
    if !is_required || codes.into_iter().flatten().any(|other| other != code) {
        return None;
    }
    let mut score = used.iter().flatten().count() as i32 * 4;
    if let Some((at, candidate)) = city {
        let stated = match (region, country.is_some() || required.is_some()) {
            (Some(_), _) => Need::Region,
            (None, true) => Need::Country,
            (None, false) => Need::Nothing,
        };
        if candidate.need > stated {
            return None;
        }
        let own = |region: &usize| places.regions[*region].name == home(&candidate.city);
        let is_another_region = mentions[at].regions.iter().any(|region| !own(region));
        score += if is_another_region { -1 } else { 2 };
        score += 2 * i32::from(mentions[at].is_whole) + i32::from(candidate.is_near);
    }
    let unused = mentions.iter().enumerate().filter(|(at, mention)| {
        let is_city = mention.cities.iter().any(Candidate::is_curated);
        !used.contains(&Some(*at)) && !is_city && (!mention.regions.is_empty() || mention.country.is_some())
    });
    let ignored = unused.count();
    let choice = Choice {
        city: city.map(|(_, one)| one.city),
        region: region.map(|(_, index)| index),
        country: code,
        says_country: country.is_some(),
        ignored,
    };
    Some((score - 5 * ignored as i32, choice))
}

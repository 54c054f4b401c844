//! Places from text: country and city that a location text names, against those that its source gave in fields.

use super::report::{self, Score, Task};
use super::rows;
use anyhow::Result;
use job_etl::taxonomy::Taxonomy;
use job_etl::taxonomy::gazetteer::{cities, key, kilometres};
use job_etl::taxonomy::places::Place;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Places nearer than this are one, if the label says where it is.
const SAME_KM: f64 = 30.0;

/// Names of one place, which no gazetteer holds or which few hold.
const ALIASES: &[&[&str]] = &[
    &["new york", "new york city", "nyc", "manhattan", "brooklyn", "queens"],
    &["san francisco", "sf", "bay area", "san francisco bay area", "sf bay area"],
    &["los angeles", "la"],
    &["washington", "washington dc", "washington d c", "dc"],
    &["mexico city", "cdmx", "ciudad de mexico"],
    &["bengaluru", "bangalore"],
    &["gurugram", "gurgaon"],
    &["mumbai", "bombay"],
    &["munich", "munchen"],
    &["krakow", "cracow"],
    &["kyiv", "kiev"],
    &["ho chi minh city", "hcmc", "saigon"],
    &["toronto", "gta", "greater toronto area"],
    &["delhi", "new delhi"],
];

/// Metropolitan areas and the city they are of, as the world uses the words.
const METROS: &[(&str, &str)] = &[
    ("bay area", "san francisco"),
    ("san francisco bay area", "san francisco"),
    ("sf bay area", "san francisco"),
    ("silicon valley", "san jose"),
    ("greater toronto area", "toronto"),
    ("gta", "toronto"),
    ("lower mainland", "vancouver"),
    ("grand montreal", "montreal"),
];

/// Scores of one source.
#[derive(Default)]
struct Scores {
    country: Score,
    city: Score,
    /// Rows whose text does not name the labelled city: no city is right there, by the plain reading.
    unnamed: Score,
    /// The same without texts that verifiably name another city than the label.
    invented: Score,
    /// Rows whose text names another city: answers that are that city, of all such rows that have an answer.
    other: u64,
}

/// What the label says.
struct Truth {
    country: Option<String>,
    cities: Vec<String>,
    coordinates: Option<(f64, f64)>,
}

/// Scores `labels-location`.
pub fn evaluate(data: &Path, misses: bool) -> Result<Vec<Task>> {
    let taxonomy = Taxonomy::bundled();
    let mut sources: BTreeMap<String, Scores> = BTreeMap::new();
    for row in rows::read(&data.join("labels-location/location_pairs.jsonl"))? {
        let scores = sources.entry(row["src"].as_str().unwrap_or("?").to_owned()).or_default();
        let text = row["text"].as_str().unwrap_or_default();
        let truth = Truth::of(&row, &taxonomy);
        let found = taxonomy.place(text);
        for verdict in judge(scores, &truth, found.as_ref(), text, &taxonomy).into_iter().flatten() {
            if misses {
                let said = found.as_ref().map(|place| {
                    format!("{} | {} | {}", show(&place.city), show(&place.region), place.country)
                });
                let source = row["src"].as_str().unwrap_or_default();
                let label = (show(&truth.country), truth.cities.join(" + "), truth.coordinates);
                report::miss(&format!(
                    "place {verdict}\t{source}\t{text}\t{label:?}\t{}",
                    said.unwrap_or_default()
                ));
            }
        }
    }
    let mut tasks = Vec::new();
    for (source, scores) in sources {
        if scores.other > 0 {
            let score = Score { missed: scores.other, ..Score::default() };
            tasks.push(Task { name: format!("text names another city, {source}"), score });
        }
        for (what, score) in [
            ("country", scores.country),
            ("city", scores.city),
            ("no city where label is not named", scores.unnamed),
            ("no city where none is named", scores.invented),
        ] {
            if score.is_some() {
                tasks.push(Task { name: format!("{what}, {source}"), score });
            }
        }
    }
    Ok(tasks)
}

impl Truth {
    fn of(row: &Value, taxonomy: &Taxonomy) -> Truth {
        let field = |name: &str| row[name].as_str().unwrap_or_default().trim().to_owned();
        let country = field("country");
        let number =
            |name: &str| row[name].as_f64().or_else(|| row[name].as_str().and_then(|text| text.parse().ok()));
        let mut names: Vec<String> = Vec::new();
        // The public service of France gives no city in a field: what stands behind the number is its name.
        let city = match row["insee"].as_str() {
            Some(_) => field("text").split_once(" - ").map_or_else(String::new, |(_, name)| {
                name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == ' ').to_owned()
            }),
            None => field("city"),
        };
        let whole = if country.is_empty() && city.is_empty() { field("label") } else { city };
        let pieces = whole.split([',', '/', '|', ';', '(', ')', '&']).flat_map(|part| part.split(" or "));
        for part in pieces.flat_map(|part| part.split(" and ")) {
            let name = key(part);
            let is_country = taxonomy.country_code(part).is_some();
            let is_name = name.len() > 1
                && !is_country
                && !["remote", "hybrid", "europe", "emea"].contains(&name.as_str());
            if is_name && !names.contains(&name) {
                names.push(name);
            }
        }
        let country =
            if country.is_empty() { whole.rsplit(',').next().unwrap_or_default() } else { &country };
        Truth {
            country: taxonomy.country_code(country).map(str::to_owned),
            cities: names,
            coordinates: number("lat").zip(number("lon")),
        }
    }

    /// The names of the label that the text holds, in one of their spellings. Where the label has coordinates, a name
    /// counts that the gazetteer knows there, because such labels are whole addresses.
    fn named(&self, text: &str) -> Vec<&String> {
        let text = format!(" {} ", key(text));
        let holds = |name: &str| text.contains(&format!(" {name} "));
        let is_named =
            |name: &&String| spellings(name).iter().any(|spelling| holds(spelling)) && self.is_there(name);
        self.cities.iter().filter(is_named).collect()
    }

    fn is_there(&self, name: &str) -> bool {
        let Some(coordinates) = self.coordinates else { return true };
        let mut known = spellings(name).into_iter().flat_map(|name| cities(&name).collect::<Vec<_>>());
        known.any(|city| self.is_near(coordinates, (city.lat, city.lon)))
    }

    fn is_near(&self, label: (f64, f64), found: (f64, f64)) -> bool {
        // Some labels have the two the wrong way round.
        [label, (label.1, label.0)].into_iter().any(|label| kilometres(label, found) < SAME_KM)
    }

    /// Whether a place is the labelled one: near its coordinates, or by the name of one of its cities. A label without a
    /// city is met by any of its country.
    fn agrees(&self, found: &Place) -> bool {
        let city = found.city.as_deref().map(key).unwrap_or_default();
        let is_near =
            self.coordinates.zip(found.coordinates).is_some_and(|(label, place)| self.is_near(label, place));
        let same_country = self.country.as_ref().is_none_or(|code| is_country(code, &found.country));
        let is_named = self.cities.iter().any(|name| self.is_by_name(name, &city, found));
        is_near || (same_country && (self.cities.is_empty() || is_named))
    }

    fn is_by_name(&self, label: &str, city: &str, found: &Place) -> bool {
        let near = |name: String| {
            let known = cities(&name).filter(|known| known.country == found.country);
            known.into_iter().any(|known| {
                found.coordinates.is_some_and(|place| kilometres((known.lat, known.lon), place) < SAME_KM)
            })
        };
        let holds = self.coordinates.is_none() && format!(" {label} ").contains(&format!(" {city} "));
        holds
            || spellings(label).iter().any(|spelling| is_one(spelling, city))
            || spellings(label).into_iter().any(near)
    }
}

/// Counts a row, and returns what to print of it.
fn judge(
    scores: &mut Scores,
    truth: &Truth,
    found: Option<&Place>,
    text: &str,
    taxonomy: &Taxonomy,
) -> [Option<&'static str>; 2] {
    let named = truth.named(text);
    let mut country = None;
    if let Some(code) = truth.country.as_deref()
        && (!named.is_empty() || names_country(text, code, taxonomy))
    {
        country = count(
            &mut scores.country,
            found.is_some(),
            found.is_some_and(|place| is_country(code, &place.country)),
        );
    }
    let place = found.filter(|place| place.city.is_some());
    let city = if named.is_empty() {
        let is_wrong = place.is_some_and(|place| !truth.agrees(place));
        scores.unnamed.right += u64::from(!is_wrong);
        scores.unnamed.wrong += u64::from(is_wrong);
        let is_other = is_wrong && place.is_some_and(|place| names_alone(text, place, taxonomy));
        scores.other += u64::from(is_other);
        scores.invented.right += u64::from(!is_wrong);
        scores.invented.wrong += u64::from(is_wrong && !is_other);
        is_wrong.then_some(if is_other { "city of the text, not of the label" } else { "city invented" })
    } else {
        let is_right = place.is_some_and(|place| truth.agrees(place));
        count(&mut scores.city, place.is_some(), is_right)
            .map(|verdict| if verdict == "wrong" { "city wrong" } else { "city missed" })
    };
    [country.map(|verdict| if verdict == "wrong" { "country wrong" } else { "country missed" }), city]
}

/// Whether a text verifiably names a city, so that the label is of another place, often the head office: one part of the
/// text is the city's name, the name of no region or country too, and whatever else stands there is its region, its
/// country, or says how one works. Metropolitan areas count where their name is no city's.
fn names_alone(text: &str, found: &Place, taxonomy: &Taxonomy) -> bool {
    const BESIDE: [&str; 12] = [
        "remote",
        "hybrid",
        "onsite",
        "on site",
        "hq",
        "office",
        "headquarters",
        "in office",
        "metro",
        "area",
        "in person",
        "full time",
    ];
    let city = found.city.as_deref().map(key).unwrap_or_default();
    let region = found.region.as_deref().map(key).unwrap_or_default();
    let mut is_named = false;
    for part in text.split([',', '/', '|', ';', '(', ')']).flat_map(|part| part.split(" - ")).map(key) {
        let known = cities(&part).any(|known| known.country == found.country);
        let is_metro = METROS.contains(&(part.as_str(), city.as_str()));
        let is_city = (is_one(&part, &city) && known) || is_metro;
        let is_head_office =
            BESIDE.iter().any(|word| part.strip_suffix(word).map(str::trim_end) == Some(&city));
        let is_country = taxonomy.country_code(&part) == Some(&found.country);
        let is_region = part == region || is_code_of(&part, found, taxonomy);
        let beside = part.is_empty() || BESIDE.contains(&part.as_str()) || is_country || is_region;
        if is_city || is_head_office {
            is_named = true;
        } else if !beside {
            return false;
        }
    }
    is_named
}

/// Whether a part is the code of the region, such as `CA` of California.
fn is_code_of(part: &str, found: &Place, taxonomy: &Taxonomy) -> bool {
    let shown = taxonomy.shown_place(found);
    shown.split(", ").nth(1).is_some_and(|code| key(code) == part)
}

fn count(score: &mut Score, is_answered: bool, is_right: bool) -> Option<&'static str> {
    if is_right {
        score.right += 1;
        return None;
    }
    score.missed += 1;
    score.wrong += u64::from(is_answered);
    Some(if is_answered { "wrong" } else { "missed" })
}

/// Whether some words of a text are a name of the country. Codes count in capitals only.
fn names_country(text: &str, code: &str, taxonomy: &Taxonomy) -> bool {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '.').filter(|word| !word.is_empty()).collect();
    (0..words.len()).any(|from| {
        (from + 1..=words.len().min(from + 4)).any(|to| {
            let name = words[from..to].join(" ");
            let is_code = name.len() > 3 || name.chars().all(char::is_uppercase);
            is_code && taxonomy.country_code(&name) == Some(code)
        })
    })
}

/// The public service of France calls its overseas departments France.
fn is_country(label: &str, found: &str) -> bool {
    label == found || (label == "FR" && ["GF", "GP", "MQ", "RE", "YT"].contains(&found))
}

fn spellings(name: &str) -> Vec<String> {
    let mut all = vec![name.to_owned()];
    all.extend(name.strip_suffix(" city").map(str::to_owned));
    all.extend(
        ALIASES
            .iter()
            .filter(|names| names.contains(&name))
            .flat_map(|names| names.iter().map(|name| (*name).to_owned())),
    );
    all
}

fn is_one(label: &str, found: &str) -> bool {
    label == found || label.strip_suffix(" city") == Some(found) || found.strip_suffix(" city") == Some(label)
}

fn show(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or("-")
}

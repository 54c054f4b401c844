//! Parts of the world that postings name, as lists of countries, and the countries that a text opens a job to.
//! Continents as GeoNames assigns countries to them; unions and markets as their members stand in 2026.

use super::Places;
use super::parts::{Part, is_abbreviation, parts};
use crate::taxonomy::words::fold;

/// Stands for every country.
pub const WORLDWIDE: &str = "*";

const EUROPE: &str = "AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA XK";
const UNION: &str = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK";
const ECONOMIC_AREA: &str =
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK";
const MIDDLE_EAST: &str = "AE BH IL IQ IR JO KW LB OM PS QA SA SY TR YE";
const AFRICA: &str = "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW";
const NORTH_AFRICA: &str = "DZ EG LY MA TN";
const ASIA: &str =
    "AF BD BN BT CN HK ID IN JP KG KH KP KR KZ LA LK MM MN MO MV MY NP PH PK SG TH TJ TL TM TW UZ VN";
const OCEANIA: &str = "AS AU CK FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV VU WF WS";
const LATIN: &str = "AR BO BR CL CO CR CU DO EC GT HN MX NI PA PE PR PY SV UY VE";
const SOUTH: &str = "AR BO BR CL CO EC FK GF GY PE PY SR UY VE";
const NORTH: &str = "CA MX US";
const CARIBBEAN: &str =
    "AG AI AN AW BB BL BM BQ BS BZ CW DM GD GL GP GY HT JM KN KY LC MF MQ MS PM SR SX TC TT VC VG VI";

/// Names of parts of the world in the form of look-up, and their countries.
const AREAS: [(&str, &[&str]); 42] = [
    ("emea", &[EUROPE, MIDDLE_EAST, AFRICA]),
    ("emeia", &[EUROPE, MIDDLE_EAST, AFRICA, "IN"]),
    ("europe", &[EUROPE]),
    ("eu", &[UNION]),
    ("european union", &[UNION]),
    ("union europeenne", &[UNION]),
    ("eea", &[ECONOMIC_AREA]),
    ("european economic area", &[ECONOMIC_AREA]),
    ("apac", &[ASIA, OCEANIA]),
    ("asia pacific", &[ASIA, OCEANIA]),
    ("asia", &[ASIA]),
    ("asie", &[ASIA]),
    ("anz", &["AU NZ"]),
    ("oceania", &[OCEANIA]),
    ("latam", &[LATIN]),
    ("latin america", &[LATIN]),
    ("amerique latine", &[LATIN]),
    ("central america", &["BZ CR GT HN NI PA SV"]),
    ("south america", &[SOUTH]),
    ("amerique du sud", &[SOUTH]),
    ("north america", &[NORTH]),
    ("amerique du nord", &[NORTH]),
    ("namer", &[NORTH]),
    ("americas", &[NORTH, LATIN, CARIBBEAN]),
    ("the americas", &[NORTH, LATIN, CARIBBEAN]),
    ("ameriques", &[NORTH, LATIN, CARIBBEAN]),
    ("caribbean", &[CARIBBEAN, "CU DO PR"]),
    ("africa", &[AFRICA]),
    ("afrique", &[AFRICA]),
    ("middle east", &[MIDDLE_EAST]),
    ("moyen orient", &[MIDDLE_EAST]),
    ("mena", &[MIDDLE_EAST, NORTH_AFRICA]),
    ("dach", &["AT CH DE"]),
    ("benelux", &["BE LU NL"]),
    ("nordics", &["DK FI IS NO SE"]),
    ("nordic countries", &["DK FI IS NO SE"]),
    ("scandinavia", &["DK NO SE"]),
    ("baltics", &["EE LT LV"]),
    ("iberia", &["ES PT"]),
    ("uki", &["GB IE"]),
    ("gcc", &["AE BH KW OM QA SA"]),
    ("u s", &["US"]),
];
/// Words for every country; `anywhere` only where nothing narrows it.
const ALL: [&str; 7] = [
    " worldwide ",
    " anywhere in the world ",
    " globally ",
    " global ",
    " work from anywhere ",
    " monde entier ",
    " from anywhere ",
];
const NARROWED: [&str; 4] = [" anywhere in ", " anywhere within ", " anywhere across ", " anywhere inside "];

impl Places {
    /// The countries that a text about remote work names: "Remote - US", "Canada", "Remote (EMEA)". A city names none.
    pub fn open_countries(&self, text: &str) -> Vec<&str> {
        let words = fold(text);
        let mut found: Vec<&str> = Vec::new();
        for part in parts(text) {
            found.extend(areas(part));
        }
        for place in self.listed(text) {
            if place.city.is_none() {
                found.extend(self.code(&place.country));
            }
        }
        let is_all = ALL.iter().any(|all| words.contains(all))
            || (words.contains(" anywhere ") && !NARROWED.iter().any(|narrowed| words.contains(narrowed)));
        if found.is_empty() && is_all { vec![WORLDWIDE] } else { found }
    }

    fn code(&self, code: &str) -> Option<&str> {
        self.countries.iter().map(|country| country.code.as_str()).find(|known| *known == code)
    }
}

/// The countries of the parts of the world that a part of a text names.
fn areas(text: &str) -> Vec<&'static str> {
    let part = Part::new(text);
    let mut found = Vec::new();
    for from in 0..part.words.len() {
        for to in from + 1..=part.words.len().min(from + 3) {
            let name = part.span(from, to);
            let Some((_, lists)) = AREAS.iter().find(|(area, _)| *area == name) else { continue };
            if name.len() > 3 || is_abbreviation(text, name) {
                found.extend(lists.iter().flat_map(|list| list.split(' ')));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::taxonomy::Taxonomy;

    #[test]
    fn texts_open_a_job_to_countries() {
        let taxonomy = Taxonomy::bundled();
        let check = |text: &str, expected: &[&str]| {
            let mut found = taxonomy.places.open_countries(text);
            found.sort_unstable();
            found.dedup();
            assert_eq!(found, expected, "{text}");
        };
        check("Remote - US", &["US"]);
        check("Remote, Canada", &["CA"]);
        check("Remote (US or Canada)", &["CA", "US"]);
        check("Remote - Ontario", &["CA"]);
        check("Remote - DACH", &["AT", "CH", "DE"]);
        check("Télétravail (Benelux)", &["BE", "LU", "NL"]);
        check("Anywhere in the United States", &["US"]);
        check("Anywhere", &["*"]);
        check("Remote - Worldwide", &["*"]);
        check("Toronto, ON", &[]);
        check("Remote", &[]);
        check("San Francisco, CA or Remote - US", &["US"]);
        check("tell us more", &[]);
        assert_eq!(taxonomy.places.open_countries("Remote (EU)").len(), 27);
        assert!(taxonomy.places.open_countries("Remote - EMEA").contains(&"FR"));
    }
}

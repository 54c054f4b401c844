//! Finds the pay in a text: the base pay that it states for the job. Where it states one range for each of several places or
//! levels, the answer goes from the lowest to the highest of them; target earnings are the answer only where no base is
//! stated. Null rather than wrong.

use super::amounts::Currency;
use super::judgement::{in_description, in_field};
use super::ranges::groups;
use crate::posting::SalaryPeriod;
use crate::taxonomy::phrases::any_case;
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// What the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// A field that holds nothing but pay.
    Field,
    /// A whole description.
    Description,
}

/// Pay as a text states it. At least one of `min` and `max` is there; `up to` has no least, `from` no most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stated {
    /// Least, in units of the currency for one period.
    pub min: Option<f64>,
    /// Most.
    pub max: Option<f64>,
    /// Its currency as written.
    pub currency: Option<Currency>,
    /// Its period, stated or plain from the size of the number.
    pub period: Option<SalaryPeriod>,
    /// True when words state the period.
    pub is_period_stated: bool,
    /// True when it counts on results, as on-target earnings do.
    pub is_target: bool,
    /// First byte in the text.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

static NO_FIXED_PAY: LazyLock<AhoCorasick> =
    LazyLock::new(|| any_case(["commission only", "commission-only", "100% commission", "commission seule"]));

/// Bytes between two ranges of one list at most, such as those of `Zone A: …; Zone B: …`.
const LIST_GAP: usize = 160;

/// Evidence from which a group is a range that may stand in a list.
const RANGE_OF_LIST: u32 = 5;

/// The pay that a text states, if it does.
pub fn pay(text: &str, kind: Text) -> Option<Stated> {
    pay_in(text, kind, None)
}

/// The pay that a text states; where it states one in each of several currencies, that in the currency `home`.
pub fn pay_in(text: &str, kind: Text, home: Option<&str>) -> Option<Stated> {
    if kind == Text::Field && NO_FIXED_PAY.is_match(text) {
        return None;
    }
    let judged: Vec<(u32, Stated)> = match kind {
        Text::Field => field(text),
        Text::Description => description(text),
    };
    let best = judged.iter().map(|(evidence, _)| *evidence).max()?;
    let chosen: Vec<Stated> =
        judged.iter().filter(|(evidence, _)| *evidence == best).map(|(_, group)| *group).collect();
    let is_home = |group: &&Stated| home.is_some() && currency_code(group) == home;
    let is_dollar = |group: &&Stated| {
        matches!(group.currency, Some(Currency::Dollar { .. }))
            && home.is_some_and(|home| home.ends_with('D'))
    };
    let first = chosen.iter().find(is_home).or_else(|| chosen.iter().find(is_dollar)).or(chosen.first())?;
    Some(match kind {
        Text::Field => *first,
        Text::Description => chosen.iter().fold(*first, joined),
    })
}

fn currency_code(group: &Stated) -> Option<&'static str> {
    match group.currency {
        Some(Currency::Code(code)) => Some(code),
        _ => None,
    }
}

fn field(text: &str) -> Vec<(u32, Stated)> {
    let groups = groups(text, Text::Field).into_iter();
    groups.filter_map(|group| Some((in_field(text, &group)?, group))).collect()
}

fn description(text: &str) -> Vec<(u32, Stated)> {
    let mut judged: Vec<(u32, Stated)> = Vec::new();
    for group in groups(text, Text::Description) {
        let Some((evidence, is_target)) = in_description(text, &group) else { continue };
        let mut next = (evidence, Stated { is_target, ..group });
        // The word that says what a list of ranges is stands beside one of them only.
        if let Some(last) = judged.last_mut()
            && last.0.min(evidence) >= RANGE_OF_LIST
            && group.start - last.1.end <= LIST_GAP
            && is_like(&last.1, &group)
        {
            (last.0, next.0) = (last.0.max(evidence), last.0.max(evidence));
        }
        judged.push(next);
    }
    judged
}

/// Both as one, when they are pay of the same kind.
fn joined(one: Stated, other: &Stated) -> Stated {
    let (Some(low), Some(high), Some(other_low), Some(other_high)) = (one.min, one.max, other.min, other.max)
    else {
        return one;
    };
    if !is_like(&one, other) || other_low > high * 3.0 || low > other_high * 3.0 {
        return one;
    }
    Stated { min: Some(low.min(other_low)), max: Some(high.max(other_high)), ..one }
}

fn is_like(one: &Stated, other: &Stated) -> bool {
    one.period == other.period && one.currency == other.currency
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, kind: Text) -> String {
        let Some(pay) = pay(text, kind) else { return "nothing".to_owned() };
        let amount = |amount: Option<f64>| amount.map_or("…".to_owned(), |amount| amount.to_string());
        let currency = match pay.currency {
            None => "?",
            Some(Currency::Code(code)) => code,
            Some(Currency::Dollar { .. }) => "$",
            Some(Currency::Yen) => "¥",
            Some(Currency::Krona) => "kr",
        };
        let period = pay.period.map_or("?", SalaryPeriod::as_str);
        format!("{} {} {currency} {period}", amount(pay.min), amount(pay.max))
    }

    #[test]
    fn a_field_is_read() {
        let check = |text: &str, expected: &str| assert_eq!(said(text, Text::Field), expected, "{text}");
        check("$120k–$150K", "120000 150000 $ year");
        check("CA$95,000 - $110,000 a year", "95000 110000 CAD year");
        check("de 80 000 $ à 95 000 $", "80000 95000 $ year");
        check("45,50 $/h", "45.5 … $ hour");
        check("£28,407 to £34,581", "28407 34581 GBP year");
        check("Entre 24 et 31 $ de l'heure", "24 31 $ hour");
        check("Mensuel de 2300,00 Euros à 2600,00 Euros", "2300 2600 EUR month");
        check("42 - 50 k€ brut annuel", "42000 50000 EUR year");
        check("$130 to $160K", "130000 160000 $ year");
        check("Up to £41,000 DOE", "… 41000 GBP year");
        check("Band 8a £52,000 - £58,000 pa inc HCAS", "52000 58000 GBP year");
        check("$140K – $150K • $20K – $30K Commission", "140000 150000 $ year");
        check("18 500 + £2000 location allowance", "18500 … ? year");
        check("NT$ 60,000 - 80,000 (月薪)", "60000 80000 TWD month");
        check("£0.00", "nothing");
        check("Competitive, 13% super, 4 days a week", "nothing");
        check("Commission only, up to 4k a month", "nothing");
        check("Selon profil et expérience", "nothing");
        check("", "nothing");
    }

    #[test]
    fn of_several_currencies_that_of_the_country_is_taken() {
        let text = "US: the salary range is $150,000 - $180,000. Canada: the salary range is CA$120,000 - CA$140,000.";
        let min = |home| pay_in(text, Text::Description, home).and_then(|pay| pay.min);
        assert_eq!(min(Some("CAD")), Some(120_000.0));
        assert_eq!(min(Some("USD")), Some(150_000.0));
        assert_eq!(min(None), Some(150_000.0));
        let text =
            "Canada: the pay range is CAD 120,000 - 140,000. US: the pay range is $150,000 - $180,000.";
        assert_eq!(pay_in(text, Text::Description, Some("USD")).and_then(|pay| pay.min), Some(150_000.0));
    }

    #[test]
    fn a_description_is_read_where_it_states_pay() {
        let check =
            |text: &str, expected: &str| assert_eq!(said(text, Text::Description), expected, "{text}");
        check("The base salary range is $120,000 - $150,000.", "120000 150000 $ year");
        check("Pay: $31.50 per hour", "31.5 … $ hour");
        check("Salaire annuel : entre 72 000 $ et 88 000 $", "72000 88000 $ year");
        check("Toronto: $90,000 - $110,000\nSalary in Vancouver: $95,000 - $120,000", "90000 120000 $ year");
        check(
            "In Toronto the pay is $90,000 - $110,000.\nIn Vancouver the pay is $95,000 - $120,000.",
            "90000 120000 $ year",
        );
        check("We raised $25,000,000 and serve 40,000 - 50,000 customers.", "nothing");
        check("We've raised $40M in funding; $5M ARR.", "nothing");
        check("A learning budget of $1,500 per year and a $500 home office stipend", "nothing");
        check("401k with a match of up to $5,000 per year", "nothing");
        check("You will manage a portfolio of $250k - $500k deals", "nothing");
        check("Sign-on bonus of $10,000", "nothing");
        check("Assets of $80,000 - $120,000 per client under management", "nothing");
    }
}

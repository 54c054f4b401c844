//! Makes ranges out of the amounts of a text: `$120k–$150K`, `de 80 000 $ à 95 000 $`, three steps of a band; and gives each
//! its period. Does not judge whether they are pay.

use super::amounts::{Amount, Currency, Scale, amounts};
use super::periods;
use super::statement::{Stated, Text};
use crate::posting::SalaryPeriod;
use crate::taxonomy::currencies;

/// What stands between the two ends of a range, without spaces and lower case.
const CONNECTORS: &[&str] = &[
    "-",
    "–",
    "—",
    "‐",
    "‑",
    "−",
    "_",
    "~",
    "〜",
    "～",
    "->",
    "→",
    "--",
    "- -",
    "to",
    "thru",
    "through",
    "until",
    "up to",
    "- up to",
    "– up to",
    "or more up to",
    "and up to",
    "to a maximum of",
    "rising to",
    "increasing to",
    "progressing to",
    "going up to",
    "à",
    "a",
    "jusqu'à",
    "jusqu’à",
    "bis",
    "bis zu",
    "tot",
    "hasta",
    "até",
    "til",
    "till",
    "do",
    "al",
];

/// Connectors after one of [`BETWEEN`] only.
const ANDS: &[&str] = &["and", "et", "und", "y", "e", "en", "och", "og", "&"];

const BETWEEN: &[&str] = &["between", "entre", "zwischen", "tra ", "tussen", "mellan", "mellem", "mellom"];

/// Bytes between the two ends of a range at most.
const GAP: usize = 36;

/// The highest step of a band over its lowest, and of `£24,907 / £30,615`.
const WIDEST_BAND: f64 = 3.0;
const WIDEST_SLASH: f64 = 1.6;

/// Amounts and ranges with their periods.
pub fn groups(text: &str, kind: Text) -> Vec<Stated> {
    let mut waiting: Option<Amount> = None;
    let mut groups: Vec<Stated> = Vec::new();
    let mut is_open = false;
    for amount in amounts(text).filter(|amount| !is_rank(text, amount)) {
        if let Some(first) = waiting.take() {
            let second = if kind == Text::Field { with_million(first, amount) } else { amount };
            if let Some(range) = range(text, first, second) {
                is_open = range.is_some();
                groups.extend(range);
                continue;
            }
            groups.extend(single(text, first, kind));
            is_open = false;
        } else if is_open
            && let Some(last) = groups.last_mut()
            && let Some(longer) = with_step(text, last, amount)
        {
            *last = longer;
            continue;
        }
        waiting = Some(amount);
    }
    groups.extend(waiting.and_then(|amount| single(text, amount, kind)));
    groups
}

/// How two amounts belong together.
#[derive(PartialEq)]
enum Link {
    Range,
    /// A slash, which parts alternatives as well.
    Slash,
    /// Nothing: `$175,000 $225,000` after the word range.
    Blank,
}

/// How the words between two amounts link them, and the period that they state.
fn link(text: &str, start: usize, from: usize, to: usize) -> Option<(Link, Option<SalaryPeriod>)> {
    let between = &text[from..to];
    if between.len() > GAP {
        return None;
    }
    let (period, words) = periods::within(between);
    // `8a £52,643` is a grade and an amount.
    if between.starts_with(char::is_alphabetic) && period.is_none() {
        return None;
    }
    let words = words.trim_matches(['+', '*', ' ', '.', '≈', '\u{a0}', '\n']).to_lowercase();
    // `£31,000, rising to £36,500`
    let words = if words.len() > 3 { words.trim_start_matches([',', ' ']).to_owned() } else { words };
    if between.contains('\n') && !matches!(words.as_str(), "to" | "à") {
        return None;
    }
    let before = |reach: usize, words: &[&str]| {
        let before = text[text.ceil_char_boundary(start.saturating_sub(reach))..start].to_lowercase();
        words.iter().any(|word| before.contains(word))
    };
    let link = match words.as_str() {
        "/" => Link::Slash,
        "" if before(60, &["range", "between", "fourchette"]) => Link::Blank,
        word if CONNECTORS.contains(&word) => Link::Range,
        word if ANDS.contains(&word) && before(40, BETWEEN) => Link::Range,
        _ => return None,
    };
    Some((link, period))
}

/// The range that two amounts make, `Some(None)` for a range of something else, or `None` when they are two things.
fn range(text: &str, first: Amount, second: Amount) -> Option<Option<Stated>> {
    let (link, period) = link(text, first.start, first.end, second.start)?;
    if [first.scale, second.scale].iter().any(|scale| matches!(scale, Scale::Huge | Scale::NotMoney)) {
        return if link == Link::Range { Some(None) } else { None };
    }
    let (low, high) = same_scale(first, second);
    let is_priced = first.currency.is_some() && second.currency.is_some();
    let is_range = match link {
        Link::Range => low <= high && (low <= 0.0 || high / low <= 20.0),
        Link::Slash => {
            let is_near = low < high && high / low <= WIDEST_SLASH && low >= 1_000.0;
            is_near && is_priced || low <= high && matches!(second.scale, Scale::Times(_))
        }
        Link::Blank => is_priced && low >= 1_000.0 && low < high && high / low <= 2.0,
    };
    if !is_range {
        return None;
    }
    let currency = match (first.currency, second.currency) {
        (Some(Currency::Dollar { .. } | Currency::Yen), Some(code @ Currency::Code(_))) => Some(code),
        (one, other) => one.or(other),
    };
    let stated = Stated {
        min: Some(low),
        max: Some(high),
        currency,
        period,
        is_period_stated: false,
        is_target: false,
        start: first.start,
        end: second.end,
    };
    Some(Some(with_period(text, stated, first.is_doubtful && second.is_doubtful)))
}

/// `$500K – $1M`: a million is pay where the other end says thousands.
fn with_million(first: Amount, second: Amount) -> Amount {
    let value = second.value * 1_000_000.0;
    let is_top = matches!(first.scale, Scale::Times(_)) && (first.value..=first.value * 5.0).contains(&value);
    if second.scale == Scale::Huge && is_top {
        Amount { value, scale: Scale::Times(1_000_000.0), ..second }
    } else {
        second
    }
}

/// A band with one more step: `£46,284 - £51,055 - £55,825`.
fn with_step(text: &str, band: &Stated, amount: Amount) -> Option<Stated> {
    let (low, high) = band.min.zip(band.max)?;
    let (link, _) = link(text, band.start, band.end, amount.start)?;
    let is_money = amount.currency.is_some() || matches!(amount.scale, Scale::Times(_));
    let is_step =
        link != Link::Blank && is_money && amount.value >= high && amount.value <= low * WIDEST_BAND;
    if !is_step || matches!(amount.scale, Scale::Huge | Scale::NotMoney) {
        return None;
    }
    let period = if band.is_period_stated { band.period } else { None };
    let band = Stated { max: Some(amount.value), period, end: amount.end, ..*band };
    Some(with_period(text, band, false))
}

/// `$130 to $160K`, `25-30,000`, `12-18 LPA` and `120k-150` leave a scale out.
fn same_scale(first: Amount, second: Amount) -> (f64, f64) {
    let (low, high) = (first.value, second.value);
    let is_short = |value: f64| (1.0..1_000.0).contains(&value);
    match (first.scale, second.scale) {
        (Scale::One, Scale::Times(times)) if is_short(low) && low * times <= high => (low * times, high),
        (Scale::One, Scale::One) if is_short(low) && high >= 1_000.0 && high / low > 20.0 => {
            let raised = low * 1_000.0;
            if raised <= high { (raised, high) } else { (low, high) }
        }
        (Scale::Times(times), Scale::One) if is_short(high) => (low, high * times),
        _ => (low, high),
    }
}

fn single(text: &str, amount: Amount, kind: Text) -> Option<Stated> {
    // A description is full of numbers; one alone needs a currency.
    let is_bare = kind == Text::Description && amount.currency.is_none();
    if is_bare || amount.value <= 0.0 || matches!(amount.scale, Scale::Huge | Scale::NotMoney) {
        return None;
    }
    let before = text[text.ceil_char_boundary(amount.start.saturating_sub(20))..amount.start].to_lowercase();
    // `$70,0000 to $125,000`: the other end could not be read.
    let other = before.trim_end();
    let other = ["-", "–", "—", "to"].iter().find_map(|connector| other.strip_suffix(connector));
    if other.is_some_and(|other| other.trim_end().ends_with(|c: char| c.is_ascii_digit())) {
        return None;
    }
    let after = text[amount.end..text.floor_char_boundary((amount.end + 12).min(text.len()))].to_lowercase();
    let before = before.trim_end().trim_end_matches(':');
    let is_most = ["up to", "jusqu'à", "jusqu’à", "maximum", "maximum of", "max", "max.", "bis zu", "hasta"]
        .iter()
        .any(|words| before.ends_with(words))
        || after.trim_start().starts_with("max");
    let value = Some(amount.value);
    let (min, max) = if is_most { (None, value) } else { (value, None) };
    let stated = Stated {
        min,
        max,
        currency: amount.currency,
        period: None,
        is_period_stated: false,
        is_target: false,
        start: amount.start,
        end: amount.end,
    };
    Some(with_period(text, stated, amount.is_doubtful))
}

/// The group with the period that the words around it state, or else that its size leaves as the only one.
fn with_period(text: &str, group: Stated, is_doubtful: bool) -> Stated {
    let size = group.max.or(group.min).unwrap_or_default();
    let stated = group
        .period
        .or_else(|| periods::after(text, group.end))
        .or_else(|| periods::before(text, group.start))
        .filter(|period| is_plausible(size, *period, group.currency));
    let by_size = match year_from(group.currency) {
        Some(least) if size >= least => Some(SalaryPeriod::Year),
        Some(10_000.0) if (4.0..=250.0).contains(&size) && !is_doubtful => Some(SalaryPeriod::Hour),
        _ => None,
    };
    Stated { period: stated.or(by_size), is_period_stated: stated.is_some(), ..group }
}

/// The amount from which pay in a currency is that of a year; 10,000 where nothing is said of the currency.
fn year_from(currency: Option<Currency>) -> Option<f64> {
    match currency {
        None | Some(Currency::Dollar { .. }) => Some(10_000.0),
        Some(Currency::Krona) => currencies::year_from("SEK"),
        Some(Currency::Yen) => currencies::year_from("JPY"),
        Some(Currency::Code(code)) => currencies::year_from(code),
    }
}

/// Whether an amount can be what somebody is paid for a period. Bounds are those of the dollar, scaled to the currency.
pub fn is_plausible(amount: f64, period: SalaryPeriod, currency: Option<Currency>) -> bool {
    let (least, most) = match period {
        SalaryPeriod::Hour => (4.0, 900.0),
        SalaryPeriod::Day => (30.0, 6_000.0),
        SalaryPeriod::Week => (80.0, 20_000.0),
        SalaryPeriod::Month => (300.0, 90_000.0),
        SalaryPeriod::Year => (2_500.0, 3_000_000.0),
    };
    let unit = match year_from(currency) {
        Some(least) => least / 10_000.0,
        None => return amount >= least,
    };
    // What is ordinary pay differs more between countries than within one.
    let width = if unit > 1.0 { 3.0 } else { 1.0 };
    (least * unit / width..=most * unit * width).contains(&amount)
}

/// Words before a bare number that make it a place on a scale.
const RANKS: &[&str] = &[
    "band",
    "bands",
    "level",
    "levels",
    "grade",
    "step",
    "class",
    "scale",
    "spine",
    "point",
    "points",
    "niveau",
    "échelon",
    "echelon",
    "tier",
    "year",
    "wte",
    "fte",
    "nm",
    "scp",
    "coefficient",
    "award",
    "eba",
    "groupe",
    "catégorie",
    "indice",
    "afc",
    "zone",
    "group",
    "classe",
    "palier",
];

/// Whether a bare number is a place on a scale: `Band 7`, `niveau 2`.
fn is_rank(text: &str, amount: &Amount) -> bool {
    if amount.currency.is_some() || amount.value >= 1_000.0 {
        return false;
    }
    let begin = text.ceil_char_boundary(amount.start.saturating_sub(16));
    let before = text[begin..amount.start].trim_end_matches([' ', ':', '.', '-']);
    let last = before.rsplit([' ', '(']).next().unwrap_or_default();
    RANKS.iter().any(|rank| rank.eq_ignore_ascii_case(last))
}

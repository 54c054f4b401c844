//! Finds the pay in a text. A field that is about pay is believed more easily than a description, where revenue, funding
//! and perks are amounts too. Null rather than wrong.

use super::amounts::{Amount, Currency, Scale, amounts};
use super::evidence;
use super::periods;
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
    /// First byte in the text.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

static NO_FIXED_PAY: LazyLock<AhoCorasick> =
    LazyLock::new(|| any_case(["commission only", "100% commission", "commission seule"]));

/// The pay that a text states, if it does.
pub fn pay(text: &str, kind: Text) -> Option<Stated> {
    if kind == Text::Field && NO_FIXED_PAY.is_match(text) {
        return None;
    }
    let groups = groups(text, kind);
    let judged = groups.into_iter().filter_map(|group| {
        let evidence = match kind {
            Text::Field => in_field(text, &group)?,
            Text::Description => in_description(text, &group)?,
        };
        Some((evidence, group))
    });
    let judged: Vec<(u32, Stated)> = judged.collect();
    let best = judged.iter().map(|(evidence, _)| *evidence).max()?;
    let mut chosen = judged.iter().filter(|(evidence, _)| *evidence == best).map(|(_, group)| *group);
    let first = chosen.next()?;
    Some(match kind {
        Text::Field => first,
        // A description lists the ranges of several places or levels.
        Text::Description => chosen.fold(first, joined),
    })
}

/// Both as one, when they are pay of the same kind.
fn joined(one: Stated, other: Stated) -> Stated {
    let (Some(low), Some(high), Some(other_low), Some(other_high)) = (one.min, one.max, other.min, other.max)
    else {
        return one;
    };
    let is_like = one.period == other.period && one.currency == other.currency;
    if !is_like || other_low > high * 3.0 || low > other_high * 3.0 {
        return one;
    }
    Stated { min: Some(low.min(other_low)), max: Some(high.max(other_high)), ..one }
}

/// Amounts and ranges with their periods.
fn groups(text: &str, kind: Text) -> Vec<Stated> {
    let mut waiting: Option<Amount> = None;
    let mut groups = Vec::new();
    for amount in amounts(text).filter(|amount| !is_rank(text, amount)) {
        if let Some(first) = waiting.take() {
            if let Some(range) = range(text, first, amount) {
                groups.extend(range);
                continue;
            }
            groups.extend(single(text, first, kind));
        }
        waiting = Some(amount);
    }
    groups.extend(waiting.and_then(|amount| single(text, amount, kind)));
    groups
}

/// The range that two amounts make, `Some(None)` for a range of something else, or `None` when they are two things.
fn range(text: &str, first: Amount, second: Amount) -> Option<Option<Stated>> {
    let between = &text[first.end..second.start];
    if between.len() > 32 || between.contains('\n') {
        return None;
    }
    // `8a £52,643` is a grade and an amount.
    if between.starts_with(char::is_alphabetic) && periods::within(between).0.is_none() {
        return None;
    }
    let (period, words) = periods::within(between);
    let words = words.trim_start_matches(['+', '*']).trim().to_ascii_lowercase();
    let words = words.as_str();
    let is_and = matches!(words, "and" | "et") && {
        let begin = text.ceil_char_boundary(first.start.saturating_sub(24));
        let before = text[begin..first.start].to_lowercase();
        before.contains("between") || before.contains("entre")
    };
    let is_slash = words == "/" && second.scale == Scale::Thousand;
    let is_connector = matches!(
        words,
        "-" | "–"
            | "—"
            | "‐"
            | "‑"
            | "−"
            | "_"
            | "~"
            | "->"
            | "→"
            | "--"
            | "- -"
            | "to"
            | "à"
            | "a"
            | "up to"
            | "- up to"
            | "– up to"
            | "or more up to"
            | "and up to"
            | "through"
            | "until"
            | "bis"
            | "jusqu'à"
    );
    if !is_connector && !is_and && !is_slash {
        return None;
    }
    if [first.scale, second.scale].iter().any(|scale| matches!(scale, Scale::Huge | Scale::NotMoney)) {
        return Some(None);
    }
    let (low, high) = same_scale(first, second);
    if low > high || (low > 0.0 && high / low > 20.0) {
        return None;
    }
    let currency = match (first.currency, second.currency) {
        (Some(Currency::Dollar { .. }), Some(code @ Currency::Code(_))) => Some(code),
        (one, other) => one.or(other),
    };
    let stated = Stated {
        min: Some(low),
        max: Some(high),
        currency,
        period,
        is_period_stated: false,
        start: first.start,
        end: second.end,
    };
    Some(Some(with_period(text, stated)))
}

/// `$130 to $160K`, `25-30,000` and `120k-150` leave a scale out.
fn same_scale(first: Amount, second: Amount) -> (f64, f64) {
    let (low, high) = (first.value, second.value);
    let is_short = |value: f64| (1.0..1_000.0).contains(&value);
    if first.scale == Scale::One && is_short(low) && high >= 1_000.0 && high / low > 20.0 {
        let raised = low * 1_000.0;
        return if raised <= high { (raised, high) } else { (low, high) };
    }
    if first.scale == Scale::Thousand && second.scale == Scale::One && is_short(high) {
        return (low, high * 1_000.0);
    }
    (low, high)
}

fn single(text: &str, amount: Amount, kind: Text) -> Option<Stated> {
    // A description is full of numbers; one alone needs a currency.
    let is_bare = kind == Text::Description && amount.currency.is_none();
    if is_bare || amount.value <= 0.0 || matches!(amount.scale, Scale::Huge | Scale::NotMoney) {
        return None;
    }
    let begin = text.ceil_char_boundary(amount.start.saturating_sub(20));
    let before = text[begin..amount.start].to_lowercase();
    let is_most = ["up to", "jusqu'à", "jusqu’à", "maximum", "max", "max.", "bis zu"]
        .iter()
        .any(|words| before.trim_end().trim_end_matches(':').ends_with(words));
    let value = Some(amount.value);
    let (min, max) = if is_most { (None, value) } else { (value, None) };
    let stated = Stated {
        min,
        max,
        currency: amount.currency,
        period: None,
        is_period_stated: false,
        start: amount.start,
        end: amount.end,
    };
    Some(with_period(text, stated))
}

fn with_period(text: &str, group: Stated) -> Stated {
    let size = group.max.or(group.min).unwrap_or_default();
    let stated = group
        .period
        .or_else(|| periods::after(text, group.end))
        .or_else(|| periods::before(text, group.start))
        .filter(|period| is_plausible(size, *period, group.currency));
    let by_size = match size {
        10_000.0.. => Some(SalaryPeriod::Year),
        4.0..=250.0 => Some(SalaryPeriod::Hour),
        _ => None,
    };
    Stated { period: stated.or(by_size), is_period_stated: stated.is_some(), ..group }
}

/// Whether an amount can be what somebody is paid for a period, in a currency of ordinary size.
fn is_plausible(amount: f64, period: SalaryPeriod, currency: Option<Currency>) -> bool {
    let is_small = matches!(
        currency,
        Some(
            Currency::Code("JPY" | "INR" | "HUF" | "KRW" | "CZK" | "TWD" | "PHP" | "MXN" | "ZAR")
                | Currency::Krona
        )
    );
    let (least, most) = match period {
        SalaryPeriod::Hour => (4.0, 900.0),
        SalaryPeriod::Day => (30.0, 6_000.0),
        SalaryPeriod::Week => (80.0, 20_000.0),
        SalaryPeriod::Month => (300.0, 90_000.0),
        SalaryPeriod::Year => (2_500.0, 3_000_000.0),
    };
    let most = if is_small { most * 200.0 } else { most };
    (least..=most).contains(&amount)
}

/// How much speaks for a group in a field that is about pay; `None` when it is something else.
fn in_field(text: &str, group: &Stated) -> Option<u32> {
    let is_range = group.min.is_some() && group.max.is_some();
    let size = group.max.or(group.min)?;
    let is_whole = group.start == text.len() - text.trim_start().len() && group.end == text.trim_end().len();
    let is_year_of_calendar = !is_range
        && group.currency.is_none()
        && !group.is_period_stated
        && (1_950.0..2_100.0).contains(&size);
    let is_counted = group.currency.is_none() && is_counted(text, group);
    if is_year_of_calendar || is_counted {
        return None;
    }
    let is_money = group.currency.is_some() || group.is_period_stated || size >= 10_000.0 || is_whole;
    if !is_money || (size < 4.0 && !is_whole) {
        return None;
    }
    let segment = segment_after(text, group.end);
    let extra = [
        "allowance",
        "location",
        "welcome",
        "incentive",
        "bonus",
        "commission",
        "sign-on",
        "signing",
        "equity",
        "retention",
        "relocation",
        "packaging",
    ];
    let is_extra = extra.iter().any(|word| segment.starts_with(word));
    let mut evidence = 2;
    evidence += u32::from(group.currency.is_some() || group.is_period_stated);
    evidence += u32::from(is_range);
    Some(if is_extra { 1 } else { evidence })
}

/// Whether a bare number is a place on a scale: `Band 7`, `niveau 2`.
fn is_rank(text: &str, amount: &Amount) -> bool {
    if amount.currency.is_some() || amount.value >= 1_000.0 {
        return false;
    }
    let begin = text.ceil_char_boundary(amount.start.saturating_sub(16));
    let before = text[begin..amount.start].trim_end_matches([' ', ':', '.', '-']);
    let last = before.rsplit([' ', '(']).next().unwrap_or_default();
    const RANKS: &[&str] = &[
        "band",
        "bands",
        "level",
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
    ];
    RANKS.iter().any(|rank| rank.eq_ignore_ascii_case(last))
}

/// Whether a bare number counts something else: `4 days`, `25 years old`, `37.5 hours`.
fn is_counted(text: &str, group: &Stated) -> bool {
    let after = segment_after(text, group.end);
    let units = [
        "years old",
        "year old",
        "years",
        "days",
        "day ",
        "hours",
        "hrs",
        "nights",
        "weeks",
        "months",
        "mois",
        "jours",
        "heures",
        "h/",
        "fte",
        "wte",
        "graduated",
        "ans",
    ];
    units.iter().any(|unit| after.starts_with(unit))
}

/// The lower-cased words after a byte, to the end of the clause.
fn segment_after(text: &str, at: usize) -> String {
    let reach = text.floor_char_boundary((at + 40).min(text.len()));
    let rest = text[at..reach].trim_start_matches([' ', '+', '\u{a0}', '(', '-', '*', ',']);
    let end = rest.find(['•', '\n', ';', '|']).unwrap_or(rest.len());
    rest[..end].to_lowercase()
}

/// How much speaks for a group in a description; `None` when too little does or something speaks against it.
fn in_description(text: &str, group: &Stated) -> Option<u32> {
    let size = group.max.or(group.min)?;
    let period = group.period?;
    if !is_plausible(size, period, group.currency) {
        return None;
    }
    let is_range = group.min.is_some() && group.max.is_some();
    let before = clause_before(text, group.start);
    let after = clause_after(text, group.end);
    // The nearest word decides: "$1,000 bonus", "a budget of $1,500", and "salary: $90,000, plus a bonus".
    let pay_word = evidence::last_pay_word(before);
    let refused_before = evidence::last_refusal(before);
    let is_refused_before = refused_before.is_some() && refused_before > pay_word;
    // "$120k – $150k + stock" adds something; "$10,000 – $15,000 in relocation support" is something else.
    let rest = after.strip_prefix('+').unwrap_or(after).trim_start();
    let is_added =
        ["+", "&", ",", ".", ")", "plus", "and", "with", "et"].iter().any(|word| rest.starts_with(word));
    let is_believed = pay_word.is_some() && (is_range || group.is_period_stated);
    let is_refused_after = !(is_believed || is_range && is_added) && evidence::last_refusal(after).is_some();
    if is_refused_before || is_refused_after {
        return None;
    }
    let is_money = group.currency.is_some();
    let near = &rest[..rest.floor_char_boundary(rest.len().min(14))];
    let is_said = pay_word.is_some() || evidence::last_pay_word(near).is_some();
    let evidence = match (is_range, is_money, is_said) {
        (true, true, true) => 6,
        (true, false, true) if size >= 10_000.0 || group.is_period_stated => 5,
        (true, true, false) if size >= 15_000.0 || group.is_period_stated => 5,
        (false, true, true) if size >= 15_000.0 || group.is_period_stated => 3,
        (false, true, false) if group.is_period_stated && period == SalaryPeriod::Hour => 2,
        _ => return None,
    };
    // Base pay is what compares; targets count on commission.
    let is_target = evidence::has_target(before) || evidence::has_target(after);
    Some(if is_target { evidence - 2 } else { evidence })
}

/// The words before a byte in its line, at most 120 bytes, from the last end of a sentence.
fn clause_before(text: &str, at: usize) -> &str {
    let reach = text.ceil_char_boundary(at.saturating_sub(120));
    let line = text[reach..at].rsplit(['\n', '•']).next().unwrap_or_default();
    line.rsplit(". ").next().unwrap_or_default()
}

/// The few words after a byte in its clause.
fn clause_after(text: &str, at: usize) -> &str {
    let reach = text.floor_char_boundary((at + 28).min(text.len()));
    text[at..reach].split(['•', '\n', ';', '|']).next().unwrap_or_default()
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
    fn a_description_is_read_where_it_states_pay() {
        let check =
            |text: &str, expected: &str| assert_eq!(said(text, Text::Description), expected, "{text}");
        check("The base salary range is $120,000 - $150,000.", "120000 150000 $ year");
        check("Pay: $31.50 per hour", "31.5 … $ hour");
        check("Salaire annuel : entre 72 000 $ et 88 000 $", "72000 88000 $ year");
        check("Toronto: $90,000 - $110,000\nSalary in Vancouver: $95,000 - $120,000", "95000 120000 $ year");
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

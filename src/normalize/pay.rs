//! Pay from structured fields. A number is kept only when it can be nothing else; what is dropped leaves a flag, and
//! the source's own text is kept beside it. Never reads a description.

use super::text;
use crate::posting::{Hundredths, Salary, SalaryPeriod};
use crate::taxonomy::{currencies, periods};

/// Most and least that a year's pay can be in a currency of ordinary size; beyond, unit or period are wrong.
const YEARLY: std::ops::RangeInclusive<f64> = 1_000.0..=10_000_000.0;

/// A wider range than this mixes two units, as in 50 to 150,000.
const WIDEST: f64 = 20.0;

/// Clean pay. Without an amount there is neither currency nor period; `min <= max` holds.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "the columns of the same names say it")]
pub struct Pay {
    pub min: Option<Hundredths>,
    pub max: Option<Hundredths>,
    pub currency: Option<String>,
    pub period: Option<SalaryPeriod>,
    pub text: Option<String>,
    /// What was mended or dropped.
    pub flags: Vec<&'static str>,
}

/// Cleans the pay that a source states.
pub fn pay(salary: &Salary) -> Pay {
    let (text, cut) = text::line(salary.text.as_deref().unwrap_or_default(), text::LINE);
    let text = (!text::is_placeholder(&text)).then_some(text);
    let mut pay = amounts(salary).unwrap_or_else(|flag| Pay { flags: vec![flag], ..Pay::default() });
    pay.text = text;
    if cut {
        pay.flags.push("text_truncated");
    }
    pay
}

/// The amounts with their currency and period, or the flag that says why they cannot be trusted.
fn amounts(salary: &Salary) -> Result<Pay, &'static str> {
    if [salary.min, salary.max].into_iter().flatten().any(|amount| !amount.is_finite() || amount < 0.0) {
        return Err("bad_salary");
    }
    let mut flags = Vec::new();
    // Zero is how several APIs write "not stated".
    let stated = |amount: Option<f64>| amount.filter(|amount| *amount > 0.0);
    let (mut min, mut max) = (stated(salary.min), stated(salary.max));
    if min != salary.min || max != salary.max {
        flags.push("salary_zero");
    }
    if min.is_none() && max.is_none() {
        return Ok(Pay { flags, ..Pay::default() });
    }
    if let (Some(low), Some(high)) = (min, max)
        && low > high
    {
        (min, max) = (max, min);
        flags.push("salary_swapped");
    }
    let currency = match word(&salary.currency) {
        Some(word) => currencies::of_field(word).or_else(|| {
            flags.push("bad_currency");
            None
        }),
        None => None,
    };
    // A pay for an unknown span is no number to compare, so the amounts go with it.
    let period = match word(&salary.period) {
        Some(word) => Some(period(word).ok_or("bad_period")?),
        None => None,
    };
    if !is_plausible(min, max, currency, period) {
        return Err("bad_salary");
    }
    let exact = |amount: Option<f64>| amount.and_then(Hundredths::from_f64);
    Ok(Pay {
        min: exact(min),
        max: exact(max),
        currency: currency.map(str::to_owned),
        period,
        text: None,
        flags,
    })
}

fn word(field: &Option<String>) -> Option<&str> {
    field.as_deref().map(str::trim).filter(|word| !text::is_placeholder(word))
}

/// The one period that a word or phrase names: `YEAR`, `1 YEAR`, `per-hour-wage`, `monthly`; none for `bi-weekly`.
fn period(word: &str) -> Option<SalaryPeriod> {
    let words = text::words(word);
    // French for a year, English for an article.
    if matches!(words.as_str(), " an " | " par an ") {
        return Some(SalaryPeriod::Year);
    }
    let mut found = None;
    for word in words.split_ascii_whitespace() {
        if periods::FILLERS.contains(&word) {
            continue;
        }
        let (_, period) = *periods::WORDS.iter().find(|(known, _)| *known == word)?;
        if found.is_some_and(|earlier| earlier != period) {
            return None;
        }
        found = Some(period);
    }
    found
}

fn is_plausible(
    min: Option<f64>,
    max: Option<f64>,
    currency: Option<&str>,
    period: Option<SalaryPeriod>,
) -> bool {
    if let (Some(min), Some(max)) = (min, max)
        && max > min * WIDEST
    {
        return false;
    }
    let is_small = currency.is_some_and(currencies::is_small_unit);
    let most = if is_small { YEARLY.end() * 1_000.0 } else { *YEARLY.end() };
    let times = period.map_or(1.0, periods::per_year);
    // Without a period the least is unknown: 25 may well be an hour's pay.
    let least = if period.is_some() { *YEARLY.start() } else { 0.0 };
    [min, max].into_iter().flatten().all(|amount| (least..=most).contains(&(amount * times)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        min: impl Into<Option<f64>>,
        max: impl Into<Option<f64>>,
        currency: &str,
        period: &str,
        expected: &str,
    ) {
        let salary = Salary {
            min: min.into(),
            max: max.into(),
            currency: Some(currency.into()),
            period: Some(period.into()),
            text: None,
        };
        let pay = pay(&salary);
        let amount =
            |amount: Option<Hundredths>| amount.map_or("?".to_owned(), |amount| amount.as_f64().to_string());
        let period = pay.period.map_or("?", SalaryPeriod::as_str);
        let currency = pay.currency.as_deref().unwrap_or("?");
        let found =
            format!("{} {} {currency} {period} {}", amount(pay.min), amount(pay.max), pay.flags.join(","));
        assert_eq!(found.trim_end(), expected, "of {salary:?}");
    }

    #[test]
    fn stated_pay_is_kept() {
        check(120_000.0, 150_000.0, "usd", "1 YEAR", "120000 150000 USD year");
        check(25.5, 30.0, "CAD", "per-hour-wage", "25.5 30 CAD hour");
        check(None, 60_000.0, "€", "annual", "? 60000 EUR year");
        check(4_000.0, None, "EUR", "per-month-salary", "4000 ? EUR month");
        check(12_000_000.0, 15_000_000.0, "JPY", "YEAR", "12000000 15000000 JPY year");
        check(25.0, None, "EUR", "an hour", "25 ? EUR hour");
        check(45_000.0, None, "EUR", "par an", "45000 ? EUR year");
        check(500.0, 650.0, "GBP", "Per Day", "500 650 GBP day");
        check(45_000.0, 60_000.0, "", "", "45000 60000 ? ?");
        check(45_000.0, 60_000.0, "$", "yearly", "45000 60000 ? year bad_currency");
        check(45_000.0, 60_000.0, "XQZ", "yearly", "45000 60000 ? year bad_currency");
    }

    #[test]
    fn reversed_and_zero_are_mended() {
        check(150_000.0, 120_000.0, "USD", "YEAR", "120000 150000 USD year salary_swapped");
        check(0.0, 0.0, "USD", "YEAR", "? ? ? ? salary_zero");
        check(0.0, 90_000.0, "USD", "YEAR", "? 90000 USD year salary_zero");
        check(None, None, "USD", "YEAR", "? ? ? ?");
    }

    #[test]
    fn what_cannot_be_trusted_is_dropped() {
        let bad = "? ? ? ? bad_salary";
        check(-1.0, 50_000.0, "USD", "YEAR", bad);
        check(f64::NAN, None, "USD", "YEAR", bad);
        check(f64::INFINITY, None, "USD", "", bad);
        check(1e9, 1e9, "USD", "YEAR", bad);
        check(120_000.0, 150_000.0, "USD", "HOUR", bad);
        check(14.0, 14.0, "USD", "YEAR", bad);
        check(50.0, 150_000.0, "USD", "", bad);
        check(2_000.0, 2_500.0, "CAD", "bi-weekly", "? ? ? ? bad_period");
        check(2_000.0, 2_500.0, "CAD", "2 WEEK", "? ? ? ? bad_period");
        check(2_000.0, 2_500.0, "CAD", "one-time", "? ? ? ? bad_period");
        check(2_000.0, 2_500.0, "CAD", "semi-monthly", "? ? ? ? bad_period");
    }

    #[test]
    fn text_is_cleaned_and_kept() {
        let salary = Salary { text: Some(" $31,2k&nbsp;-\n$52k ".into()), ..Salary::default() };
        assert_eq!(pay(&salary).text.as_deref(), Some("$31,2k - $52k"));
        let salary = Salary { text: Some("N/A".into()), ..Salary::default() };
        assert_eq!(pay(&salary), Pay::default());
    }
}

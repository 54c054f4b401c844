//! Pay as Canadian dollars a year: from structured fields, then from what the texts state.

pub mod amounts;
mod evidence;
mod judgement;
mod numbers;
mod periods;
mod ranges;
pub mod statement;

use super::core::{EnrichInput, Provenance};
use crate::posting::{Hundredths, SalaryPeriod};
use crate::taxonomy::{Taxonomy, currencies};
use amounts::Currency;
use statement::{Stated, Text};

/// Pay as read, and the same in Canadian dollars a year.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Pay {
    pub salary_min: Option<Hundredths>,
    pub salary_max: Option<Hundredths>,
    pub salary_currency: Option<String>,
    pub salary_period: Option<SalaryPeriod>,
    pub salary_min_norm: Option<Hundredths>,
    pub salary_max_norm: Option<Hundredths>,
    pub from: Option<Provenance>,
}

/// The pay of a job. The source's fields come first wherever they can be compared, then its pay text, then the description.
/// `country` (ISO 3166) is where the job is, and says which dollar `$` is. No source's own estimate is among the fields, so
/// no pay is `predicted`.
pub(super) fn read(input: &EnrichInput, country: Option<&str>, taxonomy: &Taxonomy) -> Pay {
    let fields = structured(input, taxonomy);
    if fields.from.is_some() {
        return fields;
    }
    let home = country.and_then(currencies::home_of);
    let from = |text: Option<&str>, kind, confidence| {
        stated(statement::pay_in(text?, kind, home)?, country, confidence, taxonomy)
    };
    from(input.salary_text, Text::Field, 0.9)
        .or_else(|| from(input.description_text, Text::Description, 0.8))
        .unwrap_or(fields)
}

/// The pay of the fields; without provenance when it cannot be compared, for want of a currency or a period.
fn structured(input: &EnrichInput, taxonomy: &Taxonomy) -> Pay {
    let fields = Pay {
        salary_min: input.salary_min,
        salary_max: input.salary_max,
        salary_currency: input.salary_currency.map(str::to_owned),
        salary_period: input.salary_period,
        ..Pay::default()
    };
    let (period, confidence) = match (input.salary_period, input.salary_max.or(input.salary_min)) {
        (Some(period), _) => (period, 0.95),
        // Nobody earns ten thousand an hour, and nobody two hundred a year.
        (None, Some(amount)) if amount.as_f64() >= 10_000.0 => (SalaryPeriod::Year, 0.7),
        (None, Some(amount)) if amount.as_f64() <= 200.0 => (SalaryPeriod::Hour, 0.6),
        _ => return fields,
    };
    let Some(currency) = input.salary_currency else { return fields };
    let compared = normed(fields, currency, period, taxonomy);
    let is_compared = compared.salary_min_norm.is_some() || compared.salary_max_norm.is_some();
    Pay { from: is_compared.then(|| Provenance::new("structured", confidence)), ..compared }
}

/// The pay of a text, when its currency and period are known.
fn stated(pay: Stated, country: Option<&str>, confidence: f64, taxonomy: &Taxonomy) -> Option<Pay> {
    let (currency, certainty) = code(pay.currency?, country)?;
    let period = pay.period?;
    let amount = |amount: Option<f64>| amount.and_then(Hundredths::from_f64);
    let said = if pay.is_period_stated { confidence } else { confidence - 0.1 };
    let base = if pay.is_target { 0.8 } else { 1.0 };
    let read = Pay {
        salary_min: amount(pay.min),
        salary_max: amount(pay.max),
        salary_currency: Some(currency.to_owned()),
        salary_period: Some(period),
        from: Some(Provenance::new("text", (said * certainty * base * 100.0).round() / 100.0)),
        ..Pay::default()
    };
    let compared = normed(read, currency, period, taxonomy);
    // A currency without a rate is kept as read; an amount that no year's pay can be is not.
    let is_pay = compared.salary_min_norm.is_some() || compared.salary_max_norm.is_some();
    (is_pay || !taxonomy.money.has_rate(currency)).then_some(compared)
}

/// The pay with its amounts in Canadian dollars a year beside them, the lower first.
fn normed(pay: Pay, currency: &str, period: SalaryPeriod, taxonomy: &Taxonomy) -> Pay {
    let yearly = |amount: Option<Hundredths>| taxonomy.money.cad_per_year(amount?, currency, period);
    let (min, max) = match (yearly(pay.salary_min), yearly(pay.salary_max)) {
        (Some(min), Some(max)) => (Some(min.min(max)), Some(min.max(max))),
        ends => ends,
    };
    Pay { salary_min_norm: min, salary_max_norm: max, salary_period: Some(period), ..pay }
}

/// The ISO 4217 code of a currency as written, and how sure that is.
fn code(currency: Currency, country: Option<&str>) -> Option<(&'static str, f64)> {
    match currency {
        Currency::Code(code) => Some((code, 1.0)),
        Currency::Krona => Some((country.and_then(currencies::krona_of)?, 1.0)),
        Currency::Yen if country == Some("CN") => Some(("CNY", 1.0)),
        Currency::Yen => Some(("JPY", if country == Some("JP") { 1.0 } else { 0.8 })),
        Currency::Dollar { is_after } => match country.and_then(currencies::dollar_of) {
            Some(code) => Some((code, 1.0)),
            // In French the sign follows, and French is spoken with Canadian dollars.
            None if is_after => Some(("CAD", 0.8)),
            None => Some(("USD", 0.8)),
        },
    }
}

//! Pay as Canadian dollars a year: from structured fields, then from what the texts state.

pub mod statement;
mod judgement;
mod ranges;
pub mod amounts;
mod numbers;
mod evidence;
mod periods;

use super::core::{EnrichInput, Provenance};
use crate::posting::{Hundredths, SalaryPeriod};
use crate::taxonomy::{Taxonomy, currencies};
use amounts::Currency;
use statement::{Stated, Text};

type Yearly = (Option<Hundredths>, Option<Hundredths>, Provenance);

const NOTHING: Yearly = (None, None, Provenance::NONE);

/// Lowest and highest yearly pay in Canadian dollars; `country` (ISO 3166) is where the job is, and says which dollar `$` is.
pub(super) fn cad_per_year(input: &EnrichInput, country: Option<&str>, taxonomy: &Taxonomy) -> Yearly {
    let from = |text: Option<&str>, kind, confidence| {
        stated(text.and_then(|text| statement::pay(text, kind))?, country, confidence, taxonomy)
    };
    structured(input, taxonomy)
        .or_else(|| from(input.salary_text, Text::Field, 0.9))
        .or_else(|| from(input.description_text, Text::Description, 0.8))
        .unwrap_or(NOTHING)
}

fn structured(input: &EnrichInput, taxonomy: &Taxonomy) -> Option<Yearly> {
    let currency = input.salary_currency?;
    let (period, confidence) = match (input.salary_period, input.salary_max.or(input.salary_min)) {
        (Some(period), _) => (period, 0.95),
        // Nobody earns ten thousand an hour, and nobody two hundred a year.
        (None, Some(amount)) if amount.as_f64() >= 10_000.0 => (SalaryPeriod::Year, 0.7),
        (None, Some(amount)) if amount.as_f64() <= 200.0 => (SalaryPeriod::Hour, 0.6),
        _ => return None,
    };
    let yearly = |amount: Option<Hundredths>| taxonomy.money.cad_per_year(amount?, currency, period);
    ordered(yearly(input.salary_min), yearly(input.salary_max), Provenance::new("structured", confidence))
}

fn stated(pay: Stated, country: Option<&str>, confidence: f64, taxonomy: &Taxonomy) -> Option<Yearly> {
    let (currency, certainty) = code(pay.currency?, country)?;
    let yearly = |amount: Option<f64>| {
        taxonomy.money.cad_per_year(Hundredths::from_f64(amount?)?, currency, pay.period?)
    };
    let said = if pay.is_period_stated { confidence } else { confidence - 0.1 };
    ordered(
        yearly(pay.min),
        yearly(pay.max),
        Provenance::new("text", (said * certainty * 100.0).round() / 100.0),
    )
}

fn ordered(min: Option<Hundredths>, max: Option<Hundredths>, from: Provenance) -> Option<Yearly> {
    match (min, max) {
        (None, None) => None,
        (Some(min), Some(max)) => Some((Some(min.min(max)), Some(min.max(max)), from)),
        (min, max) => Some((min, max, from)),
    }
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

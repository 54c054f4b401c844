//! Stated pay as Canadian dollars a year. Only structured fields are read; text is a later matter.

use super::core::{EnrichInput, Provenance};
use crate::posting::{Hundredths, SalaryPeriod};
use crate::taxonomy::Taxonomy;

/// Lowest and highest yearly pay in Canadian dollars.
pub(super) fn cad_per_year(
    input: &EnrichInput,
    taxonomy: &Taxonomy,
) -> (Option<Hundredths>, Option<Hundredths>, Provenance) {
    let nothing = (None, None, Provenance::NONE);
    let Some(currency) = input.salary_currency else { return nothing };
    let (period, confidence) = match (input.salary_period, input.salary_max.or(input.salary_min)) {
        (Some(period), _) => (period, 0.95),
        // Nobody earns ten thousand an hour, and nobody two hundred a year.
        (None, Some(amount)) if amount.as_f64() >= 10_000.0 => (SalaryPeriod::Year, 0.7),
        (None, Some(amount)) if amount.as_f64() <= 200.0 => (SalaryPeriod::Hour, 0.6),
        _ => return nothing,
    };
    let yearly = |amount: Option<Hundredths>| taxonomy.money.cad_per_year(amount?, currency, period);
    match (yearly(input.salary_min), yearly(input.salary_max)) {
        (None, None) => nothing,
        (Some(min), Some(max)) => {
            (Some(min.min(max)), Some(min.max(max)), Provenance::new("structured", confidence))
        }
        (min, max) => (min, max, Provenance::new("structured", confidence)),
    }
}

//! Exchange rates to Canadian dollars. Reads `fx_rates.yml`.

use super::periods;
use crate::posting::{Hundredths, SalaryPeriod};
use crate::yaml;
use anyhow::ensure;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The compiled file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Day of the rates.
    #[serde(rename = "date")]
    pub rates_on: chrono::NaiveDate,
    cad_per_unit: BTreeMap<String, f64>,
    plausible: Plausible,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plausible {
    min: f64,
    max: f64,
}

impl Money {
    pub(super) fn read(name: &str, text: &str) -> anyhow::Result<Money> {
        let money: Money = yaml::parse(name, text)?;
        for (currency, rate) in &money.cad_per_unit {
            let code = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
            ensure!(code, "{name}: cad_per_unit: `{currency}` is not a currency code of three capitals");
            ensure!(
                rate.is_finite() && *rate > 0.0,
                "{name}: cad_per_unit: the rate of {currency} must be above 0"
            );
        }
        ensure!(money.plausible.min < money.plausible.max, "{name}: plausible: min must be below max");
        Ok(money)
    }

    /// Whether a currency can be converted.
    pub fn has_rate(&self, currency: &str) -> bool {
        self.cad_per_unit.contains_key(currency)
    }

    /// An amount as Canadian dollars a year, or `None` for an unknown currency or a yearly pay that cannot be meant.
    pub fn cad_per_year(
        &self,
        amount: Hundredths,
        currency: &str,
        period: SalaryPeriod,
    ) -> Option<Hundredths> {
        let rate = self.cad_per_unit.get(currency)?;
        let yearly = amount.as_f64() * rate * periods::per_year(period);
        let plausible = (self.plausible.min..=self.plausible.max).contains(&yearly);
        if plausible { Hundredths::from_f64(yearly) } else { None }
    }
}

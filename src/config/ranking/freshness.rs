//! How much a reader's sort takes off for age. Not part of a score, which must not depend on the date.

use anyhow::ensure;
use serde::Deserialize;

/// The factor for a job of a given age is `floor + (1 - floor) * 0.5 ^ (age / half_life_days)`: 1 for a job of today, and
/// what lies above the floor halves every half-life. It never stops falling, so of two equal scores the newer comes first.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Freshness {
    /// Days in which the part above the floor halves.
    pub half_life_days: f64,
    /// What an old job keeps of its score, 0 to 1.
    pub floor: f64,
    /// Older jobs are left out of lists.
    pub max_age_days: Option<f64>,
}

impl Default for Freshness {
    fn default() -> Freshness {
        Freshness { half_life_days: 14.0, floor: 0.3, max_age_days: None }
    }
}

impl Freshness {
    pub(super) fn checked(self) -> anyhow::Result<Freshness> {
        let Freshness { half_life_days, floor, max_age_days } = self;
        ensure!(
            half_life_days.is_finite() && half_life_days > 0.0,
            "half_life_days must be above 0, not {half_life_days}"
        );
        ensure!((0.0..=1.0).contains(&floor), "floor must be between 0 and 1, not {floor}");
        let age = max_age_days.unwrap_or(1.0);
        ensure!(age.is_finite() && age > 0.0, "max_age_days must be above 0, not {age}");
        Ok(self)
    }
}

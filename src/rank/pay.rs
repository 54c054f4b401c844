//! How well a job pays against the band of a profile, in Canadian dollars a year.

use super::features::Feature;
use super::input::{RankInput, SURE};
use crate::config::ranking::wishes::SalaryWish;

/// Pay below this share of the floor is worth nothing; between here and the floor it tapers.
const TAPER: f64 = 0.8;
/// What the floor itself is worth: something, and less than the target.
const AT_FLOOR: f64 = 0.5;

pub(super) fn feature(input: &RankInput, wish: SalaryWish) -> Feature {
    let (min, max, evidence) = match input.sure_pay() {
        [None, None] if input.salary_confidence < SURE => {
            return Feature::unknown("pay is only an estimate");
        }
        [None, None] => return Feature::unknown("no pay is stated"),
        [Some(min), None] => (min, min, format!("from CAD {} a year", thousands(min))),
        [None, Some(max)] => (max, max, format!("up to CAD {} a year", thousands(max))),
        [Some(min), Some(max)] if min == max => (min, max, format!("CAD {} a year", thousands(min))),
        [Some(min), Some(max)] => (min, max, format!("CAD {} to {} a year", thousands(min), thousands(max))),
    };
    Feature::valued((position(min, wish) + position(max, wish)) / 2.0, evidence)
}

/// 1 from the target on, down to a half at the floor, and down to 0 at four fifths of the floor: no cliff anywhere. Where
/// floor and target are one, the slope below it begins at 1.
fn position(amount: f64, wish: SalaryWish) -> f64 {
    let SalaryWish { floor, target } = wish;
    if amount >= target {
        return 1.0;
    }
    if amount >= floor {
        return AT_FLOOR + (1.0 - AT_FLOOR) * (amount - floor) / (target - floor);
    }
    let at_floor = if target > floor { AT_FLOOR } else { 1.0 };
    let end = floor * TAPER;
    (at_floor * (amount - end) / (floor - end)).max(0.0)
}

/// `95,000` for 95000.4.
pub(super) fn thousands(amount: f64) -> String {
    let digits = (amount.round() as i64).to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

//! The day of a run: a local date in Toronto, 23, 24 or 25 hours long.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::America::Toronto;

/// The Toronto date of an instant.
pub fn logical_date(instant: DateTime<Utc>) -> NaiveDate {
    instant.with_timezone(&Toronto).date_naive()
}

/// The half-open window of a date: its first instant and that of the next date.
pub fn window(date: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
    (midnight(date), midnight(date.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX)))
}

fn midnight(date: NaiveDate) -> DateTime<Utc> {
    let local = date.and_time(NaiveTime::MIN);
    // Toronto changes its clocks at 02:00, so midnight exists once on every date; before 1970 nobody runs this.
    Toronto
        .from_local_datetime(&local)
        .earliest()
        .map_or_else(|| Utc.from_utc_datetime(&local), |local| local.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(date: &str, hours: i64) {
        let (start, end) = window(date.parse().expect("a date"));
        assert_eq!((end - start).num_hours(), hours, "{date}");
        assert_eq!(logical_date(start).to_string(), date);
        assert_eq!(logical_date(end - chrono::Duration::microseconds(1)).to_string(), date);
    }

    #[test]
    fn days_have_23_24_or_25_hours() {
        check("2026-11-22", 24);
        check("2026-03-08", 23);
        check("2026-11-01", 25);
        check("2030-03-10", 23);
        check("2030-11-03", 25);
    }
}

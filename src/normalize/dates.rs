//! Instants from the many ways job APIs write them, with how exactly they are known. Reads no clock.

use crate::posting::Precision;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};

/// Above this an epoch counts milliseconds: in seconds it would be the year 5138.
const MILLISECONDS_ABOVE: i64 = 100_000_000_000;

/// Advertisements outside these years are mistakes, 1970 being the usual one.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2200;

const ZONED: &[&str] = &["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%dT%H:%M%z"];
const UTC: &[&str] = &["%Y-%m-%d %H:%M:%S%.f UTC", "%Y-%m-%d %H:%M:%S%.f GMT"];
const LOCAL: &[&str] = &["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
const DATE: &[&str] = &["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%B %d, %Y", "%d %B %Y", "%b %d, %Y", "%d %b %Y"];

/// The instant that `text` states, or `None` for what is no instant of this age.
///
/// A date, a time without its zone and an exact midnight are known to the day only, and stand at 00:00 UTC of it.
/// An order of day and month that could be read two ways is not read.
pub fn instant(text: &str) -> Option<(DateTime<Utc>, Precision)> {
    let text = text.trim();
    if text.len() > 64 {
        return None;
    }
    let found = epoch(text).or_else(|| zoned(text)).or_else(|| day(text))?;
    YEARS.contains(&found.0.year()).then_some(found)
}

fn epoch(text: &str) -> Option<(DateTime<Utc>, Precision)> {
    let number = match text.parse::<i64>() {
        Ok(number) => number,
        Err(_) if text.bytes().all(|byte| byte.is_ascii_digit() || b".eE+".contains(&byte)) => {
            whole(text.parse().ok()?)?
        }
        Err(_) => return None,
    };
    let seconds = if number > MILLISECONDS_ABOVE { number / 1000 } else { number };
    let instant = DateTime::from_timestamp(seconds, 0)?;
    // Eight digits such as 20261122 are a date: as an epoch they would lie in August 1970.
    YEARS.contains(&instant.year()).then(|| exactly(instant))
}

fn whole(number: f64) -> Option<i64> {
    (number.is_finite() && number.abs() < 1e15).then_some(number as i64)
}

fn zoned(text: &str) -> Option<(DateTime<Utc>, Precision)> {
    let parsed = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_rfc2822(text))
        .ok()
        .or_else(|| ZONED.iter().find_map(|format| DateTime::parse_from_str(text, format).ok()));
    if let Some(instant) = parsed {
        // Midnight of its own zone is a date that some program completed.
        let local = instant.naive_local();
        return if local.time() == NaiveTime::MIN {
            Some(whole_day(local.date()))
        } else {
            Some(exactly(instant.to_utc()))
        };
    }
    let utc = UTC.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
    Some(exactly(utc.and_utc()))
}

fn day(text: &str) -> Option<(DateTime<Utc>, Precision)> {
    let date = DATE.iter().find_map(|format| NaiveDate::parse_from_str(text, format).ok()).or_else(|| {
        LOCAL
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .map(|local| local.date())
    })?;
    Some(whole_day(date))
}

fn whole_day(date: NaiveDate) -> (DateTime<Utc>, Precision) {
    (date.and_time(NaiveTime::MIN).and_utc(), Precision::Day)
}

/// Parts of a second are dropped: no advertisement means them, and the database would round them.
fn exactly(instant: DateTime<Utc>) -> (DateTime<Utc>, Precision) {
    if instant.num_seconds_from_midnight() == 0 {
        return whole_day(instant.date_naive());
    }
    (instant.with_nanosecond(0).unwrap_or(instant), Precision::Second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = match instant(text) {
            Some((instant, precision)) => {
                format!("{} {}", instant.format("%Y-%m-%dT%H:%M:%S%.f"), precision.as_str())
            }
            None => "none".to_owned(),
        };
        assert_eq!(found, expected, "of {text:?}");
    }

    #[test]
    fn instants_are_read() {
        check("1786807824", "2026-08-15T15:30:24 second");
        check("1786807824123", "2026-08-15T15:30:24 second");
        check("1786807824.0", "2026-08-15T15:30:24 second");
        check("1.786807824e9", "2026-08-15T15:30:24 second");
        check("2026-04-02T21:00:55.755+00:00", "2026-04-02T21:00:55 second");
        check("2026-04-17T05:58:03-04:00", "2026-04-17T09:58:03 second");
        check("2020-11-03T10:08:55+0100", "2020-11-03T09:08:55 second");
        check("2026-08-15 15:28:49 UTC", "2026-08-15T15:28:49 second");
        check("Sat, 15 Aug 2026 15:28:49 +0000", "2026-08-15T15:28:49 second");
        check("Sat, 15 Aug 2026 15:28:49 GMT", "2026-08-15T15:28:49 second");
        check(" 2026-08-15T15:28:49Z ", "2026-08-15T15:28:49 second");
    }

    #[test]
    fn what_is_known_to_the_day_says_so() {
        check("2026-08-13T06:25:53", "2026-08-13T00:00:00 day");
        check("2026-08-13 23:25:53.123", "2026-08-13T00:00:00 day");
        check("2026-08-13", "2026-08-13T00:00:00 day");
        check("2026/08/07", "2026-08-07T00:00:00 day");
        check("20261122", "2026-11-22T00:00:00 day");
        check("August 7, 2026", "2026-08-07T00:00:00 day");
        check("2025-12-05T00:00:00.000Z", "2025-12-05T00:00:00 day");
        check("1764892800", "2025-12-05T00:00:00 day");
        check("2026-08-13T00:00:00-04:00", "2026-08-13T00:00:00 day");
        check("2024-02-29", "2024-02-29T00:00:00 day");
    }

    #[test]
    fn what_is_no_instant_is_none() {
        for text in [
            "",
            "0",
            "-1",
            "0000-00-00",
            "0000-00-00 00:00:00",
            "2026-02-31",
            "2026-02-30T10:00:00Z",
            "294277-01-01",
            "+294277-01-01T00:00:00Z",
            "9224318016000000",
            "infinity",
            "-infinity",
            "nan",
            "3 days ago",
            "07/08/2026",
            "2023-02-29",
            "1e400",
            "e",
            ".",
            "99999999999999999999",
            "1970-01-01",
            "2026-08-15T25:00:00Z",
            "Mon, 15 Aug 2026 15:28:49 +0000",
        ] {
            check(text, "none");
        }
    }
}

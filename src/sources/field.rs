//! Lenient reading of one field of a record: an absent, null, empty or retyped value is simply not there. Never
//! converts units or guesses.

use crate::posting::{RejectReason, RemoteType};
use serde_json::Value;

/// The value at a path of names and positions joined by dots, or null. A name that itself has dots is found first.
pub fn at<'a>(payload: &'a Value, path: &str) -> &'a Value {
    if let Some(value) = payload.get(path) {
        return value;
    }
    let mut value = payload;
    for step in path.split('.') {
        let next = match value {
            Value::Array(items) => step.parse::<usize>().ok().and_then(|position| items.get(position)),
            _ => value.get(step),
        };
        match next {
            Some(next) => value = next,
            None => return &Value::Null,
        }
    }
    value
}

/// The payload when it is an object, as every record should be.
pub fn object(payload: &Value) -> Result<&Value, RejectReason> {
    if payload.is_object() {
        Ok(payload)
    } else {
        Err(RejectReason::new("not_an_object", "expected an object"))
    }
}

/// Trimmed text of a string or a number; texts of a list are joined by `, `.
pub fn text(payload: &Value, path: &str) -> Option<String> {
    match at(payload, path) {
        Value::Array(items) => Some(items.iter().filter_map(scalar).collect::<Vec<_>>().join(", ")),
        value => scalar(value),
    }
    .filter(|text| !text.is_empty())
}

/// The first of several fields that holds a text.
pub fn first_text(payload: &Value, paths: &[&str]) -> Option<String> {
    paths.iter().find_map(|path| text(payload, path))
}

/// The texts of a list; a single string counts as a list of one.
pub fn texts(payload: &Value, path: &str) -> Vec<String> {
    match at(payload, path) {
        Value::Array(items) => items.iter().filter_map(scalar).collect(),
        value => scalar(value).into_iter().collect(),
    }
}

/// The same field of every element of a list.
pub fn texts_of(payload: &Value, path: &str, name: &str) -> Vec<String> {
    let items = at(payload, path).as_array().map_or(&[][..], Vec::as_slice);
    items.iter().filter_map(|item| text(item, name)).collect()
}

/// A finite number, or a string that is nothing but one.
pub fn number(payload: &Value, path: &str) -> Option<f64> {
    match at(payload, path) {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .filter(|number| number.is_finite())
}

/// True or false, or the words or digits for them.
pub fn flag(payload: &Value, path: &str) -> Option<bool> {
    match at(payload, path) {
        Value::Bool(flag) => Some(*flag),
        value => match scalar(value)?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Some(true),
            "false" | "no" | "0" => Some(false),
            _ => None,
        },
    }
}

/// `remote` when the field says true. False is no answer: the work may be hybrid or on site.
pub fn remote_flag(payload: &Value, path: &str) -> Option<RemoteType> {
    flag(payload, path)?.then_some(RemoteType::Remote)
}

/// The work model that a field made for it names.
pub fn work_model(payload: &Value, path: &str) -> Option<RemoteType> {
    let word: String =
        text(payload, path)?.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect();
    match word.as_str() {
        "remote" | "fullyremote" | "fully" | "remoteonly" | "telecommute" | "télétravail" | "àdistance" => {
            Some(RemoteType::Remote)
        }
        "hybrid" | "hybridremote" | "hybride" => Some(RemoteType::Hybrid),
        "onsite" | "inoffice" | "office" | "inperson" | "surplace" | "enpersonne" | "présentiel" => {
            Some(RemoteType::Onsite)
        }
        _ => None,
    }
}

/// A moment in one of the forms of [`crate::posting::Posting::posted_at`]. A time without a zone is only as good as
/// its day; a count of micro- or nanoseconds becomes milliseconds.
pub fn instant(payload: &Value, path: &str) -> Option<String> {
    let text = text(payload, path)?;
    if let Some(count) = whole_number(&text) {
        return Some(milliseconds(count).to_string());
    }
    let Some(day) = text.get(..10).filter(|day| is_day(day)) else { return Some(text) };
    let time = text[10..].trim_start_matches(['T', 't', ' ']);
    let Some(zone) = time.find(['+', '-', 'Z', 'z']) else { return Some(day.to_owned()) };
    let (clock, zone) = time.split_at(zone);
    Some(format!("{day}T{}{zone}", clock.trim()))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn whole_number(text: &str) -> Option<i64> {
    let digits = text.split_once('.').map_or(text, |(whole, fraction)| {
        if fraction.bytes().all(|digit| digit.is_ascii_digit()) { whole } else { text }
    });
    // Eight digits are a date without dashes, never a moment since 1970.
    if digits.len() > 8 { digits.parse().ok() } else { None }
}

fn milliseconds(count: i64) -> i64 {
    match count.unsigned_abs() {
        0..100_000_000_000_000 => count,
        100_000_000_000_000..100_000_000_000_000_000 => count / 1_000,
        _ => count / 1_000_000,
    }
}

fn is_day(text: &str) -> bool {
    text.bytes()
        .enumerate()
        .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn moments_take_a_form_that_is_understood() {
        #[track_caller]
        fn check(sent: Value, expected: Option<&str>) {
            assert_eq!(instant(&json!({ "at": sent }), "at").as_deref(), expected);
        }
        check(json!(1786807824), Some("1786807824"));
        check(json!(1786000000000_i64), Some("1786000000000"));
        check(json!(1786000000000000000_i64), Some("1786000000000"));
        check(json!("1786807824.0"), Some("1786807824"));
        check(json!("2026-08-13T06:25:53"), Some("2026-08-13"));
        check(json!("2026-08-13 06:25:53"), Some("2026-08-13"));
        check(json!("2026-08-13 00:00:00.000 +00:00"), Some("2026-08-13T00:00:00.000+00:00"));
        check(json!("2026-04-02T21:00:55.755+00:00"), Some("2026-04-02T21:00:55.755+00:00"));
        check(json!("2026-04-17T05:58:03-04:00"), Some("2026-04-17T05:58:03-04:00"));
        check(json!("2026-08-13"), Some("2026-08-13"));
        check(json!("Thu, 13 Aug 2026 06:25:53 +0000"), Some("Thu, 13 Aug 2026 06:25:53 +0000"));
        check(json!({}), None);
        check(json!(""), None);
    }

    #[test]
    fn values_of_another_type_are_read_or_are_not_there() {
        let payload =
            json!({"a": {"b": [{"c": " x "}, 7]}, "a.d": "dotted", "yes": "TRUE", "n": "12.5", "bad": "1,5"});
        assert_eq!(text(&payload, "a.b.0.c").as_deref(), Some("x"));
        assert_eq!(text(&payload, "a.b").as_deref(), Some("7"));
        assert_eq!(text(&payload, "a.d").as_deref(), Some("dotted"));
        assert_eq!(text(&payload, "a"), None);
        assert_eq!(texts(&payload, "yes"), ["TRUE"]);
        assert_eq!(flag(&payload, "yes"), Some(true));
        assert_eq!((number(&payload, "n"), number(&payload, "bad")), (Some(12.5), None));
        assert_eq!(text(&json!([1]), "0"), Some("1".to_owned()));
    }
}

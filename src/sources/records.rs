//! Finds records in an answer and says where each stands, without changing a byte of them: numbers of any length, lone
//! surrogates and repeated keys are left to whoever reads the record. Never reads a field other than the identifier.

use super::{Body, Bytes, Page, PageError, PageRecord};
use crate::posting::RejectReason;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::ops::Range;

/// Longest identifier that is stored as sent, in bytes; the database has the same limit.
const IDENTIFIER_LIMIT: usize = 200;

/// Longest excerpt of an answer in an error, in characters.
const EXCERPT: usize = 120;

/// A JSON value as it was written, borrowed from [`Body::text`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Raw<'a>(&'a str);

/// The answer as one JSON value, or what came in its place.
pub fn answer<'a>(body: &'a Body) -> Result<Raw<'a>, PageError> {
    let text = body.text.trim();
    if text.is_empty() {
        return Err(unexpected("an empty answer"));
    }
    if text.starts_with('<') {
        return Err(unexpected("an HTML page"));
    }
    match serde_json::from_str::<&RawValue>(text) {
        Ok(value) => Ok(Raw(value.get())),
        Err(error) if error.is_eof() => Err(unexpected("JSON that breaks off")),
        Err(error) => Err(unexpected(&format!("text that is not JSON from line {}", error.line()))),
    }
}

/// The array under `key` of the answer, or what came in its place.
pub fn array_under<'a>(body: &'a Body, key: &str) -> Result<Vec<Raw<'a>>, PageError> {
    let answer = answer(body)?;
    match answer.member(key) {
        Some(list) => list.items().ok_or_else(|| instead_of(&format!("a list under `{key}`"), list)),
        None => Err(instead_of(&format!("a list under `{key}`"), answer)),
    }
}

/// The elements of an answer that is a list, or what came in its place.
pub fn items_of<'a>(answer: Raw<'a>) -> Result<Vec<Raw<'a>>, PageError> {
    answer.items().ok_or_else(|| instead_of("a list", answer))
}

/// The error for an answer that is something else than expected.
pub fn instead_of(expected: &str, answer: Raw) -> PageError {
    PageError { detail: format!("expected {expected}, got {}", described(answer)) }
}

/// A page of these items, each known by its member `identifier`.
pub fn keyed_by(body: &Body, items: &[Raw], identifier: &str) -> Page {
    let mut page = Page::default();
    for item in items {
        let json = Bytes::Sent(item.range_in(body));
        match identifier_of(*item, identifier) {
            Ok(source_job_id) => page.records.push(PageRecord { source_job_id, json }),
            Err(reason) => page.rejects.push((json, reason)),
        }
    }
    page
}

/// The identifier of a record as text, or why it has none.
pub fn identifier_of(record: Raw, identifier: &str) -> Result<String, RejectReason> {
    if record.members().is_none() {
        return Err(RejectReason::new("not_an_object", format!("expected an object, got {}", record.kind())));
    }
    record.member(identifier).and_then(Raw::text).and_then(|text| bounded_identifier(&text)).ok_or_else(
        || RejectReason::new("missing_id", format!("`{identifier}` holds neither a text nor a number")),
    )
}

/// A member of an object as text, with every digit of a number as it was written.
pub fn member_text(json: &str, name: &str) -> Option<String> {
    let raw: &RawValue = serde_json::from_str(json).ok()?;
    Raw(raw.get()).member(name)?.text()
}

/// An identifier that fits the database: trimmed, and replaced by its hash when it is too long to be stored.
pub fn bounded_identifier(text: &str) -> Option<String> {
    let trimmed = text.trim();
    match trimmed.len() {
        0 => None,
        1..=IDENTIFIER_LIMIT => Some(trimmed.to_owned()),
        _ => Some(format!("sha256:{}", hash(trimmed.as_bytes()))),
    }
}

/// SHA-256 in hexadecimal digits.
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// JSON text that PostgreSQL and serde can read: the escapes of lone surrogates and of NUL become `\ufffd`, which is
/// as long, so that positions stay.
pub fn mended(json: &str) -> Cow<'_, str> {
    let mut mended = None;
    let mut at = 0;
    while let Some(found) = json[at..].find('\\') {
        let escape = at + found;
        let Some(unit) = code_unit(json, escape) else {
            // A backslash escapes one ASCII character; anything else is left for the parser to refuse.
            at = json.ceil_char_boundary(escape + 2);
            continue;
        };
        at = escape + 6;
        match unit {
            0xd800..=0xdbff if matches!(code_unit(json, at), Some(0xdc00..=0xdfff)) => at += 6,
            0 | 0xd800..=0xdfff => {
                mended.get_or_insert_with(|| json.to_owned()).replace_range(escape..at, "\\ufffd");
            }
            _ => {}
        }
    }
    mended.map_or(Cow::Borrowed(json), Cow::Owned)
}

fn code_unit(json: &str, at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
    u16::from_str_radix(digits, 16).ok()
}

impl<'a> Raw<'a> {
    /// The JSON as it was written.
    pub fn json(self) -> &'a str {
        self.0
    }

    /// The last member of this name, as in `jsonb`; nothing when it is missing or this is not an object.
    pub fn member(self, name: &str) -> Option<Raw<'a>> {
        let members = self.members()?;
        members.into_iter().rev().find(|(key, _)| key.text().as_deref() == Some(name)).map(|(_, value)| value)
    }

    /// The elements, if this is an array.
    pub fn items(self) -> Option<Vec<Raw<'a>>> {
        if !self.0.starts_with('[') {
            return None;
        }
        let items: Vec<&RawValue> = serde_json::from_str(self.0).ok()?;
        Some(items.into_iter().map(|item| Raw(item.get())).collect())
    }

    /// A string's text, or a number exactly as it was written.
    pub fn text(self) -> Option<String> {
        match self.0.as_bytes().first()? {
            b'"' => serde_json::from_str(&mended(self.0)).ok(),
            b'-' | b'0'..=b'9' => Some(self.0.to_owned()),
            _ => None,
        }
    }

    /// Names and values, if this is an object.
    pub fn members(self) -> Option<Vec<(Raw<'a>, Raw<'a>)>> {
        if !self.0.starts_with('{') {
            return None;
        }
        serde_json::from_str::<Members>(self.0).ok().map(|members| members.0)
    }

    /// Where it stands in the body it was read from.
    pub fn range_in(self, body: &Body) -> Range<usize> {
        let start = self.0.as_ptr() as usize - body.text.as_ptr() as usize;
        start..start + self.0.len()
    }

    fn kind(self) -> &'static str {
        match self.0.as_bytes().first() {
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'"') => "a text",
            Some(b't' | b'f') => "true or false",
            Some(b'n') => "null",
            _ => "a number",
        }
    }
}

/// The members of an object in order. Names stay raw, because one unreadable name must not cost the record.
struct Members<'a>(Vec<(Raw<'a>, Raw<'a>)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = access.next_entry::<&RawValue, &RawValue>()? {
                    members.push((Raw(name.get()), Raw(value.get())));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

fn unexpected(got: &str) -> PageError {
    PageError { detail: format!("expected JSON, got {got}") }
}

/// What an answer without its list is: its error message if it has one, else its kind and names.
fn described(answer: Raw) -> String {
    let Some(members) = answer.members() else { return answer.kind().to_owned() };
    for name in ["error", "errors", "message", "detail"] {
        if let Some(value) = answer.member(name) {
            let message = value.text().or_else(|| value.member("message")?.text());
            let text =
                message.unwrap_or_else(|| value.json().split_whitespace().collect::<Vec<_>>().join(" "));
            let excerpt: String = text.chars().take(EXCERPT).collect();
            return format!("an object with `{name}`: {excerpt}");
        }
    }
    let names: Vec<String> = members.iter().take(8).filter_map(|(name, _)| name.text()).collect();
    if names.is_empty() {
        "an empty object".to_owned()
    } else {
        format!("an object with {}", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mending_keeps_pairs_and_lengths() {
        #[track_caller]
        fn check(json: &str, expected: &str) {
            assert_eq!(mended(json), expected);
        }
        check(r#""plain""#, r#""plain""#);
        check(r#""\ud83d\ude00 \ud83d!""#, r#""\ud83d\ude00 \ufffd!""#);
        check(r#""\udc00 \u0000 \\u0000 \\""#, r#""\ufffd \ufffd \\u0000 \\""#);
        check(r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#);
        check("\\\u{e9}\\", "\\\u{e9}\\");
    }

    #[test]
    fn identifiers_are_read_as_written() {
        #[track_caller]
        fn check(record: &str, expected: Result<&str, &str>) {
            let body = Body::new(record.as_bytes());
            let found = answer(&body).map(|raw| identifier_of(raw, "id")).expect("the record is JSON");
            assert_eq!(found.as_deref().map_err(|reason| reason.code), expected);
        }
        check(r#"{"id": "a-1"}"#, Ok("a-1"));
        check(
            r#"{"id": 1234567890123456789012345678901234567890}"#,
            Ok("1234567890123456789012345678901234567890"),
        );
        check(r#"{"\ud800": 1, "id": "\ud800x"}"#, Ok("\u{fffd}x"));
        check(r#"{"id": 1, "id": 2}"#, Ok("2"));
        check(r#"{"\u0069d": 3}"#, Ok("3"));
        check(r#"{"id": null}"#, Err("missing_id"));
        check(r#"{"id": " "}"#, Err("missing_id"));
        check(r#"{}"#, Err("missing_id"));
        check(r#"[1]"#, Err("not_an_object"));
        let long = format!(r#"{{"id": "{}"}}"#, "x".repeat(201));
        let body = Body::new(long.as_bytes());
        let id = identifier_of(answer(&body).expect("JSON"), "id").expect("an identifier");
        assert_eq!((id.len(), &id[..7]), (71, "sha256:"));
    }

    #[test]
    fn what_came_in_place_of_a_list_is_named() {
        #[track_caller]
        fn check(received: &str, expected: &str) {
            let error = array_under(&Body::new(received.as_bytes()), "jobs").expect_err("there is no list");
            assert_eq!(error.detail, expected);
        }
        check("", "expected JSON, got an empty answer");
        check(" <!doctype html><title>Sign in</title>", "expected JSON, got an HTML page");
        check(r#"{"jobs": [1"#, "expected JSON, got JSON that breaks off");
        check("{\"jobs\": []}\ngarbage", "expected JSON, got text that is not JSON from line 2");
        check(r#"{"jobs": null}"#, "expected a list under `jobs`, got null");
        check(
            r#"{"error": "no such board"}"#,
            "expected a list under `jobs`, got an object with `error`: no such board",
        );
        check(r#"{"ok": true}"#, "expected a list under `jobs`, got an object with ok");
        check("[]", "expected a list under `jobs`, got a list");
    }
}

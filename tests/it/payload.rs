//! Any record becomes JSON that both readers accept, and the received bytes are kept exactly when it says something
//! else.

use super::support::test_db;
use job_etl::extract::payload::{Payload, payload};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;

fn check(sent: impl AsRef<[u8]>, expected: &str, flags: &[&str]) {
    let sent = sent.as_ref();
    let payload = payload(sent).expect("the record is kept");
    assert_eq!((payload.text.as_str(), payload.flags.as_slice()), (expected, flags));
    assert_eq!(payload.raw.as_deref(), (!flags.is_empty()).then_some(sent));
    serde_json::from_str::<Value>(&payload.text).expect("the text is JSON");
}

fn check_clean(sent: &str) {
    check(sent, sent, &[]);
}

fn check_rejected(sent: impl AsRef<[u8]>, code: &str) {
    let reason = payload(sent.as_ref()).expect_err("the record is rejected");
    assert_eq!(reason.code, code, "{}", reason.detail);
}

#[test]
fn clean_records_are_copied() {
    check_clean(
        r#"{"id":1,"title":"Data \"Engineer\"","tags":[],"place":{},"pay":[1.50,-2,0.0],"open":null}"#,
    );
    check_clean("\n{ \"a\" : [ true , false ,\t{ } ] }\r\n");
    check_clean(r#"{"emoji":"\ud83d\ude00 \u00e9 \/ \b\f\n\r\t \\u0000"}"#);
    check_clean(r#"{"id":1234567890123456789012345678901234567890}"#);
    check_clean(r#"{"same":1,"same":1,"inner":{"same":2}}"#);
    check_clean("null");
    check_clean(&format!("{}{}", "[".repeat(127), "]".repeat(127)));
}

#[test]
fn what_jsonb_refuses_is_mended() {
    check(r#"{"a\u0000":"x\u0000y"}"#, r#"{"a\ufffd":"x\ufffdy"}"#, &["nul"]);
    check("[\"a\0b\"]", r#"["a\ufffdb"]"#, &["nul"]);
    check("[\"a\u{1}\nb\"]", r#"["a\u0001\u000ab"]"#, &["control_character"]);
    check(
        r#"["\ud800","\udc00x","\ud800\ud83d\ude00"]"#,
        r#"["\ufffd","\ufffdx","\ufffd\ud83d\ude00"]"#,
        &["lone_surrogate"],
    );
    check(b"[\"caf\xe9\"]", "[\"caf\u{fffd}\"]", &["invalid_utf8"]);
    check("[1e131072,-1E309]", "[null,null]", &["number_too_large"]);
    check(format!("[{}]", "9".repeat(401)), "[null]", &["number_too_large"]);
}

#[test]
fn what_jsonb_rewrites_is_kept_beside_it() {
    for number in ["1e3", "1.5E-7", "-0", "-0.00", "0e0"] {
        check(format!("[{number}]"), &format!("[{number}]"), &["number_rewritten"]);
    }
    let flags = &["duplicate_key"];
    check(r#"{"a":1,"b":2,"a":3}"#, r#"{"a":1,"b":2,"a":3}"#, flags);
    check(r#"[{"a":{"x":1},"\u0061":{"x":2}}]"#, r#"[{"a":{"x":1},"\u0061":{"x":2}}]"#, flags);
    let many: String = (0..100).map(|index| format!("\"k{index}\":{index},")).collect();
    check(format!("{{{many}\"k7\":0}}"), &format!("{{{many}\"k7\":0}}"), flags);
}

#[test]
fn long_texts_are_cut_between_characters_and_escapes() {
    let limit = 1 << 20;
    for (tail, kept) in [("xyz", "x"), ("é", ""), (r"\n", ""), (r"\u00e9", ""), (r"\ud83d\ude00", "")] {
        let body = "a".repeat(limit - 1);
        check(format!(r#"["{body}{tail}"]"#), &format!(r#"["{body}{kept}"]"#), &["text_cut"]);
    }
    let mended = format!(r#"["{}\u0000","b"]"#, "a".repeat(limit));
    check(&mended, &format!(r#"["{}","b"]"#, "a".repeat(limit)), &["nul", "text_cut"]);
}

#[test]
fn what_is_no_record_is_rejected() {
    check_rejected(format!("{}{}", "[".repeat(128), "]".repeat(128)), "too_deep");
    check_rejected("[".repeat(1_000_000), "too_deep");
    check_rejected(format!("\"{}\"", "a".repeat(8 << 20)), "too_large");
    for text in [
        "",
        " ",
        "{",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "[1,]",
        "[1 2]",
        "[1}",
        "01",
        "1.",
        "-",
        "nul",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "NaN",
        "1 1",
        "{a:1}",
        "+1",
        ".5",
        "1e",
        "]",
        "{,}",
        "[,]",
    ] {
        check_rejected(text, "not_json");
    }
}

proptest! {
    /// Whatever arrives, the text is JSON without a NUL or a lone surrogate; a record is refused only if it is no JSON.
    #[test]
    fn any_bytes_become_json_or_a_reason(sent in pieces()) {
        match payload(&sent) {
            Ok(payload) => {
                serde_json::from_str::<Value>(&payload.text).expect("the text is JSON");
                prop_assert!(!payload.text.contains("\\u0000") || payload.text.contains("\\\\u0000"));
                prop_assert_eq!(payload.raw.is_some(), !payload.flags.is_empty());
                prop_assert_eq!(payload.raw.is_none(), payload.text.as_bytes() == sent && !is_rewritten(&payload.text));
            }
            Err(_) => prop_assert!(serde_json::from_slice::<Value>(&sent).is_err()),
        }
    }
}

/// PostgreSQL is the judge: it takes every text, and gives the same values back unless the bytes are kept beside them.
#[tokio::test]
async fn postgres_takes_every_text_and_changes_only_those_whose_bytes_are_kept() {
    let mut runner = TestRunner::deterministic();
    let payloads: Vec<Payload> = (0..500)
        .filter_map(|_| payload(&pieces().new_tree(&mut runner).expect("a value").current()).ok())
        .collect();
    assert!(payloads.len() > 200, "{} of 500 are JSON", payloads.len());
    let texts: Vec<&str> = payloads.iter().map(|payload| payload.text.as_str()).collect();
    let database = test_db().await;
    let stored: Vec<String> = sqlx::query_scalar(
        "select one::jsonb::text from unnest($1::text[]) with ordinality as t (one, n) order by n",
    )
    .bind(&texts)
    .fetch_all(&*database)
    .await
    .expect("jsonb takes every text");
    for (payload, stored) in payloads.iter().zip(&stored) {
        let read = |text| serde_json::from_str::<Value>(text).expect("JSON");
        assert!(
            payload.raw.is_some() || read(&payload.text) == read(stored),
            "{} became {stored}",
            payload.text
        );
    }
}

/// Bytes that are nearly JSON: a document with nasty pieces in it.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let scalar = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string().into_bytes()),
        any::<f64>()
            .prop_filter("JSON has no infinity", |number| number.is_finite())
            .prop_map(|number| format!("{number:e}").into_bytes()),
        "[0-9]{1,30}(\\.[0-9]{1,10})?(e-?[0-9]{1,6})?".prop_map(String::into_bytes),
        text(),
        Just(b"null".to_vec()),
        Just(b"-0".to_vec()),
    ];
    scalar.prop_recursive(5, 40, 6, |inner| {
        let member = (text(), inner.clone()).prop_map(|(key, value)| [key, b":".to_vec(), value].concat());
        prop_oneof![
            proptest::collection::vec(inner, 0..6).prop_map(|values| [
                b"[",
                values.join(&b','.clone()).as_slice(),
                b"]"
            ]
            .concat()),
            proptest::collection::vec(member, 0..6).prop_map(|members| [
                b"{",
                members.join(&b','.clone()).as_slice(),
                b"}"
            ]
            .concat()),
        ]
    })
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        "[a-c]{0,3}".prop_map(String::into_bytes),
        "\\PC{0,4}".prop_map(|text| text.replace(['"', '\\'], "").into_bytes()),
        proptest::sample::select(vec![
            &b"\\u0000"[..],
            b"\\ud800",
            b"\\udc00",
            b"\\ud83d\\ude00",
            b"\\n",
            b"\\\"",
            b"\\\\u0000",
            b"\xff",
            b"\0",
            b"\t",
            b"\\u0041"
        ])
        .prop_map(<[u8]>::to_vec),
    ];
    proptest::collection::vec(piece, 0..4)
        .prop_map(|pieces| [b"\"", pieces.concat().as_slice(), b"\""].concat())
}

/// The oracle for changes that only jsonb makes, written another way: compare with what Rust's map would keep.
fn is_rewritten(text: &str) -> bool {
    use serde_json::value::RawValue;
    use std::collections::BTreeMap;
    let value = text.trim();
    match value.as_bytes().first() {
        Some(b'[') => {
            let values: Vec<Box<RawValue>> = serde_json::from_str(value).expect("an array");
            values.iter().any(|value| is_rewritten(value.get()))
        }
        Some(b'{') => {
            let members: Members = serde_json::from_str(value).expect("an object");
            let mut last = BTreeMap::new();
            members.0.iter().any(|(key, value)| {
                last.insert(key, value).is_some_and(|earlier| earlier != value) || is_rewritten(value)
            })
        }
        Some(b'-' | b'0'..=b'9') => {
            value.contains(['e', 'E'])
                || value.trim_matches(['-', '0', '.']).is_empty() && value.starts_with('-')
        }
        _ => false,
    }
}

/// The members of an object with those that repeat a key.
struct Members(Vec<(String, String)>);

impl<'de> serde::Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Members, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Members;

            fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, Box<serde_json::value::RawValue>>()? {
                    members.push((key, value.get().to_owned()));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

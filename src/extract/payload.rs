//! From the received bytes of one record to JSON that PostgreSQL keeps. Most records are clean and only copied.
//! Never judges what a field means.
//!
//! jsonb changes white space, key order and escapes, which say nothing. Where it would refuse a record or change
//! more than that, the text is mended, the change gets a flag, and the received bytes are kept beside it.

use super::scan::{Edit, Scanner};
use crate::posting::RejectReason;
use std::borrow::Cow;

/// JSON text for a jsonb column, and the received bytes where that text says something else.
#[derive(Debug, PartialEq)]
pub struct Payload {
    /// JSON that both jsonb and `serde_json` accept.
    pub text: String,
    /// The received bytes, exactly when jsonb changes more than white space, key order and escapes.
    pub raw: Option<Vec<u8>>,
    /// What was mended, as short codes: one or more exactly when `raw` is kept.
    pub flags: Vec<&'static str>,
}

/// Most bytes of one record; a longer one is rejected.
pub const RECORD_BYTES: usize = 8 << 20;

/// Makes a record fit for jsonb, or says why it cannot be.
pub fn payload(sent: &[u8]) -> Result<Payload, RejectReason> {
    if sent.len() > RECORD_BYTES {
        let detail = format!("the record has {} bytes, the most is {RECORD_BYTES}", sent.len());
        return Err(RejectReason::new("too_large", detail));
    }
    let text = String::from_utf8_lossy(sent);
    let mut scanner = Scanner::new(text.as_bytes());
    if matches!(text, Cow::Owned(_)) {
        scanner.flag("invalid_utf8");
    }
    scanner.document()?;
    let Scanner { edits, flags, .. } = scanner;
    let raw = (!flags.is_empty()).then(|| sent.to_vec());
    let text = if edits.is_empty() { text.into_owned() } else { apply(&text, &edits) };
    Ok(Payload { text, raw, flags })
}

fn apply(text: &str, edits: &[Edit]) -> String {
    let mut mended = String::with_capacity(text.len() + edits.len() * 6);
    let mut copied = 0;
    for (range, replacement) in edits {
        mended.push_str(&text[copied..range.start]);
        mended.push_str(replacement);
        copied = range.end;
    }
    mended.push_str(&text[copied..]);
    mended
}

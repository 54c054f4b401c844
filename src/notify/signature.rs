//! Signs and verifies messages as Standard Webhooks says: `v1,` and the base64 of an HMAC-SHA256 over
//! `id.timestamp.body`. It never sees a clock; the age of a timestamp is the receiver's business.

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::Sha256;

/// Header with the id of a message, constant over retries.
pub const ID_HEADER: &str = "webhook-id";
/// Header with the second of this try.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// Header with the signatures.
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// A key shared with the receiver; printing it shows nothing.
#[derive(Debug, Clone)]
pub struct SigningKey(SecretSlice<u8>);

/// Reads `whsec_…` keys, separated by spaces: two of them while the receiver changes from one to the other.
pub fn parse_keys(text: &SecretString) -> anyhow::Result<Vec<SigningKey>> {
    let keys: Vec<SigningKey> =
        text.expose_secret().split_whitespace().map(parse_key).collect::<anyhow::Result<_>>()?;
    if keys.is_empty() {
        bail!("the webhook secret is empty");
    }
    Ok(keys)
}

/// Value of the signature header: one signature for each key.
pub fn sign(keys: &[SigningKey], id: &str, timestamp: i64, body: &[u8]) -> String {
    let signatures: Vec<String> = keys
        .iter()
        .map(|key| {
            format!("v1,{}", STANDARD.encode(digest(key, id, timestamp, body).finalize().into_bytes()))
        })
        .collect();
    signatures.join(" ")
}

/// Whether any signature of the header was made with any of the keys; compares in constant time.
pub fn verify(keys: &[SigningKey], id: &str, timestamp: i64, body: &[u8], header: &str) -> bool {
    header.split(' ').filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok()).any(
        |signature| keys.iter().any(|key| digest(key, id, timestamp, body).verify_slice(&signature).is_ok()),
    )
}

fn parse_key(text: &str) -> anyhow::Result<SigningKey> {
    // Neither the key nor what the decoder says of it may get into a message.
    let encoded = text.strip_prefix("whsec_").context("a webhook secret begins with whsec_")?;
    let Ok(bytes) = STANDARD.decode(encoded) else {
        bail!("a webhook secret is whsec_ and base64");
    };
    if !(24..=64).contains(&bytes.len()) {
        bail!("a webhook secret has 24 to 64 bytes, this one has {}", bytes.len());
    }
    Ok(SigningKey(bytes.into()))
}

fn digest(key: &SigningKey, id: &str, timestamp: i64, body: &[u8]) -> Hmac<Sha256> {
    let mut digest = Hmac::new_from_slice(key.0.expose_secret()).expect("HMAC takes keys of any length");
    digest.update(format!("{id}.{timestamp}.").as_bytes());
    digest.update(body);
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    // The vector of the Standard Webhooks documentation.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIMESTAMP: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

    fn keys(text: &str) -> Vec<SigningKey> {
        parse_keys(&text.into()).expect("keys")
    }

    #[test]
    fn the_published_vector() {
        assert_eq!(sign(&keys(SECRET), ID, TIMESTAMP, BODY), SIGNATURE);
        assert!(verify(&keys(SECRET), ID, TIMESTAMP, BODY, SIGNATURE));
    }

    #[test]
    fn one_changed_bit_anywhere_is_refused() {
        let check = |id: &str, timestamp: i64, body: &[u8], header: &str| {
            assert!(!verify(&keys(SECRET), id, timestamp, body, header), "{id} {timestamp} {header}");
        };
        check("msg_p5jXN8AQM9LWM0D4loKWxJel", TIMESTAMP, BODY, SIGNATURE);
        check(ID, TIMESTAMP + 1, BODY, SIGNATURE);
        check(ID, TIMESTAMP, br#"{"test": 2432232315}"#, SIGNATURE);
        check(ID, TIMESTAMP, BODY, &SIGNATURE.replace("g0hM", "g0hN"));
        check(ID, TIMESTAMP, BODY, &SIGNATURE.replace("v1,", "v2,"));
        check(ID, TIMESTAMP, BODY, "");
    }

    #[test]
    fn while_keys_change_either_receiver_accepts() {
        let header = sign(&keys(&format!("{OTHER} {SECRET}")), ID, TIMESTAMP, BODY);
        assert!(verify(&keys(SECRET), ID, TIMESTAMP, BODY, &header));
        assert!(verify(&keys(OTHER), ID, TIMESTAMP, BODY, &header));
        assert!(!verify(&keys(OTHER), ID, TIMESTAMP, BODY, SIGNATURE));
    }

    #[test]
    fn bad_secrets_are_named_without_showing_them() {
        let check = |text: &str, expected: &str| {
            let error = parse_keys(&text.into()).expect_err(text).to_string();
            assert!(error.contains(expected), "{error}");
            assert!(!error.contains("Zm9v"), "{error}");
        };
        check("", "empty");
        check("Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy", "begins with whsec_");
        check("whsec_Zm9v!", "base64");
        check("whsec_Zm9v", "24 to 64 bytes");
        assert!(!format!("{:?}", keys(SECRET)).contains("MfKQ"));
    }
}

//! The keys and hashes that rows are known and compared by. Changing one re-keys every row: raise `VERSION` with it.

use super::canonical::Canonical;
use md5::{Digest, Md5};
use std::fmt::Write;

/// The key of a job: md5 of `company|title|location`, each lower-cased with white space collapsed.
pub fn hash_key(company: &str, title: &str, location: Option<&str>) -> String {
    let parts = [company, title, location.unwrap_or_default()].map(collapsed);
    hex(&Md5::digest(parts.join("|")))
}

/// The key of another opening under the same company, headline and place: md5 of `shared_key|source|source_job_id`, of the
/// posting of that opening that was seen first.
pub fn opening_key(shared_key: &str, source: &str, source_job_id: &str) -> String {
    hex(&Md5::digest([shared_key, source, source_job_id].join("|")))
}

/// md5 over every column, as JSON: two rows are equal exactly when their hashes are.
pub fn content_hash(canonical: &Canonical) -> String {
    let encoded =
        serde_json::to_vec(canonical).expect("columns are texts, numbers and lists, which JSON always holds");
    hex(&Md5::digest(encoded))
}

/// md5 of the words of a description, so that two openings with one headline can be told apart. Line breaks and
/// the case of ASCII letters do not count: the same text comes as HTML here and as text there.
pub fn text_hash(description_text: &str) -> String {
    let mut words = Vec::with_capacity(description_text.len());
    for byte in description_text.bytes() {
        if !byte.is_ascii_whitespace() {
            words.push(byte.to_ascii_lowercase());
        } else if words.last().is_some_and(|last| *last != b' ') {
            words.push(b' ');
        }
    }
    hex(&Md5::digest(words.trim_ascii_end()))
}

/// Lower case, white space as single blanks.
pub(super) fn collapsed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.to_lowercase()
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(out, "{byte:02x}").expect("a String takes every write");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_keys_are_the_documented_md5() {
        // Taken with `printf 'acme|data engineer|toronto, on' | md5sum`.
        let expected = "25792b97774c34fb41100c6ce3d85f20";
        let key = hash_key("ACME", "Data  Engineer ", Some("Toronto, ON"));
        assert_eq!(key, expected);
        assert_eq!(key, hash_key("acme", "data engineer", Some("toronto,  on")));
        assert_ne!(key, hash_key("acme", "data engineer", None));
    }

    #[test]
    fn texts_are_compared_by_their_words() {
        assert_eq!(text_hash(" A  b\n\nC\n"), text_hash("a b c"));
        assert_ne!(text_hash("a b c"), text_hash("a b d"));
    }
}

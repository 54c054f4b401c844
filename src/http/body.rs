//! What the bytes of an answer are: their encoding, and whether they are a web page. Never fails.

/// The bytes as UTF-8: without a byte order mark, and decoded where the answer was UTF-16 or says it is Latin-1.
pub(super) fn decode(bytes: Vec<u8>, content_type: &str) -> Vec<u8> {
    match bytes.as_slice() {
        [0xef, 0xbb, 0xbf, ..] => bytes[3..].to_vec(),
        [0xff, 0xfe, rest @ ..] => from_utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => from_utf16(rest, u16::from_be_bytes),
        _ if is_latin_1(content_type) && std::str::from_utf8(&bytes).is_err() => {
            bytes.iter().map(|&byte| char::from(byte)).collect::<String>().into_bytes()
        }
        _ => bytes,
    }
}

fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let units = bytes.as_chunks::<2>().0.iter().map(|&pair| unit(pair));
    let text: String =
        char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    text.into_bytes()
}

fn is_latin_1(content_type: &str) -> bool {
    let content_type = content_type.to_ascii_lowercase();
    ["iso-8859-1", "latin1", "windows-1252"].iter().any(|charset| content_type.contains(charset))
}

/// Whether this is a web page: a login form or a firewall's, where data is due.
pub(super) fn is_html(bytes: &[u8], content_type: &str) -> bool {
    let start = bytes.trim_ascii_start();
    let begins_with =
        |word: &[u8]| start.len() >= word.len() && start[..word.len()].eq_ignore_ascii_case(word);
    begins_with(b"<!doctype html")
        || begins_with(b"<html")
        || (content_type.to_ascii_lowercase().starts_with("text/html") && start.first() == Some(&b'<'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_other_encodings_become_utf_8() {
        let check = |bytes: &[u8], content_type: &str, expected: &[u8]| {
            assert_eq!(decode(bytes.to_vec(), content_type), expected);
        };
        check(b"\xef\xbb\xbf[1]", "", b"[1]");
        check(b"\xff\xfe[\0\xe9\0]\0", "", "[é]".as_bytes());
        check(b"\xfe\xff\0[\0]", "", b"[]");
        check(b"[\"\xe9\"]", "application/json; charset=ISO-8859-1", "[\"é\"]".as_bytes());
        check("[\"é\"]".as_bytes(), "application/json; charset=ISO-8859-1", "[\"é\"]".as_bytes());
        check(b"[\"\xe9\"]", "application/json", b"[\"\xe9\"]");
    }

    #[test]
    fn web_pages_are_told_from_data() {
        let check = |bytes: &[u8], content_type, expected| assert_eq!(is_html(bytes, content_type), expected);
        check(b"\n<!DOCTYPE html><title>Sign in</title>", "application/json", true);
        check(b"<div>wait</div>", "text/html; charset=utf-8", true);
        check(b"{\"html\": \"<html>\"}", "text/html", false);
        check(b"<?xml version=\"1.0\"?>", "application/xml", false);
    }
}

//! A received body as text whose byte positions are those of the received bytes. Never decodes a compression or a
//! character set.

use super::{Body, Bytes};
use std::borrow::Cow;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl<'a> Body<'a> {
    /// Reads received bytes as text, leaving out a byte order mark.
    pub fn new(received: &'a [u8]) -> Body<'a> {
        let bytes = received.strip_prefix(BYTE_ORDER_MARK).unwrap_or(received);
        let text = match std::str::from_utf8(bytes) {
            Ok(text) if !text.bytes().any(is_bare_control) => Cow::Borrowed(text),
            _ => Cow::Owned(question_marks(bytes)),
        };
        Body { bytes, text }
    }

    /// The text of a record or of a reject: what was sent, with `?` for what is not text, or what was made.
    pub fn text_of<'b>(&'b self, bytes: &'b Bytes) -> &'b str {
        match bytes {
            Bytes::Sent(range) => &self.text[range.clone()],
            Bytes::Made(json) => json,
        }
    }
}

/// JSON allows no control character as it is, and a parser refuses the whole page for one of them.
fn is_bare_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')
}

fn question_marks(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.extend(chunk.valid().chars().map(|letter| match u8::try_from(letter) {
            Ok(byte) if is_bare_control(byte) => '?',
            _ => letter,
        }));
        text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(received: &[u8], expected: &str) {
        let body = Body::new(received);
        assert_eq!(body.text, expected);
        assert_eq!(body.text.len(), body.bytes.len());
    }

    #[test]
    fn text_has_the_positions_of_the_bytes() {
        check(b"plain", "plain");
        check("Montr\u{e9}al".as_bytes(), "Montr\u{e9}al");
        check(b"\xef\xbb\xbf{}", "{}");
        check(b"a\xff\xe9b", "a??b");
        check(b"a\0b\n\tc\x1f", "a?b\n\tc?");
        check(b"\xf0\x9f\x98", "???");
    }
}

//! Cleaning of one line of text: a title, a name, a place. Never touches a description, never guesses a meaning.

use std::borrow::Cow;
use std::sync::LazyLock;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Most characters of a title, a company, a place and other short texts.
pub const LINE: usize = 512;

/// Bytes of a raw text that are looked at: far above any real headline, and a bound on the work.
const RAW_BYTES: usize = 16 * 1024;

/// Most combining marks that one base character may carry; real orthographies stay below five.
const MARKS: usize = 8;

/// What programs write where a value is missing.
const PLACEHOLDERS: &[&str] = &["null", "none", "n/a", "nan", "undefined", "-", "--", "—", "."];

/// One clean line: entities decoded once, white space collapsed, NFC, no invisible characters.
/// The flag says that it was longer than `most` characters and is cut.
pub fn line(raw: &str, most: usize) -> (String, bool) {
    let kept = &raw[..raw.floor_char_boundary(RAW_BYTES)];
    let composed = composed(visible(&decoded(kept)));
    match composed.char_indices().nth(most) {
        Some((end, _)) => (composed[..end].trim_end().to_owned(), true),
        None => (composed, kept.len() < raw.len()),
    }
}

/// Whether a clean line only says that nothing is there.
pub fn is_placeholder(line: &str) -> bool {
    line.is_empty() || PLACEHOLDERS.iter().any(|placeholder| placeholder.eq_ignore_ascii_case(line))
}

/// Characters that a reader cannot see but that change order, width or identity: controls, zero-width characters,
/// bidirectional overrides, tags. White space is no part of them.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text in composed form (NFC), with at most eight combining marks per base.
pub fn composed(text: String) -> String {
    // Latin-1, its extensions and ordinary punctuation neither combine nor compose.
    if text.is_ascii()
        || text.chars().all(|character| matches!(character, '\0'..='\u{2ff}' | '\u{2010}'..='\u{2027}'))
    {
        return text;
    }
    let mut marks = 0;
    let mut crowded = false;
    for character in text.chars() {
        marks = if character >= '\u{300}' && is_combining_mark(character) { marks + 1 } else { 0 };
        crowded |= marks > MARKS;
    }
    let text = if crowded { few_marks(&text) } else { text };
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text,
        IsNormalized::No | IsNormalized::Maybe => text.nfc().collect(),
    }
}

/// The text with each complete entity (`&amp;`, `&#233;`) replaced once; a lone ampersand stays.
pub fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        match entity_length(rest) {
            Some(length) => {
                push_entity(&mut out, &rest[..length]);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The words of a text for comparison: lower case, accents of Latin letters removed, everything that is neither letter
/// nor digit a space; one space before, between and after, so that `" full time "` can be searched for.
pub fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(' ');
    if text.is_ascii() {
        text.chars().for_each(|character| push_word_part(&mut out, character));
    } else {
        text.nfkd().for_each(|character| push_word_part(&mut out, character));
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    composed(out)
}

fn push_word_part(out: &mut String, character: char) {
    if character.is_ascii_alphanumeric() {
        out.push(character.to_ascii_lowercase());
    } else if is_combining_mark(character) {
        // A mark belongs to its letter: dropped on Latin letters, kept where it makes another letter.
        if !out.ends_with(|last: char| last.is_ascii()) {
            out.push(character);
        }
    } else if character.is_alphanumeric() {
        out.extend(character.to_lowercase());
    } else if (character.is_whitespace() || !is_hidden(character)) && !out.ends_with(' ') {
        out.push(' ');
    }
}

fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space = false;
    for character in text.chars() {
        if character.is_whitespace() {
            space = true;
        } else if !is_hidden(character) {
            if space && !out.is_empty() {
                out.push(' ');
            }
            space = false;
            out.push(character);
        }
    }
    out
}

fn few_marks(text: &str) -> String {
    let mut marks = 0;
    text.chars()
        .filter(|character| {
            marks = if is_combining_mark(*character) { marks + 1 } else { 0 };
            marks <= MARKS
        })
        .collect()
}

/// Length of the entity that `text` begins with, if it is complete and of a plausible form.
fn entity_length(text: &str) -> Option<usize> {
    let end = text.bytes().take(34).position(|byte| byte == b';')?;
    let name = &text[1..end];
    let plausible = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#');
    plausible.then_some(end + 1)
}

fn push_entity(out: &mut String, entity: &str) {
    /// The HTML parser knows all 2,231 entities, so that no table is needed here.
    static PARSER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(ammonia::Builder::empty);
    match entity {
        "&amp;" => out.push('&'),
        "&lt;" => out.push('<'),
        "&gt;" => out.push('>'),
        "&quot;" => out.push('"'),
        "&#39;" | "&#x27;" | "&apos;" => out.push('\''),
        "&nbsp;" | "&#160;" => out.push(' '),
        _ => {
            let serialized = PARSER.clean(entity).to_string();
            let text = serialized.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">");
            out.push_str(&text.replace("&amp;", "&"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, expected: &str) {
        assert_eq!(line(raw, LINE), (expected.to_owned(), false), "of {raw:?}");
    }

    #[test]
    fn lines_are_cleaned() {
        check("  Data\u{a0} Engineer \n (m/f/d)\t", "Data Engineer (m/f/d)");
        check("R&amp;D &#8211; D&eacute;veloppeur", "R&D – Développeur");
        check("&amp;amp; once", "&amp; once");
        check("AT&T; R&D &unknown; &", "AT&T; R&D &unknown; &");
        check("e\u{301}quipe", "équipe");
        check("ad\u{200b}min\u{202e}gnp.exe\u{0}\u{feff}", "admingnp.exe");
        check("<b>C++</b> & \"Rust\"", "<b>C++</b> & \"Rust\"");
        check("", "");
    }

    #[test]
    fn long_lines_are_cut_at_characters() {
        assert_eq!(line("ééé", 2), ("éé".to_owned(), true));
        assert_eq!(line(&"é".repeat(100_000), 3), ("ééé".to_owned(), true));
        assert_eq!(line("ab cd", 3), ("ab".to_owned(), true));
    }

    #[test]
    fn marks_are_bounded() {
        let (text, _) = line(&format!("Z{}o", "\u{316}".repeat(1_000)), LINE);
        assert_eq!(text.chars().count(), 10);
    }

    #[test]
    fn words_are_comparable() {
        assert_eq!(words("Télé-travail (100 %)"), " tele travail 100 ");
        assert_eq!(words("が ガ"), words("が ガ"));
        assert_ne!(words("ガ"), words("カ"));
        assert_eq!(words("full\ntime\u{200b}s"), " full times ");
        assert_eq!(words(""), " ");
    }
}

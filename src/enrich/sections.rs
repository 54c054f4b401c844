//! The parts of a job text: what is asked for, what would be welcome, what one does, who asks, what they give. Parts are
//! told by headings on lines of their own, by headings inside texts that lost their lines, and by what a sentence says
//! about itself ("is a plus"). English and French.

use crate::taxonomy::cues::{Mark, Section};
use crate::taxonomy::skills::Sign;

/// More than this after a heading is no longer part of it, in bytes.
const REST_OF_HEADING: usize = 48;
/// The farthest that a sentence reaches from what it says about itself, in bytes.
const SENTENCE: usize = 240;

/// A part that begins at a byte and ends where the next one begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    start: usize,
    section: Section,
}

/// The parts of one text. Kept between texts, so that nothing is allocated for each.
#[derive(Debug, Default)]
pub struct Sections {
    parts: Vec<Part>,
    /// Sentences that say themselves where they belong: first byte, first byte after, part.
    sentences: Vec<(usize, usize, Section)>,
}

impl Sections {
    /// Reads the parts of a text from its signs, in place of what was read before.
    pub fn read(&mut self, text: &str, signs: &[Sign]) {
        self.parts.clear();
        self.sentences.clear();
        for sign in signs {
            match sign.mark {
                Mark::Heading(section) if is_heading(text, sign) => {
                    // "Preferred" in "Preferred qualifications": of two at one place the longer one counts.
                    self.parts.retain(|part| part.start != sign.start);
                    self.parts.push(Part { start: sign.start, section });
                }
                Mark::Inline(section) => {
                    let (start, end) = sentence(text, sign.start, sign.end);
                    self.sentences.push((start, end, section));
                }
                _ => {}
            }
        }
    }

    /// The part that a byte is in.
    pub fn at(&self, position: usize) -> Section {
        let after = self.parts.partition_point(|part| part.start <= position);
        let part = after.checked_sub(1).map_or(Section::Other, |index| self.parts[index].section);
        if !part.asks() {
            return part;
        }
        let mut said = None;
        for (start, end, section) in &self.sentences {
            if (*start..*end).contains(&position) && said != Some(Section::NiceToHave) {
                said = Some(*section);
            }
        }
        match (part, said) {
            (Section::NiceToHave, _) | (_, None) => part,
            (_, Some(section)) => section,
        }
    }
}

/// Whether a phrase stands as headings do.
fn is_heading(text: &str, sign: &Sign) -> bool {
    let before = &text[..sign.start];
    let line = before.rsplit('\n').next().unwrap_or_default();
    let after = &text[sign.end..];
    if !line.contains(char::is_alphabetic) {
        let rest = after.split('\n').next().unwrap_or_default();
        let rest = rest.trim_matches(|letter: char| letter.is_whitespace() || "*_#…!?.-–—".contains(letter));
        return rest.is_empty()
            || rest.starts_with(':')
            || (rest.len() <= REST_OF_HEADING && rest.ends_with(':') && !rest.contains(['.', ',']));
    }
    // In a text without lines a heading begins with a capital after a sentence, and something new follows it.
    let phrase = &text[sign.start..sign.end];
    if !phrase.starts_with(char::is_uppercase) {
        return false;
    }
    let follows_sentence = line.trim_end().ends_with(['.', '!', '?', ')', ':', ';', '•', '*', '|', '-']);
    let next = after.trim_start();
    let is_colon = next.starts_with(':');
    let is_new = after.starts_with(' ') && next.starts_with(|c: char| c.is_uppercase() || "•*-–·".contains(c));
    let last = line.trim_end().chars().next_back();
    let is_long = phrase.contains(' ');
    is_colon || is_new && (follows_sentence || is_long && last.is_some_and(char::is_lowercase))
}

/// The sentence around bytes `start..end`.
fn sentence(text: &str, start: usize, end: usize) -> (usize, usize) {
    let first = text.ceil_char_boundary(start.saturating_sub(SENTENCE));
    let last = text.floor_char_boundary((end + SENTENCE).min(text.len()));
    let before = text[first..start].rfind(is_end).map_or(first, |index| first + index + 1);
    let after = text[end..last].find(is_end).map_or(last, |index| end + index);
    (before, after)
}

fn is_end(letter: char) -> bool {
    matches!(letter, '\n' | ';' | '•' | '!' | '?')
}

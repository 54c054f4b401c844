//! The words around a byte of a text, for grammar that looks a few words to the left or right of something found. Reads
//! those words only, never the whole text.

/// A word between white space, without the punctuation around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// First byte.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
    /// Whether punctuation stands before it, so that a phrase cannot go on to the left.
    pub opens: bool,
    /// Whether punctuation stands behind it, so that a phrase cannot go on to the right.
    pub closes: bool,
}

/// Longer words are addresses and other noise, in bytes.
const LONGEST: usize = 40;

/// The word that ends at a byte, or before it and one space.
pub fn before(text: &str, position: usize) -> Option<Chunk> {
    let bytes = text.as_bytes();
    let last = position.checked_sub(1)?;
    if bytes[last] != b' ' || last == 0 {
        return None;
    }
    let end = last;
    let mut start = end;
    while start > 0 && !bytes[start - 1].is_ascii_whitespace() && end - start < LONGEST {
        start -= 1;
    }
    let chunk = trimmed(text, text.ceil_char_boundary(start), end)?;
    (!chunk.closes).then_some(chunk)
}

/// The word that begins at a byte, or after it and one space.
pub fn after(text: &str, position: usize) -> Option<Chunk> {
    let bytes = text.as_bytes();
    let mut start = position;
    if bytes.get(start) == Some(&b' ') {
        start += 1;
    }
    let length = bytes.get(start..)?.iter().take(LONGEST).take_while(|byte| !byte.is_ascii_whitespace()).count();
    trimmed(text, start, text.floor_char_boundary(start + length))
}

/// A range of a text without punctuation at its ends; nothing when no word is left.
fn trimmed(text: &str, start: usize, end: usize) -> Option<Chunk> {
    let word = text.get(start..end)?;
    let is_edge = |letter: char| !letter.is_alphanumeric() && !matches!(letter, '+' | '#' | '<' | '>');
    let left = word.trim_start_matches(|letter: char| is_edge(letter) && letter != '.');
    let right = left.trim_end_matches(is_edge);
    if right.is_empty() {
        return None;
    }
    let first = start + word.len() - left.len();
    let last = first + right.len();
    Some(Chunk { start: first, end: last, opens: first > start, closes: last < end })
}

/// What the letters of a word say about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Small letters, perhaps with a capital first, and hyphens.
    Word,
    /// Capitals inside, or digits among letters: a name or an abbreviation.
    Name,
    /// Numbers, placeholders, addresses.
    Other,
}

impl Shape {
    /// Of a word without punctuation around it.
    pub fn of(word: &str) -> Shape {
        let (mut letters, mut capitals, mut digits) = (0, 0, 0);
        for (index, letter) in word.chars().enumerate() {
            if letter.is_alphabetic() {
                letters += 1;
                capitals += usize::from(index > 0 && letter.is_uppercase());
            } else if letter.is_ascii_digit() {
                digits += 1;
            } else if matches!(letter, '<' | '>' | '@' | '$' | '€' | '£' | '%') {
                return Shape::Other;
            }
        }
        match (letters, capitals, digits) {
            (0, _, _) => Shape::Other,
            (1, 0, _) => Shape::Other,
            (_, 0, 0) => Shape::Word,
            _ => Shape::Name,
        }
    }
}

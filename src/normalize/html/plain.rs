//! Plain text of safe HTML, in one pass over its closed grammar: a line per paragraph and item, `- ` before items, at
//! most one blank line. Never sees HTML that was not cleaned.

use super::{Piece, next_piece};
use crate::normalize::text::composed;

/// The text of HTML that `tidy` wrote.
pub fn plain(safe: &str) -> String {
    let mut writer = Writer { out: String::with_capacity(safe.len()), ..Writer::default() };
    let mut rest = safe;
    while let Some((piece, after)) = next_piece(rest) {
        match piece {
            Piece::Text(text) => writer.text(text),
            Piece::Tag { name, .. } => writer.tag(name),
        }
        rest = after;
    }
    composed(writer.out.trim().to_owned())
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Line ends that the next text needs before it, at most two.
    ends: usize,
    has_bullet: bool,
    lists: usize,
    is_verbatim: bool,
}

impl Writer {
    fn tag(&mut self, tag: &str) {
        match tag {
            "br" => self.ends = (self.ends + 1).min(2),
            "li" => {
                self.ends = self.ends.max(1);
                self.has_bullet = true;
            }
            "/li" => self.ends = self.ends.max(1),
            "ul" | "ol" => {
                self.ends = self.ends.max(if self.lists == 0 { 2 } else { 1 });
                self.lists += 1;
            }
            "/ul" | "/ol" => {
                self.lists = self.lists.saturating_sub(1);
                self.ends = self.ends.max(if self.lists == 0 { 2 } else { 1 });
            }
            "pre" | "/pre" => {
                self.is_verbatim = tag == "pre";
                self.ends = 2;
            }
            "p" | "/p" | "h2" | "/h2" | "h3" | "/h3" | "h4" | "/h4" | "blockquote" | "/blockquote" | "hr" => {
                self.ends = 2
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.is_verbatim {
            for line in text.split_inclusive('\n') {
                let words = line.trim_end();
                if !words.is_empty() {
                    self.begin();
                    self.decode(words);
                }
                if line.ends_with('\n') {
                    self.ends = (self.ends + 1).min(2);
                }
            }
            return;
        }
        self.begin();
        self.decode(text);
    }

    fn begin(&mut self) {
        if !self.out.is_empty() {
            for _ in 0..self.ends {
                self.out.push('\n');
            }
        }
        if self.has_bullet {
            self.out.push_str("- ");
        }
        (self.ends, self.has_bullet) = (0, false);
    }

    fn decode(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find('&') {
            self.out.push_str(&rest[..at]);
            let (character, length) = match &rest[at..] {
                entity if entity.starts_with("&amp;") => ('&', 5),
                entity if entity.starts_with("&lt;") => ('<', 4),
                entity if entity.starts_with("&gt;") => ('>', 4),
                _ => ('&', 1),
            };
            self.out.push(character);
            rest = &rest[at + length..];
        }
        self.out.push_str(rest);
    }
}

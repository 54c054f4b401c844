//! The closed grammar of safe HTML: balanced, shallow, no empty elements, no stray white space.
//!
//! Reads what the sanitiser wrote and copies only tags of its list, links the sanitiser passed, and text; it can
//! remove and reorder nothing into something new. Parsing its result gives the same tree again, so cleaning twice
//! changes nothing.

use super::{LARGEST, Piece, next_piece};
use crate::normalize::text::is_hidden;
use std::borrow::Cow;

/// Every tag that a result may hold.
pub const TAGS: &[&str] = &[
    "a",
    "p",
    "br",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "b",
    "i",
    "u",
    "h2",
    "h3",
    "h4",
    "blockquote",
    "code",
    "pre",
    "hr",
];

/// Room that is kept for closing tags when a result is cut.
const RESERVE: usize = 4 * 1024;

/// Blocks nested deeper than this lose their tag and keep their text.
const DEEPEST: usize = 64;

/// The tidy form, and whether it had to be cut.
pub fn tidy(sanitised: &str) -> (String, bool) {
    let mut writer = Writer { out: String::with_capacity(sanitised.len() + 16), ..Writer::default() };
    let mut rest = sanitised;
    while let Some((piece, after)) = next_piece(rest)
        && !writer.is_full
    {
        match piece {
            Piece::Text(text) => writer.text(text),
            Piece::Tag { tag, .. } if tag.starts_with("</") => writer.close(&tag[2..tag.len() - 1]),
            Piece::Tag { tag, name } => writer.open(name, tag),
        }
        rest = after;
    }
    writer.finish()
}

/// What a block does to the text in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Paragraph or heading: holds text, no blocks.
    Leaf,
    Preformatted,
    List,
    Item,
    Quote,
    /// Not written; only parts lines.
    Parting,
}

struct Block {
    name: &'static str,
    /// The name in the input, to find the end by; `None` for a block that the writer opened itself.
    opened_as: Option<&'static str>,
    role: Role,
    is_written: bool,
}

struct Inline<'a> {
    name: &'static str,
    tag: &'a str,
    /// False for a repetition of an open element, and for a link without an address.
    is_shown: bool,
}

/// Opening tags are written when the first text in them arrives, so that empty elements never are.
#[derive(Default)]
struct Writer<'a> {
    out: String,
    blocks: Vec<Block>,
    inlines: Vec<Inline<'a>>,
    /// How many of `inlines`, from the outermost, are written and open.
    written_inlines: usize,
    /// Whether text is the last thing written, rather than a tag of a block.
    is_after_text: bool,
    /// Line breaks and white space that the next text may need before it.
    breaks: usize,
    space: bool,
    is_full: bool,
}

impl<'a> Writer<'a> {
    fn open(&mut self, name: &str, tag: &'a str) {
        let Some(name) = known(name) else { return };
        match name {
            "br" => self.breaks += 1,
            "hr" => self.rule(),
            "a" | "strong" | "em" | "b" | "i" | "u" | "code" => {
                let is_repeated = self.inlines.iter().any(|inline| inline.name == name && inline.is_shown);
                let has_address = name != "a" || tag.contains(" href=\"");
                self.inlines.push(Inline { name, tag, is_shown: has_address && !is_repeated });
            }
            _ => self.open_block(name),
        }
    }

    fn close(&mut self, name: &str) {
        let Some(name) = known(name) else { return };
        if let Some(at) = self.inlines.iter().rposition(|inline| inline.name == name) {
            self.close_inlines(at);
            self.inlines.remove(at);
        } else if self.blocks.iter().any(|block| block.opened_as == Some(name)) {
            self.part();
            while let Some(block) = self.blocks.pop() {
                self.end(&block);
                if block.opened_as == Some(name) {
                    break;
                }
            }
        }
    }

    fn open_block(&mut self, name: &'static str) {
        self.part();
        let nearest = self.nearest();
        let is_in_text = matches!(nearest, Some(Role::Leaf | Role::Preformatted));
        let role = match (name, nearest) {
            _ if self.blocks.len() >= DEEPEST => Role::Parting,
            (_, Some(Role::Preformatted)) => Role::Parting,
            ("ul" | "ol", _) => Role::List,
            ("blockquote", _) => Role::Quote,
            ("li", Some(Role::List)) => Role::Item,
            ("pre", Some(Role::Item | Role::Quote) | None) => Role::Preformatted,
            ("p" | "li" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6", Some(Role::Quote) | None) => Role::Leaf,
            _ => Role::Parting,
        };
        if is_in_text && matches!(role, Role::List | Role::Quote) {
            self.end_leaf();
        }
        let written_as = match (name, role) {
            ("h1", _) => "h2",
            ("h5" | "h6", _) => "h4",
            ("li", Role::Leaf) => "p",
            _ => name,
        };
        self.blocks.push(Block { name: written_as, opened_as: Some(name), role, is_written: false });
    }

    fn rule(&mut self) {
        self.part();
        if !matches!(self.nearest(), Some(Role::Quote | Role::Leaf) | None) || !self.has_room(0) {
            return;
        }
        self.end_leaf();
        self.write_blocks();
        self.out.push_str("<hr>");
        self.is_after_text = false;
    }

    fn text(&mut self, text: &str) {
        let text = readable(text);
        if self.nearest() == Some(Role::Preformatted) {
            return self.verbatim(&text);
        }
        let words = text.trim_ascii();
        self.space |= text.starts_with(|first: char| first.is_ascii_whitespace());
        if words.is_empty() || !self.has_room(0) {
            return;
        }
        if is_single_spaced(words) && self.fits(words.len()) {
            self.begin();
            self.out.push_str(words);
        } else {
            self.words(words);
        }
        self.space = text.ends_with(|last: char| last.is_ascii_whitespace());
    }

    /// Writes the words that still have room, with one space between.
    fn words(&mut self, words: &str) {
        for (ordinal, word) in words.split_ascii_whitespace().enumerate() {
            if !self.has_room(word.len()) {
                return;
            }
            if ordinal == 0 {
                self.begin();
            } else {
                self.out.push(' ');
            }
            self.out.push_str(word);
        }
    }

    fn verbatim(&mut self, text: &str) {
        // A parser drops a newline right after <pre>, so none may begin one.
        let begins = !self.is_after_text || self.blocks.last().is_some_and(|block| !block.is_written);
        let text = if begins { text.trim_start_matches('\n') } else { text };
        if !text.is_empty() && self.has_room(text.len()) {
            self.begin();
            self.out.push_str(text);
        }
    }

    /// Writes everything that must stand before text.
    fn begin(&mut self) {
        self.write_blocks();
        match self.nearest() {
            Some(Role::List) => self.write_own("li", Role::Item),
            Some(Role::Quote) | None => self.write_own("p", Role::Leaf),
            _ => {}
        }
        if self.is_after_text && self.breaks > 0 {
            self.out.push_str(if self.breaks == 1 { "<br>" } else { "<br><br>" });
        } else if self.is_after_text && self.space {
            self.out.push(' ');
        }
        (self.breaks, self.space) = (0, false);
        for inline in &self.inlines[self.written_inlines..] {
            if inline.is_shown {
                self.out.push_str(inline.tag);
            }
        }
        self.written_inlines = self.inlines.len();
        self.is_after_text = true;
    }

    fn write_blocks(&mut self) {
        for block in &mut self.blocks {
            if !block.is_written && block.role != Role::Parting {
                block.is_written = true;
                self.out.extend(["<", block.name, ">"]);
                self.is_after_text = false;
            }
        }
    }

    fn write_own(&mut self, name: &'static str, role: Role) {
        self.out.extend(["<", name, ">"]);
        self.blocks.push(Block { name, opened_as: None, role, is_written: true });
        self.is_after_text = false;
    }

    /// The end of a line: where a block begins or ends.
    fn part(&mut self) {
        self.close_inlines(0);
        if self.blocks.last().is_some_and(|block| block.opened_as.is_none())
            && let Some(own) = self.blocks.pop()
        {
            self.end(&own);
        }
        self.breaks = self.breaks.max(1);
        self.space = false;
    }

    /// Ends the written inline elements from the innermost down to the given one; text reopens those still wanted.
    fn close_inlines(&mut self, down_to: usize) {
        while self.written_inlines > down_to {
            self.written_inlines -= 1;
            let inline = &self.inlines[self.written_inlines];
            if inline.is_shown {
                self.out.extend(["</", inline.name, ">"]);
            }
        }
    }

    /// A list or a quotation cannot stand in a heading: what follows stands after it.
    fn end_leaf(&mut self) {
        let Some(at) = self.blocks.iter().rposition(|block| block.role == Role::Leaf) else { return };
        let leaf = &mut self.blocks[at];
        if std::mem::take(&mut leaf.is_written) {
            self.out.extend(["</", leaf.name, ">"]);
            self.is_after_text = false;
        }
        leaf.role = Role::Parting;
    }

    fn end(&mut self, block: &Block) {
        if block.is_written {
            self.out.extend(["</", block.name, ">"]);
            self.is_after_text = false;
        }
    }

    fn nearest(&self) -> Option<Role> {
        self.blocks.iter().rev().map(|block| block.role).find(|role| *role != Role::Parting)
    }

    /// Whether so many bytes more can be written; the first that cannot end the result.
    fn has_room(&mut self, more: usize) -> bool {
        self.is_full |= !self.fits(more);
        !self.is_full
    }

    fn fits(&self, more: usize) -> bool {
        // Reopened links are the one thing that is written more than once.
        let reopened: usize =
            self.inlines[self.written_inlines..].iter().map(|inline| inline.tag.len()).sum();
        self.out.len() + more + reopened + RESERVE <= LARGEST
    }

    fn finish(mut self) -> (String, bool) {
        self.close_inlines(0);
        while let Some(block) = self.blocks.pop() {
            self.end(&block);
        }
        (self.out, self.is_full)
    }
}

fn is_single_spaced(words: &str) -> bool {
    // Without an early return the compiler compares many bytes at once.
    let pairs = words.bytes().zip(words.bytes().skip(1));
    !pairs.fold(false, |odd, (left, right)| odd | (right < b' ') | ((left == b' ') & (right == b' ')))
}

/// The text with ordinary spaces and without hidden characters; entities stay.
fn readable(text: &str) -> Cow<'_, str> {
    let is_odd =
        |byte: u8| ((byte < b' ') & (byte != b'\n') & (byte != b'\t')) | (byte == b'&') | (byte > b'~');
    if !text.bytes().fold(false, |odd, byte| odd | is_odd(byte)) {
        return Cow::Borrowed(text);
    }
    let is_odd = |character: char| {
        !matches!(character, ' ' | '\t' | '\n') && (character.is_whitespace() || is_hidden(character))
    };
    if !text.chars().any(is_odd) && !text.contains("&nbsp;") {
        return Cow::Borrowed(text);
    }
    let spaced = text.replace("&nbsp;", " ");
    let seen = spaced.chars().filter_map(|character| match character {
        _ if character.is_ascii_whitespace() => Some(character),
        _ if character.is_whitespace() => Some(' '),
        _ => (!is_hidden(character)).then_some(character),
    });
    Cow::Owned(seen.collect())
}

/// The name as a constant, if the sanitiser lets it pass.
fn known(name: &str) -> Option<&'static str> {
    super::seen_tags().find(|tag| *tag == name)
}

//! Descriptions: whatever HTML a source sends becomes a small closed grammar of safe HTML, and plain text made from it.
//! `ammonia` decides what is safe; the passes beside it only bound the work and remove more. Never fetches anything.

pub mod bound;
pub mod plain;
pub mod tidy;

use super::text;
use ammonia::Builder;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Most bytes of one description, before and after cleaning.
pub const LARGEST: usize = 256 * 1024;

/// Longest address that a link in a description may have.
const LONGEST_LINK: usize = 2048;

/// HTML that may be shown as it is. Only this module makes it, so holding one is the proof.
///
/// Tags: `a p br ul ol li strong em b i u h2 h3 h4 blockquote code pre hr`; the only attributes are `href`
/// (http, https, mailto) and the `rel` that goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// The HTML.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The HTML, for the database.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// One description in both forms.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// Safe HTML.
    pub html: SafeHtml,
    /// The text of that HTML: a line per paragraph or item, at most one blank line between.
    pub text: String,
    /// Whether something was too large or too deep and is missing.
    pub is_truncated: bool,
}

/// Cleans a description, or `None` when no text is left. HTML is preferred; text without any tag is taken as text.
pub fn description(html: Option<&str>, plain: Option<&str>) -> Option<Description> {
    let from_html = html.and_then(|html| described(clean_any(html)));
    from_html.or_else(|| plain.and_then(|plain| described(clean_text(plain))))
}

/// Safe HTML, and whether something is missing. Cleaning what is clean changes nothing.
pub fn clean(html: &str) -> (SafeHtml, bool) {
    let kept = &html[..html.floor_char_boundary(LARGEST)];
    let bounded = bound::bounded(kept);
    let (bounded, is_shortened) = match &bounded {
        Some((bounded, is_shortened)) => (bounded.as_str(), *is_shortened),
        None => (kept, false),
    };
    let (tidied, is_cut) = tidy::tidy(&SANITISER.clean(bounded).to_string());
    (SafeHtml(tidied), is_cut || is_shortened || kept.len() < html.len())
}

/// Safe HTML with the paragraphs and lines of a plain text.
pub fn clean_text(plain: &str) -> (SafeHtml, bool) {
    let kept = &plain[..plain.floor_char_boundary(LARGEST)];
    let mut html = String::with_capacity(kept.len() + kept.len() / 16);
    html.push_str("<p>");
    for line in kept.lines() {
        if line.trim().is_empty() {
            html.push_str("</p><p>");
            continue;
        }
        for character in line.chars() {
            match character {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                _ => html.push(character),
            }
        }
        html.push_str("<br>");
    }
    html.push_str("</p>");
    let (tidied, is_cut) = tidy::tidy(&html);
    (SafeHtml(tidied), is_cut || kept.len() < plain.len())
}

fn described((html, is_truncated): (SafeHtml, bool)) -> Option<Description> {
    let text = plain::plain(html.as_str());
    (!text.is_empty()).then_some(Description { html, text, is_truncated })
}

/// A field for HTML may hold text, or HTML that was escaped once too often.
fn clean_any(html: &str) -> (SafeHtml, bool) {
    if has_tag(html) {
        return clean(html);
    }
    let kept = &html[..html.floor_char_boundary(LARGEST)];
    let decoded = text::decoded(kept);
    let is_escaped = matches!(decoded, Cow::Owned(_)) && decoded.contains("</") && has_tag(&decoded);
    let (html_or_text, is_cut) = if is_escaped { clean(&decoded) } else { clean_text(&decoded) };
    (html_or_text, is_cut || kept.len() < html.len())
}

fn has_tag(html: &str) -> bool {
    let Some(last_end) = html.rfind('>') else { return false };
    let begins = |at: usize| {
        html.as_bytes().get(at + 1).is_some_and(|next| next.is_ascii_alphabetic() || b"/!".contains(next))
    };
    html[..last_end].match_indices('<').any(|(at, _)| begins(at))
}

/// A piece of sanitised HTML.
enum Piece<'a> {
    Text(&'a str),
    /// The whole tag, and its name with the slash of an end tag.
    Tag {
        tag: &'a str,
        name: &'a str,
    },
}

/// The first piece and what follows it. The sanitiser escapes `<` and `>` everywhere but around tags.
fn next_piece(html: &str) -> Option<(Piece<'_>, &str)> {
    if html.is_empty() {
        return None;
    }
    let is_tag = html.starts_with('<');
    if is_tag && let Some(end) = html.find('>') {
        let (tag, after) = html.split_at(end + 1);
        let name = tag[1..end].split(' ').next().unwrap_or_default();
        return Some((Piece::Tag { tag, name }, after));
    }
    let from = usize::from(is_tag);
    let end = html[from..].find('<').map_or(html.len(), |at| from + at);
    let (text, after) = html.split_at(end);
    Some((Piece::Text(text), after))
}

/// What is kept, and the blocks that `tidy` must see to keep lines apart: it removes or renames every one of those.
fn seen_tags() -> impl Iterator<Item = &'static str> {
    tidy::TAGS.iter().chain(bound::PARTING).chain(&["h1"]).copied()
}

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(seen_tags().collect())
        .clean_content_tags(HashSet::from([
            "script", "style", "title", "textarea", "noscript", "template", "iframe", "object", "svg", "math",
        ]))
        .generic_attributes(HashSet::new())
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"]))]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .strip_comments(true)
        .attribute_filter(|_, _, value| (value.len() <= LONGEST_LINK).then_some(Cow::Borrowed(value)));
    builder
});

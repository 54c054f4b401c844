//! A bound on the work of the HTML parser, whose cost grows with tags times depth: HTML of very many tags is first
//! rewritten balanced, shallow and without attributes. Decides nothing about safety; the sanitiser sees its result.

/// Up to this many tags, ends included, even the worst nesting is parsed in a few milliseconds.
const FEW_TAGS: usize = 1024;

/// Elements nested deeper than this lose their tag and keep their text.
const DEEPEST: usize = 512;

/// Elements whose content is no text for a reader.
const UNREAD: &[&str] =
    &["script", "style", "title", "textarea", "noscript", "iframe", "xmp", "noembed", "noframes"];
const INLINE: &[&str] = &["a", "b", "code", "em", "i", "strong", "u"];
const BLOCK: &[&str] = &["blockquote", "h1", "h2", "h3", "h4", "li", "ol", "p", "pre", "ul"];
/// Every other element that parts lines, as `div`.
pub const PARTING: &[&str] = &[
    "address",
    "article",
    "aside",
    "caption",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h5",
    "h6",
    "header",
    "main",
    "nav",
    "section",
    "summary",
    "table",
    "td",
    "th",
    "tr",
];

/// The rewritten HTML and whether it lost nesting, or `None` when the HTML is harmless as it is.
pub fn bounded(html: &str) -> Option<(String, bool)> {
    if html.bytes().filter(|byte| *byte == b'<').count() <= FEW_TAGS {
        return None;
    }
    let mut rewriter = Rewriter { out: String::with_capacity(html.len()), ..Rewriter::default() };
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rewriter.out.push_str(&rest[..at]);
        rest = rewriter.markup(&rest[at..]);
    }
    rewriter.out.push_str(rest);
    rewriter.close_down_to(0);
    Some((rewriter.out, rewriter.is_shortened))
}

#[derive(Default)]
struct Rewriter {
    out: String,
    open: Vec<&'static str>,
    is_shortened: bool,
}

impl Rewriter {
    /// Rewrites the markup that `text` begins with, and returns what follows it.
    fn markup<'a>(&mut self, text: &'a str) -> &'a str {
        if let Some(comment) = text.strip_prefix("<!--") {
            return comment.split_once("-->").map_or("", |(_, after)| after);
        }
        let inside = &text[1..];
        match inside.as_bytes().first() {
            Some(b'!' | b'?') => inside.split_once('>').map_or("", |(_, after)| after),
            Some(b'/') if inside[1..].starts_with(|next: char| next.is_ascii_alphabetic()) => {
                let (name, after) = split_name(&inside[1..]);
                self.close(&name);
                attributes(after).1
            }
            Some(next) if next.is_ascii_alphabetic() => self.element(inside),
            _ => {
                self.out.push_str("&lt;");
                inside
            }
        }
    }

    fn element<'a>(&mut self, inside: &'a str) -> &'a str {
        let (name, after) = split_name(inside);
        let (href, after) = attributes(after);
        if UNREAD.contains(&name.as_str()) {
            return after_end_of(&name, after);
        }
        if name == "br" || name == "hr" {
            self.out.extend(["<", &name, ">"]);
        } else if let Some(known) =
            [INLINE, BLOCK].into_iter().flatten().copied().find(|known| *known == name)
        {
            self.open_element(known, href);
        } else if PARTING.contains(&name.as_str()) {
            self.open_element("div", None);
        }
        after
    }

    fn open_element(&mut self, name: &'static str, href: Option<&str>) {
        match name {
            "a" => self.close("a"),
            "li" => self.close_within("li", &["ul", "ol", "div", "blockquote"]),
            _ => {}
        }
        if !INLINE.contains(&name) {
            self.close_within("p", &["li", "ul", "ol", "div", "blockquote", "pre", "h1", "h2", "h3", "h4"]);
        }
        if self.open.len() >= DEEPEST {
            self.is_shortened = true;
            return;
        }
        self.out.extend(["<", name]);
        if let Some(href) = href {
            self.out.extend([" href=\"", &href.replace('"', "&quot;"), "\""]);
        }
        self.out.push('>');
        self.open.push(name);
    }

    fn close(&mut self, name: &str) {
        let name = if PARTING.contains(&name) { "div" } else { name };
        if let Some(at) = self.open.iter().rposition(|open| *open == name) {
            self.close_down_to(at);
        }
    }

    /// Closes the innermost `name` unless one of the containers stands within it.
    fn close_within(&mut self, name: &str, containers: &[&str]) {
        let nearest = self.open.iter().rposition(|open| *open == name || containers.contains(open));
        if let Some(at) = nearest.filter(|at| self.open[*at] == name) {
            self.close_down_to(at);
        }
    }

    fn close_down_to(&mut self, at: usize) {
        while self.open.len() > at {
            if let Some(name) = self.open.pop() {
                self.out.extend(["</", name, ">"]);
            }
        }
    }
}

fn split_name(text: &str) -> (String, &str) {
    let end = text
        .find(|character: char| character.is_ascii_whitespace() || matches!(character, '/' | '>'))
        .unwrap_or(text.len());
    (text[..end].to_ascii_lowercase(), &text[end..])
}

/// Reads attributes up to the end of the tag: the value of `href`, and what follows the tag.
fn attributes(text: &str) -> (Option<&str>, &str) {
    let mut href = None;
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|character: char| character.is_ascii_whitespace() || character == '/');
        if rest.is_empty() {
            return (href, "");
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (href, after);
        }
        // The first character belongs to the name whatever it is, so that each turn moves on.
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let ends = |character: char| character.is_ascii_whitespace() || matches!(character, '/' | '>' | '=');
        let end = rest[first..].find(ends).map_or(rest.len(), |at| first + at);
        let name = &rest[..end];
        rest = rest[end..].trim_start_matches(|character: char| character.is_ascii_whitespace());
        let Some(after) = rest.strip_prefix('=') else { continue };
        let after = after.trim_start_matches(|character: char| character.is_ascii_whitespace());
        let (value, following) = value(after);
        if href.is_none() && name.eq_ignore_ascii_case("href") {
            href = Some(value);
        }
        rest = following;
    }
}

fn value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    let end = text
        .find(|character: char| character.is_ascii_whitespace() || character == '>')
        .unwrap_or(text.len());
    text.split_at(end)
}

/// What follows the end tag of an element whose content is not read.
fn after_end_of<'a>(name: &str, text: &'a str) -> &'a str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        if rest.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return attributes(split_name(rest).1).1;
        }
    }
    ""
}

//! Names of company boards, which go into the path of a request and so are checked first. Never asks whether a board
//! exists.

use super::{Method, Request, Search};

const LONGEST: usize = 100;

/// What is wrong with the board of a search, as one sentence.
pub fn invalid(search: &Search) -> Option<String> {
    let board = search.board.as_deref().unwrap_or_default();
    if is_segment(&readable(board)) {
        return None;
    }
    Some(format!(
        "board `{}` is not the name of a board: it is the last part of the address of the company's job page, \
         letters, digits, dots, dashes and spaces",
        board.escape_debug()
    ))
}

/// The first request for a board below `before`; none when its name is not one.
pub fn request(
    search: &Search,
    before: &str,
    after: &str,
    query: Vec<(&'static str, String)>,
) -> Vec<Request> {
    if invalid(search).is_some() {
        return Vec::new();
    }
    let board = readable(search.board.as_deref().unwrap_or_default()).replace(' ', "%20");
    vec![Request {
        method: Method::Get,
        path: format!("{before}{board}{after}"),
        query,
        page: 1,
        search: search.clone(),
    }]
}

/// The company's name as configured, else made from the name of its board.
pub fn company(search: &Search) -> Option<String> {
    let configured = search.company.as_deref().map(str::trim).filter(|company| !company.is_empty());
    match configured {
        Some(company) => Some(company.to_owned()),
        None => Some(presentable(&readable(search.board.as_deref()?))).filter(|company| !company.is_empty()),
    }
}

/// Whether a text may stand in a path as one segment once its spaces are encoded: it cannot climb, end the path or
/// begin a query.
pub fn is_segment(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b' ');
    text.len() <= LONGEST
        && text.bytes().all(allowed)
        && text.starts_with(|letter: char| letter.is_ascii_alphanumeric())
}

/// A board copied from an address may hold an encoded space.
fn readable(board: &str) -> String {
    board.trim().replace("%20", " ")
}

/// `slug-of-a-board` as a name; capitals are kept where there are any.
fn presentable(board: &str) -> String {
    let spaced = board.replace(['-', '_'], " ");
    let has_capitals = spaced.chars().any(char::is_uppercase);
    let words = spaced.split_whitespace().map(|word| {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if !has_capitals => first.to_uppercase().chain(letters).collect::<String>(),
            _ => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(board: &str, path: Option<&str>, name: &str) {
        let search = Search { board: Some(board.to_owned()), ..Search::default() };
        let requests = request(&search, "/boards/", "/jobs", Vec::new());
        assert_eq!(requests.first().map(|request| request.path.as_str()), path);
        assert_eq!(company(&search).unwrap_or_default(), name);
    }

    #[test]
    fn a_board_is_one_segment_of_a_path() {
        check("top-hat", Some("/boards/top-hat/jobs"), "Top Hat");
        check("AcmeInc", Some("/boards/AcmeInc/jobs"), "AcmeInc");
        check("kraken.com", Some("/boards/kraken.com/jobs"), "Kraken.com");
        check("Nord%20Ouest", Some("/boards/Nord%20Ouest/jobs"), "Nord Ouest");
        check("1password", Some("/boards/1password/jobs"), "1password");
        check("", None, "");
        check("..", None, "..");
        check("a/b", None, "A/b");
        check("a?b=c", None, "A?b=c");
        check("caf\u{e9}", None, "Caf\u{e9}");
        check(&"x".repeat(101), None, &format!("X{}", "x".repeat(100)));
    }
}

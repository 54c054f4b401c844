//! Answers as files: `--record DIR` writes them, `--replay DIR` reads them. Never holds a secret: keys travel in
//! headers, and neither headers nor hosts are part of a name.
//!
//! The name is `DIR/<source>/<slug>.json`. The slug is the path and the query as one would type them, with each
//! run of other characters than letters, digits, `.`, `_` and `=` written as one `-`:
//!
//! ```text
//! GET /v1/boards/acme/jobs?content=true   greenhouse/v1-boards-acme-jobs-content=true.json
//! GET /search?query=data engineer&page=2  jsearch/search-query=data-engineer-page=2-97124c52.json
//! ```
//!
//! Where that loses something other than `/`, `?`, `&` and `-` (here a space), where it would be longer than 100
//! characters, and for every POST, eight hexadecimal digits of a hash of the whole request follow. A file written by
//! hand may leave the hash out, except for a POST. An answer with another status than 200 is `<slug>.<status>.json`,
//! and its file may be empty; every file holds the body as received, decompressed.

use super::failure::{FetchError, FetchErrorKind};
use crate::sources::{Method, Request};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

const SLUG_LENGTH: usize = 100;

/// What two equal requests have in common and two different ones do not.
pub(super) fn identity(request: &Request) -> String {
    let mut identity = match &request.method {
        Method::Get => "GET ".to_owned(),
        Method::File => "FILE ".to_owned(),
        Method::Post(body) => format!("POST {body} "),
    };
    identity.push_str(&address(request));
    identity
}

/// The status and body recorded for a request.
pub(super) async fn replay(
    folder: &Path,
    source: &str,
    request: &Request,
) -> Result<(u16, Vec<u8>), FetchError> {
    let folder = folder.join(source);
    let names = names(request);
    for name in &names {
        if let Some(body) = read(&folder.join(format!("{name}.json"))).await? {
            return Ok((200, body));
        }
    }
    let recorded = recorded_statuses(&folder).await;
    for (name, status) in &recorded {
        if names.contains(name) {
            let body = read(&folder.join(format!("{name}.{status}.json"))).await?;
            return Ok((*status, body.unwrap_or_default()));
        }
    }
    let expected = folder.join(format!("{}.json", names[0]));
    let detail = format!("this request is not recorded: {} is missing", expected.display());
    Err(FetchError::new(FetchErrorKind::NotRecorded, detail))
}

/// Writes an answer where [`replay`] finds it.
pub(super) async fn record(
    folder: &Path,
    source: &str,
    request: &Request,
    status: u16,
    body: &[u8],
) -> Result<(), FetchError> {
    let folder = folder.join(source);
    let name = &names(request)[0];
    let path = match status {
        200 => folder.join(format!("{name}.json")),
        status => folder.join(format!("{name}.{status}.json")),
    };
    let written = async {
        tokio::fs::create_dir_all(&folder).await?;
        tokio::fs::write(&path, body).await
    };
    written.await.map_err(|error| {
        let detail = format!("{} could not be written: {error}", path.display());
        FetchError::new(FetchErrorKind::File, detail)
    })
}

/// The names a file of this request may have, without extension; the first is the one recorded.
fn names(request: &Request) -> Vec<String> {
    let address = address(request);
    let address = address.trim_start_matches('/');
    let mut slug = String::with_capacity(address.len());
    let mut lossy = false;
    for letter in address.chars() {
        if letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '=') {
            slug.push(letter);
            continue;
        }
        lossy |= !matches!(letter, '/' | '?' | '&' | '-');
        if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    lossy |= slug.len() > SLUG_LENGTH;
    slug.truncate(SLUG_LENGTH);
    let slug = slug.trim_matches(['-', '.']);
    let slug = if slug.is_empty() { "root" } else { slug }.to_owned();
    let post = matches!(request.method, Method::Post(_));
    if !lossy && !post {
        return vec![slug];
    }
    let digest = Sha256::digest(identity(request));
    let mut hashed = slug.clone();
    hashed.push('-');
    for byte in &digest[..4] {
        write!(hashed, "{byte:02x}").expect("writing to a string cannot fail");
    }
    if post { vec![hashed] } else { vec![hashed, slug] }
}

fn address(request: &Request) -> String {
    let mut address = request.path.clone();
    for (index, (name, value)) in request.query.iter().enumerate() {
        address.push(if index == 0 { '?' } else { '&' });
        address.push_str(name);
        address.push('=');
        address.push_str(value);
    }
    address
}

async fn read(path: &Path) -> Result<Option<Vec<u8>>, FetchError> {
    match tokio::fs::read(path).await {
        Ok(body) => Ok(Some(body)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let detail = format!("{} could not be read: {error}", path.display());
            Err(FetchError::new(FetchErrorKind::File, detail))
        }
    }
}

/// Name and status of every answer in `folder` that was not a 200, lowest status first.
async fn recorded_statuses(folder: &Path) -> Vec<(String, u16)> {
    let mut found = Vec::new();
    let Ok(mut entries) = tokio::fs::read_dir(folder).await else { return found };
    while let Ok(Some(entry)) = entries.next_entry().await {
        let file = PathBuf::from(entry.file_name());
        let stem = file.to_str().and_then(|name| name.strip_suffix(".json"));
        if let Some((name, status)) = stem.and_then(|stem| stem.rsplit_once('.'))
            && let Ok(status) = status.parse()
        {
            found.push((name.to_owned(), status));
        }
    }
    found.sort_by_key(|(_, status)| *status);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Search;

    fn check(method: Method, path: &str, query: &[(&'static str, &str)], expected: &[&str]) {
        let query = query.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let request = Request { method, path: path.to_owned(), query, page: 1, search: Search::default() };
        assert_eq!(names(&request), expected);
    }

    #[test]
    fn names_are_what_one_would_type() {
        let jobs = "/v1/boards/acme/jobs";
        check(Method::Get, jobs, &[("content", "true")], &["v1-boards-acme-jobs-content=true"]);
        check(Method::Get, "/", &[], &["root"]);
        check(Method::Get, "/api/../../etc", &[("page", "2")], &["api-..-..-etc-page=2"]);
        let query = [("query", "data engineer"), ("page", "2")];
        let plain = "search-query=data-engineer-page=2";
        check(Method::Get, "/search", &query, &["search-query=data-engineer-page=2-97124c52", plain]);
        let post = Method::Post(serde_json::json!({"offset": 20}));
        check(post, "/jobs", &[], &["jobs-80a504ee"]);
    }

    #[test]
    fn a_long_name_is_cut_and_told_apart_by_its_hash() {
        let path = format!("/{}", "a".repeat(120));
        let request =
            Request { method: Method::Get, path, query: Vec::new(), page: 1, search: Search::default() };
        let names = names(&request);
        assert_eq!((names[0].len(), names[1].len()), (SLUG_LENGTH + 9, SLUG_LENGTH));
    }
}

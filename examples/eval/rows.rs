//! Reads labelled rows: NDJSON, plain or gzipped.

use anyhow::{Context, Result};
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Every row of a file, or none when neither it nor its gzipped twin is there.
pub fn read(path: &Path) -> Result<Vec<Value>> {
    let Some(text) = text(path)? else { return Ok(Vec::new()) };
    let parse = |(index, line): (usize, &str)| {
        serde_json::from_str(line).with_context(|| format!("{}:{}", path.display(), index + 1))
    };
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(parse).collect()
}

/// The text of a file, or of its gzipped twin.
pub fn text(path: &Path) -> Result<Option<String>> {
    let mut zipped = path.as_os_str().to_owned();
    zipped.push(".gz");
    let zipped = PathBuf::from(zipped);
    let mut text = String::new();
    if path.exists() {
        text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    } else if zipped.exists() {
        let file = std::fs::File::open(&zipped).with_context(|| zipped.display().to_string())?;
        flate2::read::MultiGzDecoder::new(file)
            .read_to_string(&mut text)
            .with_context(|| zipped.display().to_string())?;
    } else {
        return Ok(None);
    }
    Ok(Some(text))
}

/// Every row of every file of a folder: NDJSON, a JSON list or one object, plain or gzipped, whatever the files are called.
/// Escapes that JSON does not know, left where an address was blotted out, are mended; a line that still is no JSON is passed
/// over.
pub fn in_folder(folder: &Path) -> Result<Vec<Value>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let mut rows = Vec::new();
    for file in files {
        let name = file.to_string_lossy().trim_end_matches(".gz").to_owned();
        if !name.ends_with(".json") && !name.ends_with(".jsonl") {
            continue;
        }
        let text = text(Path::new(&name))?.unwrap_or_default();
        match if name.ends_with(".json") { parse(&text) } else { None } {
            Some(Value::Array(list)) => rows.extend(list),
            Some(value) => rows.push(value),
            None => rows.extend(text.lines().filter_map(parse)),
        }
    }
    Ok(rows)
}

fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(text).or_else(|_| serde_json::from_str(&mended(text))).ok()
}

/// The text without backslashes before signs that JSON does not escape.
fn mended(text: &str) -> String {
    let mut mended = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let next = rest[at + 1..].chars().next();
        let is_known = next.is_some_and(|next| "\"\\/bfnrtu".contains(next));
        mended.push_str(&rest[..at + usize::from(is_known)]);
        let length = if is_known { next.map_or(0, char::len_utf8) } else { 0 };
        mended.push_str(&rest[at + 1..at + 1 + length]);
        rest = &rest[at + 1 + length..];
    }
    mended.push_str(rest);
    mended
}

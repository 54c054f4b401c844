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

/// Every row of the JSON files of a folder, whatever their names: lines of NDJSON, or one value. A line that is no JSON is
/// passed over.
pub fn folder(data: &Path, name: &str) -> Result<Vec<Value>> {
    let mut rows = Vec::new();
    let Ok(entries) = std::fs::read_dir(data.join(name)) else { return Ok(rows) };
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    for file in files {
        let shown = file.to_string_lossy().into_owned();
        let plain = shown.strip_suffix(".gz").unwrap_or(&shown);
        if !plain.ends_with(".json") && !plain.ends_with(".jsonl") {
            continue;
        }
        let Some(text) = text(Path::new(plain))? else { continue };
        match serde_json::from_str(&text) {
            Ok(value) => rows.push(value),
            Err(_) => rows.extend(text.lines().filter_map(|line| serde_json::from_str(line).ok())),
        }
    }
    Ok(rows)
}

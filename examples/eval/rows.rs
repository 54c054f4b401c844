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

/// Every row of the NDJSON files of a folder, by name; none when the folder is not there.
pub fn read_all(folder: &Path) -> Result<Vec<Value>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    for path in &mut paths {
        if path.extension().is_some_and(|end| end == "gz") {
            path.set_extension("");
        }
    }
    paths.sort();
    paths.dedup();
    let mut rows = Vec::new();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|end| end == "jsonl")) {
        rows.extend(read(path)?);
    }
    Ok(rows)
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
/// A line that is no JSON is passed over; other files are none of these.
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
        match serde_json::from_str(&text) {
            Ok(Value::Array(list)) => rows.extend(list),
            Ok(value) => rows.push(value),
            Err(_) => rows.extend(text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok())),
        }
    }
    Ok(rows)
}

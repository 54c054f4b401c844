//! Rows of the line-based formats. A line that cannot be read costs that line.

use super::Rows;
use crate::posting::RejectReason;
use crate::sources::{Body, Bytes, PageError};
use csv::ByteRecord;
use serde_json::{Map, Value};
use std::ops::Range;

/// Times that reading begins anew after a stray quotation mark; then the rest is taken as it comes.
const RESTARTS: usize = 20;

/// One JSON value a line; empty lines are nothing.
pub fn lines(body: &Body) -> Rows {
    let mut found = Rows::default();
    let mut start = 0;
    for line in body.text.split_inclusive('\n') {
        let trimmed = line.trim();
        let begin = start + (line.len() - line.trim_start().len());
        start += line.len();
        if trimmed.is_empty() {
            continue;
        }
        let place = Bytes::Sent(begin..begin + trimmed.len());
        match serde_json::from_str::<&serde_json::value::RawValue>(trimmed) {
            Ok(_) => found.rows.push(place),
            Err(error) => {
                let reason = RejectReason::new("malformed_line", format!("the line is not JSON: {error}"));
                found.rejects.push((place, reason));
            }
        }
    }
    found
}

/// A table with a line of column names. Each row becomes an object of texts.
pub fn csv(body: &Body) -> Result<Rows, PageError> {
    let text: &str = &body.text;
    let delimiter = delimiter(text);
    let mut header = ByteRecord::new();
    let mut reader = reader(text, delimiter);
    let has_header = reader.read_byte_record(&mut header).is_ok_and(|read| read);
    if !has_header || header.len() < 2 {
        return Err(PageError { detail: "expected a line of column names, got none".to_owned() });
    }
    let names: Vec<String> =
        header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    let mut found = Rows::default();
    let mut start = reader.position().byte() as usize;
    let mut restarts = 0;
    while let Some(uneven) = read_rows(body, start, delimiter, &names, &mut found) {
        let row = &text[uneven.clone()];
        let line = row.find('\n').map_or(row.len(), |end| end + 1);
        // A quotation mark that nothing closes swallows all that follows: only its line is lost when reading goes on
        // behind it.
        let rejected = if restarts < RESTARTS { uneven.start..uneven.start + line } else { uneven };
        start = rejected.end;
        restarts += usize::from(line < row.len());
        let reason =
            RejectReason::new("malformed_line", format!("the row does not have {} columns", names.len()));
        found.rejects.push((Bytes::Sent(rejected), reason));
    }
    Ok(found)
}

/// Reads rows from `start` on until the end, or until a row of another width, whose place is returned.
fn read_rows(
    body: &Body,
    start: usize,
    delimiter: u8,
    names: &[String],
    found: &mut Rows,
) -> Option<Range<usize>> {
    let mut reader = reader(&body.text[start..], delimiter);
    let mut record = ByteRecord::new();
    loop {
        let begin = start + reader.position().byte() as usize;
        let is_read = reader.read_byte_record(&mut record).unwrap_or(false);
        if !is_read {
            return None;
        }
        if record.len() != names.len() {
            return Some(begin..start + reader.position().byte() as usize);
        }
        let values = record.iter().map(|value| Value::String(String::from_utf8_lossy(value).into_owned()));
        let row: Map<String, Value> = names.iter().cloned().zip(values).collect();
        found.rows.push(Bytes::Made(Value::Object(row).to_string()));
    }
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes())
}

/// The sign that stands most often in the first line; a comma when none does.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    let count = |sign: u8| header.bytes().filter(|byte| *byte == sign).count();
    // The comma comes last, because the last of equals is taken.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

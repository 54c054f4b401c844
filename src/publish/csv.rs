//! The published tables as CSV: RFC 4180, UTF-8, and no cell that a spreadsheet would run as a formula.
//!
//! Null is an empty cell and the empty text is `""`, as PostgreSQL reads them. Numbers are never quoted or prefixed.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float64Type, Int32Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use chrono::{DateTime, NaiveDateTime};
use csv::ByteRecord;

use super::totals::{add_instant, add_number, empty};
use crate::db::marts::{Kind, Measure, Table, Totals};

/// Writes `batches` (index of the table and rows) into one file per table, then reads the files back and returns what
/// each comes to.
pub fn write(
    paths: &[PathBuf],
    tables: &[Table],
    batches: impl Iterator<Item = (usize, RecordBatch)>,
) -> Result<Vec<Totals>> {
    let mut files = Vec::new();
    for (path, table) in paths.iter().zip(tables) {
        let mut file = BufWriter::with_capacity(1 << 18, File::create(path)?);
        let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        write!(file, "{}\r\n", names.join(","))?;
        files.push(file);
    }
    for (index, batch) in batches {
        append(&mut files[index], &tables[index], &batch)?;
    }
    for mut file in files {
        file.flush()?;
    }
    paths.iter().zip(tables).map(|(path, table)| totals(path, table)).collect()
}

fn append(file: &mut impl Write, table: &Table, batch: &RecordBatch) -> Result<()> {
    for row in 0..batch.num_rows() {
        for (index, column) in table.columns.iter().enumerate() {
            if index > 0 {
                file.write_all(b",")?;
            }
            write_cell(file, batch.column(index), column.kind, row)?;
        }
        file.write_all(b"\r\n")?;
    }
    Ok(())
}

fn totals(path: &Path, table: &Table) -> Result<Totals> {
    let mut reader = csv::Reader::from_path(path)?;
    let mut totals = empty(table);
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        totals.rows += 1;
        for (index, column) in table.columns.iter().enumerate() {
            let cell = record.get(index).context("a line lacks a column")?;
            if !cell.is_empty() {
                add_cell(&mut totals.columns[index], column.kind, cell)
                    .with_context(|| format!("cannot read {} in row {}", column.name, totals.rows))?;
            }
        }
    }
    Ok(totals)
}

/// True for text that a spreadsheet might run: it begins, after white space or invisible characters, with a sign that
/// opens a formula, or with a control character that some spreadsheets skip before they look for one.
fn opens_formula(text: &str) -> bool {
    let mut characters = text.chars();
    if characters.next().is_some_and(|first| matches!(first, '\t' | '\r' | '\n' | '\0')) {
        return true;
    }
    let invisible = |character: char| {
        character.is_whitespace()
            || character.is_control()
            || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
    };
    let first = text.chars().find(|character| !invisible(*character));
    matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'))
}

fn write_text(out: &mut impl Write, text: &str) -> std::io::Result<()> {
    let guard = if opens_formula(text) { "'" } else { "" };
    let edge = |character: char| character.is_whitespace();
    let quoted = text.is_empty()
        || text.contains(['"', ',', '\r', '\n'])
        || text.starts_with(edge)
        || text.ends_with(edge);
    if quoted {
        write!(out, "\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        write!(out, "{guard}{text}")
    }
}

fn write_cell(out: &mut impl Write, array: &ArrayRef, kind: Kind, row: usize) -> Result<()> {
    if array.is_null(row) {
        return Ok(());
    }
    match kind {
        Kind::Text | Kind::List | Kind::Json => write_text(out, array.as_string::<i32>().value(row))?,
        Kind::Integer => write!(out, "{}", array.as_primitive::<Int32Type>().value(row))?,
        Kind::Float => write!(out, "{}", array.as_primitive::<Float64Type>().value(row))?,
        Kind::Boolean => write!(out, "{}", array.as_boolean().value(row))?,
        Kind::Amount(_) => {
            let hundredths = array.as_primitive::<Decimal128Type>().value(row);
            let sign = if hundredths < 0 { "-" } else { "" };
            let hundredths = hundredths.unsigned_abs();
            write!(out, "{sign}{}.{:02}", hundredths / 100, hundredths % 100)?;
        }
        Kind::Instant => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            let instant = DateTime::from_timestamp_micros(micros).context("an instant is out of range")?;
            write!(out, "{}", instant.naive_utc())?;
        }
    }
    Ok(())
}

fn add_cell(measure: &mut Measure, kind: Kind, cell: &[u8]) -> Result<()> {
    let text = std::str::from_utf8(cell)?;
    match kind {
        Kind::Text | Kind::List | Kind::Json => measure.filled += 1,
        Kind::Float => {
            let _: f64 = text.parse()?;
            measure.filled += 1;
        }
        Kind::Integer => add_number(measure, text.parse()?),
        Kind::Boolean => add_number(measure, text.parse::<bool>()?.into()),
        Kind::Amount(_) => {
            let (whole, fraction) = text.split_once('.').context("an amount lacks its point")?;
            add_number(measure, format!("{whole}{fraction}").parse()?);
        }
        Kind::Instant => {
            let instant = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f")?;
            add_instant(measure, instant.and_utc().timestamp_micros());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let mut cell = Vec::new();
        write_text(&mut cell, text).unwrap();
        assert_eq!(String::from_utf8(cell).unwrap(), expected, "{text:?}");
    }

    #[test]
    fn plain_text_is_left_alone() {
        check("Data Engineer", "Data Engineer");
        check("a = b", "a = b");
        check("C++ – naïve 🚀", "C++ – naïve 🚀");
        check("'quoted'", "'quoted'");
    }

    #[test]
    fn text_with_separators_is_quoted() {
        check("a,b", "\"a,b\"");
        check("say \"hi\"", "\"say \"\"hi\"\"\"");
        check("two\nlines", "\"two\nlines\"");
        check("", "\"\"");
        check(" edge", "\" edge\"");
    }

    #[test]
    fn formulas_are_disarmed() {
        for opener in ["=", "+", "-", "@", "＝", "＋", "－", "＠"] {
            check(&format!("{opener}1+1"), &format!("'{opener}1+1"));
            check(&format!(" {opener}1"), &format!("\"' {opener}1\""));
            check(&format!("\u{a0}{opener}1"), &format!("\"'\u{a0}{opener}1\""));
            check(&format!("\u{feff}{opener}1"), &format!("'\u{feff}{opener}1"));
            check(&format!("\0{opener}1"), &format!("'\0{opener}1"));
        }
        check("\ttab", "\"'\ttab\"");
        check("\rreturn", "\"'\rreturn\"");
        check("\nline", "\"'\nline\"");
        check("\0nul", "'\0nul");
        check("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
    }
}

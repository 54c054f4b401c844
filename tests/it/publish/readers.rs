//! What others find in the published files: Tableau's own package, pyarrow and a CSV reader.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::NaiveDateTime;
use job_etl::db::marts::{Column, Kind, Table};
use serde::Deserialize;
use tempfile::TempDir;

#[derive(Deserialize)]
pub struct HyperFile {
    pub version: u8,
    /// Table, kind (`p`rimary or `f`oreign) and the table it refers to.
    pub assumed_keys: Vec<(String, String, Option<String>)>,
    pub tables: BTreeMap<String, FoundTable>,
}

#[derive(Deserialize)]
pub struct FoundTable {
    pub columns: Vec<(String, String)>,
    pub rows: Vec<Vec<Option<String>>>,
}

/// A Python with Tableau's package and pyarrow, and the hyperd that comes with the former.
pub struct Tools {
    pub python: PathBuf,
    pub hyperd: PathBuf,
}

impl Tools {
    pub fn find() -> Option<Tools> {
        let Some(python) = std::env::var_os("JOB_ETL_PYTHON").map(PathBuf::from) else {
            eprintln!("skipped: JOB_ETL_PYTHON is not set");
            return None;
        };
        let code = "import pathlib, tableauhyperapi as t; print(pathlib.Path(t.__file__).parent / 'bin/hyper/hyperd')";
        let output = Command::new(&python).args(["-c", code]).output().unwrap();
        assert!(output.status.success(), "{} lacks the package tableauhyperapi", python.display());
        let hyperd = PathBuf::from(String::from_utf8(output.stdout).unwrap().trim());
        Some(Tools { python, hyperd })
    }

    pub fn read<T: serde::de::DeserializeOwned>(&self, path: &Path) -> T {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/check_hyper.py");
        let folder = TempDir::new().unwrap();
        let output =
            Command::new(&self.python).arg(script).arg(path).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

pub fn check_table(
    format: &str,
    table: &Table,
    expected: &[Vec<Option<String>>],
    found: &FoundTable,
    type_of: fn(&Column) -> String,
) {
    let columns: Vec<(String, String)> =
        table.columns.iter().map(|column| (column.name.to_owned(), type_of(column))).collect();
    assert_eq!(found.columns, columns, "{format} {}", table.name);
    assert_eq!(found.rows.len(), expected.len(), "{format} {}", table.name);
    for (expected, found) in expected.iter().zip(&found.rows) {
        for (index, column) in table.columns.iter().enumerate() {
            let found = found[index].as_deref().map(|text| plain(column, text));
            assert_eq!(
                found, expected[index],
                "{format} {}.{} of {:?}",
                table.name, column.name, expected[0]
            );
        }
    }
}

pub fn check_csv(table: &Table, expected: &[Vec<Option<String>>], path: &Path) {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    assert_eq!(reader.headers().unwrap(), names);
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), expected.len());
    for (expected, record) in expected.iter().zip(&records) {
        for (index, column) in table.columns.iter().enumerate() {
            let (cell, expected) = (&record[index], expected[index].as_deref().unwrap_or_default());
            let is_text = matches!(column.kind, Kind::Text | Kind::List | Kind::Json);
            if is_text {
                let visible = cell.trim_start_matches(|character: char| {
                    character.is_whitespace() || character == '\u{feff}'
                });
                assert!(!visible.starts_with(['=', '+', '-', '@']), "{cell:?} runs in a spreadsheet");
                assert!(
                    cell == expected || cell.strip_prefix('\'') == Some(expected),
                    "{cell:?} is not {expected:?}"
                );
            } else {
                assert_eq!(plain(column, cell), expected, "csv {}.{}", table.name, column.name);
            }
        }
    }
}

/// Numbers and instants may be written in several ways; this is the one that `Marts::rows` asks PostgreSQL for.
fn plain(column: &Column, text: &str) -> String {
    match column.kind {
        Kind::Float if !text.is_empty() => text.parse::<f64>().unwrap().to_string(),
        Kind::Instant if !text.is_empty() => {
            let instant = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").unwrap();
            instant.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
        }
        _ => text.to_owned(),
    }
}

pub fn hyper_type(column: &Column) -> String {
    let name = match column.kind {
        Kind::Text | Kind::List | Kind::Json => "TEXT",
        Kind::Integer => "INT",
        Kind::Amount(14) => "NUMERIC(14, 2)",
        Kind::Amount(_) => "NUMERIC(5, 2)",
        Kind::Float => "DOUBLE",
        Kind::Boolean => "BOOL",
        Kind::Instant => "TIMESTAMP",
    };
    format!("{name}{}", if column.required { " NOT NULL" } else { "" })
}

pub fn parquet_type(column: &Column) -> String {
    let name = match column.kind {
        Kind::Text | Kind::List | Kind::Json => "string",
        Kind::Integer => "int32",
        Kind::Amount(14) => "decimal128(14, 2)",
        Kind::Amount(_) => "decimal128(5, 2)",
        Kind::Float => "double",
        Kind::Boolean => "bool",
        Kind::Instant => "timestamp[us]",
    };
    format!("{name}{}", if column.required { " not null" } else { "" })
}

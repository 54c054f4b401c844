//! Rows of a Parquet file as JSON objects.

use super::Rows;
use crate::posting::RejectReason;
use crate::sources::{Body, Bytes, PageError};
use chrono::{DateTime, SecondsFormat};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::{Map, Number, Value};

/// Every row; the rest of the file is given up where it cannot be read on.
pub fn rows(body: &Body) -> Result<Rows, PageError> {
    // The reader of the crate asserts what a damaged file breaks, so a panic in it means no more than an error.
    std::panic::catch_unwind(|| read(body))
        .unwrap_or_else(|_| Err(PageError { detail: "expected Parquet, got a damaged file".to_owned() }))
}

fn read(body: &Body) -> Result<Rows, PageError> {
    let refused =
        |error: parquet::errors::ParquetError| PageError { detail: format!("expected Parquet: {error}") };
    let file = SerializedFileReader::new(bytes::Bytes::copy_from_slice(body.bytes)).map_err(refused)?;
    let mut found = Rows::default();
    for row in file.get_row_iter(None).map_err(refused)? {
        match row {
            Ok(row) => found.rows.push(Bytes::Made(object(&row).to_string())),
            Err(error) => {
                let reason = RejectReason::new("unreadable", format!("the file cannot be read on: {error}"));
                found.rejects.push((Bytes::Made("{}".to_owned()), reason));
                break;
            }
        }
    }
    Ok(found)
}

fn object(row: &Row) -> Value {
    Value::Object(row.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect())
}

/// The crate's own conversion panics on moments out of range, so these become null here.
fn value(field: &Field) -> Value {
    match field {
        Field::Date(days) => day(i64::from(*days)),
        Field::TimestampMillis(count) => moment(DateTime::from_timestamp_millis(*count)),
        Field::TimestampMicros(count) => moment(DateTime::from_timestamp_micros(*count)),
        Field::TimeMillis(count) => Value::Number(Number::from(*count)),
        Field::TimeMicros(count) => Value::Number(Number::from(*count)),
        Field::Bytes(bytes) => Value::String(String::from_utf8_lossy(bytes.data()).into_owned()),
        Field::Group(row) => object(row),
        Field::ListInternal(list) => Value::Array(list.elements().iter().map(value).collect()),
        Field::MapInternal(map) => Value::Object(
            map.entries().iter().map(|(name, field)| (name_of(name), value(field))).collect::<Map<_, _>>(),
        ),
        other => other.to_json_value(),
    }
}

fn name_of(field: &Field) -> String {
    match value(field) {
        Value::String(name) => name,
        other => other.to_string(),
    }
}

fn day(days: i64) -> Value {
    let moment = days.checked_mul(86_400).and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    moment.map_or(Value::Null, |moment| Value::String(moment.date_naive().to_string()))
}

fn moment(moment: Option<DateTime<chrono::Utc>>) -> Value {
    moment.map_or(Value::Null, |moment| Value::String(moment.to_rfc3339_opts(SecondsFormat::Secs, true)))
}

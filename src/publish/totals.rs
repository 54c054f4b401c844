//! Adds up what a written file holds and compares it with what the marts hold. Does no I/O.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Int32Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};

use crate::db::marts::{Kind, Measure, Table, Totals};

/// Totals of a table without rows.
pub fn empty(table: &Table) -> Totals {
    Totals { rows: 0, columns: vec![Measure::default(); table.columns.len()] }
}

/// Adds the rows of `batch` to `totals`.
pub fn add(totals: &mut Totals, table: &Table, batch: &RecordBatch) {
    totals.rows += count(batch.num_rows());
    for (index, column) in table.columns.iter().enumerate() {
        let array = batch.column(index);
        let measure = &mut totals.columns[index];
        match column.kind {
            Kind::Text | Kind::List | Kind::Json => {
                measure.filled +=
                    count(array.as_string::<i32>().iter().flatten().filter(|text| !text.is_empty()).count());
            }
            Kind::Integer => {
                for value in array.as_primitive::<Int32Type>().iter().flatten() {
                    add_number(measure, value.into());
                }
            }
            Kind::Amount(_) => {
                for value in array.as_primitive::<Decimal128Type>().iter().flatten() {
                    add_number(measure, value);
                }
            }
            Kind::Boolean => {
                for value in array.as_boolean().iter().flatten() {
                    add_number(measure, value.into());
                }
            }
            Kind::Instant => {
                for value in array.as_primitive::<TimestampMicrosecondType>().iter().flatten() {
                    add_instant(measure, value);
                }
            }
            Kind::Float => measure.filled += count(array.len() - array.null_count()),
        }
    }
}

/// Adds one number to a measure.
pub fn add_number(measure: &mut Measure, value: i128) {
    measure.filled += 1;
    measure.sum += value;
}

/// Adds one instant to a measure.
pub fn add_instant(measure: &mut Measure, micros: i64) {
    measure.filled += 1;
    measure.first = Some(measure.first.map_or(micros, |first| first.min(micros)));
    measure.last = Some(measure.last.map_or(micros, |last| last.max(micros)));
}

/// Says where a file departs from the marts, or `None` when it holds the same.
pub fn difference(table: &Table, marts: &Totals, file: &Totals) -> Option<String> {
    let name = table.name;
    if marts.rows != file.rows {
        return Some(format!("{name} has {} rows, the marts have {}", file.rows, marts.rows));
    }
    for (index, column) in table.columns.iter().enumerate() {
        let (expected, found) = (marts.columns.get(index)?, file.columns.get(index)?);
        let column = column.name;
        if expected.filled != found.filled {
            let (expected, found) = (expected.filled, found.filled);
            return Some(format!("{name}.{column} has {found} values, the marts have {expected}"));
        }
        if expected.sum != found.sum {
            let (expected, found) = (expected.sum, found.sum);
            return Some(format!("{name}.{column} adds up to {found}, in the marts to {expected}"));
        }
        if (expected.first, expected.last) != (found.first, found.last) {
            return Some(format!("{name}.{column} spans other instants than the marts"));
        }
    }
    None
}

fn count(value: usize) -> i64 {
    i64::try_from(value).expect("rows in memory are fewer than 2^63")
}

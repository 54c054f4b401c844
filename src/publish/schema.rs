//! The shape of the published tables in Arrow's types: one schema per table, the same for every file format.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

use crate::db::marts::{Kind, Table};

/// The Arrow schema of `table`. Instants are UTC without a zone: every reader shows those alike.
pub fn arrow_schema(table: &Table) -> SchemaRef {
    let fields: Vec<Field> = table
        .columns
        .iter()
        .map(|column| Field::new(column.name, arrow_type(column.kind), !column.required))
        .collect();
    Arc::new(Schema::new(fields))
}

/// The type under which Hyper stores a column; it must equal the Arrow type, for nothing is cast on the way in.
pub fn hyper_type(kind: Kind) -> String {
    match kind {
        Kind::Text | Kind::List | Kind::Json => "text".to_owned(),
        Kind::Integer => "integer".to_owned(),
        Kind::Amount(precision) => format!("numeric({precision}, 2)"),
        Kind::Float => "double precision".to_owned(),
        Kind::Boolean => "boolean".to_owned(),
        Kind::Instant => "timestamp".to_owned(),
    }
}

fn arrow_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text | Kind::List | Kind::Json => DataType::Utf8,
        Kind::Integer => DataType::Int32,
        Kind::Amount(precision) => DataType::Decimal128(precision, 2),
        Kind::Float => DataType::Float64,
        Kind::Boolean => DataType::Boolean,
        Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, None),
    }
}

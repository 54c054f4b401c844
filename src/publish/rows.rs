//! Turns rows in PostgreSQL's binary copy format into Arrow record batches of bounded size. Does no I/O.

use anyhow::{Context, Result, bail, ensure};
use arrow_array::builder::{
    ArrayBuilder, BooleanBuilder, Decimal128Builder, Float64Builder, Int32Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;

use super::schema::arrow_schema;
use crate::db::marts::{Kind, Table};

/// Most rows in a batch.
pub const BATCH_ROWS: usize = 65_536;
/// A batch is handed on when it has reached this many bytes.
pub const BATCH_BYTES: usize = 16 << 20;

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// Microseconds from 1970, where Arrow counts from, to 2000, where PostgreSQL does.
const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;

/// A batch under construction.
pub struct BatchBuilder {
    schema: SchemaRef,
    columns: Vec<ColumnBuilder>,
    rows: usize,
    bytes: usize,
    started: bool,
}

impl BatchBuilder {
    /// An empty batch of the published columns of `table`.
    pub fn new(table: &Table) -> BatchBuilder {
        let schema = arrow_schema(table);
        let columns = table.columns.iter().map(|column| ColumnBuilder::new(column.kind)).collect();
        BatchBuilder { schema, columns, rows: 0, bytes: 0, started: false }
    }

    /// Adds one message of the copy stream: a row, the header with or without a row, or the end mark.
    pub fn push(&mut self, message: &[u8]) -> Result<()> {
        let mut rest = message;
        if !self.started {
            rest = rest.strip_prefix(SIGNATURE).context("the copy stream lacks its signature")?;
            let _flags = take_i32(&mut rest)?;
            let extension = usize::try_from(take_i32(&mut rest)?).context("negative header length")?;
            rest = rest.get(extension..).context("the copy header is cut short")?;
            self.started = true;
        }
        if rest.is_empty() {
            return Ok(());
        }
        let (count, mut rest) = rest.split_first_chunk::<2>().context("the copy row is cut short")?;
        let count = i16::from_be_bytes(*count);
        if count == -1 {
            return Ok(());
        }
        ensure!(
            usize::try_from(count) == Ok(self.columns.len()),
            "a row has {count} columns instead of {}",
            self.columns.len()
        );
        for (column, field) in self.columns.iter_mut().zip(self.schema.fields()) {
            let value = take_value(&mut rest)?;
            column.push(value).with_context(|| format!("cannot read column {}", field.name()))?;
        }
        ensure!(rest.is_empty(), "a copy message holds more than one row");
        self.rows += 1;
        self.bytes += message.len();
        Ok(())
    }

    /// True when the batch should be taken before more rows are added.
    pub fn is_full(&self) -> bool {
        self.rows >= BATCH_ROWS || self.bytes >= BATCH_BYTES
    }

    /// Takes the rows so far, or `None` when there are none, and begins the next batch.
    pub fn take(&mut self) -> Result<Option<RecordBatch>> {
        if self.rows == 0 {
            return Ok(None);
        }
        let arrays = self.columns.iter_mut().map(ColumnBuilder::finish).collect::<Result<Vec<_>>>()?;
        self.rows = 0;
        self.bytes = 0;
        Ok(Some(
            RecordBatch::try_new(self.schema.clone(), arrays).context("the rows do not fit their schema")?,
        ))
    }
}

enum ColumnBuilder {
    Text(StringBuilder),
    Integer(Int32Builder),
    Amount(Decimal128Builder, u8),
    Float(Float64Builder),
    Boolean(BooleanBuilder),
    Instant(TimestampMicrosecondBuilder),
}

impl ColumnBuilder {
    fn new(kind: Kind) -> ColumnBuilder {
        match kind {
            Kind::Text | Kind::List | Kind::Json => ColumnBuilder::Text(StringBuilder::new()),
            Kind::Integer => ColumnBuilder::Integer(Int32Builder::new()),
            Kind::Amount(precision) => ColumnBuilder::Amount(Decimal128Builder::new(), precision),
            Kind::Float => ColumnBuilder::Float(Float64Builder::new()),
            Kind::Boolean => ColumnBuilder::Boolean(BooleanBuilder::new()),
            Kind::Instant => ColumnBuilder::Instant(TimestampMicrosecondBuilder::new()),
        }
    }

    fn push(&mut self, value: Option<&[u8]>) -> Result<()> {
        match self {
            ColumnBuilder::Text(builder) => {
                builder.append_option(value.map(std::str::from_utf8).transpose()?);
            }
            ColumnBuilder::Integer(builder) => {
                builder.append_option(fixed(value)?.map(i32::from_be_bytes));
            }
            ColumnBuilder::Amount(builder, precision) => {
                let hundredths = fixed(value)?.map(i64::from_be_bytes);
                if hundredths
                    .is_some_and(|hundredths| hundredths.unsigned_abs() >= 10_u64.pow((*precision).into()))
                {
                    bail!("the amount has more than {precision} digits");
                }
                builder.append_option(hundredths.map(i128::from));
            }
            ColumnBuilder::Float(builder) => builder.append_option(fixed(value)?.map(f64::from_be_bytes)),
            ColumnBuilder::Boolean(builder) => builder.append_option(fixed(value)?.map(|[byte]| byte != 0)),
            ColumnBuilder::Instant(builder) => {
                builder.append_option(
                    fixed(value)?.map(|bytes| i64::from_be_bytes(bytes) + POSTGRES_EPOCH_MICROS),
                );
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        Ok(match self {
            ColumnBuilder::Text(builder) => ArrayBuilder::finish(builder),
            ColumnBuilder::Integer(builder) => ArrayBuilder::finish(builder),
            ColumnBuilder::Amount(builder, precision) => {
                std::sync::Arc::new(builder.finish().with_precision_and_scale(*precision, 2)?)
            }
            ColumnBuilder::Float(builder) => ArrayBuilder::finish(builder),
            ColumnBuilder::Boolean(builder) => ArrayBuilder::finish(builder),
            ColumnBuilder::Instant(builder) => ArrayBuilder::finish(builder),
        })
    }
}

fn take_i32(rest: &mut &[u8]) -> Result<i32> {
    let (value, after) = rest.split_first_chunk::<4>().context("the copy row is cut short")?;
    *rest = after;
    Ok(i32::from_be_bytes(*value))
}

fn take_value<'a>(rest: &mut &'a [u8]) -> Result<Option<&'a [u8]>> {
    let Ok(length) = usize::try_from(take_i32(rest)?) else {
        return Ok(None);
    };
    let (value, after) = rest.split_at_checked(length).context("the copy row is cut short")?;
    *rest = after;
    Ok(Some(value))
}

fn fixed<const N: usize>(value: Option<&[u8]>) -> Result<Option<[u8; N]>> {
    value.map(|bytes| bytes.try_into().context("a value has the wrong width")).transpose()
}

//! Binary COPY into a table: encodes rows in memory and sends them in one statement. Knows types, no table.
//! Format: <https://www.postgresql.org/docs/current/sql-copy.html>, section "Binary Format".

use crate::posting::Hundredths;
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: &[u8] = &(-1i16).to_be_bytes();
/// Seconds from the Unix epoch to PostgreSQL's, 2000-01-01.
const POSTGRES_EPOCH_SECONDS: i64 = 946_684_800;
/// Bytes handed to the connection at once; larger rows go alone.
const CHUNK_BYTES: usize = 1 << 20;
const TEXT_OID: u32 = 25;

/// A value that can stand in a binary COPY row.
pub trait CopyField {
    /// Appends the length and the bytes of the value, or length -1 for null.
    fn encode(&self, out: &mut Vec<u8>);
}

/// JSON text for a `jsonb` column.
pub struct Jsonb<'a>(pub &'a str);

/// Rows waiting to be copied into one table.
pub struct CopyRows {
    columns: i16,
    buffer: Vec<u8>,
    rows: u64,
}

impl CopyRows {
    /// No rows yet, each to have `columns` fields.
    pub fn new(columns: i16) -> CopyRows {
        CopyRows { columns, buffer: HEADER.to_vec(), rows: 0 }
    }

    /// Adds one row.
    ///
    /// # Panics
    /// When the number of fields is not the number of columns, which is a mistake in the calling code.
    pub fn push(&mut self, fields: &[&dyn CopyField]) {
        assert_eq!(fields.len(), self.columns as usize, "one field a column");
        self.buffer.extend_from_slice(&self.columns.to_be_bytes());
        for field in fields {
            field.encode(&mut self.buffer);
        }
        self.rows += 1;
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Copies the rows with `statement` (`copy t (…) from stdin (format binary)`); returns how many were written.
    pub async fn send(mut self, conn: &mut PgConnection, statement: &'static str) -> Result<u64> {
        if self.is_empty() {
            return Ok(0);
        }
        self.buffer.extend_from_slice(TRAILER);
        let mut copy = conn.copy_in_raw(statement).await.with_context(|| statement.to_owned())?;
        for chunk in self.buffer.chunks(CHUNK_BYTES) {
            copy.send(chunk).await.with_context(|| statement.to_owned())?;
        }
        copy.finish().await.with_context(|| statement.to_owned())
    }
}

fn with_length(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
    out.extend_from_slice(bytes);
}

impl<T: CopyField> CopyField for Option<T> {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.encode(out),
            None => out.extend_from_slice(&(-1i32).to_be_bytes()),
        }
    }
}

impl CopyField for str {
    fn encode(&self, out: &mut Vec<u8>) {
        // PostgreSQL's text refuses NUL, and one would cost the whole batch.
        if self.as_bytes().contains(&0) {
            with_length(out, self.replace('\0', "\u{fffd}").as_bytes());
        } else {
            with_length(out, self.as_bytes());
        }
    }
}

impl CopyField for &str {
    fn encode(&self, out: &mut Vec<u8>) {
        (**self).encode(out);
    }
}

impl CopyField for String {
    fn encode(&self, out: &mut Vec<u8>) {
        self.as_str().encode(out);
    }
}

impl CopyField for Vec<u8> {
    fn encode(&self, out: &mut Vec<u8>) {
        with_length(out, self);
    }
}

impl<const N: usize> CopyField for [u8; N] {
    fn encode(&self, out: &mut Vec<u8>) {
        with_length(out, self);
    }
}

impl CopyField for Uuid {
    fn encode(&self, out: &mut Vec<u8>) {
        with_length(out, self.as_bytes());
    }
}

impl CopyField for i16 {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&2i32.to_be_bytes());
        out.extend_from_slice(&self.to_be_bytes());
    }
}

impl CopyField for i32 {
    fn encode(&self, out: &mut Vec<u8>) {
        with_length(out, &self.to_be_bytes());
    }
}

impl CopyField for bool {
    fn encode(&self, out: &mut Vec<u8>) {
        with_length(out, &[u8::from(*self)]);
    }
}

impl CopyField for f32 {
    fn encode(&self, out: &mut Vec<u8>) {
        with_length(out, &self.to_be_bytes());
    }
}

impl CopyField for f64 {
    fn encode(&self, out: &mut Vec<u8>) {
        with_length(out, &self.to_be_bytes());
    }
}

impl CopyField for DateTime<Utc> {
    fn encode(&self, out: &mut Vec<u8>) {
        let microseconds = self.timestamp_micros() - POSTGRES_EPOCH_SECONDS * 1_000_000;
        with_length(out, &microseconds.to_be_bytes());
    }
}

impl CopyField for Vec<String> {
    fn encode(&self, out: &mut Vec<u8>) {
        let mut array = Vec::new();
        let dimensions = i32::from(!self.is_empty());
        array.extend_from_slice(&dimensions.to_be_bytes());
        array.extend_from_slice(&0i32.to_be_bytes());
        array.extend_from_slice(&TEXT_OID.to_be_bytes());
        if !self.is_empty() {
            array.extend_from_slice(&(self.len() as i32).to_be_bytes());
            array.extend_from_slice(&1i32.to_be_bytes());
            for text in self {
                text.encode(&mut array);
            }
        }
        with_length(out, &array);
    }
}

impl CopyField for Jsonb<'_> {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&(self.0.len() as i32 + 1).to_be_bytes());
        out.push(1);
        out.extend_from_slice(self.0.as_bytes());
    }
}

impl CopyField for Hundredths {
    /// `numeric` is base 10,000: weight of the first digit, sign, scale, digits.
    fn encode(&self, out: &mut Vec<u8>) {
        let (units, fraction) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        let mut digits: Vec<u16> = vec![(fraction * 100) as u16];
        let mut rest = units;
        while rest > 0 {
            digits.insert(0, (rest % 10_000) as u16);
            rest /= 10_000;
        }
        let weight = digits.len() as i16 - 2;
        let sign: u16 = if self.0 < 0 { 0x4000 } else { 0 };
        let mut numeric = Vec::with_capacity(8 + digits.len() * 2);
        numeric.extend_from_slice(&(digits.len() as u16).to_be_bytes());
        numeric.extend_from_slice(&weight.to_be_bytes());
        numeric.extend_from_slice(&sign.to_be_bytes());
        numeric.extend_from_slice(&2u16.to_be_bytes());
        for digit in digits {
            numeric.extend_from_slice(&digit.to_be_bytes());
        }
        with_length(out, &numeric);
    }
}

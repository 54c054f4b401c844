//! The published tables as Parquet with zstd.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use arrow_array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::rows::{BATCH_BYTES, BATCH_ROWS};
use super::schema::arrow_schema;
use super::totals::{add, empty};
use crate::db::marts::{Table, Totals};

/// Writes `batches` (index of the table and rows) into one file per table, then reads the files back and returns what
/// each comes to.
pub fn write(
    paths: &[PathBuf],
    tables: &[Table],
    batches: impl Iterator<Item = (usize, RecordBatch)>,
) -> Result<Vec<Totals>> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_created_by(format!("job-etl {}", env!("CARGO_PKG_VERSION")))
        // The writer holds a whole row group in memory, so its bytes are bounded and not only its rows.
        .set_max_row_group_row_count(Some(BATCH_ROWS))
        .set_max_row_group_bytes(Some(2 * BATCH_BYTES))
        .build();
    let mut files = Vec::new();
    for (path, table) in paths.iter().zip(tables) {
        let file = File::create(path)?;
        files.push(ArrowWriter::try_new(file, arrow_schema(table), Some(properties.clone()))?);
    }
    for (index, batch) in batches {
        files[index].write(&batch)?;
    }
    for file in files {
        file.close()?;
    }
    paths.iter().zip(tables).map(|(path, table)| totals(path, table)).collect()
}

fn totals(path: &Path, table: &Table) -> Result<Totals> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
    let promised = reader.metadata().file_metadata().num_rows();
    let mut totals = empty(table);
    for batch in reader.with_batch_size(2048).build()? {
        add(&mut totals, table, &batch.context("cannot read a row group back")?);
    }
    ensure!(promised == totals.rows, "the footer promises {promised} rows, the pages hold {}", totals.rows);
    Ok(totals)
}

//! Publishes the marts as files: one `.hyper` extract, Parquet and CSV, in `artifacts/<date>/`.
//!
//! Reads one snapshot in one pass, checks every file against it by reading the file back, and only then shows any of
//! them. Writes nothing to the database.

pub mod csv;
pub mod files;
pub mod hyper;
pub mod parquet;
pub mod rows;
pub mod schema;
pub mod tableau;
pub mod totals;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use arrow_array::RecordBatch;
use chrono::{DateTime, NaiveDate, Utc};
use futures_util::StreamExt;
use sqlx::{PgConnection, PgPool};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::db::marts::{self, Table, Totals};
use files::{Pending, as_cannot_write};
use rows::BatchBuilder;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Both tables in one `jobs.hyper`, written by the program `hyperd`.
    Hyper,
    /// One `.parquet` per table.
    Parquet,
    /// One `.csv` per table.
    Csv,
}

impl Format {
    /// The ending of its files, and its name on the command line.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Hyper => "hyper",
            Format::Parquet => "parquet",
            Format::Csv => "csv",
        }
    }
}

/// What to publish, and where.
#[derive(Debug, Clone)]
pub struct PublishOptions {
    /// The folder of all dates.
    pub artifacts: PathBuf,
    /// Names the folder of this publication.
    pub logical_date: NaiveDate,
    /// The kinds of file to write.
    pub formats: Vec<Format>,
    /// Adds `description_text`, which may hold names, addresses and telephone numbers.
    pub descriptions: bool,
    /// Only what was first seen before this instant, for a past day; `latest` then stays where it is.
    pub until: Option<DateTime<Utc>>,
    /// The program `hyperd`, or why there is none, as [`find_hyperd`] says.
    pub hyperd: Result<PathBuf, String>,
}

/// What was published.
#[derive(Debug)]
pub struct Published {
    /// The folder of the date; `latest` points to it unless it is a past one.
    pub folder: PathBuf,
    /// Its new files.
    pub files: Vec<PublishedFile>,
    /// Rows of `fact_jobs`.
    pub jobs: u64,
    /// Rows of `dim_companies`.
    pub companies: u64,
    /// Why there is no `.hyper` although one was wanted: one line that says how to get it.
    pub hyper_skipped: Option<String>,
}

/// One published file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its rows, of all its tables.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, lower-case hexadecimal.
    pub sha256: String,
}

/// Looks for `hyperd`: the option of this run, the environment's `HYPERD_PATH`, then the data folder.
pub fn find_hyperd(
    option: Option<&Path>,
    environment: Option<&Path>,
    data_folder: &Path,
) -> Result<PathBuf, String> {
    let fetched = data_folder.join("hyper");
    let (place, origin) = match (option, environment) {
        (Some(path), _) => (path, "the path given"),
        (None, Some(path)) => (path, "HYPERD_PATH"),
        (None, None) => (fetched.as_path(), "the data folder"),
    };
    // Tableau's own packages name the folder, people name the program.
    let program = if place.is_dir() { place.join("hyperd") } else { place.to_owned() };
    if program.is_file() {
        return Ok(program);
    }
    Err(format!(
        "no jobs.hyper: it needs Tableau's hyperd, and {origin} ({}) has none; get it with: scripts/fetch_hyperd.sh {}",
        place.display(),
        fetched.display()
    ))
}

/// One text that changes when `publish` with these options would write other rows, columns or kinds of file.
pub async fn fingerprint(pool: &PgPool, options: &PublishOptions) -> Result<String> {
    let mut connection = pool.acquire().await.context("cannot reach the database")?;
    let rows = marts::fingerprint(&mut connection, &tables(options)).await?;
    let formats: Vec<&str> = wanted(options).iter().map(|format| format.extension()).collect();
    Ok(format!("{} {rows}", formats.join(",")))
}

/// Writes every wanted file, checks it, and moves all of them into place; on failure nothing visible has changed.
///
/// Fails with [`files::CannotWrite`] when the disk or its permissions are to blame.
pub async fn publish(pool: &PgPool, options: &PublishOptions) -> Result<Published> {
    let pending = files::open(&options.artifacts, options.logical_date)?;
    let tables: Arc<[Table]> = tables(options).into();
    let mut senders = Vec::new();
    let mut writers = Vec::new();
    for format in wanted(options) {
        let (sender, receiver) = mpsc::channel(1);
        let hyperd = options.hyperd.clone().unwrap_or_default();
        let paths = names(format, &tables).iter().map(|name| pending.temporary(name)).collect::<Vec<_>>();
        let tables = tables.clone();
        senders.push(sender);
        writers.push((format, spawn_blocking(move || write(format, &hyperd, &paths, &tables, receiver))));
    }

    let read = read(pool, &tables, senders).await;
    // A writer that failed makes the reader stop, so the writer's reason comes first.
    let written = join(writers, &folder(options)).await?;
    let in_marts = read?;
    for (format, in_files) in &written {
        compare(*format, &tables, &in_marts, in_files)?;
    }

    let mut files = Vec::new();
    for (format, in_files) in &written {
        files.extend(described(*format, &tables, in_files, options));
    }
    let latest = options.until.is_none();
    let files =
        spawn_blocking(move || commit(pending, files, latest)).await.context("the last step broke off")??;
    Ok(Published {
        folder: folder(options),
        files,
        jobs: in_marts[0].rows.unsigned_abs(),
        companies: in_marts[1].rows.unsigned_abs(),
        hyper_skipped: hyper_skipped(options),
    })
}

type Batch = (usize, RecordBatch);
type Writer = (Format, JoinHandle<Result<Vec<Totals>>>);

fn tables(options: &PublishOptions) -> Vec<Table> {
    [marts::fact_jobs(options.descriptions), marts::dim_companies()]
        .map(|table| table.until(options.until))
        .into()
}

fn folder(options: &PublishOptions) -> PathBuf {
    options.artifacts.join(options.logical_date.to_string())
}

fn wanted(options: &PublishOptions) -> Vec<Format> {
    let mut formats = options.formats.clone();
    formats.retain(|format| *format != Format::Hyper || options.hyperd.is_ok());
    formats.sort();
    formats.dedup();
    formats
}

fn hyper_skipped(options: &PublishOptions) -> Option<String> {
    let reason = options.hyperd.as_ref().err().filter(|_| options.formats.contains(&Format::Hyper))?;
    let stale = folder(options).join(HYPER_NAME).exists();
    let note = if stale { "; the one there is from an earlier run" } else { "" };
    Some(format!("{reason}{note}"))
}

const HYPER_NAME: &str = "jobs.hyper";

/// The files of a format: one for all tables, or one for each.
fn names(format: Format, tables: &[Table]) -> Vec<String> {
    if format == Format::Hyper {
        return vec![HYPER_NAME.to_owned()];
    }
    tables.iter().map(|table| format!("{}.{}", table.name, format.extension())).collect()
}

/// Reads every table once, in one snapshot, and hands each batch to all writers; returns what the tables come to.
async fn read(pool: &PgPool, tables: &[Table], writers: Vec<mpsc::Sender<Batch>>) -> Result<Vec<Totals>> {
    let mut connection = pool.acquire().await.context("cannot reach the database")?;
    let result = read_snapshot(&mut connection, tables, &writers).await;
    if result.is_err() {
        // Rows that nobody will read may still be on their way.
        connection.close_on_drop();
    }
    result
}

async fn read_snapshot(
    connection: &mut PgConnection,
    tables: &[Table],
    writers: &[mpsc::Sender<Batch>],
) -> Result<Vec<Totals>> {
    let mut snapshot = marts::begin_snapshot(connection).await?;
    let mut totals = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        totals.push(marts::totals(&mut snapshot, table).await?);
        let mut builder = BatchBuilder::new(table);
        let mut rows = marts::copy_rows(&mut snapshot, table).await?;
        while let Some(message) = rows.next().await {
            let message = message.with_context(|| format!("cannot read marts.{}", table.name))?;
            builder.push(&message).with_context(|| format!("cannot read marts.{}", table.name))?;
            if builder.is_full() {
                send(writers, index, builder.take()?).await?;
            }
        }
        send(writers, index, builder.take()?).await?;
    }
    snapshot.rollback().await.context("cannot close the snapshot of the marts")?;
    Ok(totals)
}

async fn send(writers: &[mpsc::Sender<Batch>], index: usize, batch: Option<RecordBatch>) -> Result<()> {
    let Some(batch) = batch else { return Ok(()) };
    for writer in writers {
        if writer.send((index, batch.clone())).await.is_err() {
            bail!("a writer stopped early");
        }
    }
    Ok(())
}

fn write(
    format: Format,
    hyperd: &Path,
    paths: &[PathBuf],
    tables: &[Table],
    mut receiver: mpsc::Receiver<Batch>,
) -> Result<Vec<Totals>> {
    let batches = std::iter::from_fn(move || receiver.blocking_recv());
    match format {
        Format::Hyper => tableau::write(hyperd, &paths[0], tables, batches),
        Format::Parquet => parquet::write(paths, tables, batches),
        Format::Csv => csv::write(paths, tables, batches),
    }
}

/// Waits for all writers, so that none still writes when the temporaries are removed; returns the first failure.
async fn join(writers: Vec<Writer>, folder: &Path) -> Result<Vec<(Format, Vec<Totals>)>> {
    let mut finished = Vec::new();
    for (format, writer) in writers {
        let result = writer.await.unwrap_or_else(|panic| Err(anyhow!(panic)));
        let result = result.with_context(|| format!("cannot make the {} files", format.extension()));
        finished.push(result.map(|totals| (format, totals)).map_err(|error| as_cannot_write(error, folder)));
    }
    finished.into_iter().collect()
}

fn compare(format: Format, tables: &[Table], in_marts: &[Totals], in_files: &[Totals]) -> Result<()> {
    for (index, table) in tables.iter().enumerate() {
        if let Some(difference) = totals::difference(table, &in_marts[index], &in_files[index]) {
            bail!("the {} files differ from the marts: {difference}", format.extension());
        }
    }
    Ok(())
}

/// The files of a format with their rows; size and hash are known when they are sealed.
fn described(
    format: Format,
    tables: &[Table],
    totals: &[Totals],
    options: &PublishOptions,
) -> Vec<PublishedFile> {
    let rows: Vec<u64> = totals.iter().map(|totals| totals.rows.unsigned_abs()).collect();
    let names = names(format, tables);
    let rows = if names.len() == 1 { vec![rows.iter().sum()] } else { rows };
    let file = |(name, rows): (String, u64)| PublishedFile {
        path: folder(options).join(name),
        rows,
        bytes: 0,
        sha256: String::new(),
    };
    names.into_iter().zip(rows).map(file).collect()
}

fn commit(pending: Pending, mut files: Vec<PublishedFile>, latest: bool) -> Result<Vec<PublishedFile>> {
    let mut names = Vec::new();
    for file in &mut files {
        let name = file.path.file_name().and_then(|name| name.to_str()).context("a file without a name")?;
        (file.bytes, file.sha256) = pending.seal(name)?;
        names.push(name.to_owned());
    }
    let artifacts = pending.commit(&names)?;
    if latest {
        artifacts.point_latest()?;
    }
    Ok(files)
}

//! Reads the marts for publishing: which columns leave the database, in which form and order.
//! Never writes. A caller that needs several answers to agree asks inside [`begin_snapshot`].

use anyhow::{Context, Result};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream::BoxStream;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Postgres, Row, Transaction};

/// The form in which a column leaves the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text as it is.
    Text,
    /// An array of text, joined by `; `.
    List,
    /// A JSON document as text.
    Json,
    /// A 32-bit integer.
    Integer,
    /// `numeric(precision, 2)`, read as whole hundredths.
    Amount(u8),
    /// A double.
    Float,
    /// True or false.
    Boolean,
    /// An instant; one outside the years 1 to 9999 is left empty, for no file format can hold it.
    Instant,
}

/// One published column of a mart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in the mart and in every file.
    pub name: &'static str,
    /// Its form.
    pub kind: Kind,
    /// True for the key, which is never null.
    pub required: bool,
}

/// One published mart.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name in schema `marts` and in every file.
    pub name: &'static str,
    /// The column that identifies a row.
    pub key: &'static str,
    /// The published columns, in the order of the mart.
    pub columns: Vec<Column>,
    order: &'static str,
    until: Option<DateTime<Utc>>,
}

impl Table {
    /// The same table, without what was first seen at or after an instant.
    pub fn until(self, until: Option<DateTime<Utc>>) -> Table {
        Table { until, ..self }
    }

    /// What stands behind `from`. The instant is ours, in a form without quotes.
    fn rows(&self) -> String {
        match self.until {
            None => format!("marts.{}", self.name),
            Some(until) => format!(
                "(select * from marts.{} where first_seen_at < to_timestamp({}))",
                self.name,
                until.timestamp()
            ),
        }
    }
}

/// What the rows of one column come to, however they are stored: the same in the mart and in every file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measure {
    /// Values that are neither null nor the empty text (a CSV reader cannot tell these two apart).
    pub filled: i64,
    /// The sum of a number column, amounts in hundredths; the count of trues of a boolean column.
    pub sum: i128,
    /// The first instant, in microseconds since 1970.
    pub first: Option<i64>,
    /// The last instant, in microseconds since 1970.
    pub last: Option<i64>,
}

/// What a whole table comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// The number of rows.
    pub rows: i64,
    /// One measure per published column.
    pub columns: Vec<Measure>,
}

/// `marts.fact_jobs`, one row per job, best rank first. Descriptions hold contact data, so they leave only on demand.
pub fn fact_jobs(with_descriptions: bool) -> Table {
    let mut columns = FACT_JOBS.to_vec();
    columns.retain(|column| with_descriptions || column.name != "description_text");
    Table {
        name: "fact_jobs",
        key: "job_id",
        columns,
        order: "rank_score desc nulls last, hash_key",
        until: None,
    }
}

/// `marts.dim_companies`, one row per company.
pub fn dim_companies() -> Table {
    Table {
        name: "dim_companies",
        key: "company_id",
        columns: DIM_COMPANIES.to_vec(),
        order: "company_id",
        until: None,
    }
}

/// Opens a read-only transaction in which every statement sees the same rows.
pub async fn begin_snapshot(connection: &mut PgConnection) -> Result<Transaction<'_, Postgres>> {
    connection
        .begin_with("begin transaction isolation level repeatable read, read only")
        .await
        .context("cannot open a snapshot of the marts")
}

/// Streams the rows of `table` in PostgreSQL's binary copy format, one message per row.
///
/// A caller that drops the stream early must close the connection: the rest is still on its way.
pub async fn copy_rows<'c>(
    connection: &'c mut PgConnection,
    table: &Table,
) -> Result<BoxStream<'c, sqlx::Result<Bytes>>> {
    let columns: Vec<String> = table.columns.iter().map(copied).collect();
    // The inner select sorts the stored values; arrays and documents become text after the sort, where it is cheap.
    let statement = format!(
        "copy (select {} from (select * from {} as rows order by {}) as mart) to stdout (format binary)",
        columns.join(", "),
        table.rows(),
        table.order,
    );
    connection.copy_out_raw(&statement).await.with_context(|| format!("cannot read marts.{}", table.name))
}

/// Adds up every published column of `table`, inside the database.
pub async fn totals(connection: &mut PgConnection, table: &Table) -> Result<Totals> {
    let join = |part: fn(&Column) -> String| table.columns.iter().map(part).collect::<Vec<_>>().join(", ");
    let statement = format!(
        "select count(*), array[{}]::bigint[], array[{}]::text[], array[{}]::bigint[], array[{}]::bigint[] \
         from {} as mart",
        join(filled),
        join(sum),
        join(|column| bound(column, "min")),
        join(|column| bound(column, "max")),
        table.rows(),
    );
    let row = sqlx::query(AssertSqlSafe(statement))
        .fetch_one(connection)
        .await
        .with_context(|| format!("cannot add up marts.{}", table.name))?;
    let filled: Vec<i64> = row.try_get(1)?;
    let sums: Vec<String> = row.try_get(2)?;
    let firsts: Vec<Option<i64>> = row.try_get(3)?;
    let lasts: Vec<Option<i64>> = row.try_get(4)?;
    let mut columns = Vec::with_capacity(table.columns.len());
    for (index, filled) in filled.into_iter().enumerate() {
        let sum = sums[index].parse().context("a sum of the marts is not an integer")?;
        columns.push(Measure { filled, sum, first: firsts[index], last: lasts[index] });
    }
    Ok(Totals { rows: row.try_get(0)?, columns })
}

/// One text that changes when anything changes that `tables` would publish, whatever the order of the rows.
pub async fn fingerprint(connection: &mut PgConnection, tables: &[Table]) -> Result<String> {
    let mut digest = Sha256::new();
    for table in tables {
        let columns: Vec<String> =
            table.columns.iter().map(|column| format!("mart.{}", column.name)).collect();
        let statement = format!(
            "select count(*), coalesce(sum(hash_record_extended(row({}), 0)), 0)::text from {} as mart",
            columns.join(", "),
            table.rows(),
        );
        let (rows, hash): (i64, String) = sqlx::query_as(AssertSqlSafe(statement))
            .fetch_one(&mut *connection)
            .await
            .with_context(|| format!("cannot fingerprint marts.{}", table.name))?;
        digest.update(format!("{} ({}) {rows} {hash}\n", table.name, columns.join(", ")));
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The expression under which a column is copied out.
fn copied(column: &Column) -> String {
    let name = column.name;
    match column.kind {
        Kind::Text | Kind::Json => format!("mart.{name}::text"),
        Kind::List => format!("array_to_string(mart.{name}, '; ')"),
        Kind::Integer => format!("mart.{name}::integer"),
        Kind::Amount(_) => format!("(mart.{name} * 100)::bigint"),
        Kind::Float => format!("mart.{name}::double precision"),
        Kind::Boolean => format!("mart.{name}::boolean"),
        Kind::Instant => format!(
            "case when mart.{name} >= timestamptz '0001-01-01 00:00:00+00' \
             and mart.{name} < timestamptz '10000-01-01 00:00:00+00' then mart.{name}::timestamptz end"
        ),
    }
}

fn filled(column: &Column) -> String {
    match column.kind {
        // A document is never the empty text, and counting it as it is spares unpacking it.
        Kind::Json => format!("count(mart.{})", column.name),
        Kind::Text | Kind::List => format!("count(nullif({}, ''))", copied(column)),
        _ => format!("count({})", copied(column)),
    }
}

fn sum(column: &Column) -> String {
    match column.kind {
        Kind::Integer | Kind::Amount(_) => format!("coalesce(sum({}), 0)::text", copied(column)),
        Kind::Boolean => format!("count(*) filter (where {})::text", copied(column)),
        _ => "'0'".to_owned(),
    }
}

fn bound(column: &Column, aggregate: &str) -> String {
    match column.kind {
        Kind::Instant => format!("(extract(epoch from {aggregate}({})) * 1000000)::bigint", copied(column)),
        _ => "null".to_owned(),
    }
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, required: false }
}

const fn key(name: &'static str) -> Column {
    Column { name, kind: Kind::Text, required: true }
}

const FACT_JOBS: &[Column] = &[
    key("job_id"),
    key("hash_key"),
    column("source", Kind::Text),
    column("provider_job_id", Kind::Text),
    column("job_title", Kind::Text),
    column("job_title_std", Kind::Text),
    column("company", Kind::Text),
    column("company_id", Kind::Text),
    column("company_size", Kind::Text),
    column("location", Kind::Text),
    column("location_std", Kind::Text),
    column("location_city", Kind::Text),
    column("location_region", Kind::Text),
    column("location_country", Kind::Text),
    column("location_lat", Kind::Float),
    column("location_lon", Kind::Float),
    column("remote_type", Kind::Text),
    column("contract_type", Kind::Text),
    column("seniority", Kind::Text),
    column("occupation_code", Kind::Text),
    column("language", Kind::Text),
    column("salary_min", Kind::Amount(14)),
    column("salary_max", Kind::Amount(14)),
    column("salary_currency", Kind::Text),
    column("salary_period", Kind::Text),
    column("salary_min_norm", Kind::Amount(14)),
    column("salary_max_norm", Kind::Amount(14)),
    column("salary_currency_norm", Kind::Text),
    column("skills", Kind::List),
    column("skills_raw", Kind::List),
    column("description_text", Kind::Text),
    column("posted_at", Kind::Instant),
    column("posted_precision", Kind::Text),
    column("expires_at", Kind::Instant),
    column("apply_url", Kind::Text),
    column("job_link", Kind::Text),
    column("requisition_id", Kind::Text),
    column("openings", Kind::Integer),
    column("open_postings", Kind::Integer),
    column("first_seen_at", Kind::Instant),
    column("last_seen_at", Kind::Instant),
    column("closed_at", Kind::Instant),
    column("is_open", Kind::Boolean),
    column("rank_score", Kind::Amount(5)),
    column("rank_explain", Kind::Json),
    column("ingested_at", Kind::Instant),
    column("esco_code", Kind::Text),
    column("teer", Kind::Integer),
    column("years_asked", Kind::Integer),
    column("places", Kind::Json),
    column("remote_countries", Kind::List),
    column("salary_origin", Kind::Text),
    column("hidden_by", Kind::List),
    column("cluster_id", Kind::Text),
    column("is_canonical", Kind::Boolean),
    column("cluster_size", Kind::Integer),
    column("cluster_why", Kind::Text),
    column("reposts", Kind::Integer),
    column("is_listed", Kind::Boolean),
];

const DIM_COMPANIES: &[Column] = &[
    key("company_id"),
    column("company_key", Kind::Text),
    column("display_name", Kind::Text),
    column("company_size", Kind::Text),
    column("jobs", Kind::Integer),
    column("open_jobs", Kind::Integer),
    column("first_seen_at", Kind::Instant),
    column("last_seen_at", Kind::Instant),
];

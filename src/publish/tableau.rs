//! The published tables as one `.hyper` file, the extract that Tableau opens.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use arrow_array::RecordBatch;
use arrow_ipc::writer::StreamWriter;
use chrono::NaiveDateTime;

use super::hyper::{Session, with_hyperd};
use super::schema::{arrow_schema, hyper_type};
use crate::db::marts::{Kind, Measure, Table, Totals};

/// Rows of one copy: hyperd's memory grows with the copy, not with the table.
const COPY_ROWS: usize = 65_536;

/// Creates the file at `path`, loads `batches` (index of the table and rows, table by table), then opens the finished
/// file again and returns what each table in it comes to.
pub fn write(
    program: &Path,
    path: &Path,
    tables: &[Table],
    batches: impl Iterator<Item = (usize, RecordBatch)>,
) -> Result<Vec<Totals>> {
    let path = quoted(path.to_str().context("the path of the .hyper file is not UTF-8")?);
    with_hyperd(program, |session| {
        session.execute(&format!("create database {path}"))?;
        session.execute(&format!("attach database {path} as \"written\""))?;
        session.execute("create schema \"Extract\"")?;
        for table in tables {
            session.execute(&definition(table))?;
        }
        for statement in assumed_keys(tables) {
            session.execute(&statement)?;
        }
        load(session, tables, batches)?;
        session.execute("detach database \"written\"")?;
        session.execute(&format!("attach database {path} as \"finished\""))?;
        let totals = tables.iter().map(|table| totals(session, table)).collect();
        session.execute("detach database \"finished\"")?;
        totals
    })
}

fn load(
    session: &mut Session,
    tables: &[Table],
    batches: impl Iterator<Item = (usize, RecordBatch)>,
) -> Result<()> {
    let mut batches = batches.peekable();
    while let Some(&(index, _)) = batches.peek() {
        let table = &tables[index];
        let name = table.name;
        let copy = session
            .copy_in(&format!("copy \"Extract\".{} from stdin with (format arrowstream)", quoted(name)))?;
        let mut stream = StreamWriter::try_new(copy, &arrow_schema(table))?;
        let mut rows = 0;
        while rows < COPY_ROWS
            && let Some((_, batch)) = batches.next_if(|(next, _)| *next == index)
        {
            stream.write(&batch).with_context(|| format!("cannot send rows of {name} to hyperd"))?;
            rows += batch.num_rows();
        }
        stream.finish()?;
        let taken = stream.into_inner()?.finish().with_context(|| format!("cannot load {name}"))?;
        ensure!(taken == rows, "hyperd took {taken} of {rows} rows of {name}");
    }
    Ok(())
}

fn definition(table: &Table) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let required = if column.required { " not null" } else { "" };
            format!("{} {}{required}", quoted(column.name), hyper_type(column.kind))
        })
        .collect();
    format!("create table \"Extract\".{} ({})", quoted(table.name), columns.join(", "))
}

/// Keys that Hyper believes without checking; from them Tableau infers how the tables relate. They come before the
/// data, for afterwards hyperd would have to write the file twice.
fn assumed_keys(tables: &[Table]) -> Vec<String> {
    let mut statements = Vec::new();
    for table in tables {
        let (name, key) = (quoted(table.name), quoted(table.key));
        statements.push(format!("alter table \"Extract\".{name} add assumed primary key ({key})"));
    }
    for (table, column, target) in references(tables) {
        let (table_name, target_name, column) = (quoted(table.name), quoted(target.name), quoted(column));
        statements.push(format!(
            "alter table \"Extract\".{table_name} add assumed foreign key ({column}) \
             references \"Extract\".{target_name} ({column})"
        ));
    }
    statements
}

/// Columns that carry the key of another table.
fn references(tables: &[Table]) -> Vec<(&Table, &'static str, &Table)> {
    let mut references = Vec::new();
    for table in tables {
        for target in tables.iter().filter(|target| target.key != table.key) {
            if table.columns.iter().any(|column| column.name == target.key) {
                references.push((table, target.key, target));
            }
        }
    }
    references
}

fn totals(session: &mut Session, table: &Table) -> Result<Totals> {
    let mut expressions = vec!["count(*)".to_owned()];
    for column in &table.columns {
        let name = quoted(column.name);
        let [filled, first, second] = match column.kind {
            Kind::Text | Kind::List | Kind::Json => [format!("count(nullif({name}, ''))"), null(), null()],
            Kind::Float => [format!("count({name})"), null(), null()],
            Kind::Integer | Kind::Amount(_) => [format!("count({name})"), format!("sum({name})"), null()],
            Kind::Boolean => {
                [format!("count({name})"), format!("count(case when {name} then 1 end)"), null()]
            }
            Kind::Instant => [format!("count({name})"), format!("min({name})"), format!("max({name})")],
        };
        expressions.extend([filled, first, second].map(|expression| format!("cast({expression} as text)")));
    }
    let statement = format!("select {} from \"Extract\".{}", expressions.join(", "), quoted(table.name));
    let rows = session.query(&statement)?;
    let row = rows.first().context("hyperd did not add up the table")?;
    ensure!(row.len() == expressions.len(), "hyperd answered {} columns", row.len());
    let integer = |text: &Option<String>| -> Result<i64> { Ok(text.as_deref().unwrap_or("0").parse()?) };
    let mut totals = Totals { rows: integer(&row[0])?, columns: Vec::new() };
    for (column, cells) in table.columns.iter().zip(row[1..].chunks_exact(3)) {
        let mut measure = Measure { filled: integer(&cells[0])?, ..Measure::default() };
        match column.kind {
            Kind::Instant => {
                measure.first = cells[1].as_deref().map(micros).transpose()?;
                measure.last = cells[2].as_deref().map(micros).transpose()?;
            }
            Kind::Amount(_) => measure.sum = hundredths(cells[1].as_deref().unwrap_or("0.00"))?,
            Kind::Integer | Kind::Boolean => measure.sum = cells[1].as_deref().unwrap_or("0").parse()?,
            Kind::Text | Kind::List | Kind::Json | Kind::Float => {}
        }
        totals.columns.push(measure);
    }
    Ok(totals)
}

fn null() -> String {
    "null".to_owned()
}

fn micros(text: &str) -> Result<i64> {
    let instant = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f")
        .with_context(|| format!("hyperd answered the instant {text}"))?;
    Ok(instant.and_utc().timestamp_micros())
}

fn hundredths(text: &str) -> Result<i128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "00"));
    format!("{whole}{fraction:0<2}").parse().with_context(|| format!("hyperd answered the amount {text}"))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

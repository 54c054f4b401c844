//! The state hash: md5 over all rows of staging, marts and app in key order, without uuids and run ids. Two histories
//! that should agree are compared by it.

use anyhow::{Context, Result};
use md5::{Digest, Md5};
use sqlx::{AssertSqlSafe, PgConnection};

/// Schemas whose rows are the state.
const SCHEMAS: [&str; 3] = ["staging", "marts", "app"];

/// The hash of each table and view, and of all of them together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateHash {
    /// Name and hash of each relation, in order of name.
    pub relations: Vec<(String, String)>,
    /// Hash over all of them, 32 hex digits.
    pub total: String,
}

/// Computes the hash of what the session sees now. Sorts every row, so it is meant for tests and for support.
pub async fn state_hash(conn: &mut PgConnection) -> Result<StateHash> {
    let relations = sqlx::query!(
        r#"select c.table_schema || '.' || c.table_name as "name!",
                  string_agg(quote_ident(c.column_name), ', ' order by c.ordinal_position) as "columns!"
           from information_schema.columns c
           where c.table_schema = any($1::text[]) and c.data_type <> 'uuid'
             and c.table_name not in ('run_stages', 'run_stats', 'source_quality')
           group by c.table_schema, c.table_name
           order by 1"#,
        &SCHEMAS as &[&str],
    )
    .map(|row| (row.name, row.columns))
    .fetch_all(&mut *conn)
    .await
    .context("cannot list the relations of the state")?;
    let mut total = Md5::new();
    let mut hashes = Vec::new();
    for (name, columns) in relations {
        // Names come from the catalogue, quoted; there is no other way to name a relation in a statement.
        let query = format!(
            "select md5(coalesce(string_agg(md5(t::text), '' order by md5(t::text)), ''))
             from (select {columns} from {name}) t"
        );
        let hash: String = sqlx::query_scalar(AssertSqlSafe(query))
            .fetch_one(&mut *conn)
            .await
            .with_context(|| format!("cannot hash {name}"))?;
        total.update(format!("{name} {hash}\n"));
        hashes.push((name, hash));
    }
    let total = total.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(StateHash { relations: hashes, total })
}

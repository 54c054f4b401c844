//! Reads and writes PostgreSQL, one file per table; the only place that holds SQL.

pub mod marts;

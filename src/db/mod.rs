//! Everything that speaks SQL; one file per table or ledger. Knows no stage, no source and no page.

pub mod schema;
pub mod views;

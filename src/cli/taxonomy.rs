//! `job-etl taxonomy`: makes the tables of the dictionaries from the files of those who publish them.

use super::inspect::print;
use crate::taxonomy::geonames;
use anyhow::{Context, Result};
use clap::Subcommand;
use std::path::{Path, PathBuf};

/// What is made.
#[derive(Debug, Subcommand)]
pub enum Table {
    /// The cities of the world, `config/taxonomy/cities.tsv`
    Geonames {
        /// `cities5000.txt` of GeoNames
        cities: PathBuf,
        /// `admin1CodesASCII.txt` of GeoNames
        admin1: PathBuf,
    },
}

/// Prints a table.
pub fn make(table: &Table) -> Result<u8> {
    let Table::Geonames { cities, admin1 } = table;
    let text = geonames::table(&read(cities)?, &read(admin1)?)
        .with_context(|| format!("{} and {}", cities.display(), admin1.display()))?;
    print(text.trim_end());
    Ok(0)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

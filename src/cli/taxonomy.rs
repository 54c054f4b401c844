//! `job-etl taxonomy`: makes the tables of the dictionaries from the files of those who publish them.

use super::inspect::print;
use crate::taxonomy::{geonames, postal_table};
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
    /// The postal areas, `config/taxonomy/postal_areas.tsv`; those of other countries stay
    Postal {
        /// `CA.txt`, `GB.txt` or `FR.txt` of GeoNames' postal codes
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// Prints a table.
pub fn make(table: &Table) -> Result<u8> {
    let text = match table {
        Table::Geonames { cities, admin1 } => geonames::table(&read(cities)?, &read(admin1)?)
            .with_context(|| format!("{} and {}", cities.display(), admin1.display()))?,
        Table::Postal { files } => {
            let texts = files.iter().map(|file| read(file)).collect::<Result<Vec<_>>>()?;
            postal_table::table(&texts.iter().map(String::as_str).collect::<Vec<_>>())?
        }
    };
    print(text.trim_end());
    Ok(0)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

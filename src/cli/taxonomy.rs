//! `job-etl taxonomy`: makes the tables of the dictionaries from the files of those who publish them.

use super::inspect::print;
use crate::taxonomy::{geonames, open_skills};
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
    /// Skills of open taxonomies, `config/taxonomy/skills_open.tsv`
    Skills {
        /// `skills_en.csv` of ESCO; again with another language's file for more spellings
        #[arg(long, value_name = "FILE", required_unless_present = "onet")]
        esco: Vec<PathBuf>,
        /// `Technology Skills.txt` of O*NET
        #[arg(long, value_name = "FILE")]
        onet: Option<PathBuf>,
    },
}

/// Prints a table.
pub fn make(table: &Table) -> Result<u8> {
    let text = match table {
        Table::Geonames { cities, admin1 } => geonames::table(&read(cities)?, &read(admin1)?)
            .with_context(|| format!("{} and {}", cities.display(), admin1.display()))?,
        Table::Skills { esco, onet } => {
            let esco: Vec<String> = esco.iter().map(|file| read(file)).collect::<Result<_>>()?;
            let onet = onet.as_deref().map(read).transpose()?;
            open_skills::table(&esco, onet.as_deref()).context("cannot make the table of skills")?
        }
    };
    print(text.trim_end());
    Ok(0)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

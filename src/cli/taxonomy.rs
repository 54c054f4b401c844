//! `job-etl taxonomy`: makes the tables of the dictionaries from the files of those who publish them.

use super::inspect::print;
use crate::taxonomy::{geonames, occupation_table};
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
    /// Occupations of ESCO, O*NET and NOC with their titles, `config/taxonomy/occupations.tsv`
    Occupations {
        /// `occupations_en.csv` of ESCO; again for each further language, such as `occupations_fr.csv`
        #[arg(long, required = true)]
        esco: Vec<PathBuf>,
        /// `Occupation Data.txt` of O*NET
        #[arg(long)]
        onet_occupations: PathBuf,
        /// `Alternate Titles.txt` of O*NET
        #[arg(long)]
        onet_titles: PathBuf,
        /// NOC 2021, the classification structure as CSV, or as JSON
        #[arg(long)]
        noc: PathBuf,
        /// `onet_to_noc2021_mapping.csv` of British Columbia
        #[arg(long)]
        onet_noc: PathBuf,
    },
}

/// Prints a table.
pub fn make(table: &Table) -> Result<u8> {
    let text = match table {
        Table::Geonames { cities, admin1 } => geonames::table(&read(cities)?, &read(admin1)?)
            .with_context(|| format!("{} and {}", cities.display(), admin1.display()))?,
        Table::Occupations { esco, onet_occupations, onet_titles, noc, onet_noc } => {
            let esco = esco.iter().map(|path| read(path)).collect::<Result<Vec<_>>>()?;
            occupation_table::table(&occupation_table::Sources {
                esco: &esco,
                onet_occupations: &read(onet_occupations)?,
                onet_titles: &read(onet_titles)?,
                noc: &read(noc)?,
                onet_noc: &read(onet_noc)?,
            })?
        }
    };
    print(text.trim_end());
    Ok(0)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

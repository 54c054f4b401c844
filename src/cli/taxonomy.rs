//! `job-etl taxonomy`: makes the tables of the dictionaries from the files of those who publish them.

use super::inspect::print;
use crate::taxonomy::{Taxonomy, ecb, geonames, occupation_table, open_skills, postal_table};
use anyhow::{Context, Result};
use chrono::NaiveDate;
use clap::Subcommand;
use std::io::Read as _;
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
    /// The postal areas, `config/taxonomy/postal_areas.tsv`; those of other countries stay
    Postal {
        /// `CA.txt`, `GB.txt` or `FR.txt` of GeoNames' postal codes
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Exchange rates, `config/taxonomy/fx_rates.yml`
    Fx {
        /// `eurofxref.csv`, `eurofxref-hist.csv` or `eurofxref-daily.xml` of the European Central Bank; `-` is standard input
        #[arg(default_value = "-")]
        file: PathBuf,
        /// Day of the rates, or the last working day before it; the newest by default
        #[arg(long, value_name = "DAY")]
        date: Option<NaiveDate>,
        /// File whose comments and other keys are kept
        #[arg(long, value_name = "FILE", default_value = "config/taxonomy/fx_rates.yml")]
        current: PathBuf,
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

/// Bytes of a file of rates at most; the whole history has about a million.
const LARGEST: u64 = 64 << 20;

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
        Table::Postal { files } => {
            let texts = files.iter().map(|file| read(file)).collect::<Result<Vec<_>>>()?;
            postal_table::table(&texts.iter().map(String::as_str).collect::<Vec<_>>())?
        }
        Table::Fx { file, date, current } => {
            let rates = read_rates(file)?;
            let kept =
                if current.exists() { read(current)? } else { Taxonomy::bundled_fx_rates().to_owned() };
            ecb::renewed(&kept, &rates, *date).with_context(|| file.display().to_string())?
        }
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
    print(text.trim_end_matches('\n'));
    Ok(0)
}

fn read_rates(file: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().take(LARGEST).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|opened| opened.take(LARGEST).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("cannot read {}", file.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

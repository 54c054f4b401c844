//! Measures the pure cores against labelled data: one line of precision, recall and F1 for each task.
//!
//! ```text
//! make eval EVAL="FOLDER"                 # the folder with labels-*
//! make eval EVAL="FOLDER --misses"        # every wrong answer too
//! ```
//!
//! A folder that lacks a set is measured on the others.

mod company_size;
mod duplicates;
mod language;
mod pay;
mod pay_by_hand;
mod place;
mod remote;
mod report;
mod rows;
mod seniority;
mod skills;
mod titles;

use anyhow::{Result, ensure};
use clap::Parser;
use std::path::PathBuf;

/// Measures what job-etl makes of labelled postings.
#[derive(Parser)]
struct Arguments {
    /// Folder with `labels-*`.
    #[arg(env = "JOB_ETL_DATA")]
    data: PathBuf,
    /// Print every wrong answer on stderr.
    #[arg(long)]
    misses: bool,
    /// Write the figures as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut tasks = pay::evaluate(&arguments.data, arguments.misses)?;
    tasks.extend(pay::evaluate_postings(&arguments.data, arguments.misses)?);
    tasks.extend(pay_by_hand::evaluate(&arguments.data, arguments.misses)?);
    tasks.extend(company_size::evaluate(&arguments.data, arguments.misses)?);
    tasks.extend(seniority::evaluate(&arguments.data, arguments.misses)?);
    tasks.extend(place::evaluate(&arguments.data, arguments.misses)?);
    tasks.extend(duplicates::evaluate(&arguments.data, arguments.misses)?);
    tasks.extend(language::evaluate(&arguments.data, arguments.misses)?);
    tasks.extend(remote::evaluate(&arguments.data, arguments.misses)?);
    tasks.extend(skills::evaluate(&arguments.data, arguments.misses)?);
    tasks.extend(titles::evaluate(&arguments.data, arguments.misses)?);
    ensure!(!tasks.is_empty(), "{} has no labels-* that this knows", arguments.data.display());
    report::print(&tasks);
    if let Some(file) = &arguments.json {
        std::fs::write(file, serde_json::to_vec_pretty(&tasks)?)?;
    }
    Ok(())
}

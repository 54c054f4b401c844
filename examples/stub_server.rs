//! Answers like six job APIs on this machine, so that a whole run can be tried without a network and without keys:
//!
//! ```text
//! cargo run --example stub_server -- --synthetic 1000 --sources /tmp/try/sources.yml
//! ```

#[path = "../tests/it/stub.rs"]
mod stub;
#[path = "../tests/it/synthetic.rs"]
mod synthetic;

use anyhow::Context;
use clap::Parser;
use std::io::Write;
use std::path::PathBuf;

/// A server that answers like JSearch, Ashby, Greenhouse, Remotive, Arbeitnow and Jobicy.
#[derive(Parser)]
struct Arguments {
    /// Folder with recorded answers; without it only synthetic postings are served.
    #[arg(long, value_name = "DIR", env = "JOB_ETL_DATA")]
    data: Option<PathBuf>,
    /// Serve this many invented postings as boards of 500.
    #[arg(long, value_name = "N")]
    synthetic: Option<u64>,
    /// Leave the recorded answers out.
    #[arg(long)]
    synthetic_only: bool,
    /// Which invented postings: the same seed gives the same bytes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How long the descriptions of invented postings are, compared with real ones.
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// Write a sources.yml that asks this server for everything.
    #[arg(long, value_name = "FILE")]
    sources: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut answers = match arguments.data.filter(|_| !arguments.synthetic_only) {
        Some(folder) => stub::Answers::recorded(&folder)
            .with_context(|| format!("the recorded answers of {} could not be read", folder.display()))?,
        None => stub::Answers::default(),
    };
    if let Some(postings) = arguments.synthetic {
        answers = answers.with_synthetic(arguments.seed, postings, arguments.scale);
    }
    let listener = tokio::net::TcpListener::bind(&arguments.listen).await?;
    let base_url = format!("http://{}", listener.local_addr()?);
    if let Some(path) = arguments.sources {
        std::fs::write(&path, answers.sources_yml(&base_url))
            .with_context(|| format!("{} could not be written", path.display()))?;
    }
    let mut out = std::io::stdout();
    writeln!(out, "listening on {base_url}; JSearch wants the key {}", stub::KEY)?;
    writeln!(out, "postings: {:?}", answers.postings())?;
    out.flush()?;
    Ok(answers.serve(listener).await?)
}

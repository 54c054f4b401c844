//! What a run tells while it runs: the terminal, the plain log and `--json` show the same events.

use crate::db::ledger::{Counts, StageStatus};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Version of the events' shape in `--json`; it grows when a field changes its meaning or goes away.
pub const EVENTS_VERSION: u32 = 1;

/// One thing that happened.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Another run must end first.
    Waiting {
        /// Who holds the lock.
        reason: String,
        /// How long this one waits.
        at_most_s: u64,
    },
    /// The run has its place in the ledger.
    RunStarted {
        /// See [`EVENTS_VERSION`].
        version: u32,
        /// Key of the run.
        run_id: String,
        /// The Toronto date it is for.
        logical_date: String,
        /// The instant it takes for now.
        as_of: String,
    },
    /// A stage begins.
    StageStarted {
        /// Verb of the stage.
        stage: &'static str,
    },
    /// A source has sent more.
    SourceProgress {
        /// Name of the source.
        source: &'static str,
        /// Records so far.
        records: u64,
        /// Decompressed bytes so far.
        bytes: u64,
    },
    /// A source is done.
    SourceFinished {
        /// Name of the source.
        source: &'static str,
        /// How it ended.
        status: StageStatus,
        /// Records by outcome.
        counts: CountsView,
        /// Postings that a complete crawl lacked.
        closed: u64,
        /// Share of the records that filled each field.
        fill_rates: BTreeMap<&'static str, f64>,
        /// Why it is not ok.
        error: Option<String>,
    },
    /// A stage has done more.
    StageProgress {
        /// Verb of the stage.
        stage: &'static str,
        /// Postings or jobs done so far.
        done: u64,
    },
    /// A stage is done.
    StageFinished {
        /// Verb of the stage.
        stage: &'static str,
        /// How it ended.
        status: StageStatus,
        /// Sum over all sources.
        counts: CountsView,
        /// Wall time.
        duration_ms: u64,
        /// What it made or why it did not, in a few words.
        note: Option<String>,
    },
    /// A file is in place.
    Published {
        /// Where.
        path: PathBuf,
        /// Its rows.
        rows: u64,
        /// Its size.
        bytes: u64,
    },
    /// The run is over.
    RunFinished {
        /// Key of the run.
        run_id: String,
        /// The Toronto date it is for.
        logical_date: String,
        /// `ok`, `partial`, `failed` or `interrupted`.
        status: &'static str,
        /// Rows written outside `ops`.
        rows_written: u64,
        /// Wall time.
        duration_ms: u64,
        /// Counts of each stage, all sources together.
        stages: BTreeMap<&'static str, CountsView>,
        /// The error that ended it.
        error: Option<String>,
    },
}

/// [`Counts`] under the names of the ledger.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct CountsView {
    /// Records that came in.
    #[serde(rename = "in")]
    pub seen: u64,
    /// Records that led to a new or changed row.
    #[serde(rename = "out")]
    pub written: u64,
    /// Records that were known already.
    pub duplicate: u64,
    /// Records that left a reject.
    pub rejected: u64,
    /// Rows written outside `ops`.
    pub rows: u64,
}

impl From<Counts> for CountsView {
    fn from(counts: Counts) -> CountsView {
        let Counts { seen, written, duplicate, rejected, rows, .. } = counts;
        CountsView { seen, written, duplicate, rejected, rows }
    }
}

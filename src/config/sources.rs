//! `config/sources.yml`: which job APIs are asked, and for what.

use crate::sources::Search;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The whole file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SourcesFile {
    /// By name of the source, as in [`crate::sources::Source::name`].
    pub sources: BTreeMap<String, SourceConfig>,
}

/// One source: its searches, and what differs from the source's own policy.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SourceConfig {
    /// `false` leaves the source out of every run.
    #[serde(default = "enabled")]
    pub enabled: bool,
    /// Replaces the API's own scheme and host, for a proxy or a test server.
    pub base_url: Option<String>,
    /// Requests a second to this host.
    pub requests_per_second: Option<f64>,
    /// Requests under way at once to this host.
    pub concurrent: Option<usize>,
    /// Billed requests a calendar month.
    pub quota_per_month: Option<u32>,
    /// Most pages of one search.
    pub max_pages: Option<u32>,
    /// Most seconds this source may take in one run.
    pub max_seconds: Option<u64>,
    /// What to ask for.
    pub searches: Vec<Search>,
}

fn enabled() -> bool {
    true
}

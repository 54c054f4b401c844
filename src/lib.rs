//! job-etl collects job postings, keeps what was sent, and ranks every job against a profile.
//! The tree is the pipeline: extract, normalize, enrich, dedupe, rank, publish, notify; they meet only in PostgreSQL.

pub mod batches;
pub mod cli;
pub mod config;
pub mod db;
pub mod dedupe;
pub mod doctor;
pub mod enrich;
pub mod extract;
pub mod http;
pub mod normalize;
pub mod notify;
pub mod posting;
pub mod publish;
pub mod rank;
pub mod revision;
pub mod run;
pub mod sources;
pub mod taxonomy;
pub mod yaml;

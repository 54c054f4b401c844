//! Stage extract: asks every source and writes what it sends to raw, exactly as sent. This file drives and writes;
//! `http` owns the requests, and the other files are pure.

pub mod asked;
pub mod payload;
mod scan;

use crate::config::environment::Keys;
use crate::config::sources::SourceConfig;
use crate::db::health::{self, Health};
use crate::db::ledger::{Counts, Run, StageStatus};
use crate::db::raw::{self, Arrival};
use crate::db::rejects::{self, Reject};
use crate::db::{self, quota};
use crate::http::crawl::{self, CrawlReport, CrawledPage};
use crate::http::{Client, Quota};
use crate::sources::{Coverage, Source};
use anyhow::{Context, Result};
use chrono::Datelike;
use futures_util::future::join_all;
use secrecy::SecretString;
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::mpsc;

/// Records of one transaction at most.
const BATCH_RECORDS: usize = 4_000;
/// Bytes of one transaction at most; a page beyond it goes in whole.
const BATCH_BYTES: usize = 16 << 20;
/// Pages that may wait for the writer of one source.
const WAITING_PAGES: usize = 2;
/// Revision of the logic that rejects records on arrival.
const REVISION: &str = "extract 1";

/// What one source did.
#[derive(Debug)]
pub struct SourceReport {
    /// Name of the source.
    pub source: &'static str,
    /// Failed when no search brought anything, partial when some search is incomplete.
    pub status: StageStatus,
    /// Records by outcome.
    pub counts: Counts,
    /// Postings closed because a complete crawl lacks them.
    pub closed: u64,
    /// What the crawl saw.
    pub crawl: CrawlReport,
    /// Share of the records 0..1 that filled each field of a posting.
    pub fill_rates: BTreeMap<&'static str, f64>,
    /// The first error, and how many more there were.
    pub error: Option<String>,
}

/// How far a source has come.
#[derive(Debug, Clone, Copy)]
pub struct SourceProgress {
    /// Name of the source.
    pub source: &'static str,
    /// Records received so far.
    pub records: u64,
    /// Bytes received so far.
    pub bytes: u64,
}

/// Who is told how far the sources are.
pub struct Observe<'a> {
    /// After every page.
    pub progress: &'a (dyn Fn(SourceProgress) + Sync),
    /// When a source is done.
    pub finished: &'a (dyn Fn(&SourceReport) + Sync),
}

/// A source and what it is asked for in this run.
#[derive(Clone)]
pub struct Asked {
    /// The source.
    pub source: &'static dyn Source,
    /// Its configuration, with the searches of this run.
    pub config: SourceConfig,
}

/// What every source's task shares.
struct Shared<'a> {
    pool: &'a PgPool,
    run: &'a Run,
    client: &'a Arc<Client>,
    /// Numbers the contents of this run.
    sequence: AtomicU32,
    observe: &'a Observe<'a>,
}

/// Extracts what is `asked`, from all sources at once. An error here is one of the database; a failing source is in its
/// report and leaves the others alone.
pub async fn extract(
    pool: &PgPool,
    run: &Run,
    client: &Arc<Client>,
    asked: Vec<Asked>,
    key: &Keys,
    observe: &Observe<'_>,
) -> Result<Vec<SourceReport>> {
    let shared = Shared { pool, run, client, sequence: AtomicU32::new(0), observe };
    let mut tasks = Vec::new();
    for Asked { source, config } in asked {
        let key = source.policy().key.map(|wanted| key(wanted.variable)).transpose()?.flatten();
        tasks.push(extract_source(&shared, source, config, key));
    }
    join_all(tasks).await.into_iter().collect()
}

async fn extract_source(
    shared: &Shared<'_>,
    source: &'static dyn Source,
    config: SourceConfig,
    key: Option<SecretString>,
) -> Result<SourceReport> {
    let name = source.name();
    if config.searches.is_empty() {
        let report = skipped(name);
        (shared.observe.finished)(&report);
        return Ok(report);
    }
    let definitions: Vec<(String, String)> = config
        .searches
        .iter()
        .map(|search| Ok((search.label(), serde_json::to_string(search)?)))
        .collect::<Result<_>>()?;
    let mut transaction = db::begin(shared.pool, shared.run.fence).await?;
    raw::write_searches(&mut transaction, name, &definitions).await?;
    transaction.commit().await.context("cannot commit the searches")?;

    let (sender, receiver) = mpsc::channel(WAITING_PAGES);
    let quota = quota_of(shared, source, &config);
    let client = shared.client.clone();
    // A task of its own, so that reading the next page does not wait for writing this one.
    let crawling =
        tokio::spawn(async move { crawl::crawl(&client, source, &config, key, quota, sender).await });
    let counts = write_pages(shared, name, receiver).await?;
    let crawl = crawling.await.with_context(|| format!("the crawl of {name} stopped (this is a bug)"))?;
    let report = finish(shared, source, crawl, counts).await?;
    (shared.observe.finished)(&report);
    Ok(report)
}

/// The report of a source that there is nothing to ask.
fn skipped(source: &'static str) -> SourceReport {
    SourceReport {
        source,
        status: StageStatus::Skipped,
        counts: Counts::default(),
        closed: 0,
        crawl: CrawlReport::default(),
        fill_rates: BTreeMap::new(),
        error: Some("the API cannot ask for a past day".to_owned()),
    }
}

/// Closes absent postings and writes the health of a source that has been crawled.
async fn finish(
    shared: &Shared<'_>,
    source: &'static dyn Source,
    crawl: CrawlReport,
    mut counts: Counts,
) -> Result<SourceReport> {
    let name = source.name();
    let complete: Vec<String> =
        crawl.searches.iter().filter(|search| search.complete).map(|search| search.label.clone()).collect();
    let mut transaction = db::begin(shared.pool, shared.run.fence).await?;
    let closed = match source.policy().coverage {
        Coverage::Full => raw::close_absent(&mut transaction, shared.run, name, &complete).await?,
        Coverage::Slice => 0,
    };
    counts.rows += closed;
    let failed = crawl.searches.iter().filter(|search| search.error.is_some()).count();
    let report = SourceReport {
        source: name,
        status: status_of(&crawl, counts),
        counts,
        closed,
        fill_rates: fill_rates(&crawl),
        error: errors_of(&crawl),
        crawl,
    };
    let fill_rates =
        report.fill_rates.iter().map(|(field, rate)| ((*field).to_owned(), (*rate).into())).collect();
    let health = Health {
        source: name.to_owned(),
        status: report.status,
        searches: report.crawl.searches.len() as u32,
        searches_failed: failed as u32,
        requests: report.crawl.requests,
        pages: report.crawl.pages,
        bytes: report.crawl.bytes,
        records: report.crawl.records,
        fill_rates,
        error: report.error.clone(),
    };
    health::write(&mut transaction, shared.run, &health).await?;
    transaction.commit().await.context("cannot commit the end of a source")?;
    Ok(report)
}

/// Writes pages as they come, a batch a transaction.
async fn write_pages(
    shared: &Shared<'_>,
    source: &'static str,
    mut pages: mpsc::Receiver<CrawledPage>,
) -> Result<Counts> {
    let mut counts = Counts::default();
    let mut received = SourceProgress { source, records: 0, bytes: 0 };
    let mut arrivals: Vec<Arrival> = Vec::new();
    let mut refused: Vec<Reject> = Vec::new();
    let mut bytes = 0;
    while let Some(page) = pages.recv().await {
        received.records += page.records.len() as u64;
        received.bytes += page.bytes;
        bytes += page.records.iter().map(|record| record.payload.len()).sum::<usize>();
        counts.duplicate += page.duplicates;
        counts.seen += page.duplicates;
        unpack(source, page, &mut arrivals, &mut refused);
        if arrivals.len() >= BATCH_RECORDS || bytes >= BATCH_BYTES {
            write_batch(shared, source, &arrivals, &refused, &mut counts).await?;
            arrivals.clear();
            refused.clear();
            bytes = 0;
        }
        (shared.observe.progress)(received);
    }
    write_batch(shared, source, &arrivals, &refused, &mut counts).await?;
    Ok(counts)
}

fn unpack(source: &str, page: CrawledPage, arrivals: &mut Vec<Arrival>, refused: &mut Vec<Reject>) {
    let search = page.search.label();
    arrivals.extend(page.records.into_iter().map(|record| Arrival {
        search: search.clone(),
        source_job_id: record.source_job_id,
        payload: record.payload,
        payload_raw: record.payload_raw,
        payload_hash: record.payload_hash,
    }));
    refused.extend(page.rejects.into_iter().map(|reject| Reject {
        source: source.to_owned(),
        search: search.clone(),
        source_job_id: reject.source_job_id,
        place: reject.place,
        revision: REVISION.to_owned(),
        content_hash: reject.content_hash.to_vec(),
        code: reject.reason.code.to_owned(),
        detail: reject.reason.detail,
        content: Some(reject.content),
    }));
}

async fn write_batch(
    shared: &Shared<'_>,
    source: &str,
    arrivals: &[Arrival],
    refused: &[Reject],
    counts: &mut Counts,
) -> Result<()> {
    if arrivals.is_empty() && refused.is_empty() {
        return Ok(());
    }
    let first = shared.sequence.fetch_add(arrivals.len() as u32, Ordering::Relaxed);
    // What has been asked for must not be lost with a connection.
    let written = db::retrying(source, async || {
        let mut transaction = db::begin(shared.pool, shared.run.fence).await?;
        let written = raw::write(&mut transaction, shared.run, source, arrivals, first).await?;
        rejects::write(&mut transaction, shared.run, "extract", refused).await?;
        transaction.commit().await.context("cannot commit a batch of raw postings")?;
        Ok(written)
    })
    .await?;
    *counts += Counts {
        seen: (arrivals.len() + refused.len()) as u64,
        written: written.contents,
        duplicate: arrivals.len() as u64 - written.contents,
        rejected: refused.len() as u64,
        rows: written.contents + written.presence,
        ..Counts::default()
    };
    Ok(())
}

/// The monthly quota of a billed source, counted in the database.
fn quota_of(shared: &Shared<'_>, source: &'static dyn Source, config: &SourceConfig) -> Option<Quota> {
    let limit = config.quota_per_month.or(source.policy().quota_per_month)?;
    let pool = shared.pool.clone();
    let month = shared.run.logical_date.with_day(1)?;
    Some(Arc::new(move || {
        let pool = pool.clone();
        Box::pin(async move { quota::reserve(&pool, source.name(), month, limit).await })
    }))
}

/// A source fails when nothing came of it, and is partial when a search is incomplete or over 5 % was rejected.
fn status_of(crawl: &CrawlReport, counts: Counts) -> StageStatus {
    let failed = crawl.searches.iter().filter(|search| search.error.is_some()).count();
    let many_rejected = counts.rejected * 20 > counts.seen;
    if failed == crawl.searches.len() && failed > 0 && crawl.records == 0 {
        StageStatus::Failed
    } else if failed > 0 || many_rejected {
        StageStatus::Partial
    } else {
        StageStatus::Ok
    }
}

fn errors_of(crawl: &CrawlReport) -> Option<String> {
    let mut errors = crawl.searches.iter().filter_map(|search| Some((&search.label, search.error.as_ref()?)));
    let (label, error) = errors.next()?;
    let more = errors.count();
    let also = if more > 0 { format!(" (and {more} more searches)") } else { String::new() };
    Some(format!("{label}: {error}{also}"))
}

fn fill_rates(crawl: &CrawlReport) -> BTreeMap<&'static str, f64> {
    let sampled = crawl.fill_sampled.max(1) as f64;
    crawl
        .fill
        .iter()
        .map(|(field, filled)| (*field, (*filled as f64 / sampled * 1e4).round() / 1e4))
        .collect()
}

//! From the ledger of a run to the summary that messages tell.

use crate::db::ledger::{Counts, Run, RunEnd, StageRow, StageStatus};
use crate::db::outcome::{DayOutcome, ListedJob};
use crate::notify::message::{Failure, Match, Outcome, RunSummary, SourceHealth, StageCounts};

/// The summary of a finished run.
pub fn summarize(
    run: &Run,
    end: &RunEnd,
    rows: &[StageRow],
    duration_ms: u64,
    outcome: DayOutcome,
) -> RunSummary {
    let totals = outcome.totals;
    RunSummary {
        run_id: run.run_id,
        parent_run_id: None,
        logical_date: run.logical_date,
        status: end.status.to_owned(),
        failed_stage: end.failed_stage.map(str::to_owned),
        failed_tasks: Vec::new(),
        finished_at: end.finished_at,
        duration_ms: duration_ms as i64,
        outcome: Outcome {
            jobs_total: totals.jobs_total,
            jobs_new: totals.jobs_new,
            jobs_open: totals.jobs_open,
            rejected: totals.rejected,
        },
        stages: stages(rows),
        top_matches: outcome.new_matches.into_iter().filter_map(top_match).collect(),
        failures: rows.iter().filter_map(failure).collect(),
        sources: rows.iter().filter(|row| row.stage == "extract").map(source).collect(),
    }
}

/// One entry a stage, its sources summed up.
fn stages(rows: &[StageRow]) -> Vec<StageCounts> {
    let mut stages: Vec<(&str, Counts, StageStatus)> = Vec::new();
    for row in rows {
        match stages.last_mut() {
            Some((stage, counts, status)) if *stage == row.stage => {
                *counts += row.counts;
                if row.status != StageStatus::Ok {
                    *status = row.status;
                }
            }
            _ => stages.push((row.stage, row.counts, row.status)),
        }
    }
    let entry = |(stage, counts, status): (&str, Counts, StageStatus)| StageCounts {
        stage: stage.to_owned(),
        status: status.as_str().to_owned(),
        in_count: counts.seen as i64,
        out_count: counts.written as i64,
        duplicate_count: counts.duplicate as i64,
        rejected_count: counts.rejected as i64,
    };
    stages.into_iter().map(entry).collect()
}

fn top_match(job: ListedJob) -> Option<Match> {
    Some(Match {
        score: job.score()?.as_f64(),
        hash_key: job.hash_key,
        title: job.job_title,
        company: job.company,
        link: job.job_link.or(job.apply_url),
    })
}

fn failure(row: &StageRow) -> Option<Failure> {
    let place = [row.stage, row.source.as_str()].join(" ").trim_end().to_owned();
    Some(Failure { place, error: row.error.clone()? })
}

fn source(row: &StageRow) -> SourceHealth {
    SourceHealth {
        source: row.source.clone(),
        status: row.status.as_str().to_owned(),
        records: row.counts.seen as i64,
    }
}

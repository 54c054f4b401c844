//! The message of an orchestrator's run, whose stages were invocations of their own: put together from their ledger rows
//! and from what the orchestrator says of its tasks.

use super::summary;
use crate::db::ledger::{self, Run, RunEnd, StageRow, StageStatus};
use crate::db::outcome::DayOutcome;
use crate::notify::message::RunSummary;
use anyhow::Result;
use sqlx::PgConnection;

/// Tasks whose names begin so may fail and leave the rest of the run to be published.
const EXTRACT_TASK: &str = "extract_";

/// The summary of the run `parent`, of which `run` is the task that tells it.
pub async fn summarize(
    conn: &mut PgConnection,
    run: &Run,
    parent: &str,
    failed_tasks: &[String],
    end: &RunEnd,
    outcome: DayOutcome,
) -> Result<RunSummary> {
    let (began_at, rows) = ledger::stages_of_parent(conn, parent).await?;
    let end = RunEnd { status: status_of(failed_tasks, &rows), ..end.clone() };
    let duration_ms = began_at.map_or(0, |began| (end.finished_at - began).num_milliseconds().max(0));
    let told = summary::summarize(run, &end, &rows, duration_ms.unsigned_abs(), outcome);
    Ok(RunSummary {
        parent_run_id: Some(parent.to_owned()),
        failed_stage: failed_tasks.iter().find(|task| !task.starts_with(EXTRACT_TASK)).cloned(),
        failed_tasks: failed_tasks.to_vec(),
        ..told
    })
}

/// A failed extract leaves the run partial; any other failed task is the run's failure.
fn status_of(failed_tasks: &[String], rows: &[StageRow]) -> &'static str {
    let incomplete = |row: &StageRow| matches!(row.status, StageStatus::Partial | StageStatus::Failed);
    if failed_tasks.iter().any(|task| !task.starts_with(EXTRACT_TASK)) {
        "failed"
    } else if !failed_tasks.is_empty() || rows.iter().any(incomplete) {
        "partial"
    } else {
        "ok"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::ledger::Counts;

    fn row(status: StageStatus) -> StageRow {
        let (stage, source, counts) = ("extract", "ashby".to_owned(), Counts::default());
        StageRow { stage, source, status, counts, duration_ms: 1, error: None }
    }

    #[test]
    fn only_extracts_may_fail_without_failing_the_run() {
        let check = |failed: &[&str], status, expected| {
            let failed: Vec<String> = failed.iter().map(|task| (*task).to_owned()).collect();
            assert_eq!(status_of(&failed, &[row(StageStatus::Ok), row(status)]), expected, "{failed:?}");
        };
        check(&[], StageStatus::Ok, "ok");
        check(&[], StageStatus::Partial, "partial");
        check(&[], StageStatus::Skipped, "ok");
        check(&["extract_ashby"], StageStatus::Failed, "partial");
        check(&["extract_ashby", "dbt_tests"], StageStatus::Failed, "failed");
        check(&["quality_gate"], StageStatus::Ok, "failed");
    }
}

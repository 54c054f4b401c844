//! Waits for its turn: one run at a time, but for sources that are extracted alone, each in its lane.

use super::events::Event;
use super::{Busy, Plan};
use crate::db::ledger::{self, RunLock};
use anyhow::Result;
use sqlx::postgres::PgConnectOptions;
use std::time::{Duration, Instant};

/// How often a run that waits asks again.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// Takes the lock, at once or within the time that the plan grants. Fails with [`Busy`].
pub async fn take(options: PgConnectOptions, plan: &Plan, observer: &dyn Fn(&Event)) -> Result<RunLock> {
    let began = Instant::now();
    let mut told = false;
    loop {
        let holder = match ledger::lock(options.clone(), plan.lane.as_deref()).await? {
            Ok(lock) => return Ok(lock),
            Err(holder) => holder,
        };
        if began.elapsed() >= plan.wait {
            return Err(Busy(holder).into());
        }
        if !std::mem::replace(&mut told, true) {
            observer(&Event::Waiting { reason: Busy(holder).to_string(), at_most_s: plan.wait.as_secs() });
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}

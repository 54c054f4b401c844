//! The checks that ask the database. Each has a read-only transaction of its own, so that one unanswered question does
//! not silence the next.

use std::path::Path;
use std::time::Instant;

use chrono::{DateTime, Datelike, Months, Offset, TimeDelta, TimeZone, Utc};
use sqlx::PgPool;

use super::{Check, Context, amount, files};
use crate::db::checkup::{self, Run};

const OLDEST_SERVER: i32 = 150_000;
const ZONES: [&str; 4] = ["America/Toronto", "America/Vancouver", "America/Edmonton", "America/Winnipeg"];
const REJECTED_PERCENT: i64 = 5;
const MIGRATE: &str = "job-etl migrate";

/// All of them, in the order of the report.
pub async fn checks(context: &Context, begun: Instant) -> Vec<Check> {
    let pool = match &context.database {
        Ok(pool) => pool,
        Err(reason) => {
            let next_step = if context.embedded {
                "see server programs and data folder above"
            } else {
                "check DATABASE_URL"
            };
            return vec![Check::fail("database", reason.clone(), next_step)];
        }
    };
    let mut checks = reached(context, pool, begun).await;
    if checks.iter().any(|check| check.name == "database" && check.state == super::State::Fail) {
        return checks;
    }
    checks.push(or_unknown("roles and schemas", roles(pool).await));
    checks.push(or_unknown("migrations", migrations(context, pool).await));
    checks.push(or_unknown("views", views(context, pool).await));
    checks.push(or_unknown("write-ahead log", wal(pool).await));
    checks.push(or_unknown("time zones agree", zones(context, pool).await));
    checks.push(or_unknown("last run", last_run(context, pool).await));
    checks.push(or_unknown("run lock", run_lock(context, pool).await));
    checks.push(or_unknown("rejects", rejects(pool).await));
    checks.push(or_unknown("outbox", outbox(context, pool).await));
    checks.push(or_unknown("quota", quota(context, pool).await));
    checks.push(or_unknown("published files", published(context, pool).await));
    checks
}

fn or_unknown(name: &'static str, outcome: anyhow::Result<Check>) -> Check {
    outcome.unwrap_or_else(|error| Check::warn(name, format!("not checked: {error:#}"), MIGRATE))
}

async fn reached(context: &Context, pool: &PgPool, begun: Instant) -> Vec<Check> {
    let asked = async {
        let mut conn = checkup::look(pool).await?;
        checkup::server(&mut conn).await
    };
    let (version, number, clock) = match asked.await {
        Ok(answer) => answer,
        Err(error) => {
            let next_step =
                if context.embedded { "read postgres.log in the data folder" } else { "check DATABASE_URL" };
            return vec![Check::fail("database", format!("{error:#}"), next_step)];
        }
    };
    let whose = if context.embedded { "embedded" } else { "DATABASE_URL" };
    let database = if number < OLDEST_SERVER {
        Check::fail("database", format!("PostgreSQL {version} ({whose})"), "move to PostgreSQL 15 or newer")
    } else {
        Check::ok("database", format!("PostgreSQL {version} ({whose})"))
    };
    let passed = TimeDelta::from_std(begun.elapsed()).unwrap_or_default();
    vec![database, clocks(context.now + passed, clock)]
}

fn clocks(ours: DateTime<Utc>, theirs: DateTime<Utc>) -> Check {
    let apart = (theirs - ours).num_milliseconds();
    let finding = format!(
        "the database's clock is {:.1} s {}",
        apart.abs() as f64 / 1e3,
        if apart < 0 { "behind" } else { "ahead" }
    );
    if apart.abs() > 2_000 {
        return Check::warn("clock", finding, "synchronize both machines (chrony, systemd-timesyncd)");
    }
    Check::ok("clock", finding)
}

async fn roles(pool: &PgPool) -> anyhow::Result<Check> {
    let missing = checkup::missing(&mut *checkup::look(pool).await?).await?;
    if missing.is_empty() {
        return Ok(Check::ok("roles and schemas", "all there"));
    }
    let next_step = "job-etl migrate, or run scripts/bootstrap_db.sql as a role that may create roles";
    Ok(Check::fail("roles and schemas", format!("missing: {}", missing.join(", ")), next_step))
}

async fn migrations(context: &Context, pool: &PgPool) -> anyhow::Result<Check> {
    let found = checkup::newest_migration(&mut *checkup::look(pool).await?).await?;
    Ok(judge_migrations(context.migration, found))
}

fn judge_migrations(known: Option<i64>, found: Option<i64>) -> Check {
    const NAME: &str = "migrations";
    match (known, found) {
        (_, None) => Check::fail(NAME, "none applied", MIGRATE),
        (Some(known), Some(found)) if found > known => Check::fail(
            NAME,
            format!("the database has {found}, this program knows {known}"),
            "use the newer job-etl that migrated it",
        ),
        (Some(known), Some(found)) if found < known => {
            Check::warn(NAME, format!("the database has {found}, this program knows {known}"), MIGRATE)
        }
        (_, Some(found)) => Check::ok(NAME, format!("current ({found})")),
    }
}

async fn views(context: &Context, pool: &PgPool) -> anyhow::Result<Check> {
    const NAME: &str = "views";
    let (mark, count) = checkup::views(&mut *checkup::look(pool).await?).await?;
    let Some(fingerprint) = &context.views else {
        return Ok(Check::warn(NAME, format!("{count}, of unknown origin"), MIGRATE));
    };
    if count > 0 && mark.is_some_and(|mark| mark.ends_with(fingerprint.as_str())) {
        return Ok(Check::ok(NAME, format!("{count}, current")));
    }
    Ok(Check::warn(NAME, format!("{count}, not those of this program"), MIGRATE))
}

async fn wal(pool: &PgPool) -> anyhow::Result<Check> {
    const NAME: &str = "write-ahead log";
    let measured = checkup::wal(&mut *checkup::look(pool).await?).await;
    let Ok((bytes, wanted, idle_slots)) = measured else {
        return Ok(Check::ok(NAME, "not measured: this role may not list the log's files"));
    };
    let finding = format!("{} of {}", amount(bytes.unsigned_abs()), amount(wanted.unsigned_abs()));
    if idle_slots > 0 {
        let next_step = "drop the slots nobody reads: select pg_drop_replication_slot(slot_name)";
        return Ok(Check::warn(
            NAME,
            format!("{finding}, {idle_slots} idle replication slots hold it"),
            next_step,
        ));
    }
    if bytes > wanted.saturating_mul(2) {
        return Ok(Check::warn(NAME, finding, "run `checkpoint`, and see whether archiving works"));
    }
    Ok(Check::ok(NAME, finding))
}

/// Both sides must place midnight alike, or a run's date is not the database's date. Looks a year ahead: rules change.
async fn zones(context: &Context, pool: &PgPool) -> anyhow::Result<Check> {
    const NAME: &str = "time zones agree";
    let instants: Vec<DateTime<Utc>> =
        (0..12).filter_map(|month| context.now.checked_add_months(Months::new(month))).collect();
    let theirs = checkup::offsets(&mut *checkup::look(pool).await?, &ZONES, &instants).await?;
    for (zone, instant, seconds) in theirs {
        let zone: chrono_tz::Tz = zone.parse().map_err(|_| anyhow::anyhow!("unknown time zone {zone}"))?;
        let ours = zone.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc();
        if ours != seconds {
            let hours = |seconds: i32| f64::from(seconds) / 3_600.0;
            let day = instant.date_naive();
            let finding =
                format!("{zone} on {day}: here {:+} h, in the database {:+} h", hours(ours), hours(seconds));
            return Ok(Check::warn(NAME, finding, "update tzdata of the database's machine, or job-etl"));
        }
    }
    Ok(Check::ok(NAME, format!("{} zones for the next twelve months", ZONES.len())))
}

async fn last_run(context: &Context, pool: &PgPool) -> anyhow::Result<Check> {
    let run = checkup::last_run(&mut *checkup::look(pool).await?).await?;
    Ok(judge_last_run(run.as_ref(), context.now))
}

fn judge_last_run(run: Option<&Run>, now: DateTime<Utc>) -> Check {
    const NAME: &str = "last run";
    let Some(run) = run else { return Check::warn(NAME, "none yet", "job-etl run") };
    let hours = (now - run.started_at).num_hours();
    let finding = format!("{} for {}, {hours} h ago", run.status, run.logical_date);
    match run.status.as_str() {
        "ok" if hours <= 26 => Check::ok(NAME, finding),
        "ok" => Check::warn(NAME, finding, "job-etl run, or look at the schedule"),
        _ => {
            let stage = run.failed_stage.as_deref().map(|stage| format!(" in {stage}")).unwrap_or_default();
            let error =
                run.error.as_deref().and_then(|error| error.lines().next()).unwrap_or("no reason given");
            Check::warn(NAME, format!("{finding}{stage}: {error}"), "job-etl status, then job-etl run")
        }
    }
}

async fn run_lock(context: &Context, pool: &PgPool) -> anyhow::Result<Check> {
    let runs = checkup::open_runs(&mut *checkup::look(pool).await?).await?;
    let is_alive =
        |pid: i32| Path::new(&format!("/proc/{pid}")).exists() || !Path::new("/proc/self").exists();
    Ok(judge_open_runs(&runs, &context.host, is_alive))
}

fn judge_open_runs(runs: &[Run], host: &str, is_alive: impl Fn(i32) -> bool) -> Check {
    const NAME: &str = "run lock";
    let Some(run) = runs.first() else { return Check::ok(NAME, "no run is going on") };
    let finding = format!(
        "run of {} by process {} on {} since {}",
        run.logical_date, run.pid, run.host, run.started_at
    );
    if run.host != host {
        return Check::warn(NAME, finding, format!("see on {} whether it is alive", run.host));
    }
    if is_alive(run.pid) {
        return Check::ok(NAME, format!("{finding}, alive"));
    }
    Check::warn(NAME, format!("{finding}, killed"), "job-etl run closes it and resumes its work")
}

async fn rejects(pool: &PgPool) -> anyhow::Result<Check> {
    let sources = checkup::rejects(&mut *checkup::look(pool).await?).await?;
    Ok(judge_rejects(&sources))
}

fn judge_rejects(sources: &[(String, i64, i64)]) -> Check {
    const NAME: &str = "rejects";
    let total: i64 = sources.iter().map(|(_, _, rejected)| rejected).sum();
    let above = sources.iter().filter(|(_, records, rejected)| rejected * 100 > records * REJECTED_PERCENT);
    let above: Vec<String> =
        above.map(|(source, records, rejected)| format!("{source} {rejected} of {records}")).collect();
    if above.is_empty() {
        return Check::ok(NAME, format!("{total} in the last run, no source above {REJECTED_PERCENT} %"));
    }
    let next_step =
        "see the reasons: select source, code, detail from ops.rejects order by last_seen_at desc";
    Check::warn(NAME, format!("above {REJECTED_PERCENT} %: {}", above.join(", ")), next_step)
}

async fn outbox(context: &Context, pool: &PgPool) -> anyhow::Result<Check> {
    const NAME: &str = "outbox";
    let (waiting, disabled, oldest, error) = checkup::outbox(&mut *checkup::look(pool).await?).await?;
    let why = error.map(|error| format!(" ({error})")).unwrap_or_default();
    if disabled > 0 {
        let finding = format!("{disabled} messages given up{why}, {waiting} waiting");
        return Ok(Check::warn(NAME, finding, "check JOB_ETL_WEBHOOK_URL; the next run tells the news anew"));
    }
    if let Some(oldest) = oldest.filter(|oldest| context.now - oldest > TimeDelta::hours(1)) {
        let hours = (context.now - oldest).num_hours();
        let finding = format!("{waiting} messages waiting, the oldest for {hours} h{why}");
        return Ok(Check::warn(NAME, finding, "job-etl notify sends what is due; is the receiver up?"));
    }
    Ok(Check::ok(NAME, format!("{waiting} messages waiting")))
}

async fn quota(context: &Context, pool: &PgPool) -> anyhow::Result<Check> {
    const NAME: &str = "quota";
    let month = context.now.date_naive().with_day(1).unwrap_or_default();
    let used = checkup::quota(&mut *checkup::look(pool).await?, month).await?;
    let sources = context.config.as_deref().unwrap_or_default();
    let mut findings = Vec::new();
    let mut short = false;
    for (source, limit) in
        sources.iter().filter_map(|needs| Some((&needs.source, i64::from(needs.quota_per_month?))))
    {
        let used = used.iter().find(|(name, _)| name == source).map_or(0, |(_, used)| i64::from(*used));
        short |= used * 10 >= limit * 9;
        findings.push(format!("{source} {used} of {limit} this month"));
    }
    if findings.is_empty() {
        return Ok(Check::ok(NAME, "no source with a quota"));
    }
    if short {
        let next_step = "wait for the next month, or raise quota_per_month in config/sources.yml";
        return Ok(Check::warn(NAME, findings.join(", "), next_step));
    }
    Ok(Check::ok(NAME, findings.join(", ")))
}

async fn published(context: &Context, pool: &PgPool) -> anyhow::Result<Check> {
    let publications = checkup::publications(&mut *checkup::look(pool).await?).await?;
    let artifacts = context.artifacts.clone();
    Ok(tokio::task::spawn_blocking(move || files::published(&artifacts, &publications)).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    fn run(status: &str) -> Run {
        Run {
            status: status.to_owned(),
            logical_date: "2026-11-22".parse().expect("a date"),
            started_at: "2026-11-22T12:00:00Z".parse().expect("an instant"),
            failed_stage: None,
            error: None,
            host: "here".to_owned(),
            pid: 42,
        }
    }

    #[test]
    fn the_last_run_is_judged_by_status_and_age() {
        let check = |status: Option<&str>, hours: i64, expected: State| {
            let run = status.map(run);
            let now = super::tests::run("ok").started_at + TimeDelta::hours(hours);
            assert_eq!(judge_last_run(run.as_ref(), now).state, expected, "{status:?} {hours}");
        };
        check(Some("ok"), 24, State::Ok);
        check(Some("ok"), 48, State::Warn);
        check(Some("failed"), 1, State::Warn);
        check(None, 0, State::Warn);
    }

    #[test]
    fn a_lock_of_a_killed_run_is_told_from_one_that_works() {
        let check = |runs: &[Run], host: &str, alive: bool, expected: State| {
            assert_eq!(judge_open_runs(runs, host, |_| alive).state, expected, "{host} {alive}");
        };
        check(&[], "here", false, State::Ok);
        check(&[run("running")], "here", true, State::Ok);
        check(&[run("running")], "here", false, State::Warn);
        check(&[run("running")], "elsewhere", true, State::Warn);
    }

    #[test]
    fn migrations_clocks_and_rejects() {
        assert_eq!(judge_migrations(Some(2), Some(2)).state, State::Ok);
        assert_eq!(judge_migrations(Some(2), Some(1)).state, State::Warn);
        assert_eq!(judge_migrations(Some(2), Some(3)).state, State::Fail);
        assert_eq!(judge_migrations(Some(2), None).state, State::Fail);
        let now = run("ok").started_at;
        assert_eq!(clocks(now, now - TimeDelta::seconds(2)).state, State::Ok);
        assert_eq!(clocks(now, now + TimeDelta::milliseconds(2_001)).state, State::Warn);
        assert_eq!(judge_rejects(&[("lever".to_owned(), 100, 5)]).state, State::Ok);
        assert_eq!(judge_rejects(&[("lever".to_owned(), 100, 6)]).state, State::Warn);
    }
}

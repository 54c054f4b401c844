-- Runs, newest first: an invocation of its own, or all tasks of an orchestrator's run for one day. A task is told by its
-- arguments, and its last try says how it ended.
with tries as (
    select *, coalesce(parent_run_id, run_id::text) as run
    from ops.runs
    where $1::date is null or logical_date = $1
    order by run_id desc
    -- Far more than any list shows; a ledger of years is not read for it.
    limit 2000
),
tasks as (
    select distinct on (run, logical_date, arguments) *
    from tries
    order by run, logical_date, arguments, run_id desc
),
worst as (
    select distinct on (run, logical_date) run, logical_date, status, failed_stage, error, code_version
    from tasks
    order by run, logical_date,
        array_position(array['running', 'failed', 'abandoned', 'interrupted', 'partial', 'ok'], status), run_id desc
),
told as (
    select run, logical_date, min(started_at) as started_at, max(finished_at) as finished_at,
        sum(rows_written) as rows_written, count(distinct arguments) as tasks, max(run_id::text) as newest
    from tries
    group by run, logical_date
)
select
    worst.run as "run_id!",
    worst.logical_date as "logical_date!",
    worst.status as "status!",
    worst.failed_stage,
    worst.error,
    told.started_at as "started_at!",
    case when worst.status <> 'running' then told.finished_at end as finished_at,
    told.rows_written::bigint as "rows_written!",
    told.tasks as "tasks!",
    worst.code_version as "code_version!"
from worst
join told using (run, logical_date)
order by told.newest desc
limit $2

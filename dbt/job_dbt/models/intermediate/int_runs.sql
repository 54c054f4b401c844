-- A task that was tried again leaves an invocation for each try: the last one says how the task ended.
with tasks as (
    select distinct on (run_id, logical_date, lane, arguments)
        run_id,
        logical_date,
        run_status
    from {{ ref('stg_runs') }}
    order by run_id, logical_date, lane, arguments, started_at desc
),

ends as (
    select
        run_id,
        logical_date,
        (
            array_agg(
                run_status
                order by array_position(array['running', 'failed', 'interrupted', 'abandoned', 'partial', 'ok'], run_status)
            )
        )[1] as run_status
    from tasks
    group by run_id, logical_date
)

select
    invocations.run_id,
    invocations.logical_date,
    min(invocations.as_of) as as_of,
    min(ends.run_status) as run_status,
    count(*)::integer as invocations,
    min(invocations.started_at) as started_at,
    case when bool_and(invocations.finished_at is not null) then max(invocations.finished_at) end as finished_at,
    (array_agg(invocations.code_version order by invocations.started_at desc))[1] as code_version
from {{ ref('stg_runs') }} as invocations
inner join ends on ends.run_id = invocations.run_id and ends.logical_date = invocations.logical_date
group by invocations.run_id, invocations.logical_date

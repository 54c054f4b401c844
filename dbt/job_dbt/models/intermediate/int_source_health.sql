-- Where a task asked a source again, the last answer is the one that counts.
select distinct on (runs.run_id, runs.logical_date, health.source)
    runs.run_id,
    runs.logical_date,
    runs.as_of,
    runs.started_at,
    health.source,
    health.status,
    health.searches,
    health.searches_failed,
    health.requests,
    health.pages,
    health.bytes,
    health.records,
    health.fill_rates,
    health.error,
    -- It asks for one day, and so for a part of what the source has.
    runs.is_backfill
from {{ ref('stg_source_health') }} as health
inner join {{ ref('stg_runs') }} as runs on runs.invocation_id = health.invocation_id
order by runs.run_id, runs.logical_date, health.source, runs.started_at desc

select
    runs.run_id,
    runs.invocation_id,
    runs.lane,
    runs.logical_date,
    runs.as_of,
    runs.run_status,
    stages.stage,
    stages.source,
    stages.status,
    stages.in_count,
    stages.out_count,
    stages.duplicate_count,
    stages.rejected_count,
    stages.rows_written,
    stages.duration_ms,
    stages.error,
    runs.started_at,
    runs.finished_at,
    runs.code_version,
    runs.config_version
from {{ ref('stg_run_stages') }} as stages
inner join {{ ref('stg_runs') }} as runs on runs.invocation_id = stages.invocation_id

select
    runs.run_id,
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
    runs.code_version
from {{ ref('stg_run_stages') }} as stages
inner join {{ ref('stg_runs') }} as runs on runs.run_id = stages.run_id

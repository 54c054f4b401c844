select
    run_id::text as invocation_id,
    coalesce(parent_run_id, run_id::text) as run_id,
    lane,
    logical_date,
    as_of,
    status as run_status,
    failed_stage,
    error as run_error,
    started_at,
    finished_at,
    code_version,
    config_version,
    is_backfill,
    arguments
from {{ source('ops', 'runs') }}

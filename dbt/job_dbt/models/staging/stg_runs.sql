select
    run_id::text as run_id,
    logical_date,
    as_of,
    status as run_status,
    failed_stage,
    error as run_error,
    started_at,
    finished_at,
    code_version
from {{ source('ops', 'runs') }}

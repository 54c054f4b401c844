select
    run_id::text as invocation_id,
    stage,
    source,
    status,
    in_count,
    out_count,
    duplicate_count,
    rejected_count,
    rows_written,
    duration_ms,
    error,
    ranked_jobs,
    matched_jobs
from {{ source('ops', 'run_stages') }}

select
    run_id::text as invocation_id,
    source,
    status,
    searches,
    searches_failed,
    requests,
    pages,
    bytes,
    records,
    fill_rates,
    error
from {{ source('ops', 'source_health') }}

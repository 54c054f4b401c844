select
    source,
    source_job_id as provider_job_id,
    search,
    first_seen_at,
    last_seen_at,
    closed_at,
    closed_reason
from {{ source('staging', 'posting_presence') }}

select
    hash_key,
    first_seen_at,
    last_seen_at,
    open_postings,
    closed_at,
    closed_at is null as is_open
from {{ source('staging', 'job_presence') }}

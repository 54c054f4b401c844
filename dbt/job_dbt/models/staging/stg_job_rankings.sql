select
    profile,
    hash_key,
    rank_score,
    rank_explain
from {{ source('staging', 'job_rankings') }}

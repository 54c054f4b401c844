select
    profile,
    hash_key,
    rank_score,
    rank_explain,
    hidden_by
from {{ source('staging', 'job_rankings') }}

select
    rankings.profile,
    rankings.hash_key as job_id,
    rankings.rank_score,
    rankings.rank_explain,
    rankings.hidden_by
from {{ ref('stg_job_rankings') }} as rankings

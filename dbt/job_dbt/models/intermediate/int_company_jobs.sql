select
    jobs.company_id,
    count(*)::integer as jobs,
    (count(*) filter (where presence.is_open))::integer as open_jobs,
    min(presence.first_seen_at) as first_seen_at,
    max(presence.last_seen_at) as last_seen_at
from {{ ref('stg_jobs') }} as jobs
left join {{ ref('stg_job_presence') }} as presence on presence.hash_key = jobs.hash_key
group by jobs.company_id

-- A run gives every job one cluster, alone or with others. Before the first `job-etl dedupe` there is none, which is fine.
select jobs.hash_key
from {{ ref('stg_jobs') }} as jobs
left join {{ ref('stg_job_clusters') }} as clusters on clusters.hash_key = jobs.hash_key
where clusters.hash_key is null
    and exists (select 1 from {{ ref('stg_job_clusters') }})

-- The joins of the marts neither lose a job nor repeat one.
select facts.jobs, staged.jobs as staged_jobs
from (select count(*) as jobs from {{ ref('fact_jobs') }}) as facts
cross join (select count(*) as jobs from {{ source('staging', 'job_postings_stg') }}) as staged
where facts.jobs <> staged.jobs

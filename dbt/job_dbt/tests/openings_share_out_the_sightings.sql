-- Every posting stands behind one job: the jobs' openings add up to the postings.
select facts.openings, sightings.postings
from (select coalesce(sum(openings), 0) as openings from {{ ref('fact_jobs') }}) as facts
cross join (select count(*) as postings from {{ source('staging', 'job_sightings') }}) as sightings
where facts.openings <> sightings.postings

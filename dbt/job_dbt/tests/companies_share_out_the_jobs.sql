-- Every job belongs to one company: the companies' counts add up to the jobs.
select companies.jobs, facts.jobs as fact_jobs
from (
    select coalesce(sum(jobs), 0) as jobs, coalesce(sum(open_jobs), 0) as open_jobs
    from {{ ref('dim_companies') }}
) as companies
cross join (
    select count(*) as jobs, count(*) filter (where is_open) as open_jobs
    from {{ ref('fact_jobs') }}
) as facts
where companies.jobs <> facts.jobs or companies.open_jobs <> facts.open_jobs

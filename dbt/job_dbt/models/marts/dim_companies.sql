select
    companies.company_id,
    companies.company_key,
    companies.display_name,
    companies.company_size,
    coalesce(company_jobs.jobs, 0) as jobs,
    coalesce(company_jobs.open_jobs, 0) as open_jobs,
    company_jobs.first_seen_at,
    company_jobs.last_seen_at
from {{ ref('stg_companies') }} as companies
left join {{ ref('int_company_jobs') }} as company_jobs on company_jobs.company_id = companies.company_id

select
    job_title_std,
    coalesce(location_country, '') as location_country,
    coalesce(seniority, '') as seniority,
    count(*) as jobs_with_pay,
    round(percentile_cont(0.25) within group (order by stated_pay)::numeric, 2) as lower_quartile_pay_cad,
    round(percentile_cont(0.5) within group (order by stated_pay)::numeric, 2) as median_pay_cad,
    round(percentile_cont(0.75) within group (order by stated_pay)::numeric, 2) as upper_quartile_pay_cad
from {{ ref('int_openings') }}
where is_canonical and job_title_std is not null and stated_pay is not null
group by job_title_std, location_country, seniority

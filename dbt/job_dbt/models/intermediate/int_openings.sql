-- Of the jobs of one opening the one that stands for it and, while that is closed, the one that lists show instead: count
-- what is listed, or what is canonical, and nothing advertised five times counts five times.
select
    hash_key,
    job_title_std,
    seniority,
    location_country,
    skills,
    is_canonical,
    is_listed,
    first_seen_at,
    last_seen_at,
    -- What the source or its words state; an estimate is not a pay that anybody offers.
    case
        when salary_origin in ('structured', 'text')
            then coalesce((salary_min_norm + salary_max_norm) / 2, salary_min_norm, salary_max_norm)
    end as stated_pay
from {{ ref('int_jobs') }}
where is_listed or is_canonical

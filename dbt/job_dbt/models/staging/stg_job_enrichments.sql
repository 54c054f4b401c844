select
    hash_key,
    content_hash,
    job_title_std,
    occupation_code,
    seniority,
    skills,
    location_std,
    location_city,
    location_region,
    location_country,
    location_lat,
    location_lon,
    salary_min_norm,
    salary_max_norm,
    case
        when salary_min_norm is not null or salary_max_norm is not null then '{{ var("norm_currency") }}'
    end as salary_currency_norm,
    language,
    provenance
from {{ source('staging', 'job_enrichments') }}

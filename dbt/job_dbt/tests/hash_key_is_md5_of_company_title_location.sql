-- Lower case beyond ASCII depends on the locale of the server, so only rows in ASCII are recomputed here.
select hash_key, company, job_title, location
from {{ ref('fact_jobs') }}
where concat(company, job_title, location) ~ '^[ -~]*$'
    and hash_key <> md5(
        lower(
            trim(regexp_replace(company, '\s+', ' ', 'g')) || '|'
            || trim(regexp_replace(job_title, '\s+', ' ', 'g')) || '|'
            || trim(regexp_replace(coalesce(location, ''), '\s+', ' ', 'g'))
        )
    )

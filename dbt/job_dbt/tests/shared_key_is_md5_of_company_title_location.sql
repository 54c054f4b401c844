-- The key that the openings of one company, headline and place share; the first of them has it as its hash_key.
-- Lower case beyond ASCII depends on the locale of the server, so only rows in ASCII are recomputed here.
select jobs.hash_key, jobs.company, jobs.job_title, jobs.location
from {{ ref('stg_jobs') }} as jobs
inner join {{ source('staging', 'job_sightings') }} as sightings on sightings.hash_key = jobs.hash_key
where concat(jobs.company, jobs.job_title, jobs.location) ~ '^[ -~]*$'
    and sightings.shared_key <> md5(
        lower(
            trim(regexp_replace(jobs.company, '\s+', ' ', 'g')) || '|'
            || trim(regexp_replace(jobs.job_title, '\s+', ' ', 'g')) || '|'
            || trim(regexp_replace(coalesce(jobs.location, ''), '\s+', ' ', 'g'))
        )
    )

select
    source,
    source_job_id as provider_job_id,
    hash_key,
    job_link,
    apply_url,
    requisition_id,
    posted_at
from {{ source('staging', 'job_sightings') }}

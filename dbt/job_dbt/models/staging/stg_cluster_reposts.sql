select
    cluster_id,
    reposts
from {{ source('staging', 'cluster_reposts') }}

select
    clusters.hash_key,
    clusters.cluster_id,
    clusters.is_canonical,
    clusters.is_repost,
    clusters.is_republished,
    clusters.cluster_size,
    clusters.why as cluster_why,
    clusters.similarity
from {{ source('staging', 'job_clusters') }} as clusters

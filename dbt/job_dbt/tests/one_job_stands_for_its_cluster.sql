-- Exactly one member is canonical, the size is the number of members, and the cluster bears the key of one of them.
select cluster_id
from {{ ref('stg_job_clusters') }}
group by cluster_id
having count(*) filter (where is_canonical) <> 1
    or count(*) <> min(cluster_size)
    or min(cluster_size) <> max(cluster_size)
    or not bool_or(hash_key = cluster_id)

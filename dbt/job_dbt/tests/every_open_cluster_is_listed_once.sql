-- Lists show one job of each cluster that has an open one, and none of the others.
select cluster_id
from {{ ref('fact_jobs') }}
group by cluster_id
having count(*) filter (where is_listed) <> bool_or(is_open)::integer

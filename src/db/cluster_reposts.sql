-- Reposts of each cluster: its jobs that another member had advertised before, and postings of its other jobs that came
-- when one of the cluster's postings had closed. A posting that closes and comes back under its own id keeps one row, so
-- that is not counted.
with seen as (
    select
        c.cluster_id,
        c.hash_key,
        c.is_repost,
        p.first_seen_at,
        min(p.closed_at) filter (where p.closed_at > p.first_seen_at) over (partition by c.cluster_id) as first_closed_at
    from staging.job_clusters c
    join staging.job_sightings s using (hash_key)
    join staging.posting_presence p using (source, source_job_id)
),
counted as (
    select
        cluster_id,
        (
            count(distinct hash_key) filter (where is_repost)
            + count(*) filter (where not is_repost and first_seen_at >= first_closed_at)
        )::integer as reposts
    from seen
    group by cluster_id
),
wanted as (
    select cluster_id, reposts
    from counted
    where reposts > 0
),
removed as (
    delete from staging.cluster_reposts r
    where not exists (select from wanted w where w.cluster_id = r.cluster_id)
    returning r.cluster_id
),
written as (
    insert into staging.cluster_reposts as r (cluster_id, reposts)
    select w.cluster_id, w.reposts
    from wanted w
    left join staging.cluster_reposts k using (cluster_id)
    where k.reposts is distinct from w.reposts
    on conflict (cluster_id) do update set reposts = excluded.reposts
    returning r.cluster_id
)
select (select count(*) from removed) + (select count(*) from written) as "rows!"

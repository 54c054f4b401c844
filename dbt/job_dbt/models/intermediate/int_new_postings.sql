-- Presence keeps as first_seen_at the instant that the invocation took for now, so that instant and source find it again.
-- Two invocations with the same instant, such as two backfills of one day, cannot be told apart: the first one to which the
-- source sent something new is taken.
with asked as (
    select distinct on (stages.source, runs.as_of)
        stages.source,
        runs.as_of,
        runs.run_id,
        runs.logical_date
    from {{ ref('stg_run_stages') }} as stages
    inner join {{ ref('stg_runs') }} as runs on runs.invocation_id = stages.invocation_id
    where stages.stage = 'extract' and stages.source <> ''
    order by stages.source, runs.as_of, stages.out_count = 0, runs.started_at
)

select
    asked.run_id,
    asked.logical_date,
    asked.source,
    count(*) as postings,
    count(distinct sightings.hash_key) as jobs,
    count(distinct rankings.hash_key) filter (where clusters.is_canonical is not false) as matched
from {{ ref('stg_posting_presence') }} as presence
inner join asked on asked.source = presence.source and asked.as_of = presence.first_seen_at
left join {{ ref('stg_job_sightings') }} as sightings
    on sightings.source = presence.source and sightings.provider_job_id = presence.provider_job_id
left join {{ ref('stg_job_clusters') }} as clusters on clusters.hash_key = sightings.hash_key
left join {{ ref('stg_job_rankings') }} as rankings
    on rankings.hash_key = sightings.hash_key and rankings.profile = '{{ var("profile") }}' and rankings.hidden_by = '{}'
group by asked.run_id, asked.logical_date, asked.source

-- Grouping invocations to runs loses no record and repeats none: each step adds up to its stage.
with steps as (
    select 'extract' as stage, sum(extracted) as counted from {{ ref('run_stats') }}
    union all
    select 'normalize', sum(staged) from {{ ref('run_stats') }}
    union all
    select 'dedupe', sum(deduped + duplicates) from {{ ref('run_stats') }}
    union all
    select 'enrich', sum(enriched) from {{ ref('run_stats') }}
    union all
    select 'rank', sum(ranked) from {{ ref('run_stats') }}
)

select steps.stage, steps.counted, stages.recorded
from steps
left join (
    select stage, sum(case stage when 'extract' then in_count when 'dedupe' then out_count + duplicate_count when 'rank' then ranked_jobs else out_count end) as recorded
    from {{ source('ops', 'run_stages') }}
    where source <> ''
    group by stage
) as stages on stages.stage = steps.stage
where coalesce(steps.counted, 0) <> coalesce(stages.recorded, 0)

select
    runs.run_id,
    runs.logical_date,
    runs.as_of,
    health.source,
    health.status,
    health.searches,
    health.searches_failed,
    health.requests,
    health.pages,
    health.bytes,
    health.records,
    (
        select coalesce(sum(stages.rejected_count), 0)::bigint
        from {{ ref('stg_run_stages') }} as stages
        where stages.run_id = health.run_id and stages.source = health.source
    ) as rejected_count,
    health.fill_rates,
    (health.fill_rates ->> 'location')::double precision as location_fill_rate,
    (health.fill_rates ->> 'remote')::double precision as remote_fill_rate,
    (health.fill_rates ->> 'employment')::double precision as employment_fill_rate,
    (health.fill_rates ->> 'salary')::double precision as salary_fill_rate,
    (health.fill_rates ->> 'description')::double precision as description_fill_rate,
    (health.fill_rates ->> 'skills')::double precision as skills_fill_rate,
    (health.fill_rates ->> 'posted_at')::double precision as posted_at_fill_rate,
    (
        select round(avg(field.value::numeric), 4)
        from jsonb_each_text(health.fill_rates) as field
    ) as mean_fill_rate,
    (
        select field.key
        from jsonb_each_text(health.fill_rates) as field
        order by field.value::numeric, field.key
        limit 1
    ) as emptiest_field,
    health.error
from {{ ref('stg_source_health') }} as health
inner join {{ ref('stg_runs') }} as runs on runs.run_id = health.run_id

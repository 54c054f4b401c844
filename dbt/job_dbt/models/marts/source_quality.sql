with dated as (
    select
        health.*,
        -- Answers of the runs before; those that failed or were asked for one day only say nothing about what is usual.
        array_agg(records) filter (where status in ('ok', 'partial') and not is_backfill)
            over (partition by source order by started_at, run_id rows between 7 preceding and 1 preceding) as last_7,
        array_agg(records) filter (where status in ('ok', 'partial') and not is_backfill)
            over (partition by source order by started_at, run_id rows between 14 preceding and 1 preceding) as last_14
    from {{ ref('int_source_health') }} as health
),

rejected as (
    select
        run_id,
        logical_date,
        source,
        sum(rejected_count)::bigint as rejected_count,
        sum(rejected_count) filter (where stage in ('extract', 'normalize'))
            / nullif(sum(in_count) filter (where stage in ('extract', 'normalize')), 0) as rejected_share
    from {{ ref('run_stages') }}
    where source <> ''
    group by run_id, logical_date, source
)

select
    dated.run_id,
    dated.logical_date,
    dated.as_of,
    dated.source,
    dated.status,
    dated.searches,
    dated.searches_failed,
    dated.requests,
    dated.pages,
    dated.bytes,
    dated.records,
    coalesce(rejected.rejected_count, 0) as rejected_count,
    dated.fill_rates,
    (dated.fill_rates ->> 'location')::double precision as location_fill_rate,
    (dated.fill_rates ->> 'remote')::double precision as remote_fill_rate,
    (dated.fill_rates ->> 'employment')::double precision as employment_fill_rate,
    (dated.fill_rates ->> 'salary')::double precision as salary_fill_rate,
    (dated.fill_rates ->> 'description')::double precision as description_fill_rate,
    (dated.fill_rates ->> 'skills')::double precision as skills_fill_rate,
    (dated.fill_rates ->> 'posted_at')::double precision as posted_at_fill_rate,
    filled.mean_fill_rate,
    filled.emptiest_field,
    dated.error,
    round(rejected.rejected_share, 4) as rejected_share,
    medians.median_7 as median_records_7_runs,
    medians.median_14 as median_records_14_runs,
    coalesce(cardinality(dated.last_14), 0) as earlier_runs,
    -- Half or twice of what is usual, and by more than ten records: a board of five postings may well have two tomorrow.
    case
        when cardinality(dated.last_14) >= 5 and not dated.is_backfill then
            dated.status = 'failed'
            or (
                abs(dated.records - medians.median_14) > 10
                and dated.records not between medians.median_14 / 2 and medians.median_14 * 2
            )
    end as is_drifting
from dated
left join rejected
    on rejected.run_id = dated.run_id
    and rejected.logical_date = dated.logical_date
    and rejected.source = dated.source
cross join lateral (
    select
        (select percentile_cont(0.5) within group (order by records) from unnest(dated.last_7) as records) as median_7,
        (select percentile_cont(0.5) within group (order by records) from unnest(dated.last_14) as records) as median_14
) as medians
cross join lateral (
    select
        round(avg(field.value::numeric), 4) as mean_fill_rate,
        (array_agg(field.key order by field.value::numeric, field.key))[1] as emptiest_field
    from jsonb_each_text(dated.fill_rates) as field
) as filled

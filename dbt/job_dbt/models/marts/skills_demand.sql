-- Days count back from the last sight of any job, not from the clock: a database that rests keeps its figures.
with last_sight as (
    select max(last_seen_at) as seen_at from {{ ref('stg_job_presence') }}
),

openings as (
    select
        skills,
        location_country,
        stated_pay::double precision as stated_pay,
        is_listed,
        is_canonical and first_seen_at > last_sight.seen_at - interval '28 days' as is_new
    from {{ ref('int_openings') }}
    cross join last_sight
    where is_listed or first_seen_at > last_sight.seen_at - interval '28 days'
),

countries as (
    select
        case when grouping(location_country) = 1 then '*' else coalesce(location_country, '') end as location_country,
        count(*) filter (where is_listed) as open_jobs
    from openings
    group by grouping sets ((location_country), ())
),

demand as (
    select
        asked.skill,
        case when grouping(location_country) = 1 then '*' else coalesce(location_country, '') end as location_country,
        count(*) filter (where is_listed) as open_jobs,
        count(*) filter (where is_new) as new_jobs_28_days,
        count(stated_pay) filter (where is_listed) as open_jobs_with_pay,
        percentile_cont(0.5) within group (order by stated_pay) filter (where is_listed) as median_pay
    from openings
    cross join lateral unnest(openings.skills) as asked (skill)
    group by grouping sets ((asked.skill, location_country), (asked.skill))
)

select
    demand.skill,
    demand.location_country,
    demand.open_jobs,
    demand.new_jobs_28_days,
    round(demand.open_jobs::numeric / nullif(countries.open_jobs, 0), 4) as share_of_open_jobs,
    demand.open_jobs_with_pay,
    round(demand.median_pay::numeric, 2) as median_pay_cad
from demand
inner join countries on countries.location_country = demand.location_country

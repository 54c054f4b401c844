-- One row per company key. The name is the spelling that most jobs use, the size that of the job posted last.
with named as (
    select company_key, mode() within group (order by company) as display_name
    from staging.job_postings_stg
    group by company_key
),
sized as (
    select distinct on (company_key) company_key, company_size
    from staging.job_postings_stg
    where company_size is not null
    order by company_key, posted_at desc nulls last, hash_key
)
insert into staging.companies (company_id, company_key, display_name, company_size)
select md5(n.company_key), n.company_key, n.display_name, s.company_size
from named n
left join sized s using (company_key)
left join staging.companies k using (company_key)
where k.company_key is null
   or (k.display_name, k.company_size) is distinct from (n.display_name, s.company_size)
on conflict (company_id) do update set
    display_name = excluded.display_name,
    company_size = excluded.company_size

-- Blocks whose signatures were not made from their present jobs at revision $1. A company of more than $2 jobs is cut into
-- parts by the first digits of the hash key, so that no block is larger than memory likes, whatever the company.
-- A block whose jobs are gone comes without jobs. Materialized: else the planner counts the parts for every job and hashes the
-- sightings in every worker (a third of the time).
with sized as (
    select company_key, count(*) as jobs
    from staging.job_postings_stg
    group by company_key
),
parted as materialized (
    select
        company_key,
        coalesce(
            (select min(parts) from unnest(array[1, 2, 4, 8, 16, 32, 64, 128, 256, 512]) as parts where parts * $2 >= jobs),
            1024
        )::smallint as parts
    from sized
),
sighted as materialized (
    select
        hash_key,
        md5(string_agg(
            row(source, job_link, apply_url, requisition_id, posted_at)::text, ''
            order by source collate "C", source_job_id collate "C"
        )) as sightings_hash
    from staging.job_sightings
    group by hash_key
),
placed as (
    select
        j.company_key,
        p.parts,
        (('x' || substr(j.hash_key, 1, 4))::bit(16)::integer % p.parts)::smallint as part,
        j.hash_key,
        md5(row(
            j.hash_key, j.content_hash, s.sightings_hash, e.language, e.places, e.location_city, e.location_region,
            e.location_country, e.location_lat, e.location_lon, e.remote_type
        )::text) as job_hash
    from staging.job_postings_stg j
    join parted p using (company_key)
    left join sighted s using (hash_key)
    left join staging.job_enrichments e using (hash_key)
),
present as (
    select
        company_key,
        parts,
        part,
        count(*) as jobs,
        md5(string_agg(job_hash, '' order by hash_key collate "C")) as input_hash
    from placed
    group by company_key, parts, part
)
select
    company_key as "company_key!",
    parts as "parts!",
    part as "part!",
    coalesce(n.jobs, 0) as "jobs!",
    coalesce(n.input_hash, '') as "input_hash!"
from present n
full join staging.job_blocks b using (company_key, parts, part)
where b.input_hash is distinct from n.input_hash or b.revision is distinct from $1
order by company_key collate "C", parts, part

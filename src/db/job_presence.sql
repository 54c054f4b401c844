-- Presence of a job: of all postings that show it, the first and last sight, and how many are still open.
with rolled as (
    select
        s.hash_key,
        min(p.first_seen_at) as first_seen_at,
        max(p.last_seen_at) as last_seen_at,
        (count(*) filter (where p.closed_at is null))::integer as open_postings,
        case when bool_and(p.closed_at is not null) then max(p.closed_at) end as closed_at
    from staging.job_sightings s
    join staging.posting_presence p using (source, source_job_id)
    group by s.hash_key
)
insert into staging.job_presence (hash_key, first_seen_at, last_seen_at, open_postings, closed_at)
select r.hash_key, r.first_seen_at, r.last_seen_at, r.open_postings, r.closed_at
from rolled r
left join staging.job_presence k using (hash_key)
where k.hash_key is null
   or (k.first_seen_at, k.last_seen_at, k.open_postings, k.closed_at)
      is distinct from (r.first_seen_at, r.last_seen_at, r.open_postings, r.closed_at)
on conflict (hash_key) do update set
    first_seen_at = excluded.first_seen_at,
    last_seen_at = excluded.last_seen_at,
    open_postings = excluded.open_postings,
    closed_at = excluded.closed_at

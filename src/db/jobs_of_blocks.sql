-- The jobs of the blocks ($1, $2, $3), block by block, with what their sightings add.
select
    b.position as "position!",
    j.hash_key as "hash_key!",
    j.source as "source!",
    j.company as "company!",
    j.job_title as "job_title!",
    j.location,
    j.place_city,
    j.place_region,
    j.place_country,
    j.place_lat,
    j.place_lon,
    j.description_text,
    j.contract_type as "contract_type!",
    (j.salary_min * 100)::bigint as salary_min_cents,
    (j.salary_max * 100)::bigint as salary_max_cents,
    coalesce(nullif(e.remote_type, 'unknown'), j.remote_type) as "remote_type!",
    e.language as "language?",
    e.places::text as "places?",
    e.location_city as "location_city?",
    e.location_region as "location_region?",
    e.location_country as "location_country?",
    e.location_lat as "location_lat?",
    e.location_lon as "location_lon?",
    array(
        select distinct link collate "C"
        from staging.job_sightings s
        cross join lateral (values (s.apply_url), (s.job_link)) as l (link)
        where s.hash_key = j.hash_key and link is not null
        order by 1
    ) as "links!",
    array(
        select distinct s.requisition_id collate "C"
        from staging.job_sightings s
        where s.hash_key = j.hash_key and s.requisition_id is not null
        order by 1
    ) as "requisition_ids!",
    array(
        select distinct s.source collate "C"
        from staging.job_sightings s
        where s.hash_key = j.hash_key
        order by 1
    ) as "sources!",
    (select min(s.posted_at) from staging.job_sightings s where s.hash_key = j.hash_key) as posted_at
from unnest($1::text[], $2::smallint[], $3::smallint[]) with ordinality as b (company_key, parts, part, position)
join staging.job_postings_stg j
    on j.company_key = b.company_key
    and ('x' || substr(j.hash_key, 1, 4))::bit(16)::integer % b.parts = b.part
left join staging.job_enrichments e on e.hash_key = j.hash_key
order by b.position, j.hash_key

-- Every join is by a key of the other side, and the openings are counted in a scalar subquery: with a grouping here the
-- planner could no longer walk down the index of the scores and stop after the first hundred jobs.
select
    jobs.hash_key,
    jobs.source,
    jobs.provider_job_id,
    jobs.job_title,
    enrichments.job_title_std,
    jobs.company,
    jobs.company_id,
    coalesce(companies.company_size, jobs.company_size) as company_size,
    jobs.location,
    enrichments.location_std,
    enrichments.location_city,
    enrichments.location_region,
    enrichments.location_country,
    enrichments.location_lat,
    enrichments.location_lon,
    -- What the words say joins the flags of the source at enrichment; until then there are the flags.
    coalesce(nullif(enrichments.remote_type, 'unknown'), jobs.remote_type) as remote_type,
    jobs.contract_type,
    enrichments.seniority,
    enrichments.occupation_code,
    enrichments.language,
    -- Enrichment keeps the pay of the fields, or takes all four columns from the words: never some of each.
    case when enrichments.hash_key is null then jobs.salary_min else enrichments.salary_min end as salary_min,
    case when enrichments.hash_key is null then jobs.salary_max else enrichments.salary_max end as salary_max,
    case when enrichments.hash_key is null then jobs.salary_currency else enrichments.salary_currency end as salary_currency,
    case when enrichments.hash_key is null then jobs.salary_period else enrichments.salary_period end as salary_period,
    enrichments.salary_min_norm,
    enrichments.salary_max_norm,
    enrichments.salary_currency_norm,
    coalesce(enrichments.skills, '{}'::text[]) as skills,
    jobs.skills_raw,
    jobs.description_text,
    jobs.description_html,
    jobs.posted_at,
    jobs.posted_precision,
    jobs.expires_at,
    jobs.apply_url,
    jobs.job_link,
    jobs.requisition_id,
    (
        select count(*)::integer
        from {{ ref('stg_job_sightings') }} as sightings
        where sightings.hash_key = jobs.hash_key
    ) as openings,
    presence.open_postings,
    presence.first_seen_at,
    presence.last_seen_at,
    presence.closed_at,
    presence.is_open,
    enrichments.esco_code,
    enrichments.teer,
    enrichments.years_asked,
    enrichments.places,
    enrichments.remote_countries,
    enrichments.skill_mentions,
    enrichments.provenance -> 'salary' ->> 'origin' as salary_origin,
    -- A job that was not compared yet stands alone.
    coalesce(clusters.cluster_id, jobs.hash_key) as cluster_id,
    coalesce(clusters.is_canonical, true) as is_canonical,
    coalesce(clusters.cluster_size, 1) as cluster_size,
    clusters.cluster_why,
    coalesce(reposts.reposts, 0) as reposts,
    -- The canonical job may be closed while another one of its cluster is open: then the first of the open ones is listed.
    case
        when not presence.is_open then false
        when coalesce(clusters.is_canonical, true) then true
        else not exists (
            select 1
            from {{ ref('stg_job_clusters') }} as others
            inner join {{ ref('stg_job_presence') }} as other_presence on other_presence.hash_key = others.hash_key
            where others.cluster_id = clusters.cluster_id
                and other_presence.is_open
                and (others.is_canonical or others.hash_key < jobs.hash_key)
        )
    end as is_listed
from {{ ref('stg_jobs') }} as jobs
left join {{ ref('stg_job_presence') }} as presence on presence.hash_key = jobs.hash_key
left join {{ ref('stg_job_enrichments') }} as enrichments on enrichments.hash_key = jobs.hash_key
left join {{ ref('stg_job_clusters') }} as clusters on clusters.hash_key = jobs.hash_key
left join {{ ref('stg_cluster_reposts') }} as reposts on reposts.cluster_id = clusters.cluster_id
left join {{ ref('stg_companies') }} as companies on companies.company_id = jobs.company_id

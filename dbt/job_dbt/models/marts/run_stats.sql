-- All tries of a task are summed: what was received twice was received twice, and is new once, so no later step counts double.
with counts as (
    select
        run_id,
        logical_date,
        source,
        (array_agg(status order by started_at desc) filter (where stage = 'extract'))[1] as extract_status,
        count(*) filter (where stage = 'extract') as extract_tries,
        sum(in_count) filter (where stage = 'extract') as extracted,
        sum(out_count) filter (where stage = 'extract') as extracted_new,
        sum(out_count) filter (where stage = 'normalize') as staged,
        sum(out_count) filter (where stage = 'dedupe') as deduped,
        sum(duplicate_count) filter (where stage = 'dedupe') as duplicates,
        sum(out_count) filter (where stage = 'enrich') as enriched,
        sum(ranked_jobs) as ranked,
        sum(matched_jobs) as matched,
        sum(rejected_count) as rejected
    from {{ ref('run_stages') }}
    where source <> ''
    group by run_id, logical_date, source
)

select
    counts.run_id,
    counts.logical_date,
    counts.source,
    runs.run_status,
    counts.extract_status,
    counts.extract_tries::integer as extract_tries,
    coalesce(counts.extracted, 0)::bigint as extracted,
    coalesce(counts.extracted_new, 0)::bigint as extracted_new,
    coalesce(counts.staged, 0)::bigint as staged,
    coalesce(counts.deduped, 0)::bigint as deduped,
    coalesce(counts.duplicates, 0)::bigint as duplicates,
    coalesce(counts.enriched, 0)::bigint as enriched,
    coalesce(counts.ranked, 0)::bigint as ranked,
    coalesce(counts.matched, 0)::bigint as matched,
    coalesce(counts.rejected, 0)::bigint as rejected,
    runs.started_at,
    runs.finished_at
from counts
inner join {{ ref('int_runs') }} as runs on runs.run_id = counts.run_id and runs.logical_date = counts.logical_date

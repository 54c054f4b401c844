-- The points of features and boosts are whole hundredths and sum exactly to the score.
select profile, job_id, rank_score, explained.points
from {{ ref('job_scores') }}
cross join lateral (
    select sum((line.value ->> 'points')::numeric) as points
    from jsonb_array_elements(
        (rank_explain -> 'features') || coalesce(rank_explain -> 'adjustments', '[]'::jsonb)
    ) as line
) as explained
where explained.points is distinct from rank_score

-- The points of the features are whole hundredths and sum exactly to the score.
select profile, job_id, rank_score, explained.points
from {{ ref('job_scores') }}
cross join lateral (
    select sum((feature.value ->> 'points')::numeric) as points
    from jsonb_array_elements(rank_explain -> 'features') as feature
) as explained
where explained.points is distinct from rank_score

"""Marts: is what is about to be published whole, scored and of today.

Keys, sums of points and joins are tests of dbt.
"""

from datetime import date

from checks import Batch, Check, Suite, end_of_day, no_rows
from great_expectations import expectations as gxe

# Days published before that the number of jobs is compared with, and how few say nothing.
TRAILING_DAYS = 14
LEAST_DAYS = 5
# Jobs are never removed, they close; so the table may shrink only where postings turn out to be one job.
LEAST_SHARE_OF_MEDIAN = 0.8
# As in raw: noon of the day before.
OLDEST_SIGHT_HOURS = 36
# A job may wait for the next run when its posting came in between.
LEAST_RANKED = 0.99
# Where all jobs have nearly the same score, the profile prefers nothing or the ranking broke. Real
# postings spread by 8 points and more.
LEAST_SPREAD, LEAST_SCORES = 1, 10
# Median of a title, in Canadian dollars a year: an hourly rate read as a yearly one is below a
# hundred, and there are countries where a year pays a few thousand. With fewer jobs one odd pay decides.
LEAST_MEDIAN, MOST_MEDIAN, LEAST_JOBS = 2_000, 1_000_000, 5


def open_jobs() -> Batch:
    """Check the scores of open jobs."""
    return Batch(
        name="open jobs",
        query="""
            select job_id, source, rank_score::double precision as rank_score
            from marts.fact_jobs
            where is_open
        """,
        checks=[
            Check(
                says=f"At least {LEAST_RANKED:.0%} of the open jobs have a score",
                next_step="run `job-etl rank`; config/ranking.yml must have a profile `default`",
                expectation=gxe.ExpectColumnValuesToNotBeNull(column="rank_score", mostly=LEAST_RANKED),
            ),
            Check(
                says="A score is 0 to 100",
                next_step="this is a bug of rank: `job-etl explain HASH` shows how the score came about",
                expectation=gxe.ExpectColumnValuesToBeBetween(
                    column="rank_score", min_value=0, max_value=100
                ),
            ),
        ],
    )


def whole(day: date) -> Batch:
    """Check the fact table as a whole, in one row, beside what was published on the days before."""
    query = f"""
        with published as (
            select logical_date, max(rows) as jobs
            from ops.publications
            where path like '%fact_jobs%' and logical_date < date '{day}'
            group by logical_date
            order by logical_date desc limit {TRAILING_DAYS}
        )
        select
            (select count(*) from marts.fact_jobs) as jobs,
            (select count(*) from published) as days_before,
            (select percentile_cont(0.5) within group (order by jobs) from published) as median_jobs,
            (
                select round(extract(epoch from {end_of_day(day)} - max(last_seen_at)) / 3600, 1)
                from marts.fact_jobs
            ) as hours_since_sight,
            (
                select round(stddev_samp(rank_score), 2) from marts.fact_jobs
                where is_open having count(rank_score) >= {LEAST_SCORES}
            ) as score_spread
    """
    fell = f"days_before >= {LEAST_DAYS} and jobs < median_jobs * {LEAST_SHARE_OF_MEDIAN}"
    return Batch(
        name="fact_jobs",
        query=query,
        has_few_rows=True,
        checks=[
            Check(
                says="There are jobs to publish",
                next_step="run `job-etl normalize`, or `job-etl run` for all stages",
                expectation=gxe.ExpectColumnValuesToBeBetween(column="jobs", min_value=1),
            ),
            Check(
                says=f"There are at least {LEAST_SHARE_OF_MEDIAN:.0%} of the median of jobs published "
                f"over {TRAILING_DAYS} days",
                next_step="jobs are never deleted, so somebody emptied staging, or most jobs became one: "
                "`job-etl dedupe --report`",
                expectation=gxe.UnexpectedRowsExpectation(
                    unexpected_rows_query=no_rows(fell, "jobs, median_jobs, days_before")
                ),
            ),
            Check(
                says=f"The last job was seen less than {OLDEST_SIGHT_HOURS} hours before the logical date "
                "ended",
                next_step="postings were seen but their jobs not rolled up: run `job-etl normalize`",
                expectation=gxe.ExpectColumnValuesToBeBetween(
                    column="hours_since_sight", max_value=OLDEST_SIGHT_HOURS, strict_max=True
                ),
            ),
            Check(
                says=f"Scores of open jobs spread by {LEAST_SPREAD} point or more",
                next_step="a profile that prefers nothing gives every job the same score: see "
                "config/ranking.yml",
                expectation=gxe.ExpectColumnValuesToBeBetween(column="score_spread", min_value=LEAST_SPREAD),
            ),
        ],
        remarks=f"""
            select format('jobs: published on %s earlier days, too few of {LEAST_DAYS}', days_before)
            from ({query}) as whole
            where days_before < {LEAST_DAYS}
        """,
    )


def salaries() -> Batch:
    """Check titles with enough jobs."""
    return Batch(
        name="salary_by_title",
        query=f"""
            select job_title_std, location_country, seniority, jobs_with_pay, median_pay_cad
            from marts.salary_by_title
            where jobs_with_pay >= {LEAST_JOBS}
        """,
        checks=[
            Check(
                says=f"The median pay of a title is {LEAST_MEDIAN:,} to {MOST_MEDIAN:,} CAD a year",
                next_step="look at its jobs in marts.fact_jobs: a currency or a period was misread",
                expectation=gxe.ExpectColumnValuesToBeBetween(
                    column="median_pay_cad", min_value=LEAST_MEDIAN, max_value=MOST_MEDIAN
                ),
            )
        ],
    )


def suite(day: date) -> Suite:
    """Return everything that is expected of the marts on this day."""
    return Suite(
        layer="marts",
        batches=[whole(day), open_jobs(), salaries()],
    )

"""Raw: did the sources send what they usually send, and was all of it kept.

A source that failed or answered in part is told by its own task and by the webhook, and the others go on
without it. The gate looks for what nobody notices: a source that answers, says nothing is wrong, and sends
half.
"""

from datetime import date

from checks import Batch, Check, Suite, end_of_day, no_rows
from great_expectations import expectations as gxe

# Days before that a day is compared with. Two weeks have every weekday twice.
TRAILING_DAYS = 14
# Fewer say nothing about what is usual: the check passes, and a remark says so.
LEAST_DAYS = 5
# SQL of an invocation that asked for all there is; a backfill asks for one day, and gets less.
WHOLE = "not runs.is_backfill"
# A source may send this share of its median. Boards lose a tenth over a holiday, never half.
LEAST_SHARE_OF_MEDIAN = 0.5
# And differ by this many records: a board of six postings may well have two tomorrow.
LEAST_RECORDS_APART = 10
# A field may be filled this much more seldom than its median: a field that was renamed falls to nothing.
FILL_RATE_MAY_FALL = 0.25
# Above 5 % a run is called partial; above this the source has changed its shape, and the rest is not worth
# publishing.
MOST_REJECTED = 0.2
# Hours before the end of the logical date: noon of the day before, so one failed morning is forgiven
# within the same day.
OLDEST_SIGHT_HOURS = 36


def answers(day: date) -> Batch:
    """Check the records of each source on this day, beside the days before that asked as many searches."""
    query = f"""
        with days as (
            select runs.logical_date, health.source, health.searches, max(health.records) as records
            from ops.source_health as health
            join ops.runs as runs on runs.run_id = health.run_id
            where health.status = 'ok' and {WHOLE}
                and runs.logical_date between date '{day}' - 60 and date '{day}'
            group by runs.logical_date, health.source, health.searches
        )
        select today.source, today.searches, today.records, coalesce(before.days, 0) as days_before,
            before.median_records
        from days as today
        cross join lateral (
            select count(*) as days,
                percentile_cont(0.5) within group (order by last.records) as median_records
            from (
                select days.records from days
                where days.source = today.source and days.searches = today.searches
                    and days.logical_date < today.logical_date
                order by days.logical_date desc limit {TRAILING_DAYS}
            ) as last
        ) as before
        where today.logical_date = date '{day}'
    """
    fell = (
        f"days_before >= {LEAST_DAYS} and records < median_records * {LEAST_SHARE_OF_MEDIAN} and "
        f"median_records - records > {LEAST_RECORDS_APART}"
    )
    return Batch(
        name="answers of the day",
        query=query,
        checks=[
            Check(
                says=f"Every source that answered sent at least {LEAST_SHARE_OF_MEDIAN:.0%} of its median "
                f"over {TRAILING_DAYS} days",
                next_step="open the source's page in a browser; if the postings are there, run `job-etl "
                "extract --only SOURCE --record DIR` and look at the answers; if they are gone, raise no "
                "alarm again by lowering LEAST_SHARE_OF_MEDIAN in quality/suites/raw.py",
                expectation=gxe.UnexpectedRowsExpectation(
                    unexpected_rows_query=no_rows(fell, "source, records, median_records, days_before")
                ),
            )
        ],
        remarks=f"""
            with answers as ({query})
            select 'no source answered in full for {day}: no records to compare' as remark
            where not exists (select from answers)
            union all
            select format(
                '%s: %s earlier days with an answer in full and as many searches, too few of {LEAST_DAYS}',
                source, days_before
            )
            from answers
            where days_before < {LEAST_DAYS}
            order by remark
        """,
    )


def fields(day: date) -> Batch:
    """Check how often each field of a source is filled on this day, beside the days before."""
    rates = f"""
        select distinct on (runs.logical_date, health.source, rate.key)
            runs.logical_date, health.source, rate.key as field, rate.value::numeric as filled
        from ops.source_health as health
        join ops.runs as runs on runs.run_id = health.run_id
        cross join lateral jsonb_each_text(health.fill_rates) as rate
        where health.status = 'ok' and health.records >= 20 and {WHOLE}
            and runs.logical_date between date '{day}' - 60 and date '{day}'
        order by runs.logical_date, health.source, rate.key, runs.started_at desc
    """
    query = f"""
        with rates as ({rates})
        select today.source, today.field, today.filled, before.days as days_before, before.median_filled
        from rates as today
        cross join lateral (
            select count(*) as days, percentile_cont(0.5) within group (order by last.filled) as median_filled
            from (
                select rates.filled from rates
                where rates.source = today.source and rates.field = today.field
                    and rates.logical_date < today.logical_date
                order by rates.logical_date desc limit {TRAILING_DAYS}
            ) as last
        ) as before
        where today.logical_date = date '{day}'
    """
    emptied = f"days_before >= {LEAST_DAYS} and filled < median_filled - {FILL_RATE_MAY_FALL}"
    return Batch(
        name="fields of the day",
        query=query,
        checks=[
            Check(
                says=f"No source fills a field {FILL_RATE_MAY_FALL:.0%} of its records more seldom than "
                "its median",
                next_step="the source may have renamed the field: compare a payload in "
                "raw.job_postings_raw of today with one of last week, and mend src/sources/SOURCE.rs",
                expectation=gxe.UnexpectedRowsExpectation(
                    unexpected_rows_query=no_rows(emptied, "source, field, filled, median_filled")
                ),
            )
        ],
    )


def rejects(day: date) -> Batch:
    """Check the share of records that could not be used when each source last came through this day."""
    # The last time, so that a mended source opens the gate on the same day. Of three records one may be bad.
    query = f"""
        select distinct on (stages.source, stages.stage)
            stages.source, stages.stage, stages.in_count as records, stages.rejected_count as rejected,
            round(stages.rejected_count::numeric / stages.in_count, 4) as rejected_share
        from ops.run_stages as stages
        join ops.runs as runs on runs.run_id = stages.run_id
        where runs.logical_date = date '{day}' and stages.stage in ('extract', 'normalize')
            and stages.source <> '' and stages.in_count >= 20
        order by stages.source, stages.stage, runs.started_at desc
    """
    many = f"rejected_share > {MOST_REJECTED}"
    return Batch(
        name="rejects of the day",
        query=query,
        checks=[
            Check(
                says=f"No source has more than {MOST_REJECTED:.0%} of its records rejected",
                next_step="see why: select code, detail, count(*) from ops.rejects where source = "
                "'SOURCE' group by 1, 2 order by 3 desc",
                expectation=gxe.UnexpectedRowsExpectation(
                    unexpected_rows_query=no_rows(many, "source, stage, records, rejected, rejected_share")
                ),
            )
        ],
    )


def presence(day: date) -> Batch:
    """Check what raw holds as a whole, in one row."""
    query = f"""
        select
            count(*) as postings,
            count(*) filter (where contents.raw_id is null) as postings_without_content,
            round(extract(epoch from {end_of_day(day)} - max(presence.last_seen_at)) / 3600, 1)
                as hours_since_sight
        from staging.posting_presence as presence
        left join raw.job_postings_raw as contents
            on contents.raw_id = presence.raw_id and contents.source = presence.source
            and contents.source_job_id = presence.source_job_id
    """
    return Batch(
        name="postings",
        query=query,
        has_few_rows=True,
        checks=[
            Check(
                says="There are postings",
                next_step="run `job-etl extract`; if it brings none, `job-etl status` says why",
                expectation=gxe.ExpectColumnValuesToBeBetween(column="postings", min_value=1),
            ),
            Check(
                says="Every posting has its content in raw",
                next_step="somebody deleted rows of raw.job_postings_raw: restore them from a backup, or "
                "run `job-etl extract` and then look again",
                expectation=gxe.ExpectColumnValuesToBeBetween(column="postings_without_content", max_value=0),
            ),
            Check(
                says=f"The last posting was seen less than {OLDEST_SIGHT_HOURS} hours before the logical "
                "date ended",
                next_step="no source has answered since: `job-etl status` names the error of each",
                expectation=gxe.ExpectColumnValuesToBeBetween(
                    column="hours_since_sight", max_value=OLDEST_SIGHT_HOURS, strict_max=True
                ),
            ),
        ],
    )


def suite(day: date) -> Suite:
    """Return everything that is expected of raw on this day."""
    return Suite(
        layer="raw",
        batches=[presence(day), answers(day), fields(day), rejects(day)],
    )

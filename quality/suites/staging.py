"""Staging: are the jobs complete enough to be ranked, and is their pay one that somebody could earn.

Vocabularies and keys that the tables themselves enforce are left to them, and joins to the tests of dbt.
"""

from datetime import date

from checks import Batch, Check, Suite, no_rows
from great_expectations import expectations as gxe

# Postings that extract has seen and normalize neither took nor rejected. A batch in flight is none, for
# stages exclude each other.
MOST_LEFT_BEHIND = 0
# A handful may wait for the next run, for instance after `job-etl dedupe --apart`.
LEAST_ENRICHED = 0.99
# Shares of the jobs that have the column. Measured on 23,100 postings of four kinds of source: 1.00, 1.00,
# 0.72, 0.95, 0.89 and 1.00; the limits leave room for a source that states less, not for one whose field
# is gone.
LEAST_FILLED = {
    "description": 0.9,
    "location": 0.9,
    "link": 0.6,
    "country": 0.7,
    "standard_title": 0.6,
    "language": 0.9,
}
# What language the detector can say.
LANGUAGES = ["en", "fr", "de", "es", "nl", "pt", "it"]
# Pay comes from fields or from words. A source's estimate ("predicted") must not get here: it would count
# as stated.
SALARY_ORIGINS = ["structured", "text", "none"]
# Canadian dollars a year, in countries where a full year pays a few thousand too. Below, an hour or a
# day was read as a year; above, it is a company's revenue. All 13,654 pays of those postings are within.
LEAST_YEARLY, MOST_YEARLY = 2_000, 3_000_000
PLAUSIBLE_PAY = 0.99
# An amount per period, whatever the currency; a period that was misread is off by a factor of 8 to 2,000.
AMOUNTS_OF_PERIOD = {
    "hour": (1, 2_000),
    "day": (10, 20_000),
    "week": (50, 100_000),
    "month": (100, 1_000_000),
}


def jobs() -> Batch:
    """Check the jobs, without their long texts."""
    query = """
        select
            jobs.source, jobs.provider_job_id,
            case when jobs.description_text is not null then 'present' end as description,
            jobs.location, coalesce(jobs.apply_url, jobs.job_link) as link,
            enrichments.hash_key as enriched, enrichments.location_country as country,
            enrichments.job_title_std as standard_title, enrichments.language,
            enrichments.provenance -> 'salary' ->> 'origin' as salary_origin
        from staging.job_postings_stg as jobs
        left join staging.job_enrichments as enrichments on enrichments.hash_key = jobs.hash_key
    """
    filled = [
        Check(
            says=f"At least {share:.0%} of the jobs have a {column.replace('_', ' ')}",
            next_step="marts.source_quality says which source fills it least; if its API renamed the "
            f"field, mend src/sources/SOURCE.rs; if it never had it, lower LEAST_FILLED['{column}'] in "
            "quality/suites/staging.py",
            expectation=gxe.ExpectColumnValuesToNotBeNull(column=column, mostly=share),
        )
        for column, share in LEAST_FILLED.items()
    ]
    rest = [
        Check(
            says="There are jobs",
            next_step="run `job-etl normalize`; if it takes none, select code, detail from ops.rejects",
            expectation=gxe.ExpectTableRowCountToBeBetween(min_value=1),
        ),
        Check(
            says=f"At least {LEAST_ENRICHED:.0%} of the jobs are enriched",
            next_step="run `job-etl enrich`",
            expectation=gxe.ExpectColumnValuesToNotBeNull(column="enriched", mostly=LEAST_ENRICHED),
        ),
        Check(
            says="A posting shows one job",
            next_step="this is a bug of normalize: report the two rows, then run `job-etl normalize` again",
            expectation=gxe.ExpectCompoundColumnsToBeUnique(column_list=["source", "provider_job_id"]),
        ),
        Check(
            says="Languages are those that the detector knows",
            next_step="add the language to LANGUAGES in quality/suites/staging.py when the detector has "
            "learned it",
            expectation=gxe.ExpectColumnValuesToBeInSet(column="language", value_set=LANGUAGES),
        ),
        Check(
            says="Pay comes from fields or words, never from an estimate",
            next_step="a source's estimate was taken for stated pay: mend `posting` in src/sources/SOURCE.rs",
            expectation=gxe.ExpectColumnValuesToBeInSet(column="salary_origin", value_set=SALARY_ORIGINS),
        ),
    ]
    return Batch(name="jobs", query=query, checks=rest + filled)


def pay() -> Batch:
    """Check the jobs that state a pay."""
    query = """
        select salary_min_norm, salary_max_norm, coalesce(salary_min_norm, salary_max_norm) as yearly_low,
            coalesce(salary_max_norm, salary_min_norm) as yearly_high
        from staging.job_enrichments
        where coalesce(salary_min_norm, salary_max_norm) is not null
    """
    look = (
        "find the jobs in staging.job_enrichments by these columns; `job-etl explain HASH` shows the "
        "posting; a misread pay is mended in src/enrich/pay"
    )
    return Batch(
        name="pay",
        query=query,
        checks=[
            Check(
                says="The lower bound of the yearly pay is not above the upper",
                next_step=look,
                expectation=gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                    column_A="salary_max_norm",
                    column_B="salary_min_norm",
                    or_equal=True,
                    ignore_row_if="either_value_is_missing",
                ),
            ),
            Check(
                says=f"The lower bound of the pay in CAD a year is {LEAST_YEARLY:,} to {MOST_YEARLY:,} in "
                f"at least {PLAUSIBLE_PAY:.0%}",
                next_step=look,
                expectation=gxe.ExpectColumnValuesToBeBetween(
                    column="yearly_low", min_value=LEAST_YEARLY, max_value=MOST_YEARLY, mostly=PLAUSIBLE_PAY
                ),
            ),
            Check(
                says=f"The upper bound of the pay in CAD a year is {LEAST_YEARLY:,} to {MOST_YEARLY:,} in "
                f"at least {PLAUSIBLE_PAY:.0%}",
                next_step=look,
                expectation=gxe.ExpectColumnValuesToBeBetween(
                    column="yearly_high", min_value=LEAST_YEARLY, max_value=MOST_YEARLY, mostly=PLAUSIBLE_PAY
                ),
            ),
        ],
    )


def amounts() -> Batch:
    """Check pay as it was read, by the hour, day, week or month."""
    query = """
        select jobs.source, jobs.provider_job_id, enrichments.salary_min, enrichments.salary_max,
            enrichments.salary_currency, enrichments.salary_period
        from staging.job_enrichments as enrichments
        join staging.job_postings_stg as jobs on jobs.hash_key = enrichments.hash_key
        where enrichments.salary_period <> 'year'
    """
    beyond = " or ".join(
        f"(salary_period = '{period}' and (least(salary_min, salary_max) < {low} or greatest(salary_min, "
        f"salary_max) > {high}))"
        for period, (low, high) in AMOUNTS_OF_PERIOD.items()
    )
    return Batch(
        name="amounts",
        query=query,
        checks=[
            Check(
                says="An hour, day, week or month pays what one can",
                next_step="the period was misread, see the posting; that is mended in src/enrich/pay, or "
                "in the source",
                expectation=gxe.UnexpectedRowsExpectation(
                    unexpected_rows_query=no_rows(
                        beyond,
                        "source, provider_job_id, salary_min, salary_max, salary_currency, salary_period",
                    )
                ),
            )
        ],
    )


def left_behind() -> Batch:
    """Count the postings that extract brought and normalize did not take."""
    query = """
        select count(*) as postings
        from staging.posting_presence as presence
        where not exists (
                select from staging.job_sightings as sightings
                where sightings.source = presence.source and sightings.source_job_id = presence.source_job_id
            )
            and not exists (
                select from ops.rejects as rejects
                where rejects.stage = 'normalize' and rejects.source = presence.source
                    and rejects.source_job_id = presence.source_job_id
            )
    """
    return Batch(
        name="left behind",
        query=query,
        has_few_rows=True,
        checks=[
            Check(
                says="Every posting became a job or left a reject",
                next_step="run `job-etl normalize`",
                expectation=gxe.ExpectColumnValuesToBeBetween(column="postings", max_value=MOST_LEFT_BEHIND),
            )
        ],
    )


def suite(_day: date) -> Suite:
    """Return everything that is expected of staging; it is the same on every day."""
    return Suite(
        layer="staging",
        batches=[jobs(), pay(), amounts(), left_behind()],
    )

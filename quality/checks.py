"""What a suite is made of: a batch is the rows of one query, a check is one expectation about them.

A check says in one sentence what must hold and what to do when it does not; the sentences are what people
read in the log and in the Data Docs, so a suite reads as a list of them.
"""

from dataclasses import dataclass
from datetime import date

from great_expectations.expectations import Expectation


@dataclass(frozen=True)
class Check:
    """One expectation."""

    # What must hold; unique in its suite.
    says: str
    # What a person does when it does not.
    next_step: str
    expectation: Expectation


@dataclass(frozen=True)
class Batch:
    """The rows of one query, and what must hold for them."""

    # Name of the page in the Data Docs.
    name: str
    query: str
    checks: list[Check]
    # Whether a person can read all its rows, so that a failing one may be shown whole.
    has_few_rows: bool = False
    # A query whose rows are remarks, one text each: what could not be judged, and why.
    remarks: str | None = None


@dataclass(frozen=True)
class Suite:
    """The checks of one layer."""

    # raw, staging or marts.
    layer: str
    batches: list[Batch]


def end_of_day(day: date) -> str:
    """Write SQL of the first instant after a logical date, which is a day in Toronto."""
    return f"((date '{day.isoformat()}' + 1)::timestamp at time zone 'America/Toronto')"


def no_rows(condition: str, columns: str) -> str:
    """Write SQL of the rows that break a rule; never more than a person reads."""
    return f"select {columns} from {{batch}} where {condition} limit 20"

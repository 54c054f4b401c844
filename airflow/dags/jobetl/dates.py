"""Which day a run is for."""

from datetime import date, timedelta

import pendulum

TORONTO = "America/Toronto"
#: Most days of one backfill.
MAX_DAYS = 366


def run_date(dag_run, params):
    """Return the day in Toronto of a run: `run_date`, the last day of a backfill, or the day it was due.

    A run that was started by hand has no logical date; then the instant it was asked for counts.
    """
    asked = params.get("run_date") or params.get("to")
    if asked:
        return date.fromisoformat(asked).isoformat()
    due = dag_run.logical_date or dag_run.run_after
    return pendulum.instance(due).in_timezone(TORONTO).to_date_string()


def days(first, last):
    """Return each day from the first to the last, both included, as text."""
    first, last = date.fromisoformat(first), date.fromisoformat(last)
    if last < first:
        raise ValueError(f"`to` ({last}) is before `from` ({first}): swap them")
    count = (last - first).days + 1
    if count > MAX_DAYS:
        raise ValueError(f"{first} to {last} are {count} days, more than {MAX_DAYS}: run it in parts")
    return [(first + timedelta(days=number)).isoformat() for number in range(count)]

"""Runs suites through Great Expectations. Knows no rule; reads, never writes."""

import logging
import os
import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

os.environ["TQDM_DISABLE"] = "1"
# No release sends anything while this is false; the installed one has nothing that would.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
from checks import Batch, Suite
from connection import UnavailableError
from great_expectations.expectations import UnexpectedRowsExpectation

logging.getLogger("great_expectations").setLevel(logging.ERROR)

# Values of a failing expectation that are shown.
SHOWN = 5


@dataclass(frozen=True)
class Result:
    """One expectation, judged."""

    batch: str
    says: str
    next_step: str
    holds: bool
    observed: str


@dataclass
class Outcome:
    """One layer, judged."""

    layer: str
    day: date
    results: list[Result] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    # Name of each batch and its page as Great Expectations renders it.
    pages: dict[str, str] = field(default_factory=dict)


def run(session, found: dict[str, str], suites: list[Suite], day: date) -> list[Outcome]:
    """Judge every suite, and renders a page for each batch."""
    context, source = open_context(found)
    outcomes = []
    for suite in suites:
        outcome = judge(context, source, session, suite, day)
        outcome.pages = render(context, suite)
        outcomes.append(outcome)
    return outcomes


def open_context(found: dict[str, str]) -> tuple:
    """Great Expectations, kept in memory, and the database as its source."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    for name in list(context.variables.data_docs_sites or {}):
        context.delete_data_docs_site(name)
    # The address here is only a form that must be filled: what psycopg2 is given replaces all of it.
    source = context.data_sources.add_postgres(
        "job_etl",
        connection_string="postgresql+psycopg2://login@localhost/job_etl",
        create_temp_table=False,
        kwargs={"connect_args": found},
    )
    return context, source


def judge(context, source, session, suite: Suite, day: date) -> Outcome:
    """Judges one suite."""
    outcome = Outcome(layer=suite.layer, day=day)
    for batch in suite.batches:
        outcome.results += validate(context, source, suite.layer, batch, day)
        outcome.remarks += remarks(session, batch)
    return outcome


def render(context, suite: Suite) -> dict[str, str]:
    """Render the page of each batch of a suite that was judged."""
    names = {batch.name for batch in suite.batches}
    pages = {}
    with tempfile.TemporaryDirectory() as folder:
        add_site(context, suite.layer, Path(folder))
        context.build_data_docs(site_names=[suite.layer])
        context.delete_data_docs_site(suite.layer)
        # The name of the batch is the last part of a path that Great Expectations makes up.
        for page in sorted(Path(folder).glob("validations/**/*.html")):
            name = page.stem.removeprefix("job_etl-")
            if name in names:
                pages[name] = page.read_text(encoding="utf-8")
    return pages


def add_site(context, name: str, folder: Path) -> None:
    """Lets the pages be rendered into a folder of their own."""
    backend = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)}
    config = {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": backend,
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }
    context.add_data_docs_site(name, config)


def validate(context, source, layer: str, batch: Batch, day: date) -> list[Result]:
    """Judges one batch."""
    # Great Expectations takes no query that begins with `with`, or with white space.
    query = f"select * from ({batch.query}) as rows"
    asset = source.add_query_asset(batch.name, query=query)
    whole = asset.add_batch_definition_whole_table("whole")
    name = f"{layer}: {batch.name}"
    expectations = []
    for check in batch.checks:
        expectation = check.expectation
        expectation.description = check.says
        expectations.append(expectation)
    suite = context.suites.add(gx.ExpectationSuite(name=name, expectations=expectations))
    definition = gx.ValidationDefinition(name=name, data=whole, suite=suite)
    definition = context.validation_definitions.add(definition)
    # The complete result holds every value that breaks a rule. Where the rule is a query, the query limits
    # them.
    complete = batch.has_few_rows or all(
        isinstance(check.expectation, UnexpectedRowsExpectation) for check in batch.checks
    )
    shape = {"result_format": "COMPLETE" if complete else "SUMMARY", "partial_unexpected_count": SHOWN}
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(name=name, validation_definitions=[definition], result_format=shape)
    )
    ran = checkpoint.run(run_id=gx.RunIdentifier(run_name=f"{layer} of {day}"))
    [validated] = ran.run_results.values()
    by_sentence = {result.expectation_config.description: result for result in validated.results}
    return [judged(batch, check, by_sentence[check.says]) for check in batch.checks]


def judged(batch: Batch, check, result) -> Result:
    """One result in words; a check that could not be evaluated is no failed check."""
    broken = result.exception_info or {}
    if "exception_message" not in broken:
        # One entry for each metric, under a key of its own.
        broken = next((each for each in broken.values() if isinstance(each, dict)), {})
    if broken.get("raised_exception"):
        reason = " ".join(str(broken.get("exception_message")).split())[:300]
        raise UnavailableError(f"`{check.says}` ({batch.name}) could not be evaluated: {reason}")
    return Result(batch.name, check.says, check.next_step, bool(result.success), observed(result.result))


def observed(result: dict) -> str:
    """Say what was seen instead."""
    rows = (result.get("details") or {}).get("unexpected_rows")
    if rows:
        shown = "; ".join(", ".join(f"{key} {value}" for key, value in row.items()) for row in rows[:SHOWN])
        return f"{shown}; and {len(rows) - SHOWN} more" if len(rows) > SHOWN else shown
    if "unexpected_count" in result:
        count, rows_seen = result["unexpected_count"], result.get("element_count")
        examples = [value for value in result.get("partial_unexpected_list") or [] if value is not None]
        if rows_seen == 1 and examples:
            return str(examples[0])
        text = f"{count} of {rows_seen} rows break it"
        return f"{text}, for example {', '.join(map(str, examples[:SHOWN]))}" if examples else text
    return str(result.get("observed_value", "nothing"))


def remarks(session, batch: Batch) -> list[str]:
    """Say what could not be judged."""
    if batch.remarks is None:
        return []
    with session.cursor() as cursor:
        cursor.execute(batch.remarks)
        return [text for (text,) in cursor.fetchall() if text]

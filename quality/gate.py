"""The gate before publishing: checks raw, staging and marts, and stops what comes after.

    python quality/gate.py [--checkpoint raw|staging|marts]... [--logical-date YYYY-MM-DD] [--docs DIR]

Exit codes: 0 all hold, 1 one does not, 2 wrongly called, 69 no database. The last line of stdout is JSON
with counts.
"""

import argparse
import json
import os
import sys
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from connection import MisusedError, UnavailableError, address, connect, parameters, require

# Tables and views that must be there; without them no expectation is tried.
NEEDS = {
    "raw": "raw.job_postings_raw staging.posting_presence ops.runs ops.run_stages ops.source_health",
    "staging": "staging.posting_presence staging.job_sightings staging.job_postings_stg "
    "staging.job_enrichments ops.rejects",
    "marts": "marts.fact_jobs marts.salary_by_title ops.publications",
}
LAYERS = tuple(NEEDS)


def main() -> int:
    """Run the gate and return the exit code."""
    try:
        arguments = read_arguments()
        found = parameters(address())
        session = connect(found)
        try:
            return run(session, found, arguments)
        finally:
            session.close()
    except MisusedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except UnavailableError as error:
        print(f"error: {error}", file=sys.stderr)
        print(json.dumps({"event": "quality_gate", "status": "unavailable", "error": str(error)}))
        return 69


def read_arguments() -> argparse.Namespace:
    """Read the command line, and the environment for what it leaves out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--checkpoint", action="append", choices=LAYERS, help="check this layer only; may be repeated"
    )
    parser.add_argument(
        "--logical-date", default=os.environ.get("JOB_ETL_LOGICAL_DATE", ""), help="default: today"
    )
    artifacts = os.environ.get("JOB_ETL_ARTIFACTS") or "artifacts"
    parser.add_argument(
        "--docs", type=Path, default=Path(artifacts) / "data_docs", help="folder of the Data Docs"
    )
    arguments = parser.parse_args()
    arguments.day = read_day(arguments.logical_date)
    arguments.layers = [layer for layer in LAYERS if layer in (arguments.checkpoint or LAYERS)]
    return arguments


def read_day(text: str) -> date:
    """Read a date, or the date of an instant in Toronto; today when nothing is given."""
    toronto = ZoneInfo("America/Toronto")
    if not text:
        return datetime.now(toronto).date()
    try:
        if len(text) > len("2026-11-24"):
            instant = datetime.fromisoformat(text.replace("Z", "+00:00"))
            return instant.astimezone(toronto).date() if instant.tzinfo else instant.date()
        return date.fromisoformat(text)
    except ValueError:
        raise MisusedError(
            f"`{text}` is no date: write it as 2026-11-24 (--logical-date, JOB_ETL_LOGICAL_DATE)"
        ) from None


def run(session, found: dict[str, str], arguments: argparse.Namespace) -> int:
    """Check the layers in their order, write the Data Docs, and tell."""
    require(session, sorted({name for layer in arguments.layers for name in NEEDS[layer].split()}))
    # Not before: the import takes seconds, and what is wrong until here should be told at once.
    import checkpoint
    import data_docs
    from suites import marts, raw, staging

    modules = {"raw": raw, "staging": staging, "marts": marts}
    suites = [modules[layer].suite(arguments.day) for layer in arguments.layers]
    outcomes = checkpoint.run(session, found, suites, arguments.day)
    try:
        data_docs.write(outcomes, arguments.docs)
    except (OSError, data_docs.BeaconError) as error:
        raise MisusedError(f"cannot write the Data Docs to {arguments.docs}: {error}") from error
    failed = [(outcome, result) for outcome in outcomes for result in outcome.results if not result.holds]
    for outcome in outcomes:
        holding = sum(result.holds for result in outcome.results)
        sign = "✓" if holding == len(outcome.results) else "✗"
        print(
            f"{sign} {outcome.layer}: {holding} of {len(outcome.results)} expectations hold", file=sys.stderr
        )
        for remark in outcome.remarks:
            print(f"  {remark}", file=sys.stderr)
    for outcome, result in failed:
        print(f"\n✗ {outcome.layer}, {result.batch}: {result.says}", file=sys.stderr)
        print(f"  observed: {result.observed}\n  next: {result.next_step}", file=sys.stderr)
    index = arguments.docs / "index.html"
    print(f"\n{'the gate is shut' if failed else 'the gate is open'}; details: {index}", file=sys.stderr)
    print(json.dumps(summary(outcomes, failed, arguments.day, index), ensure_ascii=False))
    return 1 if failed else 0


def summary(outcomes: list, failed: list, day: date, index: Path) -> dict:
    """Gather what goes to XCom."""
    counts = {
        outcome.layer: {
            "expectations": len(outcome.results),
            "failed": sum(not result.holds for result in outcome.results),
        }
        for outcome in outcomes
    }
    return {
        "event": "quality_gate",
        "status": "failed" if failed else "ok",
        "logical_date": day.isoformat(),
        "expectations": sum(len(outcome.results) for outcome in outcomes),
        "failed": len(failed),
        "checkpoints": counts,
        "failing": [f"{outcome.layer}, {result.batch}: {result.says}" for outcome, result in failed],
        "remarks": [remark for outcome in outcomes for remark in outcome.remarks],
        "docs": str(index),
    }


if __name__ == "__main__":
    sys.exit(main())

"""Prints what Airflow makes of the DAG files, as one JSON object: python describe.py DAGS."""

import json
import sys
from datetime import UTC, datetime

DATES = {"spring": datetime(2026, 3, 4, 15, tzinfo=UTC), "autumn": datetime(2026, 10, 28, 15, tzinfo=UTC)}
RUNS = 10
#: Where the runners say what is run, and with what.
FIELDS = ("commands", "env", "image", "entrypoint", "command", "environment", "overrides")


def main(folder):
    """Read the folder and describe each DAG."""
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:
        from airflow.models.dagbag import DagBag

    bag = DagBag(folder)
    dags = {name: describe(dag) for name, dag in bag.dags.items()}
    modules = sorted(name for name in sys.modules if name.startswith("airflow.providers."))
    print(json.dumps({"errors": bag.import_errors, "dags": dags, "modules": modules}))


def describe(dag):
    """Return what the tests look at."""
    return {
        "schedule": dag.schedule,
        "timezone": str(dag.timezone),
        "next_runs": {name: next_runs(dag, after) for name, after in DATES.items()},
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "dagrun_timeout": dag.dagrun_timeout.total_seconds(),
        "tags": sorted(dag.tags),
        "doc": dag.doc_md,
        "mails": dag.on_failure_callback is not None,
        "order": [task.task_id for task in dag.topological_sort()],
        "tasks": {task.task_id: describe_task(task) for task in dag.tasks},
        "serialized": json.dumps(serialized(dag), default=str),
    }


def describe_task(task):
    """Return the settings of a task, and its fields that Airflow renders and stores."""
    partial = getattr(task, "partial_kwargs", {})
    fields = {name: partial.get(name, getattr(task, name, None)) for name in FIELDS}
    return {
        "upstream": sorted(task.upstream_task_ids),
        "trigger_rule": str(getattr(task.trigger_rule, "value", task.trigger_rule)),
        "retries": task.retries,
        "backoff": bool(task.retry_exponential_backoff),
        "timeout": task.execution_timeout and task.execution_timeout.total_seconds(),
        "owner": task.owner,
        "pool": task.pool,
        "mapped": task.is_mapped,
        "one_of": list(partial.get("one_of", getattr(task, "one_of", ()))),
        "connections": list(partial.get("connections", getattr(task, "connections", ()))),
        "fields": json.loads(json.dumps(fields, default=str)),
    }


def next_runs(dag, after):
    """Return the next runs of a schedule, as instants."""
    import pendulum
    from airflow.timetables.base import TimeRestriction

    timetable = scheduling(dag.timetable)
    last, found = None, []
    for _ in range(RUNS if dag.schedule else 0):
        earliest = pendulum.instance(after) if last is None else None
        restriction = TimeRestriction(earliest=earliest, latest=None, catchup=True)
        run = timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
        last = run.data_interval
        found.append(run.run_after.isoformat())
    return found


def scheduling(timetable):
    """Return the timetable as the scheduler has it: newer versions keep another class for DAG files."""
    if hasattr(timetable, "next_dagrun_info"):
        return timetable
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable

    return decode_timetable(encode_timetable(timetable))


def serialized(dag):
    """Return what the DAG processor stores of a DAG."""
    try:
        from airflow.serialization.serialized_objects import DagSerialization as Serialized
    except ImportError:
        from airflow.serialization.serialized_objects import SerializedDAG as Serialized
    return Serialized.to_dict(dag)


if __name__ == "__main__":
    main(sys.argv[1])

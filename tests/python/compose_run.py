"""Runs `jobs_etl_daily` once on an Airflow that is up and sees it succeed: compose_run.py ADDRESS SOURCE...

The password of `admin` is in the file that AIRFLOW_ADMIN_PASSWORD_FILE names. The DAG must have one task for
each SOURCE. Prints each task with its seconds and what it left in XCom; exits 1 when one did not succeed.
"""

import os
import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parents[2] / "airflow/stack"))

from rest import Rest, wait_until

DAG = "jobs_etl_daily"
START_SECONDS = 120
RUN_SECONDS = 900
LOG_LINES = 25


def main(address, sources):
    """Log in, wait for the DAG, run it, tell."""
    password = Path(os.environ["AIRFLOW_ADMIN_PASSWORD_FILE"]).read_text(encoding="utf-8").strip()
    rest = Rest(address, "admin", password)
    wait_until(rest.log_in, START_SECONDS, "Airflow takes no login")
    expected = {f"extract_{source}" for source in sources}
    wait_until(
        lambda: expected == extracts(rest), START_SECONDS, f"{DAG} has not the tasks {sorted(expected)}"
    )
    rest.run(DAG)
    # Airflow adds the run of this morning by itself when the DAG is switched on; it counts as much.
    wait_until(lambda: finished(rest), RUN_SECONDS, f"{DAG} is still running")
    failed = [name for run in runs(rest) for name in tell(rest, run["dag_run_id"])]
    return f"{DAG}: not all tasks succeeded: {', '.join(sorted(failed))}" if failed else None


def runs(rest):
    """Return the runs of the DAG in the order they started."""
    return rest.call("GET", f"/api/v2/dags/{DAG}/dagRuns?order_by=start_date")["dag_runs"]


def finished(rest):
    """Tell whether no run is under way."""
    return all(run["state"] in ("success", "failed") for run in runs(rest))


def tell(rest, run):
    """Print the tasks of a run and return those that did not succeed."""
    print(f"{DAG}: {run}")
    tasks = rest.tasks(DAG, run)
    for name, task in sorted(tasks.items(), key=lambda entry: entry[1]["start_date"] or "~"):
        state = task["state"] or "not run"
        print(f"  {name:24} {state:15} {seconds(task):6.1f} s  {counts(rest, run, name)}")
    for name, task in tasks.items():
        if task["state"] == "failed":
            print(f"\nlast lines of {name}:\n" + log(rest, run, task))
    return [name for name, task in tasks.items() if task["state"] != "success"]


def extracts(rest):
    """Return the tasks that ask a source, as far as the DAG has been read."""
    try:
        tasks = rest.call("GET", f"/api/v2/dags/{DAG}/tasks")["tasks"]
    except ValueError:
        return set()
    return {task["task_id"] for task in tasks if task["task_id"].startswith("extract_")}


def log(rest, run, task):
    """Return the last lines of what a task wrote."""
    path = (
        f"/api/v2/dags/{DAG}/dagRuns/{quote(run)}/taskInstances/{task['task_id']}/logs/{task['try_number']}"
    )
    lines = [line.get("event", "") for line in rest.call("GET", path)["content"]]
    return "\n".join(f"    {line}" for line in lines[-LOG_LINES:])


def seconds(task):
    """Return how long a task took."""
    if not task["start_date"] or not task["end_date"]:
        return 0.0
    begin, end = (datetime.fromisoformat(task[name]) for name in ("start_date", "end_date"))
    return (end - begin).total_seconds()


def counts(rest, run, name):
    """Return what a stage counted, short."""
    left = rest.xcom(DAG, run, name)
    stages = left.get("stages") if isinstance(left, dict) else None
    return " ".join(f"{stage}={figures}" for stage, figures in (stages or {}).items())


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    try:
        sys.exit(main(sys.argv[1], sys.argv[2:]))
    except TimeoutError as error:
        sys.exit(f"compose_run: {error}")

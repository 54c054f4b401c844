"""DAG files are read as Airflow reads them, in a process of their own for each runner."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
DAGS = PROJECT / "airflow/dags"
RUNNERS = ("local", "docker", "ecs")
CANARY = "canary-of-the-tests"
#: What the runners want to be told.
PLACES = {
    "JOB_ETL_IMAGE": "registry.example/job-etl:1",
    "JOB_ETL_ECS_CLUSTER": "jobs",
    "JOB_ETL_ECS_TASK_DEFINITION": "job-etl:7",
    "JOB_ETL_ECS_SUBNETS": "subnet-1,subnet-2",
    "JOB_ETL_ECS_SECURITY_GROUPS": "sg-1",
}
#: Keys in the environment of the DAG processor: none may be found in what Airflow stores.
KEYS = dict.fromkeys(("JSEARCH_API_KEY", "JOB_ETL_WEBHOOK_SECRET", "DATABASE_URL"), CANARY)


@pytest.fixture(scope="session")
def read_dags(tmp_path_factory):
    """Return a function that gives what describe.py tells in an environment; each is asked once."""
    answers = {}
    home = tmp_path_factory.mktemp("airflow")

    def read(runner="local", **variables):
        key = (runner, *sorted(variables.items()))
        if key not in answers:
            answers[key] = _describe(home, runner, variables)
        return answers[key]

    return read


def _describe(home, runner, variables):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JOB_ETL_")}
    environment |= PLACES | KEYS
    environment |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "JOB_ETL_RUNNER": runner,
    }
    environment |= variables
    done = subprocess.run(
        [sys.executable, "-B", str(Path(__file__).with_name("describe.py")), str(DAGS)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])

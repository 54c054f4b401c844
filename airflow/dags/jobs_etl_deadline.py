"""Was today's run published by nine? If not, the webhook and the e-mail say so and this run is failed."""

import os
import sys
from datetime import timedelta

import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Param

sys.path.insert(0, os.path.dirname(__file__))  # noqa: PTH120 - Airflow 3.0 does not always put this folder there

from jobetl import alerts, dates, runner
from jobetl.states import failed_tasks

DOC = """
Every morning at 09:00 in Toronto, two hours after the daily run begins.

* **finished_in_time** asks the database whether the day has been published; it fails when not.
* **notify_missed_deadline** then sends the signed message `deadline.missed`; it is skipped on a good day.
* **end** fails when the deadline was missed, so that the run is red.

A DAG of its own, and not Airflow's deadline alerts: those are experimental and absent from Airflow 3.0, and
would say nothing where the daily run was never started.
"""

CHECK = {"retries": 0, "execution_timeout": timedelta(minutes=10)}
TELL = runner.RETRYING | {"execution_timeout": timedelta(minutes=30)}

with DAG(
    dag_id="jobs_etl_deadline",
    description="Says so when the day was not published by nine",
    doc_md=DOC,
    schedule="0 9 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=dates.TORONTO),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    default_args={"owner": "job-etl"},
    tags=["job-etl", "deadline", "idempotent", "key:logical-date"],
    params={
        "run_date": Param(None, type=["null", "string"], format="date", description="The day to ask for")
    },
    user_defined_macros={"run_date": dates.run_date, "failed_tasks": failed_tasks},
    on_failure_callback=alerts.on_failure(),
) as dag:
    finished_in_time = runner.stage("finished_in_time", "status", "--finished", **CHECK)
    notify = runner.stage(
        "notify_missed_deadline",
        *("notify", "--missed-deadline"),
        connections=("job_etl_db", "job_etl_webhook"),
        trigger_rule="one_failed",
        **TELL,
    )
    end = EmptyOperator(task_id="end", trigger_rule="none_failed")

    finished_in_time >> notify
    [finished_in_time, notify] >> end

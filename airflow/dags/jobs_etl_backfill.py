"""Days of the past: what raw holds of them, and what the sources that can be asked by date still tell."""

import os
import sys
from datetime import timedelta

import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Param, chain, task

sys.path.insert(0, os.path.dirname(__file__))  # noqa: PTH120 - Airflow 3.0 does not always put this folder there

from jobetl import alerts, dates, runner, sources
from jobetl.states import failed_tasks

DOC = """
Started by hand with `from`, `to` and maybe `sources`. One run of job-etl a day, one at a time, oldest first.

* **plan_days** lists the days; it refuses `to` before `from`, and more than 366 days.
* **run_day** asks what can be asked for that day, closes nothing, and works on what raw holds.
* **dbt_models_core**, **dbt_tests**, **quality_gate** are those of the daily run, for the last of the days;
  whether the sources are fresh is not asked.
* **publish_day** writes `artifacts/<day>/` with the jobs seen until that day; `artifacts/latest` stays.
* **notify_webhook_backfill** sends the signed message, also after a failure.

Safe to repeat: a day that is done writes nothing. Safe beside the daily run: job-etl has one lock, and each
of the two waits for the other (`JOB_ETL_WAIT`), stage by stage.
"""

STAGE = runner.RETRYING | {"execution_timeout": timedelta(hours=2)}
TEST = {"retries": 0, "execution_timeout": timedelta(minutes=20)}
DAY = {"type": "string", "format": "date"}

with DAG(
    dag_id="jobs_etl_backfill",
    description="Days of the past, from what raw holds and what sources can tell by date",
    doc_md=DOC,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz=dates.TORONTO),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(days=3),
    default_args={"owner": "job-etl"},
    tags=["job-etl", "backfill", "idempotent", "key:logical-date"],
    params={
        "from": Param(**DAY, description="The first day"),
        "to": Param(**DAY, description="The last day"),
        "sources": Param(
            [],
            type="array",
            items={"type": "string", "enum": sources.enabled()},
            description="Only these sources; none named means all",
        ),
    },
    user_defined_macros={"run_date": dates.run_date, "failed_tasks": failed_tasks},
    on_failure_callback=alerts.on_failure(),
) as dag:

    @task
    def plan_days(params=None):
        """List the days."""
        return dates.days(params["from"], params["to"])

    days = plan_days()
    run_day = runner.stage_of_each_day(
        "run_day",
        *("run", "--backfill", "--to", "rank"),
        days=days,
        env={"JOB_ETL_ONLY": "{{ params.sources | join(' ') }}"},
        connections=("job_etl_db", "jsearch"),
        max_active_tis_per_dagrun=1,
        **STAGE,
    )
    dbt_models_core = runner.dbt("dbt_models_core", "build --selector models_core", **STAGE)
    dbt_tests = runner.dbt("dbt_tests", "test --threads 4", **TEST)
    quality_gate = runner.quality_gate("quality_gate", **TEST)
    publish_day = runner.stage_of_each_day(
        "publish_day", "publish", "--backfill", days=days, max_active_tis_per_dagrun=1, **STAGE
    )
    notify = runner.stage(
        "notify_webhook_backfill",
        "notify",
        env={"JOB_ETL_FAILED_TASKS": "{{ failed_tasks(ti) }}"},
        connections=("job_etl_db", "job_etl_webhook"),
        trigger_rule="all_done",
        **STAGE,
    )
    end = EmptyOperator(task_id="end")

    # One line, so that notify, which runs in any case, cannot begin while something else still runs.
    chain(days, run_day, dbt_models_core, dbt_tests, quality_gate, publish_day, notify)
    [publish_day, notify] >> end

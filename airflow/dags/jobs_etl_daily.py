"""The daily run: every source, then each stage, gated by tests and expectations, then files and a message."""

import os
import sys
from datetime import timedelta

import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Param, chain

sys.path.insert(0, os.path.dirname(__file__))  # noqa: PTH120 - Airflow 3.0 does not always put this folder there

from jobetl import alerts, runner, sources
from jobetl.dates import TORONTO, run_date
from jobetl.states import failed_tasks

DOC = """
Every morning at 07:00 in Toronto. Each task calls `job-etl`, `dbt` or the quality gate, and may be repeated.

* **extract_…** asks one source and keeps what it sends; one that fails fails the run, but only at its end.
* **normalize** makes clean postings and jobs, once every source is done and at least one succeeded.
* **enrich** finds skills, titles, places and pay.
* **dbt_models_core** builds the views of intermediate and marts.
* **dedupe_consolidate** finds jobs that are one opening.
* **rank** scores every job against every profile.
* **dbt_tests** tests the marts and how fresh the sources are; a failure stops what follows.
* **quality_gate** checks the expectations on raw, staging and marts; a failure stops what follows.
* **publish_hyper** writes `.hyper`, Parquet and CSV.
* **notify_webhook_daily** sends the signed message, also after a failure, and names the failed tasks.
* **end** fails when a source, publishing or the message failed.

Started by hand, `run_date` says which day it is for.
"""

STAGE = runner.RETRYING | {"execution_timeout": timedelta(hours=1)}
TEST = {"retries": 0, "execution_timeout": timedelta(minutes=20)}

with DAG(
    dag_id="jobs_etl_daily",
    description="Job postings of every source, ranked and published",
    doc_md=DOC,
    schedule="0 7 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz=TORONTO),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=6),
    default_args={"owner": "job-etl"},
    tags=["job-etl", "daily", "idempotent", "key:logical-date"],
    params={"run_date": Param(None, type=["null", "string"], format="date", description="The day it is for")},
    user_defined_macros={"run_date": run_date, "failed_tasks": failed_tasks},
    on_failure_callback=alerts.on_failure(),
) as dag:
    start = EmptyOperator(task_id="start")
    extracts = [
        runner.stage(
            f"extract_{source}",
            *("extract", "--only", source),
            connections=("job_etl_db", "jsearch"),
            pool=os.environ.get("JOB_ETL_SOURCES_POOL", "default_pool"),
            **STAGE,
        )
        for source in sources.enabled()
    ]
    normalize = runner.stage(
        "normalize",
        *("normalize", "--partial-ok"),
        trigger_rule="all_done",
        one_of=[extract.task_id for extract in extracts],
        **STAGE,
    )
    enrich = runner.stage("enrich", "enrich", "--partial-ok", **STAGE)
    dbt_models_core = runner.dbt("dbt_models_core", "build --selector models_core", **STAGE)
    dedupe = runner.stage("dedupe_consolidate", "dedupe", "--partial-ok", **STAGE)
    rank = runner.stage("rank", "rank", "--partial-ok", **STAGE)
    dbt_tests = runner.dbt("dbt_tests", "test --threads 4", "source freshness", **TEST)
    quality_gate = runner.quality_gate("quality_gate", **TEST)
    publish = runner.stage("publish_hyper", "publish", "--partial-ok", **STAGE)
    notify = runner.stage(
        "notify_webhook_daily",
        "notify",
        env={"JOB_ETL_FAILED_TASKS": "{{ failed_tasks(ti) }}"},
        connections=("job_etl_db", "job_etl_webhook"),
        trigger_rule="all_done",
        **STAGE,
    )
    end = EmptyOperator(task_id="end")

    chain(start, extracts, normalize, enrich, dbt_models_core, dedupe, rank)
    chain(rank, dbt_tests, quality_gate, publish, notify)
    [*extracts, publish, notify] >> end

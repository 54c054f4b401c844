"""E-mail when a run fails. Without addresses in JOB_ETL_ALERT_EMAIL (commas between them) none is sent."""

import os

from .dates import run_date
from .states import failed_tasks

SUBJECT = "job-etl: {{ dag.dag_id }} failed for {{ alert_date }}"
# Names come from the context, escaped: a run id is typed by people.
BODY = """
<p>The run <b>{{ run_id | e }}</b> of <b>{{ dag.dag_id }}</b> for {{ alert_date }} failed.</p>
<p>Failed tasks: <b>{{ alert_tasks | e }}</b></p>
<p>What to do: open the run in Airflow and read the log of the first of them; <code>job-etl status</code>
names what stopped or was rejected. Clear the failed tasks to go on: every task may be repeated.</p>
"""


def on_failure():
    """Return what a DAG does when a run of it failed: callbacks, none without an address."""
    return [mail_failure] if recipients() else None


def recipients():
    """Return the addresses that are told."""
    return [part.strip() for part in os.environ.get("JOB_ETL_ALERT_EMAIL", "").split(",") if part.strip()]


def mail_failure(context):
    """Send one e-mail that names the run, its day, the failed tasks and what to do next."""
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    notifier = SmtpNotifier(to=recipients(), subject=SUBJECT, html_content=BODY, mime_subtype="alternative")
    notifier({**context, "alert_date": _date(context), "alert_tasks": _tasks(context)})


def _date(context):
    dag_run = context.get("dag_run")
    return run_date(dag_run, context.get("params") or {}) if dag_run else "its day"


def _tasks(context):
    """Return the failed tasks; the callback of Airflow 3.0 has no way to ask for them."""
    from airflow.dag_processing import processor

    if "ti" not in context or "GetTaskStates" not in repr(processor.ToManager):
        return "see the grid of the run"
    return failed_tasks(context["ti"]) or "none (the run took too long)"

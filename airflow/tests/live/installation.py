"""The installation under test: a real Airflow on a real PostgreSQL, with stand-ins for what is outside."""

import base64
import hashlib
import json
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(PROJECT / "airflow/stack"))

from components import Airflow  # noqa: E402 - found by the line above
from rest import wait_until  # noqa: E402
from stand_ins import JobApis, Mail, Webhooks, free_port  # noqa: E402

SAMPLES = PROJECT / "samples"
SOURCES = ("greenhouse", "jsearch", "lever")
EMAIL = "ops@example.org"
#: A run on a busy machine.
RUN_SECONDS = 420
#: Lines of a task's log that are shown when it should not have failed.
LAST_LINES = 25


class Run(NamedTuple):
    """A run that has ended."""

    dag: str
    id: str
    state: str
    tasks: dict[str, str]


class Installation:
    """Airflow, its database and the stand-ins in one temporary folder."""

    def __init__(self, say):
        """Start the stand-ins; Airflow is not started yet."""
        self.folder = Path(tempfile.mkdtemp(prefix="job-etl-airflow-"))
        # PostgreSQL's account must be able to pass through.
        self.folder.chmod(0o711)
        self.artifacts = self.folder / "artifacts"
        # Words that must be found nowhere: keys, and the password of the database.
        self.canaries = {
            "jsearch": f"canary-{secrets.token_hex(8)}",
            "webhook": base64.b64encode(secrets.token_bytes(24)).decode(),
            "database": f"canary-{secrets.token_hex(8)}",
        }
        self.apis = JobApis(SAMPLES, self.canaries["jsearch"])
        self.webhooks = Webhooks(f"whsec_{self.canaries['webhook']}")
        self.mail = Mail()
        self.airflow = Airflow(
            self.folder / "airflow", free_port(), self._environment(), lasting=False, say=say
        )

    def _environment(self):
        config = self.folder / "config"
        shutil.copytree(PROJECT / "config", config)
        (config / "sources.yml").write_text(self.apis.configuration(SAMPLES, SOURCES), encoding="utf-8")
        # Worse than any real program: it tells its whole environment, and no key may be found all the same.
        program = self.folder / "job-etl"
        real = shutil.which(os.environ.get("JOB_ETL_BIN", "job-etl"))
        if real is None:
            raise RuntimeError("no job-etl: build it, or set JOB_ETL_BIN")
        real = shlex.quote(str(Path(real).resolve()))
        program.write_text(f'#!/bin/sh\nenv >&2\nexec {real} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        database, password = self.folder / "airflow/postgres", self.canaries["database"]
        return {
            "DATABASE_URL": f"postgresql:///job_etl?host={database}&user=job_etl&password={password}",
            "JOB_ETL_ALERT_EMAIL": EMAIL,
            "JOB_ETL_ARTIFACTS": str(self.artifacts),
            "JOB_ETL_BIN": str(program),
            "JOB_ETL_CONFIG": str(config),
            "JOB_ETL_HOME": str(self.folder / "home"),
            "JOB_ETL_RETRIES": "1",
            "JOB_ETL_RETRY_SECONDS": "1",
            "JOB_ETL_RUNNER": "local",
            "JOB_ETL_SMTP_URL": f"smtp://127.0.0.1:{self.mail.port}/?disable_ssl=true&disable_tls=true&from_email=airflow@example.org",
            "JOB_ETL_WEBHOOK_SECRET": f"whsec_{self.canaries['webhook']}",
            "JOB_ETL_WEBHOOK_URL": f"{self.webhooks.address}/hook",
            "JSEARCH_API_KEY": self.canaries["jsearch"],
        }

    def close(self, keep):
        """Stop all of it; with `keep` the folder stays, to be looked at."""
        self.airflow.stop()
        self.apis.close()
        self.webhooks.close()
        self.mail.close()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def finish(self, dag, run_id):
        """Wait until a run has ended; return it."""
        rest = self.airflow.rest
        ended = wait_until(
            lambda: (state := rest.run_state(dag, run_id)) in ("success", "failed") and state,
            RUN_SECONDS,
            f"the run {run_id} of {dag} has not ended; its tasks: {self.states(dag, run_id)}",
            self.airflow.check,
        )
        return Run(dag, run_id, ended, self.states(dag, run_id))

    def states(self, dag, run_id):
        """Return the state of each task of a run."""
        try:
            tasks = self.airflow.rest.tasks(dag, run_id)
        except (OSError, ValueError):
            return {}
        return {name: task["state"] for name, task in tasks.items()}

    def run(self, dag, conf):
        """Run a DAG by hand to its end; return the run."""
        return self.finish(dag, self.airflow.rest.run(dag, conf))

    def last_words(self, run, task):
        """Return the end of the log of a task."""
        name, _, index = task.partition("[")
        folder = self.airflow.home / "logs" / f"dag_id={run.dag}/run_id={run.id}/task_id={name}"
        if index:
            folder /= f"map_index={index.rstrip(']')}"
        logs = sorted(folder.rglob("*.log"))
        lines = logs[-1].read_text(encoding="utf-8").splitlines() if logs else ["(no log)"]
        return "\n".join(_event(line) for line in lines[-LAST_LINES:])

    def scheduled_run(self, dag):
        """Unpause a DAG; return the id of the run that the scheduler begins for the last time it was due."""
        rest = self.airflow.rest
        rest.call("PATCH", f"/api/v2/dags/{dag}", {"is_paused": False})

        def begun():
            runs = rest.call("GET", f"/api/v2/dags/{dag}/dagRuns?run_type=scheduled")["dag_runs"]
            return runs and runs[0]

        return wait_until(begun, 120, f"the scheduler has begun no run of {dag}", self.airflow.check)

    def messages_since(self, count, expected=1):
        """Return the webhooks after the first `count`, once there are as many as expected."""
        received = self.webhooks.received
        wait_until(
            lambda: len(received) >= count + expected, 30, f"{expected} webhooks, not {received[count:]}"
        )
        return received[count:]

    def mails_since(self, count):
        """Return the mails after the first `count`, once there is one."""
        received = self.mail.received
        wait_until(lambda: len(received) > count, 90, "no mail came")
        return received[count:]

    def ask(self, statement):
        """Return what job-etl's database answers."""
        return self.airflow.postgres.ask(statement, "job_etl")

    def job_etl(self, *arguments):
        """Return what job-etl prints."""
        environment = self.airflow.environment()
        done = subprocess.run(
            [environment["JOB_ETL_BIN"], *arguments],
            env=environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"job-etl {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
        return done.stdout.strip()

    def published(self):
        """Return where `latest` points and the hash of each file there."""
        latest = self.artifacts / "latest"
        files = {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(latest.glob("*"))
        }
        return str(latest.resolve()), files

    def found(self, word):
        """Return where a word stands: in a dump of a database, in a log, in a published file."""
        places = []
        for database in ("airflow", "job_etl"):
            program = self.airflow.postgres.bin / "pg_dump"
            dump = subprocess.run(
                [program, "-h", self.airflow.postgres.folder, "-U", "postgres", "--data-only", database],
                capture_output=True,
                check=True,
            ).stdout
            places += [f"{database}: {line[:120]!r}" for line in dump.splitlines() if word.encode() in line]
        for folder in (self.airflow.home / "logs", self.airflow.home / "dbt", self.artifacts):
            files = [file for file in folder.rglob("*") if file.is_file()]
            places += [str(file) for file in files if word.encode() in file.read_bytes()]
        return places


def _event(line):
    try:
        return json.loads(line)["event"]
    except (ValueError, KeyError, TypeError):
        return line


def keep_folder():
    """Say whether the folder is to be kept."""
    return bool(os.environ.get("KEEP"))

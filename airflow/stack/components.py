"""Airflow on this machine: its settings, keys and database, and its four components as child processes."""

import base64
import contextlib
import json
import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

from postgres import Postgres
from rest import Rest, wait_until

PROJECT = Path(__file__).resolve().parents[2]
COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")
#: A cold start on a busy machine.
START_SECONDS = 300
STOP_SECONDS = 30
USER = "admin"


class Airflow:
    """One installation in a folder: start, ask by `rest`, stop."""

    def __init__(self, home, port, environment=None, lasting=True, say=print):
        """Name the folder, the port and what the environment holds besides; nothing is started yet."""
        self.home = Path(home)
        self.port = port
        self.say = say
        self.postgres = Postgres(self.home / "postgres", lasting)
        self.own = environment or {}
        self.children = {}
        self.address = f"http://127.0.0.1:{port}"
        self.rest = None

    def start(self):
        """Bring everything up; on return the DAGs can be run."""
        if _is_taken(self.port):
            raise RuntimeError(
                f"port {self.port} is taken: stop what listens there, or set JOB_ETL_AIRFLOW_PORT"
            )
        environment = self.environment()
        if not shutil.which(environment["JOB_ETL_BIN"]):
            raise RuntimeError(f"no program {environment['JOB_ETL_BIN']}: set JOB_ETL_BIN to job-etl")
        self.home.mkdir(parents=True, exist_ok=True)
        # Closed to others, but as root PostgreSQL's account must be able to pass through.
        self.home.chmod(0o711 if self.postgres.account else 0o700)
        self.say("PostgreSQL")
        self.postgres.start()
        self.make_databases()
        self.say("job-etl: tables and views")
        self._once([environment["JOB_ETL_BIN"], "migrate"], environment)
        self.say("airflow: database, connections, pool (about 20 s)")
        self._once([sys.executable, str(PROJECT / "airflow/bootstrap.py")], environment)
        self.say("airflow: " + ", ".join(COMPONENTS) + " (about a minute)")
        for component in COMPONENTS:
            self._spawn(component, environment)
        self.rest = Rest(self.address, USER, self.password())
        wait_until(self.rest.log_in, START_SECONDS, "the API server takes no login", self.check)
        wait_until(
            lambda: not self.rest.unhealthy(), START_SECONDS, "not all components are healthy", self.check
        )

    def make_databases(self):
        """Make Airflow's database, and job-etl's with a login that is no superuser."""
        self.postgres.make("airflow", "airflow")
        self.postgres.make("job_etl", "job_etl")
        self.postgres.load(PROJECT / "scripts/bootstrap_db.sql", "job_etl")
        self.postgres.ask("grant job_etl_owner, job_etl_writer, job_etl_marts, job_etl_app to job_etl")

    def environment(self):
        """Return the environment of Airflow's programs: ours, airflow.env, the installation, the caller's."""
        settings = dict(
            line.split("=", 1)
            for line in (PROJECT / "airflow/airflow.env").read_text(encoding="utf-8").splitlines()
            if line and not line.startswith("#")
        )
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW__")}
        return inherited | settings | self._airflow() | self._job_etl() | self.own

    def _airflow(self):
        database = self.postgres.url("airflow", "airflow", "postgresql+psycopg2")
        return {
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "airflow/dags"),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.address}/execution/",
            "AIRFLOW__CORE__FERNET_KEY_CMD": self._key("fernet_key"),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self._passwords()),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__BASE_URL": self.address,
            "AIRFLOW__API__SECRET_KEY_CMD": self._key("session_key"),
            "AIRFLOW__API_AUTH__JWT_SECRET_CMD": self._key("jwt_secret"),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }

    def _job_etl(self):
        """Return where job-etl, dbt, the gate and the data are; what is set in the environment wins."""
        defaults = {
            "JOB_ETL_PROJECT": str(PROJECT),
            "JOB_ETL_CONFIG": str(PROJECT / "config"),
            "JOB_ETL_ARTIFACTS": str(PROJECT / "artifacts"),
            "JOB_ETL_BIN": "job-etl",
            "JOB_ETL_DBT": str(PROJECT / ".venv-dbt/bin/dbt"),
            "JOB_ETL_QUALITY_PYTHON": str(PROJECT / ".venv-gx/bin/python"),
            "DBT_TARGET_PATH": str(self.home / "dbt/target"),
            "DBT_LOG_PATH": str(self.home / "dbt/logs"),
        }
        if not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE")):
            defaults["DATABASE_URL"] = self.postgres.url("job_etl", "job_etl")
        return {name: os.environ.get(name) or value for name, value in defaults.items()}

    def _key(self, name):
        """Return the command by which Airflow reads a key; the key is made once, in a file of ours alone."""
        path = self.home / "keys" / name
        if not path.exists():
            _write_private(path, base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
        return shlex.join(["cat", str(path)])

    def _passwords(self):
        path = self.home / "keys" / "passwords.json"
        if not path.exists():
            _write_private(path, json.dumps({USER: secrets.token_urlsafe(18)}))
        return path

    def password(self):
        """Return the password of the one user."""
        return json.loads(self._passwords().read_text(encoding="utf-8"))[USER]

    def _once(self, command, environment):
        done = subprocess.run(
            command,
            env=environment,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
            raise RuntimeError(f"{shlex.join(command)} ended with code {done.returncode}:\n{last}")

    def _spawn(self, component, environment):
        log = self.home / "logs" / f"{component}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            self.children[component] = subprocess.Popen(
                [sys.executable, "-m", "airflow", component],
                env=environment,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def check(self):
        """Raise when a component has ended."""
        for component, child in self.children.items():
            if child.poll() is not None:
                log = self.home / "logs" / f"{component}.log"
                last = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
                raise RuntimeError(f"{component} ended with code {child.returncode}; see {log}:\n{last}")

    def stop(self):
        """Stop the components, then what they left running, then the server."""
        for child in self.children.values():
            _signal(child, signal.SIGTERM)
        for child in self.children.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(STOP_SECONDS)
            _signal(child, signal.SIGKILL)
            child.wait()
        self.children = {}
        if self.postgres.data.exists():
            self.postgres.stop()


def _signal(child, number):
    """Signal the whole group: a component's own children may outlive it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def _is_taken(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _write_private(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)

"""Where a task runs: JOB_ETL_RUNNER says `local` (a process, the default), `docker` or `ecs`.

The DAG files do not know which. Only what the chosen one needs is imported.
"""

import os
import shlex
from datetime import timedelta

from .sources import PROJECT

RUNNER = os.environ.get("JOB_ETL_RUNNER", "local")

#: Tasks with effects outside are idempotent, so they may be tried again, each time after twice as long.
RETRYING = {
    "retries": int(os.environ.get("JOB_ETL_RETRIES", "3")),
    "retry_delay": timedelta(seconds=float(os.environ.get("JOB_ETL_RETRY_SECONDS", "60"))),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=20),
}

#: What every task is told. A run id is typed by people, so it is a variable of the process and never part of
#: a command. A stage waits that many seconds for the lock of another run, for instance beside a backfill.
RUN = {
    "JOB_ETL_RUN_ID": "{{ run_id }}",
    "JOB_ETL_LOGICAL_DATE": "{{ run_date(dag_run, params) }}",
    "JOB_ETL_WAIT": "1800",
}


def stage(task_id, *arguments, env=None, connections=("job_etl_db",), **options):
    """Return a task that runs a verb of job-etl, and leaves its counts in XCom."""
    return _operator(task_id, [_job_etl(arguments)], env, connections, options)


def stage_of_each_day(task_id, *arguments, days, env=None, connections=("job_etl_db",), **options):
    """Return a task that runs a verb once for each of the days."""
    operator, settings = _settings([_job_etl(arguments)], env, connections)
    settings |= options | {"map_index_template": "{{ task.day }}"}
    return operator.partial(task_id=task_id, **settings).expand(day=days)


def dbt(task_id, *commands, **options):
    """Return a task that runs commands of dbt, one after another."""
    program = _program("JOB_ETL_DBT", "dbt")
    project = ["--project-dir", "dbt/job_dbt", "--profiles-dir", "dbt/profiles"]
    lines = [[program, *shlex.split(command), *project] for command in commands]
    return _operator(task_id, lines, None, ("job_etl_db",), options)


def quality_gate(task_id, **options):
    """Return a task that runs the expectations on raw, staging and marts."""
    lines = [[_program("JOB_ETL_QUALITY_PYTHON", "python"), "quality/gate.py"]]
    return _operator(task_id, lines, None, ("job_etl_db",), options)


def _job_etl(arguments):
    return [_program("JOB_ETL_BIN", "job-etl"), *arguments, "--json"]


def _program(variable, name):
    """Return where a program is: on this machine, or in the image."""
    return os.environ.get(variable) or name


def _operator(task_id, commands, env, connections, options):
    operator, settings = _settings(commands, env, connections)
    return operator(task_id=task_id, **settings | options)


def _settings(commands, env, connections):
    env = RUN | (env or {})
    if RUNNER == "local":
        from .on_host import HostTask

        return HostTask, {
            "commands": commands,
            "env": env,
            "connections": connections,
            "cwd": str(PROJECT),
        }
    if RUNNER == "docker":
        from . import on_docker

        return on_docker.DockerTask, {
            **on_docker.options(_one(commands), env),
            "connections": connections,
        }
    if RUNNER == "ecs":
        from . import on_ecs

        return on_ecs.EcsTask, {**on_ecs.options(_one(commands), env), "connections": connections}
    raise ValueError(f"JOB_ETL_RUNNER is {RUNNER!r}: use local, docker or ecs")


def _one(commands):
    """Return several commands as one, for a container: a shell that stops at the first failure."""
    if len(commands) == 1:
        return commands[0]
    return ["sh", "-c", " && ".join(shlex.join(command) for command in commands)]

"""A task as a process of this machine, without a shell."""

import os
import signal
import subprocess
from collections import deque

from airflow.sdk import BaseOperator

from . import keys, output, states
from .compat import AirflowException

#: Lines of output in which the last JSON object is looked for.
KEPT_LINES = 200


class HostTask(BaseOperator):
    """Runs one command after another and returns the last JSON object they print.

    `env` is stored by Airflow with the run, so it holds no key; `execute` adds those, for the process alone.
    """

    template_fields = ("commands", "env", "day")
    template_fields_renderers = {"env": "json"}  # noqa: RUF012 - Airflow reads a class variable
    ui_color = "#e8f0ea"

    def __init__(self, *, commands, env, connections=(), one_of=(), day=None, cwd=None, **options):
        """Keep what to run, and as whom; nothing is looked up yet."""
        super().__init__(**options)
        self.commands = commands
        self.env = env
        self.connections = connections
        self.one_of = one_of
        self.day = day
        self.cwd = cwd
        self._process = None

    def execute(self, context):
        """Run the commands; the first that fails ends the task."""
        states.require_one(context["ti"], self.one_of)
        environment = self._environment()
        lines = deque(maxlen=KEPT_LINES)
        for command in self.commands:
            self._run(command, environment, lines)
        return output.counts(lines)

    def _environment(self):
        """Return what the process gets: nothing of Airflow's own, and no key of another task."""
        given = keys.environment(self.connections)
        # A file would win over the variable that the connection gave.
        withheld = keys.withheld(self.connections) | {f"{name}_FILE" for name in given}
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in withheld and not name.startswith(("AIRFLOW_", "_AIRFLOW"))
        }
        day = {"JOB_ETL_LOGICAL_DATE": self.day} if self.day else {}
        return inherited | self.env | day | given

    def _run(self, command, environment, lines):
        self.log.info("running %s in %s", command, self.cwd)
        self._process = subprocess.Popen(
            command,
            env=environment,
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
            errors="replace",
        )
        secrets = keys.values(environment, self.connections)
        for line in self._process.stdout:
            # Airflow masks the log of the task, but not its copy on the output of the scheduler.
            for secret in secrets:
                line = line.replace(secret, "***")
            lines.append(line)
            self.log.info("%s", line.rstrip())
        code = self._process.wait()
        if code != 0:
            raise AirflowException(f"{command[0]} ended with code {code}; its last lines are above")

    def on_kill(self):
        """Ask the process group to stop; job-etl then rolls its transaction back and leaves with 143."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)

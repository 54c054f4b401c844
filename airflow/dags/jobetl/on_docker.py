"""A task as a container of a Docker engine."""

import os

from airflow.providers.docker.operators.docker import DockerOperator

from . import keys, output, states


class DockerTask(DockerOperator):
    """Runs a command in `JOB_ETL_IMAGE`; its keys are private environment, which Airflow does not store."""

    template_fields = (*DockerOperator.template_fields, "day")

    def __init__(self, *, connections=(), one_of=(), day=None, **options):
        """Keep what is ours beside what the operator knows."""
        super().__init__(**options)
        self.connections = connections
        self.one_of = one_of
        self.day = day

    def execute(self, context):
        """Run the container and return the last JSON object it prints."""
        states.require_one(context["ti"], self.one_of)
        self.add_day_and_keys()
        return output.counts(super().execute(context) or [])

    def add_day_and_keys(self):
        """Complete the container with what is known only now."""
        day = {"JOB_ETL_LOGICAL_DATE": self.day} if self.day else {}
        self._private_environment = day | keys.for_elsewhere(self.connections)


def options(command, env):
    """Return what is particular to a container. Empty variables are left to the image."""
    return {
        "image": os.environ["JOB_ETL_IMAGE"],
        # Whatever program the image starts by itself, ours is started.
        "entrypoint": command[:1],
        "command": command[1:],
        "environment": env,
        "network_mode": os.environ.get("JOB_ETL_DOCKER_NETWORK") or None,
        "docker_url": os.environ.get("DOCKER_HOST", "unix://var/run/docker.sock"),
        "auto_remove": "success",
        "mount_tmp_dir": False,
        "mounts": _mounts(os.environ.get("JOB_ETL_DOCKER_MOUNTS", "")),
        "xcom_all": True,
    }


def _mounts(text):
    """Read `volume:/path` pairs with commas between them: the volumes with configuration and artifacts."""
    from docker.types import Mount

    pairs = [pair.split(":", 1) for pair in text.split(",") if pair]
    return [
        Mount(target=target, source=source, type="bind" if source.startswith("/") else "volume")
        for source, target in pairs
    ]

"""A task as a task of Amazon ECS.

Keys are not sent along: overrides can be read by whoever may describe the task. The task definition names
them, as `secrets` from Secrets Manager. Its entry point must run the command it is given, as `["env"]` does,
since an override cannot replace the one of the image.
"""

import os

from airflow.providers.amazon.aws.operators.ecs import EcsRunTaskOperator

from . import output, states


class EcsTask(EcsRunTaskOperator):
    """Runs a task of `JOB_ETL_ECS_TASK_DEFINITION` with this command and environment."""

    template_fields = (*EcsRunTaskOperator.template_fields, "day")

    def __init__(self, *, connections=(), one_of=(), day=None, **options):
        """Keep what is ours beside what the operator knows."""
        super().__init__(**options)
        self.connections = connections
        self.one_of = one_of
        self.day = day

    def execute(self, context):
        """Run the task and return the last line of its log, which is a JSON object."""
        states.require_one(context["ti"], self.one_of)
        self.add_day()
        return output.counts([super().execute(context)])

    def add_day(self):
        """Complete the overrides of a mapped task."""
        container = self.overrides["containerOverrides"][0]
        if self.day:
            others = [item for item in container["environment"] if item["name"] != "JOB_ETL_LOGICAL_DATE"]
            container["environment"] = [*others, {"name": "JOB_ETL_LOGICAL_DATE", "value": self.day}]


def options(command, env):
    """Return what is particular to ECS: the cluster, the network and the overrides of the one container."""
    container = os.environ.get("JOB_ETL_ECS_CONTAINER", "job-etl")
    environment = [{"name": name, "value": value} for name, value in env.items()]
    return {
        "cluster": os.environ["JOB_ETL_ECS_CLUSTER"],
        "task_definition": os.environ["JOB_ETL_ECS_TASK_DEFINITION"],
        "launch_type": os.environ.get("JOB_ETL_ECS_LAUNCH_TYPE", "FARGATE"),
        "overrides": {
            "containerOverrides": [{"name": container, "command": command, "environment": environment}]
        },
        "network_configuration": {
            "awsvpcConfiguration": {
                "subnets": _listed("JOB_ETL_ECS_SUBNETS"),
                "securityGroups": _listed("JOB_ETL_ECS_SECURITY_GROUPS"),
                "assignPublicIp": os.environ.get("JOB_ETL_ECS_PUBLIC_IP", "DISABLED"),
            }
        },
        "awslogs_group": os.environ.get("JOB_ETL_ECS_LOG_GROUP"),
        "awslogs_stream_prefix": os.environ.get("JOB_ETL_ECS_LOG_PREFIX", f"job-etl/{container}"),
        "container_name": container,
        "reattach": True,
    }


def _listed(name):
    return [part for part in os.environ.get(name, "").split(",") if part]

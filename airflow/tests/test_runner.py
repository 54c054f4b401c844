"""What each runner is told: the same words, in the shape of a process, a container or an ECS task."""

import os
import sys
from types import SimpleNamespace

import pytest
from conftest import DAGS

sys.path.insert(0, str(DAGS))

from jobetl import dates, keys, output, runner, states
from jobetl.compat import AirflowFailException

OPEN = "sesame-open"
EXTRACT = ["job-etl", "extract", "--only", "ashby", "--json"]
TOLD = {
    "JOB_ETL_RUN_ID": "{{ run_id }}",
    "JOB_ETL_LOGICAL_DATE": "{{ run_date(dag_run, params) }}",
    "JOB_ETL_WAIT": "1800",
}


def fields(read_dags, runner, task):
    """Return the stored fields of a task of the daily run."""
    return read_dags(runner)["dags"]["jobs_etl_daily"]["tasks"][task]["fields"]


def test_a_process_is_told(read_dags):
    assert fields(read_dags, "local", "extract_ashby")["commands"] == [EXTRACT]
    assert fields(read_dags, "local", "extract_ashby")["env"] == TOLD
    failed = fields(read_dags, "local", "notify_webhook_daily")["env"]["JOB_ETL_FAILED_TASKS"]
    assert failed == "{{ failed_tasks(ti) }}"


def test_a_container_is_told(read_dags):
    told = fields(read_dags, "docker", "extract_ashby")
    assert told["image"] == "registry.example/job-etl:1"
    assert [*told["entrypoint"], *told["command"]] == EXTRACT
    assert told["environment"] == TOLD


def test_an_ecs_task_is_told(read_dags):
    told = fields(read_dags, "ecs", "extract_ashby")["overrides"]["containerOverrides"]
    environment = [{"name": name, "value": value} for name, value in TOLD.items()]
    assert told == [{"name": "job-etl", "command": EXTRACT, "environment": environment}]


def test_two_commands_of_dbt_are_one_command_of_a_container(read_dags):
    at = "--project-dir dbt/job_dbt --profiles-dir dbt/profiles"
    local = fields(read_dags, "local", "dbt_tests")["commands"]
    test, freshness = f"dbt test --threads 4 {at}", f"dbt source freshness {at}"
    assert [" ".join(command) for command in local] == [test, freshness]
    docker = fields(read_dags, "docker", "dbt_tests")
    assert [*docker["entrypoint"], *docker["command"]] == ["sh", "-c", f"{test} && {freshness}"]


def test_an_unknown_runner_is_refused(monkeypatch):
    monkeypatch.setattr(runner, "RUNNER", "kubernetes")
    with pytest.raises(ValueError, match="use local, docker or ecs"):
        runner.stage("a", "rank")


def test_the_day_of_a_mapped_task_wins(monkeypatch):
    pytest.importorskip("airflow.providers.docker")
    from jobetl.on_docker import DockerTask
    from jobetl.on_ecs import EcsTask

    monkeypatch.setattr(keys, "_connection", lambda _: None)
    monkeypatch.setenv("DATABASE_URL", "postgresql:///x")
    monkeypatch.setenv("JSEARCH_API_KEY", "x")
    docker = DockerTask(
        task_id="a",
        image="i",
        command=["job-etl", "run"],
        day="2026-11-02",
        connections=("job_etl_db",),
    )
    docker.add_day_and_keys()
    assert docker._private_environment == {
        "JOB_ETL_LOGICAL_DATE": "2026-11-02",
        "DATABASE_URL": "postgresql:///x",
        "PGDATABASE": "x",
    }
    container = {
        "command": ["job-etl", "run"],
        "environment": [{"name": "JOB_ETL_LOGICAL_DATE", "value": "x"}],
    }
    overrides = {"containerOverrides": [container]}
    ecs = EcsTask(task_id="b", cluster="c", task_definition="t", overrides=overrides, day="2026-11-02")
    ecs.add_day()
    assert ecs.overrides["containerOverrides"][0]["environment"] == [
        {"name": "JOB_ETL_LOGICAL_DATE", "value": "2026-11-02"}
    ]


def test_a_process_gets_its_own_keys_and_nothing_of_airflow(monkeypatch):
    from jobetl.on_host import HostTask

    monkeypatch.setattr(keys, "_connection", lambda _: None)
    for name in ("AIRFLOW__CORE__FERNET_KEY", "JSEARCH_API_KEY", "JOB_ETL_WEBHOOK_SECRET_FILE", "OTHER"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:password@db:5433/jobs?sslmode=require")
    for connections, expected in (
        (("job_etl_db",), {"OTHER"}),
        (("job_etl_db", "jsearch"), {"OTHER", "JSEARCH_API_KEY"}),
        (("job_etl_db", "job_etl_webhook"), {"OTHER", "JOB_ETL_WEBHOOK_SECRET_FILE"}),
    ):
        task = HostTask(task_id="a", commands=[], env=TOLD, connections=connections)
        environment = task._environment()
        assert {name for name, value in environment.items() if value == "x"} == expected
        assert environment["PGPASSWORD"] == "password"


def test_a_process_is_redacted_and_leaves_its_last_object(monkeypatch, caplog):
    from jobetl.on_host import HostTask

    monkeypatch.setattr(keys, "_connection", lambda name: SimpleNamespace(password=OPEN))
    script = 'echo "key $JSEARCH_API_KEY"; echo "{\\"key\\": \\"$JSEARCH_API_KEY\\"}"; echo talk >&2'
    task = HostTask(task_id="a", commands=[["sh", "-c", script]], env={}, connections=("jsearch",))
    with caplog.at_level("INFO"):
        assert task.execute({"ti": SimpleNamespace()}) == {"key": "***"}
    assert OPEN not in caplog.text


def test_a_command_that_fails_ends_the_task(tmp_path):
    from jobetl.on_host import HostTask

    commands = [["sh", "-c", "exit 3"], ["touch", str(tmp_path / "ran")]]
    with pytest.raises(Exception, match="code 3"):
        HostTask(task_id="a", commands=commands, env={}).execute({"ti": SimpleNamespace()})
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://a%40b:pw@db.example:5433/jobs?sslmode=require",
            {
                "PGHOST": "db.example",
                "PGPORT": "5433",
                "PGUSER": "a@b",
                "PGPASSWORD": "pw",
                "PGDATABASE": "jobs",
                "PGSSLMODE": "require",
            },
        ),
        (
            "postgresql://me@/jobs?host=/run/pg&port=5432",
            {"PGHOST": "/run/pg", "PGPORT": "5432", "PGUSER": "me", "PGDATABASE": "jobs"},
        ),
        ("postgres://me@%2Frun%2Fpg/jobs", {"PGHOST": "/run/pg", "PGUSER": "me", "PGDATABASE": "jobs"}),
        ("", {}),
    ],
)
def test_dbt_is_told_the_database_in_its_own_words(url, expected):
    assert keys._libpq(url) == expected


def test_a_file_serves_where_a_connection_is_absent(monkeypatch, tmp_path):
    (tmp_path / "url").write_text("postgresql://me@db/jobs\n")
    monkeypatch.setattr(keys, "_connection", lambda _: None)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    assert keys.environment(("job_etl_db",)) == {"PGHOST": "db", "PGUSER": "me", "PGDATABASE": "jobs"}
    assert "DATABASE_URL_FILE" in os.environ


def test_the_last_object_is_what_counts():
    assert output.counts(["{not json", '{"a": 1}', "talk", '{"b": 2}\n', "bye"]) == {"b": 2}
    assert output.counts(["talk"]) is None


def test_days():
    assert dates.days("2026-02-27", "2026-03-01") == ["2026-02-27", "2026-02-28", "2026-03-01"]
    assert len(dates.days("2024-01-01", "2024-12-31")) == 366
    for first, last in (("2026-01-02", "2026-01-01"), ("2026-01-01", "2027-01-02"), ("x", "2026-01-01")):
        with pytest.raises(ValueError, match=r"before|more than|Invalid"):
            dates.days(first, last)


def test_the_day_of_a_run_is_torontos():
    from datetime import UTC, datetime

    late = datetime(2026, 11, 25, 3, tzinfo=UTC)  # still the 24th in Toronto
    by_hand = SimpleNamespace(logical_date=None, run_after=late)
    scheduled = SimpleNamespace(logical_date=datetime(2026, 11, 3, 12, tzinfo=UTC), run_after=late)
    assert dates.run_date(by_hand, {}) == "2026-11-24"
    assert dates.run_date(scheduled, {"run_date": None}) == "2026-11-03"
    assert dates.run_date(scheduled, {"run_date": "2026-01-31"}) == "2026-01-31"


def ti(**tasks):
    """Return a task instance whose run has these states."""
    return SimpleNamespace(dag_id="d", run_id="r", get_task_states=lambda **_: {"r": tasks})


def test_failed_tasks_are_named_and_their_consequences_are_not():
    assert states.failed_tasks(ti(b="failed", a="failed", c="upstream_failed", d="success")) == "a b"
    assert states.failed_tasks(ti(a="success")) == ""
    assert states.failed_tasks(SimpleNamespace(dag_id="d", run_id="r")) == "unknown"


def test_one_source_is_enough():
    states.require_one(ti(a="failed", b="success"), ["a", "b"])
    with pytest.raises(AirflowFailException, match="none of a, b succeeded"):
        states.require_one(ti(a="failed", b="upstream_failed"), ["a", "b"])

"""The DAGs as Airflow reads them: order, edges, schedule, retries, and no key in anything that is stored."""

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from conftest import CANARY, DAGS, RUNNERS

TORONTO = ZoneInfo("America/Toronto")
SOURCES = ["ashby", "greenhouse", "lever", "smartrecruiters", "jobicy", "remotive"]
EXTRACTS = [f"extract_{source}" for source in SOURCES]
STAGES = ["normalize", "enrich", "dbt_models_core", "dedupe_consolidate", "rank"]
GATES = ["dbt_tests", "quality_gate"]
ENDING = ["publish_hyper", "notify_webhook_daily", "end"]
LINE = [*STAGES, *GATES, *ENDING]
NAMES = ("jobs_etl_daily", "jobs_etl_backfill", "jobs_etl_deadline")


@pytest.fixture(params=RUNNERS)
def read(request, read_dags):
    """Return what the files give with each runner."""
    return read_dags(request.param)


def test_all_are_read_without_an_error(read):
    assert read["errors"] == {}
    assert sorted(read["dags"]) == sorted(NAMES)


def test_only_the_chosen_runner_is_imported(read_dags):
    modules = read_dags("local")["modules"]
    assert not [name for name in modules if name.startswith("airflow.providers.docker.operators")]
    assert not [name for name in modules if name.startswith("airflow.providers.amazon.aws.operators")]
    assert "airflow.providers.docker.operators.docker" in read_dags("docker")["modules"]
    assert "airflow.providers.amazon.aws.operators.ecs" in read_dags("ecs")["modules"]


def test_the_daily_run_is_one_line_after_the_sources(read):
    dag = read["dags"]["jobs_etl_daily"]
    assert dag["order"] == ["start", *EXTRACTS, *LINE]  # no order exists where there is a cycle
    upstream = {name: task["upstream"] for name, task in dag["tasks"].items()}
    expected = {"start": [], **{extract: ["start"] for extract in EXTRACTS}, "normalize": sorted(EXTRACTS)}
    expected |= {after: [before] for before, after in pairwise(LINE)}
    expected["end"] = sorted([*EXTRACTS, "publish_hyper", "notify_webhook_daily"])
    assert upstream == expected


def test_a_failed_source_does_not_stop_the_others_and_notify_always_runs(read):
    tasks = read["dags"]["jobs_etl_daily"]["tasks"]
    rules = {name: task["trigger_rule"] for name, task in tasks.items()}
    assert {name for name, rule in rules.items() if rule != "all_success"} == {
        "normalize",
        "notify_webhook_daily",
    }
    assert rules["normalize"] == rules["notify_webhook_daily"] == "all_done"
    assert tasks["normalize"]["one_of"] == EXTRACTS


def test_the_backfill_maps_days_and_is_gated(read):
    dag = read["dags"]["jobs_etl_backfill"]
    line = ["run_day", "dbt_models_core", *GATES, "publish_day", "notify_webhook_backfill"]
    upstream = {name: task["upstream"] for name, task in dag["tasks"].items()}
    expected = {after: [before] for before, after in pairwise(line)}
    expected |= {"plan_days": [], "run_day": ["plan_days"]}
    expected["publish_day"] = ["plan_days", "quality_gate"]
    expected["end"] = ["notify_webhook_backfill", "publish_day"]
    assert upstream == expected
    assert {name for name, task in dag["tasks"].items() if task["mapped"]} == {"run_day", "publish_day"}


def test_a_missed_deadline_is_told_and_ends_red(read):
    dag = read["dags"]["jobs_etl_deadline"]
    rules = {name: (task["upstream"], task["trigger_rule"]) for name, task in dag["tasks"].items()}
    assert rules == {
        "finished_in_time": ([], "all_success"),
        "notify_missed_deadline": (["finished_in_time"], "one_failed"),
        "end": (["finished_in_time", "notify_missed_deadline"], "none_failed"),
    }


@pytest.mark.parametrize(
    ("name", "clock"), [("jobs_etl_daily", 7), ("jobs_etl_deadline", 9), ("jobs_etl_backfill", None)]
)
def test_ten_runs_keep_the_clock_of_toronto_across_both_changes(read_dags, name, clock):
    dag = read_dags()["dags"][name]
    if clock is None:
        assert dag["schedule"] is None
        return
    for around in ("spring", "autumn"):
        instants = [datetime.fromisoformat(run).astimezone(TORONTO) for run in dag["next_runs"][around]]
        days = [instant.date().toordinal() for instant in instants]
        assert len(instants) == 10
        assert {(instant.hour, instant.minute) for instant in instants} == {(clock, 0)}
        assert days == list(range(days[0], days[0] + 10))
        assert len({instant.utcoffset() for instant in instants}) == 2  # the change lies between them


@pytest.mark.parametrize("name", NAMES)
def test_every_dag_is_single_documented_and_tagged(read, name):
    dag = read["dags"][name]
    assert (dag["catchup"], dag["max_active_runs"]) == (False, 1)
    assert dag["dagrun_timeout"] > 0
    assert {"job-etl", "idempotent", "key:logical-date"} <= set(dag["tags"])
    for task in dag["tasks"]:
        named = "extract_" if task.startswith("extract_") else task
        assert task == "start" or f"**{named}" in dag["doc"] or task == "end", f"{task} has no sentence"
    assert {task["owner"] for task in dag["tasks"].values()} == {"job-etl"}


@pytest.mark.parametrize("name", NAMES)
def test_what_has_effects_is_retried_and_checks_are_not(read, name):
    for task_id, task in read["dags"][name]["tasks"].items():
        if task_id in (*GATES, "finished_in_time"):
            assert task["retries"] == 0, task_id
        elif task_id not in ("start", "end", "plan_days"):
            assert (task["retries"], task["backoff"]) == (3, True), task_id
        if task_id not in ("start", "end", "plan_days"):
            assert task["timeout"], task_id


def test_a_task_is_given_the_keys_it_needs_and_no_others(read):
    for dag in read["dags"].values():
        for name, task in dag["tasks"].items():
            granted = set(task["connections"])
            assert ("jsearch" in granted) == (name.startswith("extract_") or name == "run_day"), name
            assert ("job_etl_webhook" in granted) == name.startswith("notify_"), name


def test_no_key_is_stored(read):
    for name, dag in read["dags"].items():
        assert CANARY not in dag["serialized"], name
        for task in dag["tasks"].values():
            assert CANARY not in str(task["fields"])


def test_no_template_reaches_a_command(read):
    for dag in read["dags"].values():
        for name, task in dag["tasks"].items():
            fields = task["fields"]
            commands = [fields["commands"], fields["command"]]
            commands += [
                item["command"] for item in (fields["overrides"] or {}).get("containerOverrides", [])
            ]
            assert "{{" not in str(commands), name


def test_sources_yml_and_addresses_are_respected(read_dags, tmp_path):
    (tmp_path / "sources.yml").write_text(
        "sources:\n  lever: { searches: [] }\n  ashby: { enabled: false }\n  jsearch: { enabled: true }\n"
    )
    dags = read_dags(JOB_ETL_CONFIG=str(tmp_path), JOB_ETL_ALERT_EMAIL="a@example.org")["dags"]
    extracts = [name for name in dags["jobs_etl_daily"]["order"] if name.startswith("extract_")]
    assert extracts == ["extract_lever", "extract_jsearch"]
    assert all(dag["mails"] for dag in dags.values())
    assert not any(dag["mails"] for dag in read_dags()["dags"].values())


def test_dag_files_are_short():
    for path in DAGS.glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) < 120, path.name

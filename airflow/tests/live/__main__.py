"""`make test-airflow`: good days and bad ones on a real Airflow. KEEP=1 leaves the folder with its logs."""

import signal
import sys
import time
from datetime import date, timedelta
from importlib.metadata import version

from installation import EMAIL, SOURCES, Installation, keep_folder

DAILY, BACKFILL, DEADLINE = "jobs_etl_daily", "jobs_etl_backfill", "jobs_etl_deadline"
EXTRACTS = [f"extract_{source}" for source in SOURCES]
STAGES = ["normalize", "enrich", "dedupe_consolidate", "rank", "publish_hyper"]
GATES = ["dbt_tests", "quality_gate"]
#: Tables that grow.
TABLES = ("raw.job_postings_raw", "staging.job_postings_stg", "staging.job_rankings", "staging.job_links")


def main():
    """Go through the phases, each timed; the first that is not as it must be ends the test."""
    phases = [
        ("a day on schedule", scheduled_day),
        ("the same day again", same_day_again),
        ("a source fails", source_fails),
        ("a dbt test fails", dbt_test_fails),
        ("an expectation fails", expectation_fails),
        ("three past days, twice", three_past_days),
        ("the deadline, kept and missed", deadline),
        ("no key anywhere", no_key_anywhere),
    ]
    table, began = [], time.monotonic()
    installation = Installation(
        lambda words: print(f"[{time.monotonic() - began:4.0f} s] {words}", flush=True)
    )
    context = {}
    # A test that is stopped must leave no server behind, also where a shell made it deaf to Ctrl-C.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        installation.airflow.start()
        table.append(("start", time.monotonic() - began, "four components healthy, DAGs read"))
        for name, phase in phases:
            started = time.monotonic()
            print(f"[{started - began:4.0f} s] {name}", flush=True)
            table.append((name, None, "FAILED"))
            seen = phase(installation, context)
            table[-1] = (name, time.monotonic() - started, seen)
    finally:
        installation.close(keep_folder())
        print()
        for name, seconds, seen in table:
            print(f"{name:30} {'' if seconds is None else f'{seconds:5.0f} s':>7}  {seen}")
        print(f"{'all':30} {time.monotonic() - began:5.0f} s", flush=True)
    return 0


def scheduled_day(it, context):
    """Let the scheduler begin the run of the last morning: everything succeeds and arrives."""
    run = it.scheduled_run(DAILY)
    context["day"] = day = run["logical_date"][:10]
    run = it.finish(DAILY, run["dag_run_id"])
    must_end(it, run, "success", all_green())
    counts = {task: it.airflow.rest.xcom(DAILY, run.id, task) for task in [*EXTRACTS, *STAGES]}
    for task, left in counts.items():
        must(
            left and left.get("event") == "run_finished" and left.get("stages"), f"{task} left {left} in XCom"
        )
    kept = sum(counts[task]["stages"]["extract"]["out"] for task in EXTRACTS)
    must_be(
        "postings kept, by XCom and by table", kept, int(it.ask("select count(*) from raw.job_postings_raw"))
    )
    folder, files = it.published()
    must(folder.endswith(day), f"latest is {folder}, not the one of {day}")
    must("jobs.hyper" in files, f"no jobs.hyper among {sorted(files)}")
    message = one_message(it, 0, "ok", [])
    must_be("the day of the message", message["logical_date"], day)
    must_be("mails", it.mail.received, [])
    return f"{len(run.tasks)} tasks green, {kept} postings, {len(files)} files, a signed message"


def same_day_again(it, context):
    """Run by hand for the same day: nothing is written."""
    before = it.job_etl("state-hash"), rows(it)
    sent = len(it.webhooks.received)
    must_end(it, it.run(DAILY, {"run_date": context["day"]}), "success", all_green())
    must_be("the data", (it.job_etl("state-hash"), rows(it)), before)
    context["published"] = it.published()
    return f"by REST: green, not a row more; {len(it.webhooks.received) - sent} messages"


def source_fails(it, context):
    """Let one source refuse: the others are published, the message says partial, the run is red."""
    sent, mails = len(it.webhooks.received), len(it.mail.received)
    it.apis.broken = {"lever"}
    run = it.run(DAILY, {"run_date": context["day"]})
    it.apis.broken = set()
    must_end(it, run, "failed", all_green() | {"extract_lever": "failed", "end": "upstream_failed"})
    tries = it.airflow.rest.tasks(DAILY, run.id)["extract_lever"]["try_number"]
    must_be("tries of the source", tries, 2)
    one_message(it, sent, "partial", ["extract_lever"])
    one_mail(it, mails, context["day"], run.id, ["extract_lever"])
    context["published"] = it.published()
    return "others published, message partial, a mail, run red"


def dbt_test_fails(it, context):
    """Make a cluster for which no job stands, as no run does: dbt's tests stop everything behind them."""
    chosen = it.ask("select min(hash_key) from staging.job_clusters where is_canonical")
    it.ask(f"update staging.job_clusters set is_canonical = false where hash_key = '{chosen}'")
    seen = stopped_at(it, context, "dbt_tests", ["quality_gate", "publish_hyper", "end"])
    it.ask(f"update staging.job_clusters set is_canonical = true where hash_key = '{chosen}'")
    return seen


def expectation_fails(it, context):
    """Name a language that does not exist: dbt has no rule against it, the expectations have."""
    hash_key, language = it.ask("select hash_key, language from staging.job_enrichments limit 1").split("|")
    it.ask(f"update staging.job_enrichments set language = 'xx' where hash_key = '{hash_key}'")
    seen = stopped_at(it, context, "quality_gate", ["publish_hyper", "end"])
    it.ask(f"update staging.job_enrichments set language = '{language}' where hash_key = '{hash_key}'")
    return seen


def stopped_at(it, context, task, behind):
    """Run the day: it must stop at the task, tell so, and leave what is published alone."""
    sent, mails = len(it.webhooks.received), len(it.mail.received)
    run = it.run(DAILY, {"run_date": context["day"]})
    must_end(it, run, "failed", all_green() | dict.fromkeys(behind, "upstream_failed") | {task: "failed"})
    must_be("latest", it.published(), context["published"])
    one_message(it, sent, "failed", [task])
    one_mail(it, mails, context["day"], run.id, [task])
    return f"{', '.join(behind)} did not run; latest as before; told by webhook and mail"


def three_past_days(it, context):
    """Fill in three days, then the same again beside a daily run: the second time nothing is written."""
    last = date.fromisoformat(context["day"]) - timedelta(days=1)
    days = [(last - timedelta(days=back)).isoformat() for back in (2, 1, 0)]
    latest = it.published()
    conf = {"from": days[0], "to": days[-1]}
    names = [f"{task}[{index}]" for task in ("run_day", "publish_day") for index in range(len(days))]
    names += ["plan_days", "dbt_models_core", *GATES, "notify_webhook_backfill", "end"]
    must_end(it, it.run(BACKFILL, conf), "success", dict.fromkeys(names, "success"))
    for day in days:
        must((it.artifacts / day / "jobs.hyper").exists(), f"nothing was published for {day}")
    must_be("latest", it.published(), latest)
    before = it.job_etl("state-hash"), rows(it)
    beside = it.airflow.rest.run(DAILY, {"run_date": context["day"]})
    run = it.run(BACKFILL, conf | {"sources": ["lever", "jsearch"]})
    must_end(it, run, "success", dict.fromkeys(names, "success"))
    must_end(it, it.finish(DAILY, beside), "success", all_green())
    must_be("the data", (it.job_etl("state-hash"), rows(it)), before)
    named = it.airflow.rest.tasks(BACKFILL, run.id)["run_day[0]"]["rendered_map_index"]
    must(days[0] in (named or ""), f"the first mapped task is called {named!r}")
    bad = {"from": days[-1], "to": days[0], "sources": ["lever"]}
    sent, mails = len(it.webhooks.received), len(it.mail.received)
    run = it.run(BACKFILL, bad)
    must_be("days the wrong way round", (run.state, run.tasks["run_day"]), ("failed", "upstream_failed"))
    one_message(it, sent, "failed", ["plan_days"])
    one_mail(it, mails, bad["to"], run.id, ["plan_days"])
    return "published, latest as before; again, beside a daily run: not a row more; a bad range is refused"


def deadline(it, context):
    """Ask for the day that was published, and for one that was not."""
    it.finish(DEADLINE, it.scheduled_run(DEADLINE)["dag_run_id"])
    sent, mails = len(it.webhooks.received), len(it.mail.received)
    kept = {"finished_in_time": "success", "notify_missed_deadline": "skipped", "end": "success"}
    must_end(it, it.run(DEADLINE, {"run_date": context["day"]}), "success", kept)
    must_be("messages", it.webhooks.received[sent:], [])
    run = it.run(DEADLINE, {"run_date": "2020-02-29"})
    missed = {"finished_in_time": "failed", "notify_missed_deadline": "success", "end": "upstream_failed"}
    must_end(it, run, "failed", missed)
    message = it.messages_since(sent)[0]
    must_be("the message", (message["verified"], message["body"]["type"]), (True, "deadline.missed"))
    one_mail(it, mails, "2020-02-29", run.id, ["finished_in_time"])
    return "kept: green and silent; missed: red, a signed message, a mail"


def no_key_anywhere(it, _context):
    """Search both databases, all logs and all files for the keys, and for a word that must be found."""
    must(it.found(DAILY), "the search finds nothing at all")
    for name, canary in it.canaries.items():
        places = it.found(canary)
        must(not places, f"the key of {name} stands in {places[:5]}")
    return f"{len(it.canaries)} keys, 0 places"


def one_message(it, sent, status, failed):
    """Return the data of the one message that came, after a look at its signature and what it tells."""
    (message,) = it.messages_since(sent)
    data = message["body"]["data"]
    must(message["verified"], f"the signature of {message} is wrong")
    told = (message["body"]["type"], data["status"], data.get("failed_tasks", []))
    must_be("the message", told, ("run.finished", status, failed))
    return data


def one_mail(it, mails, day, run_id, failed):
    """Look at the one mail that came."""
    (mail,) = it.mails_since(mails)
    must_be("the address", mail["to"], [EMAIL])
    must(day in mail["subject"], f"the subject {mail['subject']!r} does not name {day}")
    # The callback of Airflow 3.0 cannot ask for the states of tasks.
    named = ["see the grid"] if version("apache-airflow").startswith("3.0.") else failed
    for word in (run_id, "job-etl status", *named):
        must(word in mail["text"].replace("&#43;", "+"), f"the mail does not name {word}: {mail['text']}")


def rows(it):
    """Return the number of rows of the tables that grow."""
    return {table: it.ask(f"select count(*) from {table}") for table in TABLES}


def all_green():
    """Return the tasks of the daily run, each a success."""
    stages = ["normalize", "enrich", "dbt_models_core", "dedupe_consolidate", "rank"]
    ending = ["publish_hyper", "notify_webhook_daily", "end"]
    return dict.fromkeys(["start", *EXTRACTS, *stages, *GATES, *ending], "success")


def must_end(it, run, state, tasks):
    """End the test unless a run ended so; show the logs of the tasks that should not have failed."""
    if (run.state, run.tasks) == (state, tasks):
        return
    failed = [task for task, now in run.tasks.items() if now == "failed" and tasks.get(task) != now]
    logs = [f"--- {task}\n{it.last_words(run, task)}" for task in failed]
    changed = {task: now for task, now in run.tasks.items() if tasks.get(task) != now}
    missing = sorted(set(tasks) - set(run.tasks))
    raise AssertionError(
        f"{run.dag} {run.id} is {run.state}, not {state}; otherwise than expected: {changed}, "
        f"missing: {missing}\n" + "\n".join(logs)
    )


def must(holds, otherwise):
    """End the test unless it holds."""
    if not holds:
        raise AssertionError(otherwise)


def must_be(what, seen, expected):
    """End the test unless what was seen is what must be."""
    must(seen == expected, f"{what}: {seen}, not {expected}")


if __name__ == "__main__":
    sys.exit(main())

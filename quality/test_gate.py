"""Tries the gate: open over the invented jobs, shut by exactly one expectation for each way to break them.

Run by scripts/quality_test.sh. Every case has a copy of the database of its own, so none can hide another.
The cases run in this process, since importing Great Expectations takes longer than all of them.
"""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import checkpoint
import connection
import gate
import psycopg2
from suites import marts, raw, staging

DAY = date(2026, 11, 21)
SUITES = {"raw": raw, "staging": staging, "marts": marts}
GATE = Path(__file__).with_name("gate.py")

# The fixture leaves gaps on purpose; this is what enrich and rank would do next.
COMPLETE = """
    insert into staging.job_enrichments (hash_key, content_hash, revision, enrichment_hash, job_title_std,
        skills,
        location_country, language, provenance)
    select hash_key, content_hash, 'r1', 'e', 'reporting developer', '{sql}', 'CA', 'en', '{"salary":
        {"origin": "none"}}'
    from staging.job_postings_stg j
    where not exists (select from staging.job_enrichments made where made.hash_key = j.hash_key);
    insert into staging.job_rankings (profile, hash_key, input_hash, revision, rank_score, rank_explain)
    select 'default', hash_key, 'i', 'r1', 50, '{}' from staging.job_postings_stg j
    where not exists (select from staging.job_rankings made where made.hash_key = j.hash_key and profile =
        'default');
    insert into ops.publications
    select date '2026-11-21' - day, 'artifacts/fact_jobs.parquet', 'h', 's', 20, 1, gen_random_uuid(), now()
    from generate_series(1, 6) day;
"""

PAID = "(select hash_key from staging.job_enrichments where salary_min_norm is not null limit 1)"
# Layer, how it is broken, and the beginning of the one sentence that then does not hold.
CASES = [
    ("raw", "truncate staging.posting_presence", "There are postings"),
    (
        "raw",
        "delete from raw.job_postings_raw where source = 'remotive'",
        "Every posting has its content in raw",
    ),
    (
        "raw",
        "update staging.posting_presence set last_seen_at = last_seen_at - interval '5 days', "
        "first_seen_at = '2026-11-01'",
        "The last posting was seen",
    ),
    (
        "raw",
        "update ops.source_health set records = 400 where source = 'ashby' and run_id not in "
        "(select run_id from ops.runs where logical_date = '2026-11-21')",
        "Every source that answered sent",
    ),
    (
        "raw",
        """update ops.source_health set records = 20, fill_rates = jsonb_set(fill_rates, '{location}', case
        when run_id in
        (select run_id from ops.runs where logical_date = '2026-11-21') then '0.1' else '0.9' end::jsonb)
            where source = 'ashby'""",
        "No source fills a field",
    ),
    (
        "raw",
        "update ops.run_stages set in_count = 30, out_count = 20, duplicate_count = 0, rejected_count = "
        "10 where stage = "
        "'normalize' and source = 'ashby' and run_id in (select run_id from ops.runs where logical_date = "
        "'2026-11-21')",
        "No source has more than",
    ),
    ("staging", "truncate staging.job_postings_stg", "There are jobs"),
    (
        "staging",
        f"delete from staging.job_enrichments where hash_key = {PAID}",
        "At least 99% of the jobs are enriched",
    ),
    (
        "staging",
        "update staging.job_postings_stg set source = 'ashby', provider_job_id = 'p1' where "
        "provider_job_id = 'p3'",
        "A posting shows one job",
    ),
    (
        "staging",
        f"update staging.job_enrichments set language = 'xx' where hash_key = {PAID}",
        "Languages are those",
    ),
    (
        "staging",
        "update staging.job_enrichments set provenance = jsonb_set(provenance, '{salary,origin}', "
        "'\"predicted\"') "
        f"where hash_key = {PAID}",
        "Pay comes from fields or words",
    ),
    (
        "staging",
        "update staging.job_postings_stg set description_text = null",
        "At least 90% of the jobs have a description",
    ),
    (
        "staging",
        "update staging.job_postings_stg set location = null",
        "At least 90% of the jobs have a location",
    ),
    (
        "staging",
        "update staging.job_postings_stg set apply_url = null, job_link = null",
        "At least 60% of the jobs have a link",
    ),
    (
        "staging",
        "update staging.job_enrichments set location_country = null",
        "At least 70% of the jobs have a country",
    ),
    (
        "staging",
        "update staging.job_enrichments set job_title_std = null",
        "At least 60% of the jobs have a standard title",
    ),
    (
        "staging",
        "update staging.job_enrichments set language = null",
        "At least 90% of the jobs have a language",
    ),
    (
        "staging",
        f"update staging.job_enrichments set salary_min_norm = 90000, salary_max_norm = 80000 where "
        f"hash_key = {PAID}",
        "The lower bound of the yearly pay",
    ),
    (
        "staging",
        f"update staging.job_enrichments set salary_min_norm = 1, salary_max_norm = 80000 where hash_key "
        f"= {PAID}",
        "The lower bound of the pay in CAD",
    ),
    (
        "staging",
        f"update staging.job_enrichments set salary_min_norm = 80000, salary_max_norm = 9e8 where "
        f"hash_key = {PAID}",
        "The upper bound of the pay in CAD",
    ),
    (
        "staging",
        f"update staging.job_enrichments set salary_min = 80000, salary_period = 'hour' where hash_key = "
        f"{PAID}",
        "An hour, day, week or month",
    ),
    ("staging", "delete from staging.job_sightings where source = 'remotive'", "Every posting became a job"),
    (
        "marts",
        "truncate staging.job_postings_stg, ops.publications",
        "There are jobs to publish",
    ),
    ("marts", "update ops.publications set rows = 30", "There are at least 80% of the median"),
    (
        "marts",
        "update staging.job_presence set last_seen_at = '2026-11-18', first_seen_at = '2026-11-01'",
        "The last job was seen",
    ),
    (
        "marts",
        "delete from staging.job_rankings where hash_key = (select hash_key from staging.job_presence "
        "where closed_at is null limit 1)",
        "At least 99% of the open jobs have a score",
    ),
    (
        "marts",
        "alter table staging.job_rankings drop constraint job_rankings_rank_score_check; "
        "update staging.job_rankings set rank_score = 101 where hash_key = (select hash_key from "
        "staging.job_presence "
        "where closed_at is null limit 1)",
        "A score is 0 to 100",
    ),
    ("marts", "update staging.job_rankings set rank_score = 50", "Scores of open jobs spread"),
    (
        "marts",
        "update staging.job_enrichments set job_title_std = 'same', location_country = 'CA', seniority = "
        "'senior', "
        "salary_min_norm = 900, salary_max_norm = 950, provenance = jsonb_set(provenance, "
        "'{salary,origin}', '\"text\"')",
        "The median pay of a title",
    ),
]


def statement(database: str, sql: str) -> None:
    """Run SQL as the owner of the server, whose PG* variables stand in the environment."""
    session = psycopg2.connect(dbname=database)
    session.autocommit = True
    try:
        with session.cursor() as cursor:
            cursor.execute(sql)
    finally:
        session.close()


@contextlib.contextmanager
def copy_of(template: str, name: str):
    """Make a copy of a database, for as long as it is looked at."""
    statement("postgres", f"create database {name} template {template}")
    try:
        yield name
    finally:
        statement("postgres", f"drop database {name} with (force)")


def url(database: str) -> str:
    """Return the address of a database of this server, as job-etl spells it."""
    login, host = os.environ["PGUSER"], os.environ["PGHOST"]
    return f"postgres://{login}@/{database}?host={host}&statement-cache-capacity=100"


def judge(database: str, layer: str, day: date = DAY) -> list:
    """Return the results of one layer."""
    found = connection.parameters(url(database))
    session = connection.connect(found)
    try:
        context, source = checkpoint.open_context(found)
        return checkpoint.judge(context, source, session, SUITES[layer].suite(day), day).results
    finally:
        session.close()


def program(environment: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    """Run the program itself; return exit code, stdout and stderr."""
    inherited = {
        key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_URL", "JOB_ETL_"))
    }
    ran = subprocess.run(
        [sys.executable, "-B", str(GATE), *arguments],
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return ran.returncode, ran.stdout, ran.stderr


def expect(condition: bool, message: str) -> None:
    """End the test with a message."""
    if not condition:
        sys.exit(f"quality: {message}")


def check_whole_gate(database: str) -> None:
    """Run the whole gate in this process: exit code, JSON, and pages that ask nobody for anything."""
    # A copy, because the sessions that stay open here would keep the original from being copied again.
    with copy_of(database, "quality_whole") as copy, tempfile.TemporaryDirectory() as folder:
        os.environ.update(DATABASE_URL=url(copy), JOB_ETL_ARTIFACTS=folder, JOB_ETL_LOGICAL_DATE=str(DAY))
        sys.argv = [str(GATE)]
        stdout, stderr = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            code = gate.main()
        expect(code == 0, f"the gate is shut over good data:\n{stderr.getvalue()}")
        told = json.loads(stdout.getvalue().splitlines()[-1])
        expect(told["failed"] == 0 and told["expectations"] == len(CASES), f"other counts than cases: {told}")
        expect("Calculating" not in stderr.getvalue(), f"a progress bar is shown:\n{stderr.getvalue()}")
        check_pages(Path(folder) / "data_docs")
    with copy_of(database, "quality_shut") as copy, tempfile.TemporaryDirectory() as folder:
        statement(copy, "truncate staging.posting_presence")
        os.environ.update(DATABASE_URL=url(copy))
        sys.argv = [str(GATE), "--checkpoint", "raw", "--docs", folder]
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            code = gate.main()
        told = json.loads(stdout.getvalue().splitlines()[-1])
        expect(code == 1 and told["failing"] == ["raw, postings: There are postings"], f"{code}, {told}")
        expect("next: run `job-etl extract`" in stderr.getvalue(), "the next step is not told")


def check_pages(folder: Path) -> None:
    """See that every page stands alone."""
    pages = list(folder.rglob("*.html"))
    expect(len(pages) == 1 + 4 + 4 + 3, f"{len(pages)} pages: {pages}")
    for page in pages:
        text = page.read_text(encoding="utf-8")
        foreign = "://" in text or "<script" in text or "default-src 'none'" not in text
        expect(not foreign, f"{page.name} refers to another host, or may")
        for link in re.findall(r'href="([^"#]+)"', text):
            expect((page.parent / link).is_file(), f"{page.name} links to {link}, which is not there")


def check_refusals(database: str) -> None:
    """See that what is wrong before any expectation is told in one line, with its own code."""
    good = {"DATABASE_URL": url(database)}
    away = {"DATABASE_URL": "postgresql://job_etl:canary-secret@/nothing?host=/nonexistent"}
    cases = [
        ({}, [], 2, "DATABASE_URL is not set"),
        ({"DATABASE_URL": "mysql://x"}, [], 2, "not an address of the form"),
        ({"DATABASE_URL_FILE": "/nonexistent/url"}, [], 2, "cannot read DATABASE_URL_FILE"),
        (good, ["--logical-date", "yesterday"], 2, "is no date"),
        (good, ["--checkpoint", "gold"], 2, "invalid choice"),
        (away, [], 69, "does not answer"),
    ]
    for environment, arguments, expected, words in cases:
        code, stdout, stderr = program(environment, *arguments)
        expect(code == expected and words in stderr, f"{arguments} {environment}: {code}, {stderr}")
        expect("canary-secret" not in stdout + stderr, "the password is told")


def check_foreign_databases(database: str) -> None:
    """Try databases that job-etl has not made, has not filled, or does not let this login read."""
    with copy_of("template0", "quality_bare") as bare:
        code, _, stderr = program({"DATABASE_URL": url(bare)})
        expect(code == 69 and "job-etl migrate" in stderr, f"a bare database: {code}, {stderr}")
    with copy_of(database, "quality_stranger") as copy:
        statement(copy, "create role quality_stranger login")
        foreign = url(copy).replace(f"//{os.environ['PGUSER']}@", "//quality_stranger@")
        code, _, stderr = program({"DATABASE_URL": foreign})
        expect(
            code == 69 and "grant job_etl_quality to quality_stranger" in stderr,
            f"a stranger: {code}, {stderr}",
        )
        statement(copy, "grant job_etl_quality to quality_stranger")
        session = connection.connect(connection.parameters(foreign))
        with session.cursor() as cursor:
            cursor.execute("select current_user, count(*) from raw.job_postings_raw")
            expect(cursor.fetchone() == ("job_etl_quality", 22), "the role reads something else")
            session.rollback()
            try:
                cursor.execute("set transaction read write; delete from raw.job_postings_raw")
                expect(False, "the role may write")
            except psycopg2.errors.InsufficientPrivilege:
                pass
        session.close()
        statement(copy, "drop owned by quality_stranger; drop role quality_stranger")
        for taken in ("usage on schema marts", "select on marts.fact_jobs"):
            statement(copy, f"revoke {taken} from job_etl_quality")
            code, _, stderr = program({"DATABASE_URL": url(copy)})
            expect(code == 69 and "scripts/bootstrap_db.sql" in stderr, f"no {taken}: {code}, {stderr}")
            statement(copy, f"grant {taken} to job_etl_quality")


def main() -> None:
    """Try all of it."""
    database = os.environ["PGDATABASE"]
    statement(database, COMPLETE)
    check_refusals(database)
    check_foreign_databases(database)
    check_whole_gate(database)
    wrong = []
    for number, (layer, broken, sentence) in enumerate(CASES):
        with copy_of(database, f"quality_{number}") as copy:
            statement(copy, broken)
            red = [result for result in judge(copy, layer) if not result.holds]
        if len(red) != 1 or not red[0].says.startswith(sentence) or not red[0].observed:
            wrong.append(f"{layer}: `{sentence}` alone should not hold, but: {red}")
    expect(not wrong, "\n".join(wrong))
    later = [result.says for result in judge(database, "raw", date(2026, 11, 26)) if not result.holds]
    expect(len(later) == 1 and later[0].startswith("The last posting was seen"), f"five days on: {later}")
    # One day's answer is no fall of a source, and no reason to shut out the day.
    statement(
        database,
        "update ops.source_health set records = 400 where records = 16;"
        "update ops.runs set is_backfill = true where logical_date = '2026-11-20'; "
        "update ops.source_health set records = 3 where status = 'ok' and run_id in "
        "(select run_id from ops.runs where logical_date = '2026-11-20')",
    )
    for day in (date(2026, 11, 12), date(2026, 11, 20), date(2025, 1, 1)):
        red = [result.says for layer in SUITES for result in judge(database, layer, day) if not result.holds]
        expect(not red, f"a backfill of {day} is shut out: {red}")
    print(f"quality: open over good data, shut by each of {len(CASES)} ways to break it")


if __name__ == "__main__":
    main()

"""The database, read as DATABASE_URL says, as a role that may only read, in sessions that cannot write."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import psycopg2
from psycopg2.extensions import parse_dsn

ROLE = "job_etl_quality"
# What a query may take; a suite that is slower should read less.
STATEMENT_TIMEOUT = "120s"
CONNECT_TIMEOUT_SECONDS = 10
# Settings of an address that both drivers know; libpq refuses an address with any other.
SETTINGS = frozenset(
    [
        "user",
        "password",
        "dbname",
        "host",
        "hostaddr",
        "port",
        "options",
        "application_name",
        "connect_timeout",
        "sslmode",
        "sslrootcert",
        "sslcert",
        "sslkey",
    ]
)
# How the driver of job-etl spells some of them.
SPELLED = {"ssl-mode": "sslmode", "ssl-root-cert": "sslrootcert", "ssl-ca": "sslrootcert"}


class UnavailableError(Exception):
    """The database is not there, or not as job-etl leaves it. Exit code 69."""


class MisusedError(Exception):
    """The command line or the environment is wrong. Exit code 2."""


def address() -> str:
    """Return the URL of the database; the file wins, as with every secret of job-etl."""
    file = os.environ.get("DATABASE_URL_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise MisusedError(f"cannot read DATABASE_URL_FILE {file}: {error.strerror}") from error
    url = os.environ.get("DATABASE_URL", "").strip()
    if not url:
        raise MisusedError(
            "DATABASE_URL is not set: give the address of the database, or the file that holds it in "
            "DATABASE_URL_FILE; `job-etl database` prints that of the embedded server"
        )
    return url


def parameters(url: str) -> dict[str, str]:
    """Read what libpq needs from a URL that may carry settings of job-etl's own driver."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise MisusedError("DATABASE_URL is not an address of the form postgresql://user@host/database")
    pairs = [(SPELLED.get(key, key), value) for key, value in parse_qsl(parts.query)]
    query = urlencode([(key, value) for key, value in pairs if key in SETTINGS])
    try:
        found = parse_dsn(f"postgresql://{parts.netloc}{parts.path}?{query}")
    except psycopg2.ProgrammingError:
        # The message of libpq repeats the address, password and all.
        raise MisusedError(
            "DATABASE_URL cannot be read: check its special characters (%40 stands for @)"
        ) from None
    found["options"] = (
        f"{found.get('options', '')} -c role={ROLE} -c default_transaction_read_only=on -c "
        f"statement_timeout={STATEMENT_TIMEOUT}"
    ).strip()
    found.setdefault("connect_timeout", str(CONNECT_TIMEOUT_SECONDS))
    found.setdefault("application_name", "job-etl quality gate")
    # Set in any case, for whoever builds upon these would put in a default of their own.
    found.setdefault("host", os.environ.get("PGHOST", ""))
    return found


def connect(found: dict[str, str]) -> "psycopg2.extensions.connection":
    """Open a session of the reading role, or say why there is none."""
    try:
        return psycopg2.connect(**found)
    except psycopg2.OperationalError as error:
        said = " ".join(str(error).split())
        if f'role "{ROLE}" does not exist' in said or f'set role "{ROLE}"' in said or '"role"' in said:
            login = found.get("user", "the login")
            raise UnavailableError(
                f"the login cannot become {ROLE}: run `job-etl migrate`, or scripts/bootstrap_db.sql as a "
                f"role that may create roles, then: grant {ROLE} to {login}"
            ) from error
        raise UnavailableError(
            f"the database does not answer: {said}; check DATABASE_URL, or start it"
        ) from error


def require(session: "psycopg2.extensions.connection", relations: list[str]) -> None:
    """Fails when a table or view is missing, or may not be read."""
    grants = "run scripts/bootstrap_db.sql as a superuser, or `job-etl migrate`"
    try:
        with session.cursor() as cursor:
            cursor.execute(
                """select name, found is null,
                    found is not null and not has_table_privilege(found, 'select')
                from (
                    select name, to_regclass(name)::oid as found from unnest(%s::text[]) as name
                ) as named""",
                (relations,),
            )
            rows = cursor.fetchall()
    except psycopg2.errors.InsufficientPrivilege as error:
        raise UnavailableError(f"{ROLE} is refused: {error.diag.message_primary}; {grants}") from error
    missing = [name for name, is_missing, _ in rows if is_missing]
    if missing:
        raise UnavailableError(f"{', '.join(missing)} is not in this database: run `job-etl migrate`")
    hidden = [name for name, _, is_hidden in rows if is_hidden]
    if hidden:
        raise UnavailableError(f"{ROLE} may not read {', '.join(hidden)}; {grants}")

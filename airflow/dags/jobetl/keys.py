"""Keys of a task, from Airflow's connections, resolved when it executes.

They never stand in a template, since rendered templates are stored, nor in a log, since each is masked. A
task is given the keys it needs and no others. Where a connection is absent, the worker's own environment
serves.
"""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from .compat import AirflowNotFoundException, mask_secret

#: Connection → the variables that hold what it gives. Each may be a file, named by the variable with _FILE.
VARIABLES = {
    "job_etl_db": ("DATABASE_URL",),
    "jsearch": ("JSEARCH_API_KEY",),
    "job_etl_webhook": ("JOB_ETL_WEBHOOK_URL", "JOB_ETL_WEBHOOK_SECRET"),
    "smtp_default": ("JOB_ETL_SMTP_URL",),
}
_DIALECT = {"postgresql+psycopg2": "postgresql", "postgres": "postgresql"}


def withheld(granted):
    """Return the names of the variables that a task with these connections must not inherit."""
    others = [names for connection, names in VARIABLES.items() if connection not in granted]
    return {f"{name}{ending}" for names in others for name in names for ending in ("", "_FILE")}


def environment(granted):
    """Return the variables of these connections, and mask their values in every log."""
    found = {}
    for connection_id in granted:
        connection = _connection(connection_id)
        if connection is not None:
            found.update(_READERS[connection_id](connection))
    found = {name: value for name, value in found.items() if value}
    if "job_etl_db" in granted:
        found.update(_libpq(found.get("DATABASE_URL") or _own("DATABASE_URL")))
    for secret in values(found, granted):
        mask_secret(secret)
    return found


def for_elsewhere(granted):
    """Return the same, and what the worker has: a container inherits nothing and sees no file of ours."""
    names = [name for connection in granted for name in VARIABLES[connection]]
    own = {name: value for name in names if (value := _own(name))}
    for secret in values(own, granted):
        mask_secret(secret)
    return own | environment(granted)


def values(variables, granted):
    """Return what no log may show: keys, addresses that may hold keys, and the password of the database."""
    names = [name for connection in granted for name in VARIABLES[connection]]
    return [variables[name] for name in (*names, "PGPASSWORD") if variables.get(name)]


def _connection(connection_id):
    from airflow.sdk import Connection

    try:
        return Connection.get(connection_id)
    except AirflowNotFoundException:
        return None


def _database(connection):
    scheme, _, rest = connection.get_uri().partition("://")
    return {"DATABASE_URL": f"{_DIALECT.get(scheme, scheme)}://{rest}"}


def _jsearch(connection):
    return {"JSEARCH_API_KEY": connection.password}


def _webhook(connection):
    return {"JOB_ETL_WEBHOOK_URL": connection.host, "JOB_ETL_WEBHOOK_SECRET": connection.password}


_READERS = {"job_etl_db": _database, "jsearch": _jsearch, "job_etl_webhook": _webhook}


def _own(name):
    path = os.environ.get(f"{name}_FILE")
    return Path(path).read_text(encoding="utf-8").strip() if path else os.environ.get(name, "")


def _libpq(url):
    """Return the variables that dbt reads, since it does not know DATABASE_URL."""
    if not url:
        return {}
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = unquote(parts.netloc.rpartition("@")[2])
    if not host.startswith("/"):
        host = parts.hostname or ""
    variables = {
        "PGHOST": query.get("host") or host,
        "PGPORT": query.get("port") or _port(parts, host),
        "PGUSER": query.get("user") or unquote(parts.username or ""),
        "PGPASSWORD": query.get("password") or unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
        "PGSSLMODE": query.get("sslmode", ""),
    }
    return {name: value for name, value in variables.items() if value}


def _port(parts, host):
    return "" if host.startswith("/") else str(parts.port or "")

"""Makes Airflow's database ready: `python airflow/bootstrap.py`, with Airflow's own Python and environment.

Brings the metadata database up to date, and makes the pool and the connections that the DAGs name, from the
variables that hold their values (each may be a file, named by the variable with _FILE). Running it again
changes nothing, except that a variable that is set wins over what the connection held. A connection without
its variables is left alone: make it in Airflow, or let the tasks take the variables of the worker.
"""

import os
from pathlib import Path

#: Requests of different sources that may be under way at once.
SOURCES_AT_ONCE = 4


def main():
    """Migrate, then make the pool and the connections."""
    from airflow.utils import db

    db.upgradedb()
    pool = os.environ.get("JOB_ETL_SOURCES_POOL", "job_etl_sources")
    make_pool(pool)
    made = [name for name, values in connections().items() if values and make_connection(name, values)]
    print(f"airflow: database is current, pool {pool}, connections {', '.join(made) or 'none given'}")


def value(name):
    """Return a variable, or what is in the file that it names."""
    path = os.environ.get(f"{name}_FILE")
    text = Path(path).read_text(encoding="utf-8") if path else os.environ.get(name, "")
    return text.strip()


def connections():
    """Return what is known of each connection; None where its variables are not set."""
    jsearch, webhook, smtp = value("JSEARCH_API_KEY"), value("JOB_ETL_WEBHOOK_URL"), value("JOB_ETL_SMTP_URL")
    database = value("DATABASE_URL")
    return {
        "job_etl_db": {"uri": database} if database else None,
        "jsearch": {"conn_type": "generic", "password": jsearch} if jsearch else None,
        "job_etl_webhook": webhook
        and {"conn_type": "http", "host": webhook, "password": value("JOB_ETL_WEBHOOK_SECRET")},
        "smtp_default": {"uri": smtp} if smtp else None,
    }


def make_pool(name):
    """Make the pool, unless it is there: its size may have been changed in Airflow."""
    from airflow.models.pool import Pool

    if Pool.get_pool(name) is None:
        Pool.create_or_update_pool(
            name, SOURCES_AT_ONCE, "Sources that are asked at once", include_deferred=False
        )


def make_connection(name, values):
    """Make the connection or set it anew."""
    from airflow.models import Connection
    from airflow.utils.session import create_session

    with create_session() as session:
        session.query(Connection).filter(Connection.conn_id == name).delete()
        session.add(Connection(conn_id=name, description="made by bootstrap.py", **values))
    return name


if __name__ == "__main__":
    main()

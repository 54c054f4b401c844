#!/bin/sh
# Comes before the entry point of the image of PostgreSQL, as root: when the server is new, reads the passwords that
# scripts/compose_login.sql gives to the roles. The secrets belong to a user of the host, and the server, which is no
# longer root, could not read them. A server that has its data is started without them.
set -eu

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    POSTGRES_PASSWORD=$(cat /run/secrets/postgres_password)
    AIRFLOW_DATABASE_PASSWORD=$(cat /run/secrets/airflow_database_password)
    : "${POSTGRES_PASSWORD:?the secret is empty}" "${AIRFLOW_DATABASE_PASSWORD:?the secret is empty}"
    export POSTGRES_PASSWORD AIRFLOW_DATABASE_PASSWORD
fi
exec docker-entrypoint.sh "$@"

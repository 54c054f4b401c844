#!/bin/bash
# What docker-compose.yml needs of the official image's entry point: becomes `postgres`, makes the database when there
# is none, with the password of POSTGRES_PASSWORD, and runs the SQL of the init folder.
set -eu

if [ "$(id -u)" = 0 ]; then
    install --directory --owner=postgres --mode=700 "$PGDATA"
    install --directory --owner=postgres --mode=775 /run/postgresql
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    # shellcheck disable=SC2086  # a list of options
    initdb --username=postgres --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") ${POSTGRES_INITDB_ARGS:-}
    printf 'host all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
    pg_ctl start --wait --options="-c listen_addresses=''"
    createdb --username=postgres "$POSTGRES_DB"
    for file in /docker-entrypoint-initdb.d/*.sql; do
        psql --no-psqlrc --set ON_ERROR_STOP=1 --username=postgres --dbname="$POSTGRES_DB" --file="$file"
    done
    pg_ctl stop --wait --mode=fast
fi
exec "$@" -c listen_addresses='*'

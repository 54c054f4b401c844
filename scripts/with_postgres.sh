#!/bin/sh
# Runs a command beside a PostgreSQL server of its own: scripts/with_postgres.sh COMMAND [ARGUMENT]...
# The server lives in a temporary folder, listens on a unix socket only, and is gone when the command ends.
# The command finds DATABASE_URL and the PG* variables that libpq, psql and dbt read.
set -eu

bin=${POSTGRES_BIN:-}
if [ -z "$bin" ]; then
    for candidate in "$(dirname "$(readlink -f "$(command -v initdb || echo /none/initdb)")")" $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) \
        /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin; do
        if [ -x "$candidate/initdb" ] && [ -x "$candidate/postgres" ]; then
            bin=$candidate
            break
        fi
    done
fi
if [ -z "$bin" ]; then
    echo "no PostgreSQL server binaries: apt-get install postgresql, or set POSTGRES_BIN to their folder" >&2
    exit 69
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/job-etl-pg.XXXXXX")
if [ "$(id -u)" = 0 ]; then
    # The server refuses to run as root.
    account=$(id -un postgres 2>/dev/null || echo nobody)
    chown "$account" "$folder"
    as_account() { (cd "$folder" && setpriv --reuid="$account" --regid="$(id -g "$account")" --clear-groups "$@"); }
else
    as_account() { "$@"; }
fi

stop() {
    as_account "$bin/pg_ctl" stop --silent --wait --mode=immediate -D "$folder/data" >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

as_account "$bin/initdb" -D "$folder/data" -U job_etl -A trust -E UTF8 --locale=C --no-sync >"$folder/initdb.log" 2>&1 ||
    { cat "$folder/initdb.log" >&2; exit 69; }
# No fsync: the data are gone with the command in any case.
as_account "$bin/pg_ctl" start --silent --wait -D "$folder/data" -l "$folder/server.log" \
    -o "-k $folder -c listen_addresses= -c unix_socket_permissions=0700 -c fsync=off -c synchronous_commit=off -c max_connections=200" ||
    { cat "$folder/server.log" >&2; exit 69; }

export PGHOST="$folder" PGPORT=5432 PGUSER=job_etl PGDATABASE=job_etl PGSSLMODE=disable
unset PGPASSWORD PGSERVICE PGPASSFILE PGOPTIONS
PGDATABASE=postgres "$bin/createdb" job_etl
PATH="$PATH:$bin"
DATABASE_URL="postgresql:///job_etl?host=$folder&port=5432&user=job_etl"
export PATH DATABASE_URL

"$@"

#!/bin/sh
# Puts every query of src/db/ to a real server and writes what it answers to .sqlx, which `sqlx::query!` reads when it is
# compiled without one: scripts/with_postgres.sh scripts/prepare_queries.sh [--check]
# With --check nothing is written; it fails when .sqlx is not what the queries and the migrations make.
# Takes the database, which must be fresh, from DATABASE_URL and the PG* variables.
set -eu

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
case "$*" in
    '' | --check) ;;
    *) echo "usage: scripts/with_postgres.sh $0 [--check]" >&2; exit 2 ;;
esac

# Names a query by its first words.
complain() {
    stale=yes
    printf '%-18s  %s\n' "$1" "$(sed -n 's/^  "query": "\(.*\)",$/\1/p' "$2" | sed 's/\\n */ /g' | cut -c 1-90)" >&2
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/sqlx"

psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet -f scripts/bootstrap_db.sql
for migration in migrations/*.sql; do
    psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet -c 'set role job_etl_owner' -f "$migration"
done

# A query names its schemas, as in every session of job-etl. The wrapper keeps what is compiled here apart from other
# builds, which stay fresh; an example is built because it takes the features of crates that lints and tests take.
PGOPTIONS='-c search_path=pg_catalog' RUSTC_WORKSPACE_WRAPPER=env CARGO_INCREMENTAL=0 \
    SQLX_OFFLINE=false SQLX_OFFLINE_DIR="$work/sqlx" cargo check --quiet --locked --example stub_server
[ -n "$(ls "$work/sqlx")" ] || { echo "the compiler asked the server nothing: .sqlx is left alone" >&2; exit 1; }

if [ "$*" = --check ]; then
    # Which columns may be null is partly read from the server's plan, and plans differ between versions. The compiler
    # has just judged those of this server, so they are left out of the comparison.
    mkdir "$work/found" "$work/wanted"
    for file in .sqlx/query-*.json; do
        [ ! -e "$file" ] || sed '/"nullable": \[$/,/\]/d' "$file" >"$work/found/${file##*/}"
    done
    for file in "$work"/sqlx/query-*.json; do
        sed '/"nullable": \[$/,/\]/d' "$file" >"$work/wanted/${file##*/}"
    done
    stale=
    for name in $({ ls "$work/found"; ls "$work/wanted"; } | sort -u); do
        if [ ! -e "$work/wanted/$name" ]; then
            complain 'asked no more' "$work/found/$name"
        elif [ ! -e "$work/found/$name" ]; then
            complain 'not in .sqlx' "$work/wanted/$name"
        elif ! cmp -s "$work/found/$name" "$work/wanted/$name"; then
            complain 'answered otherwise' "$work/wanted/$name"
        fi
    done
    if [ -n "$stale" ]; then
        echo '.sqlx is not what the queries and the migrations make: run make prepare and commit it' >&2
        exit 1
    fi
    echo "queries: .sqlx is current"
else
    rm -rf .sqlx
    cp -R "$work/sqlx" .sqlx
    echo "queries: $(ls .sqlx | wc -l | tr -d ' ') prepared in .sqlx; commit it"
fi

#!/bin/sh
# Compiles and builds the dbt project on a populated database: scripts/with_postgres.sh scripts/dbt_test.sh
# Takes the database from the PG* variables.
set -eu

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
dbt=$root/.venv-dbt/bin/dbt
profiles=$(mktemp -d)
trap 'rm -rf "$profiles"' EXIT
cp "$root/dbt/job_dbt/profiles.yml.example" "$profiles/profiles.yml"
export DO_NOT_TRACK=1 DBT_PROFILES_DIR="$profiles" DBT_PROJECT_DIR="$root/dbt/job_dbt"
export DBT_TARGET_PATH="$profiles/target" DBT_LOG_PATH="$profiles/logs"

psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet -f "$root/scripts/bootstrap_db.sql"
for migration in "$root"/migrations/*.sql; do
    psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet -c 'set role job_etl_owner' -f "$migration"
done
psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet -f "$root/tests/fixtures/marts.sql"

"$dbt" --quiet build --threads 4
"$dbt" --quiet docs generate
echo "dbt: compiled, built, tested and documented"

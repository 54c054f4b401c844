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

# What the two tasks of an orchestrator run.
"$dbt" --quiet build --selector models_core --threads 4
"$dbt" --quiet test --threads 4
"$dbt" --quiet docs generate

# The invented runs are long past, which is what freshness is there to tell.
must_fail() {
    if "$dbt" --quiet "$@" >"$profiles/said" 2>&1; then
        echo "dbt $* passes over $bad" >&2
        exit 1
    fi
    grep -q "$word" "$profiles/said" || { cat "$profiles/said" >&2; exit 1; }
}
statement() { psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet -c "$1"; }

bad="postings seen long ago" word="STALE freshness of staging.posting_presence" must_fail source freshness
statement "update staging.posting_presence set last_seen_at = now(); update ops.runs set started_at = now()"
"$dbt" --quiet source freshness

statement "update staging.job_clusters set is_canonical = false where cluster_id = (select min(cluster_id) from staging.job_clusters)"
bad="a cluster for which no job stands" word="one_job_stands_for_its_cluster" must_fail test --select one_job_stands_for_its_cluster
echo "dbt: built, tested and documented; what is stale or broken is told"

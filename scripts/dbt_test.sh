#!/bin/sh
# Compiles and builds the dbt project on a populated database: scripts/with_postgres.sh scripts/dbt_test.sh
# Takes the database from the PG* variables.
set -eu

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/scripts/fixture_database.sh"

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

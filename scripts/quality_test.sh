#!/bin/sh
# Tries the gate on a populated database and on broken copies of it: scripts/with_postgres.sh scripts/quality_test.sh
# Takes the database from the PG* variables.
set -eu

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/scripts/fixture_database.sh"
"$dbt" --quiet run --threads 4
"$root/.venv-gx/bin/python" -B "$root/quality/test_gate.py"

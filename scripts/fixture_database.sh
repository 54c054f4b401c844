# To be sourced, with $root set: fills the empty database of the PG* variables with tables and the invented jobs of
# tests/fixtures, and prepares dbt, which makes the views.

profiles=$(mktemp -d)
trap 'rm -rf "$profiles"' EXIT
dbt=$root/.venv-dbt/bin/dbt
cp "$root/dbt/job_dbt/profiles.yml.example" "$profiles/profiles.yml"
export DO_NOT_TRACK=1 DBT_PROFILES_DIR="$profiles" DBT_PROJECT_DIR="$root/dbt/job_dbt"
export DBT_TARGET_PATH="$profiles/target" DBT_LOG_PATH="$profiles/logs"

psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet -f "$root/scripts/bootstrap_db.sql"
for migration in "$root"/migrations/*.sql; do
    psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet -c 'set role job_etl_owner' -f "$migration"
done
psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet -f "$root/tests/fixtures/marts.sql"

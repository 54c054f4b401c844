#!/usr/bin/env bash
# Builds the images, looks at them, brings docker-compose.yml up with secrets and volumes of its own, runs the daily DAG
# once against sources on this machine, and takes all of it down. Leaves your containers, secrets and volumes alone.
# Without a Docker engine it says so and is content.
#
# JOB_ETL_BINARY and JOB_ETL_STUB name a job-etl and a stub_server that are already compiled; what else changes the
# images stands in scripts/build_images.sh. A machine without a registry: eval "$(scripts/stand_in_images.sh)"
set -euo pipefail
cd "$(dirname "$0")/.."

if ! reason=$(scripts/compose.sh engine 2>&1); then
    printf 'test-images: SKIPPED, nothing was built or run.\n%s\n' "$reason"
    exit 0
fi

fail() {
    printf 'test-images: %s\n' "$*" >&2
    exit 1
}

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
folder=$(mktemp -d)
stub=

clean_up() {
    [ -z "${COMPOSE_PROJECT_NAME:-}" ] || docker compose down --volumes >/dev/null 2>&1 || true
    [ -z "$stub" ] || kill "$stub" 2>/dev/null || true
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

look_at_images() {
    local image user answer
    for image in "job-etl:$version" "job-etl:$version-hyperd" "job-etl-airflow:$version"; do
        user=$(docker image inspect --format '{{.Config.User}}' "$image")
        [ "$user" = 50000:0 ] || fail "$image runs as '$user'"
        answer=$(docker image inspect --format '{{index .Config.Labels "org.opencontainers.image.version"}}' "$image")
        [ "$answer" = "$version" ] || fail "$image is labelled '$answer' instead of '$version'"
        [ "$(docker image inspect --format '{{if .Config.Healthcheck}}yes{{end}}' "$image")" = yes ] ||
            fail "$image has no health check"
    done
    local shut=(--rm --read-only --cap-drop ALL --security-opt no-new-privileges --network none)
    docker run "${shut[@]}" "job-etl:$version" check --quiet >/dev/null || fail 'job-etl check fails in its own image'
    # Whoever owns the secrets may run it.
    docker run "${shut[@]}" --user 12345:0 "job-etl:$version" check --quiet >/dev/null ||
        fail 'only one user can run job-etl'
    # It fails for want of a database; here it is asked about hyperd, which there is for one processor only.
    answer=$(docker run "${shut[@]}" "job-etl:$version-hyperd" doctor 2>&1) || true
    [ "$(uname -m)" != x86_64 ] || grep -q 'ok *hyperd' <<<"$answer" || fail "hyperd does not start: $answer"
    docker run "${shut[@]}" --entrypoint sh "job-etl:$version" 2>/dev/null && fail 'the image of job-etl has a shell'
    printf '  images: non-root, read-only, labelled %s\n' "$version"
}

# Listens where containers reach this machine and others do not.
start_sources() {
    local bridge address program=${JOB_ETL_STUB:-${CARGO_TARGET_DIR:-target}/release/examples/stub_server}
    bridge=$(docker network inspect bridge --format '{{index .Options "com.docker.network.bridge.name"}}')
    address=$(ip -4 -oneline address show "$bridge" | sed 's/.* inet \([0-9.]*\).*/\1/')
    [ -n "$address" ] || fail "this machine has no address on Docker's bridge '$bridge'; the engine must run here"
    cp -r config "$folder/config"
    : >"$folder/stub.log"
    "$program" --synthetic 200 --listen "$address:0" --sources "$folder/config/sources.yml" >"$folder/stub.log" 2>&1 &
    stub=$!
    local tries=0
    until grep -q listening "$folder/stub.log"; do
        kill -0 "$stub" 2>/dev/null && [ $((tries += 1)) -lt 100 ] || fail "no sources: $(cat "$folder/stub.log")"
        sleep 0.1
    done
    sed -n 's/.*wants the key //p' "$folder/stub.log" >"$folder/key"
    chmod -R a+rX "$folder/config"
}

if [ -z "${JOB_ETL_STUB:-}" ]; then
    cargo build --quiet --release --locked --example stub_server
fi
scripts/build_images.sh
look_at_images
start_sources

scripts/make_secrets.sh "$folder/secrets" >/dev/null
cat "$folder/key" >"$folder/secrets/jsearch_api_key"
export COMPOSE_PROJECT_NAME=job-etl-test JOB_ETL_SECRETS=$folder/secrets JOB_ETL_CONFIG_FOLDER=$folder/config
JOB_ETL_UID=$(if [ "$(id -u)" = 0 ]; then echo 50000; else id -u; fi)
# A task that fails here would fail again.
export JOB_ETL_UID JOB_ETL_RETRIES=0
# Ports of its own, so that it can stand beside yours.
export JOB_ETL_AIRFLOW_PORT=${JOB_ETL_TEST_AIRFLOW_PORT:-28080} JOB_ETL_POSTGRES_PORT=${JOB_ETL_TEST_POSTGRES_PORT:-25432}

mv "$JOB_ETL_SECRETS/airflow_jwt_secret" "$folder/aside"
docker compose up --detach airflow-init >/dev/null 2>"$folder/log" && fail 'compose starts although a secret is missing'
grep -q airflow_jwt_secret "$folder/log" || fail "compose does not name the missing secret: $(cat "$folder/log")"
mv "$folder/aside" "$JOB_ETL_SECRETS/airflow_jwt_secret"

docker compose up --detach --wait --wait-timeout 600 --quiet-pull >"$folder/log" 2>&1 || {
    docker compose ps --all >&2
    docker compose logs --no-color --tail 20 >&2
    fail "docker compose up: $(tail -n 5 "$folder/log")"
}
printf '  compose: every service is healthy\n'

mapfile -t sources < <(sed -n 's/^  \([a-z]*\):.*/\1/p' "$folder/config/sources.yml")
AIRFLOW_ADMIN_PASSWORD_FILE=$JOB_ETL_SECRETS/airflow_admin_password \
    python3 -B tests/python/compose_run.py "http://127.0.0.1:$JOB_ETL_AIRFLOW_PORT" "${sources[@]}"

docker compose cp --follow-link airflow-scheduler:/var/lib/job-etl/artifacts/latest "$folder/latest" >/dev/null 2>&1 ||
    fail 'the run left no artifacts/latest'
wanted=jobs.hyper
[ "$(uname -m)" = x86_64 ] || wanted=fact_jobs.parquet
[ -s "$folder/latest/$wanted" ] || fail "no $wanted: $(ls "$folder/latest")"
printf '  files: %s\n' "$(cd "$folder/latest" && echo *)"
docker compose run --rm job-etl status >"$folder/log" 2>&1 || fail "job-etl status: $(tail -n 5 "$folder/log")"
printf 'test-images: the images are built, the daily DAG succeeded in containers\n'

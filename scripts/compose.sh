#!/usr/bin/env bash
# Brings docker-compose.yml up or down and says what a person needs next: scripts/compose.sh up|down|engine
set -euo pipefail
cd "$(dirname "$0")/.."

stop() {
    printf 'compose: %s\n' "$*" >&2
    exit 69
}

engine() {
    command -v docker >/dev/null ||
        stop 'there is no docker; install Docker (https://docs.docker.com/engine/install). Without containers: make airflow'
    local answer
    answer=$(docker info 2>&1) ||
        stop "no Docker engine answers: $(tail -n 1 <<<"$answer")
Start it (Docker Desktop, or systemctl start docker), or point DOCKER_HOST to one. Without containers: make airflow"
    docker compose version >/dev/null 2>&1 ||
        stop 'docker has no compose plugin; install it (Debian, Ubuntu: apt-get install docker-compose-plugin)'
}

up() {
    scripts/make_secrets.sh "${JOB_ETL_SECRETS:-}"
    [ "$(id -u)" = 0 ] || grep -qs '^JOB_ETL_UID=' .env || export JOB_ETL_UID="${JOB_ETL_UID:-$(id -u)}"
    scripts/build_images.sh --missing
    docker compose up --detach --wait --wait-timeout 600 || {
        docker compose ps --all --format '  {{.Service}}: {{.Status}}' >&2
        stop 'not everything came up; `docker compose logs SERVICE` says why'
    }
    cat <<TEXT

  Airflow      http://127.0.0.1:${JOB_ETL_AIRFLOW_PORT:-8080}   user admin, password in secrets/airflow_admin_password
  PostgreSQL   127.0.0.1:${JOB_ETL_POSTGRES_PORT:-5432}          database job_etl, user job_etl, password in secrets/postgres_password
  files        docker compose cp airflow-scheduler:/var/lib/job-etl/artifacts/latest .

  DAGs start paused: switch jobs_etl_daily on in Airflow, or start it there by hand. \`make down\` stops all of this.
TEXT
}

case ${1:-} in
    up) engine && up ;;
    down) engine && docker compose down ;;
    engine) engine ;;
    *)
        echo "usage: $0 up|down|engine" >&2
        exit 2
        ;;
esac

#!/usr/bin/env bash
# Makes the secrets of docker-compose.yml that are not there yet; those that are there stay: scripts/make_secrets.sh [DIR]
# Only their owner can read them: you, or when root makes them the user of the images. What only you can know (the key
# of a source, the address of a webhook) is made empty, which means there is none.
set -euo pipefail

umask 077
tree=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$tree/secrets}
mkdir -p "$folder"
cd "$folder"

# Takes the random bytes from the kernel: openssl is not everywhere.
random() { head -c "$1" /dev/urandom | base64 --wrap=0 2>/dev/null || head -c "$1" /dev/urandom | base64; }

unless_there() {
    local name=$1
    [ -e "$name" ] && return
    cat >"$name.new"
    mv "$name.new" "$name"
    made+=("$name")
}

# Only letters and digits, since it stands in addresses.
password() { random 96 | tr --delete '+/=\n' | head -c "${1:-40}"; }

made=()
unless_there postgres_password < <(password)
unless_there airflow_database_password < <(password)
unless_there airflow_admin_password < <(password 24)
# SHA-512 wants a key of at least 64 bytes.
unless_there airflow_jwt_secret < <(password 64)
unless_there airflow_api_secret_key < <(password)
# Fernet wants 32 bytes in the base64 of addresses.
unless_there airflow_fernet_key < <(random 32 | tr '+/' '-_')
for name in jsearch_api_key smtp_url webhook_secret webhook_url; do
    unless_there "$name" </dev/null
done

# Made of the passwords each time. A password of yours must be written as addresses want it (%40 for @).
address() { printf '%s://%s%s@postgres:5432/%s' "$1" "$2" ":$(cat "$3")" "$2"; }
address postgres job_etl postgres_password >compose_database_url
address postgresql+psycopg2 airflow airflow_database_password >compose_airflow_url

if [ "$(id -u)" = 0 ]; then
    find . -maxdepth 1 -type f ! -name README.md -exec chown 50000 {} +
elif [ "$PWD" = "$tree/secrets" ] && ! grep -qs '^JOB_ETL_UID=' "$tree/.env"; then
    # docker compose reads it: the containers run as the user who may read the secrets.
    echo "JOB_ETL_UID=$(id -u)" >>"$tree/.env"
fi
find . -maxdepth 1 -type f ! -name README.md -exec chmod 600 {} +
[ "${#made[@]}" = 0 ] || printf 'secrets made in %s: %s\n' "$PWD" "${made[*]}"

#!/usr/bin/env bash
# Makes the images that the others begin with from Debian's archive, for a machine whose Docker engine reaches no
# registry, and prints the variables that name them: eval "$(scripts/stand_in_images.sh)"
# Needs root and mmdebstrap. They are for trying things out; what is deployed begins with the official images.
set -euo pipefail
cd "$(dirname "$0")/.."

base=localhost/debian-base:bookworm
postgres=localhost/postgres:15-bookworm

command -v mmdebstrap >/dev/null || {
    echo 'stand-in: mmdebstrap makes the base: apt-get install mmdebstrap' >&2
    exit 2
}
docker image inspect "$base" >/dev/null 2>&1 ||
    mmdebstrap --quiet --variant=minbase --include=ca-certificates,tzdata bookworm - | docker import - "$base" >&2
docker image inspect "$postgres" >/dev/null 2>&1 ||
    DOCKER_BUILDKIT=1 docker build --quiet --file services/stand-in/Dockerfile --tag "$postgres" . >&2
echo "export JOB_ETL_BASE_IMAGE=$base JOB_ETL_POSTGRES_IMAGE=$postgres"

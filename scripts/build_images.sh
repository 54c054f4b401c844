#!/usr/bin/env bash
# Builds the images of services/ on the Docker engine that answers: scripts/build_images.sh [--missing]
#
# These variables change what they are made of; the Dockerfiles say what each is for:
#   JOB_ETL_BASE_IMAGE, JOB_ETL_RUST_IMAGE   other bases, for instance by digest or from a mirror
#   JOB_ETL_BINARY=FILE                      a job-etl that is already compiled, from this tree (it makes the views that
#                                            dbt makes too) and with glibc 2.36 or older
#   JOB_ETL_CA_BUNDLE=FILE                   certificates of a network that opens TLS
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
revision=$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
program=job-etl:$version program_with_hyperd=job-etl:$version-hyperd airflow=job-etl-airflow:$version
export DOCKER_BUILDKIT=1

options=(--build-arg "VERSION=$version" --build-arg "REVISION=$revision")
[ -z "${JOB_ETL_BASE_IMAGE:-}" ] || options+=(--build-arg "BASE_IMAGE=$JOB_ETL_BASE_IMAGE")
[ -z "${JOB_ETL_CA_BUNDLE:-}" ] || options+=(--secret "id=ca_bundle,src=$JOB_ETL_CA_BUNDLE")
program_options=()
[ -z "${JOB_ETL_RUST_IMAGE:-}" ] || program_options+=(--build-arg "RUST_IMAGE=$JOB_ETL_RUST_IMAGE")

missing_only=no
[ "${1:-}" != --missing ] || missing_only=yes

build() {
    local tag=$1
    shift
    if [ "$missing_only" = yes ] && docker image inspect "$tag" >/dev/null 2>&1; then
        return
    fi
    printf '  building %s\n' "$tag"
    docker build --quiet "${options[@]}" --tag "$tag" "$@" . >/dev/null || {
        printf 'build-images: %s could not be built; the lines above say why\n' "$tag" >&2
        exit 1
    }
}

if [ -n "${JOB_ETL_BINARY:-}" ]; then
    mkdir -p dist
    strip -o dist/job-etl "$JOB_ETL_BINARY"
    program_options+=(--build-arg PROGRAM=prebuilt)
fi
build "$program" --file services/job-etl/Dockerfile "${program_options[@]}"
build "$program_with_hyperd" --file services/job-etl/Dockerfile --target with-hyperd "${program_options[@]}"
build "$airflow" --file services/airflow/Dockerfile --build-arg "JOB_ETL_IMAGE=$program_with_hyperd"
docker image ls --format '{{.Repository}}:{{.Tag}}  {{.Size}}' | grep -E "^job-etl(-airflow)?:$version" | sed 's/^/  /'

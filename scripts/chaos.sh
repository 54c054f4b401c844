#!/usr/bin/env bash
# Kills a run at random moments, runs again, and compares the state with that of an undisturbed run.
#
#   scripts/chaos.sh [KILLS] [SEED]
#
# Two kills in three hit job-etl, the third hits the database server. With JOB_ETL_DATA set the run ingests the real
# postings over HTTP; without it, the bundled ones. Needs release builds of job-etl and of the example stub_server.
set -euo pipefail
cd "$(dirname "$0")/.."

kills=${1:-20}
RANDOM=${2:-42}
target=${CARGO_TARGET_DIR:-target}/release
as_of=2026-11-22T12:00:00Z
work=$(mktemp -d "${TMPDIR:-/tmp}/job-etl-chaos-XXXXXX")
chmod 755 "$work"
stub=

finish() {
    [ -z "$stub" ] || kill "$stub" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

if [ -n "${JOB_ETL_DATA:-}" ]; then
    mkdir "$work/config"
    "$target/examples/stub_server" --sources "$work/config/sources.yml" >"$work/stub.log" &
    stub=$!
    until grep -q '^postings' "$work/stub.log"; do
        kill -0 "$stub" || { echo "the stub server did not start" >&2; exit 1; }
        read -rt 0.2 <> <(:) || true
    done
    JSEARCH_API_KEY=$(sed -n 's/.*wants the key //p' "$work/stub.log")
    export JSEARCH_API_KEY
    arguments=(--config "$work/config")
else
    arguments=(--config samples/config --replay samples/answers)
fi

job_etl() { JOB_ETL_HOME="$work/home-$1" JOB_ETL_ARTIFACTS="$work/artifacts-$1" "$target/job-etl" "${@:2}"; }
run() { job_etl "$1" run --as-of "$as_of" --quiet "${arguments[@]}"; }
remove() { rm -rf "$work/home-$1" "$work/artifacts-$1"; }

began=$(date +%s%N)
run calm
milliseconds=$((($(date +%s%N) - began) / 1000000))
expected=$(job_etl calm state-hash)
printf 'undisturbed: %s ms, state %s\n' "$milliseconds" "$expected"

failures=0
for number in $(seq "$kills"); do
    delay=$((RANDOM * 32768 + RANDOM))
    delay=$((delay % (milliseconds * 12 / 10)))
    JOB_ETL_HOME="$work/home-$number" JOB_ETL_ARTIFACTS="$work/artifacts-$number" \
        "$target/job-etl" run --as-of "$as_of" --quiet "${arguments[@]}" 2>"$work/killed.log" &
    victim=$!
    read -rt "$(printf '%d.%03d' $((delay / 1000)) $((delay % 1000)))" <> <(:) || true
    what=job-etl
    postmaster=$work/home-$number/postgres/postmaster.pid
    if [ $((number % 3)) -eq 0 ] && [ -s "$postmaster" ]; then
        what=server
        kill -9 "$(head -n 1 "$postmaster")" 2>/dev/null || true
    else
        kill -9 "$victim" 2>/dev/null || true
    fi
    { wait "$victim"; } 2>/dev/null || true
    state=failed
    if run "$number" 2>"$work/again.log"; then state=$(job_etl "$number" state-hash); fi
    verdict=same
    if [ "$state" != "$expected" ]; then
        verdict="DIFFERENT: $state"
        failures=$((failures + 1))
        cat "$work/again.log"
    fi
    printf 'kill %2d: %-7s after %6d ms: %s\n' "$number" "$what" "$delay" "$verdict"
    remove "$number"
done
printf '%d passed, %d failed\n' "$((kills - failures))" "$failures"
[ "$failures" -eq 0 ]

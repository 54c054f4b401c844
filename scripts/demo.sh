#!/usr/bin/env bash
# The demo: set-up, then `job-etl demo`, and how long each took.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '[%s s] %s\n' "$SECONDS" "$*"; }

# Where job-etl looks for hyperd by itself, so that later runs find it too.
data_folder() {
    if [ -n "${JOB_ETL_HOME:-}" ]; then
        printf '%s' "$JOB_ETL_HOME"
    elif [ "$(id -u)" = 0 ]; then
        printf /var/lib/job-etl
    else
        printf '%s/job-etl' "${XDG_DATA_HOME:-$HOME/.local/share}"
    fi
}

printf 'Setting up. The first time this takes some minutes, then seconds.\n'
step 'system: PostgreSQL, a C compiler, Python'
scripts/setup_system.sh demo
step 'job-etl: compiling'
cargo build --locked --bin job-etl
program=$(cargo metadata --locked --no-deps --format-version 1 | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')/debug/job-etl
if [ -z "${HYPERD_PATH:-}" ]; then
    step "hyperd: Tableau's engine, which writes the .hyper file"
    home=$(data_folder)
    # Closed to others from the start; as root, PostgreSQL's account must be able to pass through.
    [ -d "$home" ] || { (umask 077 && mkdir -p "$home") && if [ "$(id -u)" = 0 ]; then chmod 711 "$home"; fi; }
    { python3 -m venv .tools && PYTHON=.tools/bin/python scripts/fetch_hyperd.sh "$home/hyper"; } ||
        printf '  not to be had here: the demo goes on without the .hyper file\n'
fi
set_up=$SECONDS

printf '\n'
code=0
"$program" demo || code=$?
command -v job-etl >/dev/null ||
    printf '\nHere job-etl is %s; to have it on your PATH: cargo install --locked --path .\n' "$program"
printf '\nset-up %s s · demo %s s\n' "$set_up" "$((SECONDS - set_up))"
exit "$code"

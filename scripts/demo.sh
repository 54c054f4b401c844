#!/usr/bin/env bash
# The demo: set-up, then `job-etl demo`, and how long each took.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '[%ss] %s\n' "$SECONDS" "$*"; }

printf 'Setting up. The first time this takes some minutes, then seconds.\n'
step 'system: PostgreSQL, a C compiler, Python'
scripts/setup_system.sh demo
step 'job-etl: compiling'
cargo build --locked --bin job-etl
step "hyperd: Tableau's engine, which writes the .hyper file"
if [ -n "${HYPERD_PATH:-}" ]; then
    printf '  using HYPERD_PATH=%s\n' "$HYPERD_PATH"
elif python3 -m venv .tools && PYTHON=.tools/bin/python scripts/fetch_hyperd.sh .tools/hyperd; then
    export HYPERD_PATH="$PWD/.tools/hyperd/hyperd"
else
    printf '  not to be had here: the demo goes on without the .hyper file\n'
fi
set_up=$SECONDS

printf '\n'
code=0
cargo run --quiet --locked --bin job-etl -- demo || code=$?
printf '\nset-up %s s · demo %s s\n' "$set_up" "$((SECONDS - set_up))"
exit "$code"

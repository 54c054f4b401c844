#!/usr/bin/env bash
# Installs what job-etl needs from the system: PostgreSQL's programs, a C compiler, Python with venv.
# Checks first and is silent when all is there. Never starts a server, never makes a cluster.
# Usage: scripts/setup_system.sh [test]     (test adds the parts that only `make test` needs)
set -euo pipefail

purpose=${1:-demo}
say() { printf '  %s\n' "$*"; }
stop() { printf 'set-up: %s\n' "$*" >&2; exit 2; }

has_postgres() {
    # The places where job-etl looks too.
    local found
    for found in "$(command -v initdb || true)" /usr/lib/postgresql/*/bin/initdb \
        /opt/homebrew/opt/postgresql@*/bin/initdb /usr/local/opt/postgresql@*/bin/initdb; do
        [ -x "$found" ] && [ -x "$(dirname "$found")/postgres" ] && return
    done
    return 1
}

has_python() {
    python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

check_rust() {
    command -v cargo >/dev/null || stop 'install Rust 1.94 or later: https://rustup.rs'
    local version
    version=$(cargo --version | cut -d ' ' -f 2)
    [ "$(printf '1.94\n%s\n' "$version" | sort -V | head -n 1)" = 1.94 ] ||
        stop "Rust $version is too old: 1.94 or later is needed (rustup update)"
    [ "$purpose" = test ] || return 0
    if ! cargo fmt --version >/dev/null 2>&1 || ! cargo clippy --version >/dev/null 2>&1; then
        command -v rustup >/dev/null || stop 'install the rustfmt and clippy of your Rust toolchain'
        rustup component add rustfmt clippy
    fi
}

missing_packages() {
    if ! command -v cc >/dev/null; then printf 'gcc libc6-dev '; fi
    if ! has_postgres; then printf 'postgresql '; fi
    if ! has_python; then printf 'python3 python3-venv '; fi
}

install_with_apt() {
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null && sudo -n true 2>/dev/null || { [ -t 0 ] && command -v sudo >/dev/null; } ||
            stop "as root, run: apt-get install $*"
        as_root=(sudo)
    fi
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0) log
    log=$(mktemp)
    say "apt-get install $*"
    "${apt[@]}" update >"$log" 2>&1 || say 'apt-get update failed; trying with the lists that are there'
    case " $* " in *' postgresql '*)
        # Debian's package would make and start a server of its own; job-etl wants the programs only.
        "${as_root[@]}" mkdir -p /etc/postgresql-common/createcluster.d
        echo 'create_main_cluster = false' |
            "${as_root[@]}" tee /etc/postgresql-common/createcluster.d/job-etl.conf >/dev/null ;;
    esac
    if ! "${apt[@]}" install --no-install-recommends "$@" >"$log" 2>&1; then
        tail -n 5 "$log" >&2
        stop "apt-get could not install: $* (its output: $log)"
    fi
    rm -f "$log"
}

check_rust
packages=$(missing_packages)
if [ -n "$packages" ]; then
    if [ "$(uname -s)" = Darwin ]; then
        stop 'install what is missing: xcode-select --install; brew install postgresql@17 python@3.13'
    elif command -v apt-get >/dev/null; then
        # shellcheck disable=SC2086  # a list of names
        install_with_apt $packages
    else
        stop "with your package manager, install these (their Debian names): $packages"
    fi
    [ -z "$(missing_packages)" ] || stop "still missing after the installation: $(missing_packages)"
fi

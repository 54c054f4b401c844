#!/usr/bin/env bash
# Looks for known trouble in what job-etl depends on and in what is tracked: crates, Python packages, secrets.
# Each check ends in one line: ok, FOUND, or NOT CHECKED and why. Exit 1 when something was found.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

DENY_VERSION=0.20.2
ADVISORIES=https://github.com/rustsec/advisory-db
found=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

ok() { printf 'ok           %s\n' "$*"; }
not_checked() { printf 'NOT CHECKED  %s\n' "$*"; }
trouble() { cat "$log"; printf 'FOUND        %s\n' "$*"; found=1; }

crates() {
    export PATH="$PWD/.tools/bin:$PATH"
    if ! cargo deny --version 2>/dev/null | grep -q "$DENY_VERSION"; then
        printf 'installing cargo-deny %s into .tools (some minutes, once)\n' "$DENY_VERSION"
        cargo install --quiet --locked --root .tools "cargo-deny@$DENY_VERSION" 2>"$log" || {
            not_checked "crates: cargo-deny could not be installed: $(grep -v '^ ' "$log" | tail -n 1)"
            return
        }
    fi
    for check in bans licenses sources; do
        if cargo deny --locked check --hide-inclusion-graph "$check" >"$log" 2>&1; then
            ok "crates: $check"
        else
            trouble "crates: $check"
        fi
    done
    if ! GIT_TERMINAL_PROMPT=0 timeout 20 git ls-remote --quiet "$ADVISORIES" HEAD >/dev/null 2>&1; then
        not_checked "crates: advisories: $ADVISORIES cannot be reached"
    elif cargo deny --locked check advisories >"$log" 2>&1; then
        ok "crates: advisories as of $(date -u +%F)"
    else
        trouble 'crates: advisories'
    fi
}

python_packages() {
    if [ ! -x .venv-lint/bin/pip-audit ] || [ ! -x .tools/bin/uv ]; then
        not_checked 'Python packages: .venv-lint is missing (make venvs)'
        return
    fi
    local group requirements unknown
    requirements=$(mktemp)
    sed -n '/^\[dependency-groups\]/,/^$/s/^\([a-z]*\) = .*/\1/p' pyproject.toml | while read -r group; do
        if ! .tools/bin/uv export --quiet --frozen --only-group "$group" --no-header >"$requirements" 2>"$log"; then
            not_checked "Python packages of $group: $(tail -n 1 "$log")"
        elif timeout 300 .venv-lint/bin/pip-audit --require-hashes --disable-pip --progress-spinner off \
            --requirement "$requirements" >"$log" 2>&1; then
            # pip-audit calls it a success when the index knows nothing of a package's advisories.
            unknown=$(grep -c 'could not be audited' "$log")
            if [ "$unknown" = 0 ]; then
                ok "Python packages of $group as of $(date -u +%F)"
            else
                not_checked "Python packages of $group: the index has no advisories for $unknown of them"
            fi
        elif grep -qE '^Found [0-9]+ known vulnerabilit' "$log"; then
            trouble "Python packages of $group"
            exit 1
        else
            not_checked "Python packages of $group: $(tail -n 1 "$log")"
        fi
    done || found=1
    rm -f "$requirements"
}

# Every tracked file is searched for keys of known forms, and those written by hand for anything that looks random.
# A line that is meant to look like a secret says `pragma: allowlist secret`.
secrets() {
    local hook=.venv-lint/bin/detect-secrets-hook
    local made='(^|/)(Cargo|uv)\.lock$|\.snap$|^tests/fixtures/|^samples/answers/|^\.sqlx/'
    if [ ! -x "$hook" ]; then
        not_checked 'secrets: .venv-lint is missing (make venvs)'
    elif git ls-files -z | xargs -0 "$hook" --disable-plugin HexHighEntropyString \
        --disable-plugin Base64HighEntropyString >"$log" 2>&1 &&
        git ls-files -z | xargs -0 "$hook" --exclude-files "$made" >"$log" 2>&1; then
        ok 'secrets: none in tracked files'
    else
        trouble 'secrets: a tracked file holds what looks like one'
    fi
}

crates
python_packages
secrets
exit "$found"

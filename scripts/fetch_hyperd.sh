#!/bin/sh
# Puts Tableau's hyperd program, which writes .hyper files, into a folder: scripts/fetch_hyperd.sh DIR
#
# It comes from the pinned wheel of Tableau's own Python package (Apache-2.0; LICENSE and NOTICES are kept beside it).
# Needs Python with pip; PYTHON names another interpreter. WHEEL=FILE takes a wheel that is already here.
set -eu

version=0.0.26963
linux_sha256=35376f598c6fdfa52fe25769778f756e2daec1c124ff8f471b5e098cb9cf7863
python=${PYTHON:-python3}

if [ $# -ne 1 ] || [ -z "$1" ]; then
    echo "usage: $0 DIR" >&2
    exit 2
fi
target=$1

if [ -x "$target/hyperd" ] && [ "$(cat "$target/VERSION" 2>/dev/null)" = "$version" ]; then
    echo "hyperd $version is in $target"
    exit 0
fi

mkdir -p "$target"
work=$(mktemp -d "$target/.fetch-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

wheel=${WHEEL:-}
if [ -z "$wheel" ]; then
    if ! "$python" -m pip --version >/dev/null 2>&1; then
        echo "$python has no pip; install it (Debian: apt-get install python3-pip) or set PYTHON" >&2
        exit 1
    fi
    echo "fetching hyperd $version (a wheel of about 90 MB)"
    if ! "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
        --dest "$work" "tableauhyperapi==$version"; then
        echo "no wheel of tableauhyperapi $version; it exists for x86-64 Linux with glibc, macOS and Windows" >&2
        exit 1
    fi
    wheel=$(ls "$work"/*.whl)
fi

"$python" - "$wheel" "$work" "$linux_sha256" <<'PYTHON'
import hashlib
import pathlib
import shutil
import sys
import zipfile

NOTICES = ("LICENSE", "NOTICES.txt", "HYPER_API_OSS_disclosure.txt")

wheel, folder, linux_sha256 = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
if "manylinux2014_x86_64" in wheel.name:
    digest = hashlib.sha256()
    with wheel.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != linux_sha256:
        sys.exit(f"{wheel.name} is not the wheel that was pinned")

with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        path = pathlib.PurePosixPath(name)
        is_notice = path.parent.name.endswith(".dist-info") and path.name in NOTICES
        is_program = path.parent.as_posix().endswith("/bin/hyper") and not name.endswith("/")
        if is_notice or is_program:
            with archive.open(name) as source, (folder / path.name).open("wb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
PYTHON

rm -f "$work"/*.whl
chmod 755 "$work/hyperd"
# The version comes last: without it the next call starts over.
rm -f "$target/VERSION"
mv -f "$work"/* "$target/"
echo "$version" >"$target/VERSION"
echo "hyperd $version is in $target"

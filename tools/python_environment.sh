#!/bin/sh
# Makes or updates one virtual environment with pinned packages and Synth itself, editable.
#
#   tools/python_environment.sh PYTHON FOLDER REQUIREMENTS...
#
# Ends by importing bpy, so that a folder that this script leaves with status 0 works.
set -eu

python=$1
folder=$2
shift 2

echo "setup: $folder with $*"
if ! "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    "$python" -m venv --clear "$folder"
fi
files=
for file in "$@"; do
    files="$files --requirement $file"
done
# shellcheck disable=SC2086  # the list is meant to be split
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check $files
# setuptools is among the pins: no second, unpinned one is fetched for the build.
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
    --no-build-isolation --no-deps --editable .
"$folder/bin/python" -m pip check --disable-pip-version-check >/dev/null
# bpy 4.2 crashes in its exit handlers: leave before them.
"$folder/bin/python" -c 'import bpy, os; os._exit(0)'

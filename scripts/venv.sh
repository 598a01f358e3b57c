#!/usr/bin/env bash
# venv.sh FOLDER: a Python environment with what Tests/EndToEnd/requirements.txt names.
set -euo pipefail
folder=$1
wanted=Tests/EndToEnd/requirements.txt
if ! cmp -s "$wanted" "$folder/installed.txt"; then
    python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
    cp "$wanted" "$folder/installed.txt"
fi

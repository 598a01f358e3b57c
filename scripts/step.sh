#!/usr/bin/env bash
# step.sh NAME COMMAND...: runs one step and says how long it took.
set -uo pipefail
name=$1
shift
printf '==> %s\n' "$name"
began=$SECONDS
"$@"
status=$?
if [ $status -eq 0 ]; then
    printf '==> %s: done in %d s\n' "$name" $((SECONDS - began))
else
    printf '==> %s: FAILED with status %d after %d s\n' "$name" $status $((SECONDS - began)) >&2
fi
exit $status

#!/usr/bin/env bash
# unit-tests.sh FLAGS...: runs the unit tests that are built. Those with sockets, processes and time limits run apart: beside the classifier's,
# which keep every core busy for a minute, they would measure the machine.
set -uo pipefail
busy='^(ClassifierTests|PacksTests|PromptFormatsTests)\.'
swift test "$@" --skip-build --filter "$busy"
first=$?
swift test "$@" --skip-build --skip "$busy"
second=$?
[ $first -eq 0 ] && [ $second -eq 0 ]

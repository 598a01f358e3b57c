#!/bin/bash
# sanitize.sh address|thread : the tests of Classifier and Packs under a sanitizer, in a scratch folder of their own.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=$1
out=.build-$kind
swift build --package-path Fuzzing --scratch-path "$out" --sanitize="$kind" --build-tests
# Ratios of times mean nothing under a sanitizer. PCRE2's JIT code is not instrumented and reads what it knows to be readable.
swift test --package-path Fuzzing --scratch-path "$out" --sanitize="$kind" --skip-build \
    --skip 'No input costs ten times' --skip 'HostileTests/No_input'

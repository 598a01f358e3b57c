#!/bin/bash
# fuzz.sh SECONDS TARGET... : builds the fuzzing package, writes seeds from the rules' examples, runs each target so long.
#
# A crash leaves its input in .build-fuzz/found/TARGET; run the binary with that file as its argument to see it again.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=$1
shift
out=.build-fuzz
export SLUICE_FUZZ=1 FUZZ_RULES=$PWD/rules
# Else Swift catches the signal before libFuzzer keeps the input.
export SWIFT_BACKTRACE=enable=no
swift build --package-path Fuzzing --scratch-path $out -c release --sanitize=fuzzer -Xswiftc -enable-testing --product fuzz
binary=$out/release/fuzz
[ -d $out/seeds ] || FUZZ_SEEDS=$out/seeds $binary
failed=0
for target in "$@"; do
    mkdir -p "$out/corpus/$target" "$out/found/$target"
    # What takes longer than 20 s or more than 2 GiB counts as a failure as well.
    if FUZZ_TARGET=$target $binary -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=8192 -seed=1 \
        -print_final_stats=1 -verbosity=0 -artifact_prefix="$out/found/$target/" "$out/corpus/$target" "$out/seeds/$target" \
        > "$out/$target.log" 2>&1; then
        echo "fuzz $target: $(grep -o 'number_of_executed_units: .*' "$out/$target.log") in $seconds s, nothing found"
    else
        echo "fuzz $target: FAILED, see $out/$target.log and $out/found/$target" >&2
        failed=1
    fi
done
exit $failed

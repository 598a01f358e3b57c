#!/usr/bin/env bash
# Rules of style that the formatter does not know.
set -uo pipefail
bad=0
complain() {
    echo "tidy: $*" >&2
    bad=1
}
while IFS= read -r file; do
    lines=$(wc -l <"$file")
    [ "$lines" -le 450 ] || complain "$file has $lines lines; split it (about 400 is the limit)"
done < <(git ls-files 'Sources/*.swift' 'Tests/*.swift')
# `print` belongs to the programs; libraries log or return.
if git grep -nE '^\s*print\(' -- 'Sources/*.swift' ':!Sources/sluice/*' ':!Sources/sluice-collector/*' >&2; then
    complain "print in a library"
fi
if git grep -nE 'TODO|FIXME|XXX:|fatalError\("?(unimpl|not impl)' -- Sources >&2; then
    complain "unfinished work in the sources"
fi
exit $bad

#!/usr/bin/env bash
# two-libraries.sh COMMAND...: runs a command where, of all optional C libraries, only PCRE2 and SQLite can be found.
# Where mount namespaces are allowed, the others' headers are hidden from the command; elsewhere it runs as it is.
set -euo pipefail
hide=()
for header in zlib.h brotli zstd.h xcb wayland-client.h systemd hs libpq-fe.h postgresql librdkafka; do
    for folder in /usr/include /usr/include/"$(uname -m)"-linux-gnu; do
        [ -e "$folder/$header" ] && hide+=("$folder/$header")
    done
done
if [ ${#hide[@]} -gt 0 ] && [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
    empty=$(mktemp -d)
    trap 'rm -rf "$empty"' EXIT
    export SLUICE_HIDDEN_HEADERS="${hide[*]}"
    unshare -m bash -c '
        empty=$1
        shift
        for path in $SLUICE_HIDDEN_HEADERS; do
            if [ -d "$path" ]; then mount --bind "$empty" "$path"; else mount --bind /dev/null "$path"; fi
        done
        exec "$@"' hidden "$empty" "$@"
else
    "$@"
fi

#!/bin/sh
# Makes the C glue from protocols/*.xml with wayland-scanner (Debian: libwayland-bin). Run it after a change to an XML file; what it
# makes is checked in.
set -eu
cd "$(dirname "$0")"
made=$(mktemp)
trap 'rm -f "$made"' EXIT
for name in ext-data-control-v1 wlr-data-control-unstable-v1; do
    wayland-scanner -s client-header "protocols/$name.xml" "include/$name.h"
    wayland-scanner -s private-code "protocols/$name.xml" "$made"
    {
        echo '#ifdef SLUICE_DESKTOP'
        cat "$made"
        echo '#endif'
    } >"$name.c"
done

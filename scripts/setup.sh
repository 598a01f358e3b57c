#!/usr/bin/env bash
# setup.sh build|test: installs the missing Debian packages, and nothing if none is missing.
# Root is needed for that alone; the build and both programs run as whoever calls.
set -euo pipefail

build=(libpcre2-dev libsqlite3-dev pkg-config git curl python3)
# The trait Codings.
build+=(libbrotli-dev libzstd-dev)
# The trait Desktop.
build+=(libxcb1-dev libxcb-xfixes0-dev libxcb-res0-dev libwayland-dev libsystemd-dev)
# zlib is for the in-process HTTP client of the collector's tests; openssl makes the certificates of the TLS tests;
# NSS's and GnuTLS's tools, Chromium and Node are clients that must trust the device's certificates, or must not.
tests=(python3-venv zlib1g-dev procps openssl libnss3-tools gnutls-bin chromium nodejs)
# The clipboard and the desktop: displays, a bus, programs that copy and paste.
tests+=(xvfb xclip xsel sway wl-clipboard dbus python3-gi gir1.2-gtk-3.0 strace x11-utils)

wanted=("${build[@]}")
[ "${1:-build}" = test ] && wanted+=("${tests[@]}")

missing=()
for package in "${wanted[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || {
            echo "Missing: ${missing[*]}. Install them as root: apt-get install ${missing[*]}" >&2
            exit 1
        }
        as_root=(sudo)
    fi
    echo "Installing ${missing[*]}" >&2
    log=$(mktemp)
    if ! { "${as_root[@]}" apt-get update && DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y \
        --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        tail -20 "$log" >&2
        exit 1
    fi
    rm -f "$log"
fi

if ! command -v swift >/dev/null; then
    echo "Swift 6.2 or later is needed and was not found: see https://www.swift.org/install/linux/" >&2
    exit 1
fi

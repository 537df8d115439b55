#!/bin/sh
# Installs Debian packages when that needs no password; fails, saying nothing, where it may not.
# Usage: tools/apt-install.sh PACKAGE...
set -eu

command -v apt-get >/dev/null || exit 1
if [ "$(id -u)" = 0 ]; then
    as_root="env"
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root="sudo -n env"
else
    exit 1
fi

install() {
    $as_root DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends "$@" </dev/null >&2
}

echo "Installing $* ..." >&2
# The lists of packages may be old or absent: then fetch them and try once more.
install "$@" 2>/dev/null || { $as_root apt-get update --quiet=2 >&2 && install "$@"; }

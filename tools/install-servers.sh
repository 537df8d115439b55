#!/bin/sh
# Installs the servers that the tests talk to, where that is allowed; else says in one line what is not tried.
# Usage: tools/install-servers.sh PYTHON
set -eu
cd "$(dirname "$0")/.."
python=$1

missing=$("$python" -m tests.peers --packages)
if [ -n "$missing" ]; then
    # shellcheck disable=SC2086  # several packages are several words
    tools/apt-install.sh $missing || true
    "$python" -m tests.peers
fi

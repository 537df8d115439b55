#!/bin/sh
# Makes .venv with the locked packages and this checkout in it. Usage: tools/environment.sh PYTHON
set -eu
cd "$(dirname "$0")/.."
python=$1

if ! command -v "$python" >/dev/null; then
    echo "There is no $python here: install Python 3.11 or newer, or name yours with make PYTHON=/path/to/python3." >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Firstline needs Python 3.11 or newer, and $python is $("$python" -V 2>&1): name another with make PYTHON=python3.11." >&2
    exit 1
fi
# Debian ships python3 without the module that puts pip into a new environment.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if ! tools/apt-install.sh "$package"; then
        echo "$python cannot make virtual environments here: install the package $package (or python3-venv) and try again." >&2
        exit 1
    fi
fi

version() { "$1" -c 'import sys; print(sys.version)' 2>/dev/null; }
if [ "$(version "$python")" != "$(version .venv/bin/python)" ]; then
    echo "Making .venv with $("$python" -V) ..."
    "$python" -m venv --clear .venv
fi
echo "Installing the locked packages ..."
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .

#!/bin/sh
# What a fresh machine must have before set-up: names each missing part in one line, with the
# command that installs it. `find-python` prints the interpreter that set-up would take.
set -u

usable() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

if [ "${1:-}" = find-python ]; then
    for python in python3 python3.13 python3.12 python3.11; do
        if usable "$python"; then echo "$python"; exit 0; fi
    done
    echo python3
    exit 0
fi

PYTHON=${PYTHON:-python3}
missing=0
need() {
    echo "missing: $1; install it with: apt-get install -y $2" >&2
    missing=1
}

if ! usable "$PYTHON"; then
    need "Python 3.11, 3.12 or 3.13 ($PYTHON is not; another one: make PYTHON=python3.12)" "python3 python3-venv"
elif ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
    need "Python's venv module" python3-venv
fi

if [ "${1:-}" != python ]; then
    java=java
    if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ]; then java=$JAVA_HOME/bin/java; fi
    # The first line reads: openjdk version "17.0.15" ..., or "21" for a first release.
    major=$("$java" -version 2>&1 | sed -n '1s/.*version "\([0-9]*\).*/\1/p')
    if [ "${major:-0}" -lt 17 ]; then need "Java 17 or newer" openjdk-17-jre-headless; fi
    if ! command -v mvn >/dev/null; then need "Maven" maven; fi
fi
exit $missing

#!/bin/sh
# requirements*.in -> requirements*.txt: every version exact, every file by its hash, no address of
# an index or a folder. $1 is the Python that has pip-tools; use the oldest we support (3.11).
set -eu
# A folder of wheels on this machine must not decide what everybody installs.
unset PIP_FIND_LINKS PIP_INDEX_URL PIP_EXTRA_INDEX_URL
export CUSTOM_COMPILE_COMMAND="make lock"
for name in requirements requirements-dev; do
    "$1" -m piptools compile --quiet --generate-hashes --allow-unsafe --strip-extras \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
        --output-file "$name.txt" "$name.in"
done

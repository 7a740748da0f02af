#!/bin/sh
# Writes requirements/*.txt: pinned, hashed, for every platform, and without the address of any index.
# dev is resolved first and bounds the others, so that all three agree.
set -eu
cd "$(dirname "$0")/.."
pin() {
    out="$1"
    shift
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-header --no-annotate --output-file "requirements/$out.txt" "$@" ${UPGRADE:+--upgrade}
    echo "requirements/$out.txt: $(grep -c == "requirements/$out.txt") packages"
}
pin dev pyproject.toml --group dev
pin build --group build --constraint requirements/dev.txt
pin runtime pyproject.toml --constraint requirements/dev.txt

#!/bin/sh
# Every check, then every test: tools/check.sh [pytest arguments]
# A failed check does not stop the tests, so that pytest's summary is always the last line; the exit status tells.
set -u
cd "$(dirname "$0")/.." || exit 1
bin=".venv/bin"
status=0
failed=""

check() {
    name="$1"
    shift
    echo "--- $name"
    if ! "$@"; then
        status=1
        failed="$failed $name"
    fi
}

check ruff "$bin/ruff" check src tests tools bench
check mypy "$bin/python" -m mypy
check import-linter "$bin/lint-imports" --no-logo
if "$bin/squawk" --version >/dev/null 2>&1; then
    check squawk "$bin/squawk" src/torg/migrations/*.sql
else
    echo "--- squawk: NOT RUN, its binary does not start on this machine"
fi
if [ -n "$failed" ]; then
    echo "--- FAILED before the tests:$failed (the run will end with status 1)"
fi

"$bin/python" -m compileall -q src tests  # many tests start processes, each of which would compile what has changed
echo "--- pytest"
"$bin/python" -m pytest -n "${TORG_TEST_WORKERS:-2}" --dist loadfile "$@"
pytest_status=$?
# Two busy cores make a wait too short now and then: what failed is tried once more by itself. A test that fails twice
# is broken; one that fails once is named here, and is to be mended, too.
if [ "$pytest_status" -eq 1 ] && [ "$#" -eq 0 ]; then
    failed_once=$(grep -c '::' .pytest_cache/v/cache/lastfailed 2>/dev/null) || failed_once=0
    if [ "$failed_once" -ge 1 ] && [ "$failed_once" -le 20 ]; then
        echo "--- FAILED BESIDE OTHERS, and tried again alone; unsteady if they pass now:"
        grep '::' .pytest_cache/v/cache/lastfailed
        "$bin/python" -m pytest -n 0 --last-failed --last-failed-no-failures none
        pytest_status=$?
    fi
fi
[ "$pytest_status" -ne 0 ] && status="$pytest_status"
exit "$status"

#!/bin/sh
# Makes or completes .venv from the hashed locks: tools/install.sh runtime|dev
# Called by make only when a lock has changed. Every failure ends with a sentence that says what to do.
set -u
cd "$(dirname "$0")/.." || exit 1
kind="$1"
stamp=".venv/.torg-$kind"

fail() {
    printf '\ntorg: %s\n' "$1" >&2
    exit 1
}

suits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3.12 python3.13 python3.14 python3; do
        if suits "$candidate"; then
            printf '%s' "$candidate"
            return
        fi
    done
    return 1
}

# What is wrong with this place, if it can be told; else the sentence given.
explain() {
    if ! (mkdir -p .venv && head -c 4194304 /dev/zero >.venv/.torg-probe) 2>/dev/null; then
        rm -f .venv/.torg-probe 2>/dev/null
        free=$(df -Pk . 2>/dev/null | awk 'NR==2 {print $4}')
        if [ "${free:-0}" -lt 8192 ]; then
            fail "the disk under $(pwd) is full (${free:-0} kB left). Free about 700 MB and run make again: it goes on where it stopped."
        fi
        fail "$(pwd) cannot be written to by $(id -un 2>/dev/null || id -u) (read-only, or owned by someone else). Copy the folder to a place of your own and run make there."
    fi
    rm -f .venv/.torg-probe
    fail "$1"
}

if ! (mkdir -p .venv && : >.venv/.torg-probe) 2>/dev/null; then
    explain "cannot write to .venv"
fi
rm -f .venv/.torg-probe

# A folder that was moved or a Python that was removed leaves an environment that cannot run.
if [ -e .venv/pyvenv.cfg ] && { ! suits .venv/bin/python || [ "$(cat .venv/.torg-place 2>/dev/null)" != "$(pwd -P)" ]; }; then
    if [ -e .venv/.torg-place ]; then
        echo "The environment belongs to another place or another Python: making it anew."
        rm -rf .venv || explain "cannot remove the old .venv: delete it and run make again"
    fi
fi

if ! suits .venv/bin/python || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python) || fail "Python 3.11 or newer was not found. Install it (on Debian and Ubuntu: apt install python3 python3-venv), or say where it is: make PYTHON=/path/to/python3.11"
    echo "[1/3] Making .venv with $("$python" --version 2>&1)"
    "$python" -m venv .venv || explain "python could not make an environment. On Debian and Ubuntu: apt install python3-venv; then run make again."
else
    echo "[1/3] Using the .venv that is here"
fi
pwd -P >.venv/.torg-place || explain "cannot write to .venv"

bar=off
[ -t 1 ] && bar=on
run_pip() {
    # The locks are complete, so nothing is resolved; what is an sdist (two small ones) builds with what
    # requirements/build.txt brought, not with something unhashed fetched on the way.
    .venv/bin/python -m pip install --disable-pip-version-check --no-input --no-deps --progress-bar "$bar" "$@"
}

# One line for each package instead of pip's many.
brief() {
    if [ "$bar" = on ]; then
        cat
    else
        sed -n -e 's/^Collecting \([^ ]*\).*/      \1/p' -e '/^Installing collected/s/:.*/ …/p' -e '/^ *\(ERROR\|WARNING: Retrying\|  *Expected\|  *Got\)/p'
    fi
}

locked() {
    status_file=".venv/.torg-status"
    { run_pip --require-hashes --no-build-isolation --only-binary :all: --no-binary http-ece,pyvips -r "$1" 2>&1
      echo $? >"$status_file"; } | brief
    status=$(cat "$status_file" 2>/dev/null || echo 1)
    rm -f "$status_file"
    [ "$status" = 0 ] || explain "the packages of $1 could not be installed. The lines above say why; without a network, point pip at a mirror (pip config set global.index-url …) and run make again."
}

echo "[2/3] Installing pinned and hashed packages ($kind)"
locked requirements/build.txt
locked "requirements/$kind.txt"

echo "[3/3] Installing torg itself"
run_pip -q --no-build-isolation -e . || explain "torg itself could not be installed; the lines above say why."
[ -x .venv/bin/torg ] || explain ".venv/bin/torg did not appear; delete .venv and run make again."
# A start would compile a thousand modules, where the environment forbids Python to write what it compiled.
.venv/bin/python -m compileall -q src
touch "$stamp" || explain "cannot write to .venv"
[ "$kind" = dev ] && touch .venv/.torg-runtime
echo "Ready: .venv/bin/torg"

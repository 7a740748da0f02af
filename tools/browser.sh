#!/bin/sh
# Finds a Chromium for the browser tests, installs one where that is possible, or says loudly that it is missing.
set -u
for name in ${TORG_CHROMIUM:+"$TORG_CHROMIUM"} chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null 2>&1; then
        echo "Chromium for the browser tests: $(command -v "$name")"
        exit 0
    fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing chromium by apt-get …"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -q && apt-get install -q -y --no-install-recommends chromium; } </dev/null && exit 0
fi
echo "*** NO CHROMIUM: the browser tests will NOT run. Install it (apt install chromium) or set TORG_CHROMIUM." >&2
exit 0

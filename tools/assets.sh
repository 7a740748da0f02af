#!/bin/sh
# Builds src/torg/web/static/torg.js from frontend/ (needs Node 18 or later; nobody who runs Torg needs it).
# With a folder as argument the result goes there instead, for the test that compares.
set -eu
cd "$(dirname "$0")/../frontend"
out="${1:-../src/torg/web/static}"
npm ci --no-audit --no-fund --ignore-scripts >/dev/null
node_modules/.bin/esbuild src/torg.js --bundle --minify --format=esm --target=es2022 --legal-comments=none \
    --outfile="$out/torg.js" --log-level=warning
node ../tools/emoji.mjs node_modules/emojibase-data "$out"
{
    echo "torg.js and emoji.json hold, besides Torg's own code, these packages from npm:"
    for name in htmx.org emojibase-data; do
        echo
        echo "== $name $(node -p "require('./node_modules/$name/package.json').version")"
        cat "node_modules/$name/LICENSE"
    done
} >"$out/LICENSES.txt"

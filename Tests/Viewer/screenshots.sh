#!/bin/sh
# Looks at the viewer in headless Chromium: the pages' titles and elements, keys and flags, screenshots in FOLDER.
#
#   sh Tests/Viewer/screenshots.sh [FOLDER]
#
# BIN is the folder of the programs (default .build/release). STORE is a store to look at; without it a small one is made.
# Its episode EPISODE (default: the first) gets a flag for a moment, so give a copy. SERVE is the command that serves, for
# trying another build.
set -eu

chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$chromium" ]; then
    echo "skipped: there is no chromium"
    exit 0
fi
bin=${BIN:-.build/release}
work=$(mktemp -d "${TMPDIR:-/tmp}/rgvlm-viewer.XXXXXX")
folder=${1:-}
server=
finish() {
    if [ -n "$server" ]; then kill -TERM "$server" 2>/dev/null || true; fi
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

store=${STORE:-$work/store.sqlite}
if [ -z "${STORE:-}" ]; then
    "$bin/rgvlm-simulate" generate --scenes 4 --episodes 12 --size 64 --out "$work/data" --quiet >/dev/null
    "$bin/rgvlm-ingest" alfred --root "$work/data" --store "$store" --quiet >/dev/null
    "$bin/rgvlm-label" run --store "$store" --quiet >/dev/null
fi

${SERVE:-"$bin/rgvlm-inspect" serve} --store "$store" --port 0 >"$work/address" 2>"$work/errors" &
server=$!
tries=0
until [ -s "$work/address" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ] || ! kill -0 "$server" 2>/dev/null; then
        cat "$work/errors" >&2
        exit 1
    fi
    sleep 0.1
done
address=$(cat "$work/address")

failures=0
browse() {
    "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" \
        --virtual-time-budget=4000 "$@" 2>/dev/null
}
# look NAME PATH SIZE PATTERN...: every pattern must be in the page as the browser understood it.
look() {
    name=$1 path=$2 size=$3
    shift 3
    browse --dump-dom "$address$path" >"$work/page.html"
    for pattern in "$@"; do
        if ! grep -q -- "$pattern" "$work/page.html"; then
            echo "$name ($path): no $pattern"
            failures=$((failures + 1))
        fi
    done
    if [ -n "$folder" ]; then
        mkdir -p "$folder"
        browse --window-size="$size" --screenshot="$folder/$name.png" "$address$path"
    fi
}

browse --dump-dom "$address" >"$work/page.html"
episode=${EPISODE:-$(sed -n 's|.*href="/episodes/\([0-9]*\)[?"].*|\1|p' "$work/page.html" | head -n 1)}
look episodes "" 1300,1300 '<title>Episodes - ' '<h1>Episodes</h1>' '<form class="filters"' 'class="spark"' \
    "href=\"/episodes/$episode\""
look episodes-anomaly "?sort=anomaly" 1300,1300 'aria-sort="descending"'
look episodes-narrow "" 430,1300 '<h1>Episodes</h1>'
look episode "episodes/$episode" 1300,1500 "<title>Episode $episode - " 'class="chart"' 'class="tile' \
    "src=\"/frames/$episode/0.png" 'id="flag"'
look transition "episodes/$episode/1" 1300,1300 "<title>Episode $episode, step 1 - " 'rel="prev"' \
    "src=\"/frames/$episode/1.png" "src=\"/frames/$episode/2.png" '<h3>Analysis</h3>' '<h3>Scoring</h3>'
look labels "labels" 1300,1000 '<title>Label runs - ' 'class="histogram"'
look nothing "episodes/0" 1300,500 '<title>Not found - '

if command -v python3 >/dev/null; then
    python3 "$(dirname "$0")/keys.py" "$chromium" "$address" "$episode" || failures=$((failures + 1))
else
    echo "skipped: keys and flags need python3"
fi

kill -TERM "$server"
status=0
wait "$server" || status=$?
server=
if [ "$status" -ne 0 ]; then
    echo "the viewer ended with $status"
    failures=$((failures + 1))
fi
if [ "$failures" -gt 0 ]; then exit 1; fi
echo "the viewer's pages are as they should be${folder:+; pictures in $folder}"

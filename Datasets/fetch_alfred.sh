#!/bin/sh
# Fetches the official ALFRED release: make alfred FLAVOUR=json|json_feat|full [DIR=folder]
#
#   DIR/data/<flavour>_2.1.0/...   the trajectories
#   DIR/data/splits/oct21.json     the splits
#   DIR/gen/layouts/...            floor plans
#
# An interrupted download is continued by running it again. ALFRED_URL and ALFRED_REPOSITORY_URL name mirrors.
set -eu

flavour=${1:-json}
directory=${2:-Datasets/alfred}
archives=${ALFRED_URL:-https://ai2-vision-alfred.s3-us-west-2.amazonaws.com}
repository=${ALFRED_REPOSITORY_URL:-https://github.com/askforalfred/alfred/archive/refs/heads/master.tar.gz}

code=69
say() { printf '%s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit "$code"; }

case "$flavour" in
json) size="35 MB, 1.5 GB unpacked" ;;
json_feat) size="17 GB, 35 GB unpacked" ;;
full) size="109 GB" ;;
*) code=64; fail "FLAVOUR=$flavour: expected json, json_feat or full" ;;
esac

command -v curl >/dev/null 2>&1 || fail "curl is needed; install it (apt-get install curl)"
unpacker=""
for name in 7zz 7z 7za 7zr; do
    if command -v "$name" >/dev/null 2>&1; then unpacker=$name; break; fi
done
[ -n "$unpacker" ] || fail "7z is needed to unpack the release; install it (apt-get install p7zip-full, brew install sevenzip)"

# download URL FILE [OPTION...]: curl with patience and a progress bar.
download() {
    url=$1
    file=$2
    shift 2
    curl --fail --location --retry 3 --retry-delay 2 --connect-timeout 20 --progress-bar "$@" --output "$file" "$url"
}

# fetch URL FILE CHECK: downloads to FILE.partial, from where an earlier attempt ended, and renames it when it is whole.
fetch() {
    [ -f "$2" ] && return 0
    status=0
    if [ -s "$2.partial" ]; then
        download "$1" "$2.partial" --continue-at - || status=$?
    else
        download "$1" "$2.partial" || status=$?
    fi
    # 33: the server cannot send the rest only.
    if [ "$status" = 33 ]; then
        status=0
        rm -f "$2.partial"
        download "$1" "$2.partial" || status=$?
    fi
    # 416: the partial file is whole already.
    if [ "$status" = 22 ] && [ -s "$2.partial" ] && $3 "$2.partial" >/dev/null 2>&1; then status=0; fi
    case "$status" in
    0) mv "$2.partial" "$2" ;;
    5 | 6 | 7 | 28) fail "cannot reach $1: is there a network? What was fetched is kept; run it again to go on, or set ALFRED_URL to a mirror" ;;
    22) fail "$1: the server has no such file (HTTP error); set ALFRED_URL to a mirror" ;;
    23) code=73; fail "$2.partial: cannot write; is the disk full? What was fetched is kept" ;;
    *) fail "$1: the download broke off (curl exit $status). What was fetched is kept; run it again to go on" ;;
    esac
}

data="$directory/data/${flavour}_2.1.0"
if [ -d "$data" ]; then
    say "$data is there already."
else
    mkdir -p "$directory/data"
    archive="$directory/data/${flavour}_2.1.0.7z"
    say "Fetching ALFRED ($flavour, $size) into $directory."
    fetch "$archives/${flavour}_2.1.0.7z" "$archive" "$unpacker t"
    say "Unpacking."
    rm -rf "$data.unpacking"
    if ! "$unpacker" x -y -o"$data.unpacking" "$archive" >/dev/null; then
        rm -rf "$data.unpacking"
        if "$unpacker" t "$archive" >/dev/null 2>&1; then
            code=73
            fail "$directory: cannot unpack; is the disk full? The archive is whole and kept"
        fi
        code=65
        fail "$archive: damaged; remove it and run this again"
    fi
    # The archive holds one folder of the flavour's name.
    if [ -d "$data.unpacking/${flavour}_2.1.0" ]; then
        mv "$data.unpacking/${flavour}_2.1.0" "$data"
        rm -rf "$data.unpacking"
    else
        mv "$data.unpacking" "$data"
    fi
    rm -f "$archive"
fi

if [ ! -f "$directory/data/splits/oct21.json" ] || [ ! -d "$directory/gen/layouts" ]; then
    say "Fetching the splits and floor plans."
    # The repository moves on: half of an old copy is of no use.
    rm -f "$directory/alfred-repository.tar.gz.partial"
    fetch "$repository" "$directory/alfred-repository.tar.gz" "tar tzf"
    rm -rf "$directory/.repository"
    mkdir -p "$directory/.repository" "$directory/data/splits" "$directory/gen"
    if ! tar xzf "$directory/alfred-repository.tar.gz" -C "$directory/.repository" --strip-components 1; then
        code=65
        fail "$directory/alfred-repository.tar.gz: damaged; remove it and run this again"
    fi
    cp "$directory/.repository/data/splits/oct21.json" "$directory/data/splits/oct21.json.partial"
    mv "$directory/data/splits/oct21.json.partial" "$directory/data/splits/oct21.json"
    rm -rf "$directory/gen/layouts"
    mv "$directory/.repository/gen/layouts" "$directory/gen/layouts"
    rm -rf "$directory/.repository" "$directory/alfred-repository.tar.gz"
fi
say "Done. Next: make ingest ROOT=$directory"

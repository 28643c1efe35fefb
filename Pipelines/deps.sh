#!/bin/sh
# Checks for Swift, the C libraries and gnuplot, and installs what is missing of the latter two. Says what it does.
set -eu

say() { printf '%s\n' "$*"; }

install_hint() {
    say "Swift 6.2 or later is needed$1." >&2
    say "Install it with swiftly, the toolchain installer of swift.org:" >&2
    if [ "$(uname)" = Darwin ]; then
        say "  brew install swiftly && swiftly init && swiftly install latest" >&2
    else
        say "  curl -O https://download.swift.org/swiftly/linux/swiftly-$(uname -m).tar.gz" >&2
        say "  tar zxf swiftly-$(uname -m).tar.gz && ./swiftly init && . ~/.local/share/swiftly/env.sh" >&2
    fi
    say "or see https://www.swift.org/install; then run make again." >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1; then sudo "$@"
    else say "Run as root, or install sudo: $*" >&2; exit 1
    fi
}

command -v swift >/dev/null 2>&1 || install_hint ""
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | head -n 1)
[ -n "$version" ] || install_hint "; 'swift --version' does not answer"
major=${version% *}
minor=${version#* }
if [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 2 ]; }; then
    install_hint "; this is $major.$minor"
fi

# pkg-config module : Debian and Ubuntu package : Homebrew formula. macOS brings SQLite in its SDK, and hashes of its own.
libraries="sqlite3:libsqlite3-dev: libcrypto:libssl-dev: libpng:libpng-dev:libpng libturbojpeg:libturbojpeg0-dev:jpeg-turbo simdjson:libsimdjson-dev:simdjson"

missing=""
add() { missing="$missing $1"; }

if command -v apt-get >/dev/null 2>&1; then
    manager=apt
elif command -v brew >/dev/null 2>&1; then
    manager=brew
else
    manager=none
fi

if ! command -v pkg-config >/dev/null 2>&1; then
    [ "$manager" = brew ] && add pkgconf || add pkg-config
fi
if [ "$manager" = apt ] && ! command -v g++ >/dev/null 2>&1; then add g++; fi
if ! command -v git >/dev/null 2>&1; then add git; fi
# git fetches the Swift packages over https.
if [ "$manager" = apt ] && [ ! -e /etc/ssl/certs/ca-certificates.crt ]; then add ca-certificates; fi
for entry in $libraries; do
    module=${entry%%:*}
    rest=${entry#*:}
    if ! command -v pkg-config >/dev/null 2>&1 || ! pkg-config --exists "$module"; then
        if [ "$manager" != brew ]; then add "${rest%%:*}"
        elif [ -n "${rest#*:}" ]; then add "${rest#*:}"
        fi
    fi
done
# oneDNN comes without a pkg-config file on Debian.
if [ "$manager" = apt ] && [ ! -e /usr/include/oneapi/dnnl/dnnl.h ]; then add libdnnl-dev; fi
if [ "$manager" = brew ] && ! brew list onednn >/dev/null 2>&1; then add onednn; fi
# Draws the figures; reports are written without it too, and say so.
if ! command -v gnuplot >/dev/null 2>&1; then
    case "$manager" in apt) add gnuplot-nox ;; brew) add gnuplot ;; esac
fi

if [ -n "$missing" ]; then
    say "Missing:$missing"
    case "$manager" in
    apt)
        say "Installing with apt-get:$missing"
        as_root apt-get update -q
        # shellcheck disable=SC2086
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
        ;;
    brew)
        say "Installing with Homebrew:$missing"
        # shellcheck disable=SC2086
        brew install $missing
        ;;
    *)
        say "Neither apt-get nor brew is here; install these with your package manager, then run make again." >&2
        exit 1
        ;;
    esac
fi

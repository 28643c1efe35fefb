#!/bin/sh
# Tests the tensor core and the networks with the address sanitizer, leaks included, then with the thread sanitizer: run.sh [JOBS]
# Exits with 1 after a report or a failed test, which it prints. Takes some five minutes and builds into .build/sanitize.
#
# Nothing is suppressed. oneDNN and OpenMP are not built for the sanitizers: what their code does to memory is not watched, only what
# it asks of malloc and memcpy. The thread sanitizer watches the kernels' plain build: the choice among instruction sets is made
# before it has begun.
set -eu
jobs=${1:-2}
cd "$(dirname "$0")/../.."
package=.build/sanitize/package
status=0

# A package of the core alone, over the same sources.
mkdir -p "$package"
cp Tests/Sanitizers/Package.swift "$package/"
ln -sfn "$PWD/Sources" "$package/Sources"
ln -sfn "$PWD/Tests" "$package/Tests"

# Leaks are looked for on Linux only.
if [ "$(uname)" = Linux ]; then
    ASAN_OPTIONS=detect_leaks=1
    export ASAN_OPTIONS
fi

check() {
    kind=$1
    out=.build/sanitize/$kind
    log=$out.log
    mkdir -p "$out"
    echo "Building with the $kind sanitizer."
    if ! swift build -c release --build-tests --package-path "$package" --sanitize="$kind" --scratch-path "$out" \
        -j "$jobs" >"$log" 2>&1; then
        tail -n 40 "$log"
        exit 1
    fi
    # XCTest, which has no tests here, leaks: its process is not started.
    if swift test -c release --skip-build --disable-xctest --package-path "$package" --sanitize="$kind" \
        --scratch-path "$out" >"$log" 2>&1 &&
        ! grep -q 'Sanitizer: ' "$log" && grep -q 'Test run with [1-9]' "$log"; then
        sed -n 's/.*Test run with \(.*\) passed after \(.*\)\./'"$kind"' sanitizer: \1 in \2, no report/p' "$log"
    else
        status=1
        echo "$kind sanitizer: FAILED; the whole log is $log"
        grep -A 40 'Sanitizer: ' "$log" | head -n 120 || true
        grep '✘\|Fatal error' "$log" | head -n 20 || true
    fi
}

check address
check thread
exit $status

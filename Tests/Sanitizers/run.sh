#!/bin/sh
# Tests the tensor core and the networks with the address sanitizer, then with the thread sanitizer: run.sh [JOBS]
# Exits with 1 after a report or a failed test, which it prints. Takes some five minutes and builds into .build/sanitize.
#
# Nothing is suppressed. oneDNN and OpenMP are not built for the sanitizers: what their code does to memory is not watched, only what
# it asks of malloc and memcpy. The thread sanitizer watches the kernels' plain build: the choice among instruction sets is made
# before it has begun.
set -eu
jobs=${1:-2}
cd "$(dirname "$0")/../.."
root=$PWD
# A package of the core alone: the others' dependencies would be built for each sanitizer too.
package=$root/.build/sanitize/package
mkdir -p "$package/Tests"
for name in Sources Tests/CKernelsTests Tests/TensorsTests Tests/NetworksTests Tests/TestSupport; do
    ln -sfn "$root/$name" "$package/$name"
done
cat >"$package/Package.swift" <<'END'
// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"), .unsafeFlags(["-enable-testing"]),
]
let package = Package(
    name: "core", platforms: [.macOS(.v15)],
    targets: [
        .systemLibrary(name: "CDNNL"),
        .target(name: "COneDNN", dependencies: ["CDNNL"], linkerSettings: [.linkedLibrary("dnnl")]),
        .target(name: "CKernels"),
        .target(name: "Tensors", dependencies: ["CKernels", "COneDNN"], swiftSettings: settings),
        .target(name: "Networks", dependencies: ["CKernels", "COneDNN", "Tensors"], swiftSettings: settings),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(name: "CKernelsTests", dependencies: ["CKernels"], swiftSettings: settings),
        .testTarget(name: "TensorsTests", dependencies: ["CKernels", "Tensors"], swiftSettings: settings),
        .testTarget(
            name: "NetworksTests", dependencies: ["CKernels", "Networks", "Tensors", "TestSupport"], exclude: ["Fixtures"],
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6])
END
tests='^(CKernelsTests|TensorsTests|NetworksTests)\.'
status=0

check() {
    kind=$1
    out=.build/sanitize/$kind
    log=$out.log
    mkdir -p "$out"
    echo "Building with the $kind sanitizer."
    if ! swift build --package-path "$package" -c release --build-tests --sanitize="$kind" --scratch-path "$root/$out" -j "$jobs" >"$log" 2>&1; then
        tail -n 40 "$log"
        exit 1
    fi
    if swift test --package-path "$package" -c release --skip-build --sanitize="$kind" --scratch-path "$root/$out" --filter "$tests" >"$log" 2>&1 &&
        ! grep -q 'Sanitizer: ' "$log" && grep -q 'Test run with [1-9]' "$log"; then
        sed -n 's/.*Test run with \(.*\) passed after \(.*\)\./'"$kind"' sanitizer: \1 in \2, no report/p' "$log"
    else
        status=1
        echo "$kind sanitizer: FAILED; the whole log is $log"
        grep -A 40 'Sanitizer: ' "$log" | head -n 120 || true
        grep '✘\|Fatal error' "$log" | head -n 20 || true
    fi
}

# Swift does not give back all that the test library holds when the process ends.
ASAN_OPTIONS=detect_leaks=0 && export ASAN_OPTIONS
check address
check thread
exit $status

// swift-tools-version: 6.2
import PackageDescription

// The tensor core and the networks alone, as run.sh builds them: the whole package takes far longer with a sanitizer.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
    .unsafeFlags(["-enable-testing"], .when(configuration: .release)),
]

let package = Package(
    name: "sanitized",
    platforms: [.macOS(.v15)],
    targets: [
        .systemLibrary(name: "CDNNL"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto"),
        .target(name: "COneDNN", dependencies: ["CDNNL"], linkerSettings: [.linkedLibrary("dnnl")]),
        .target(name: "CKernels"),
        .target(
            name: "Ground", dependencies: [.target(name: "COpenSSL", condition: .when(platforms: [.linux]))],
            swiftSettings: settings),
        .target(name: "Tensors", dependencies: ["CKernels", "COneDNN", "Ground"], swiftSettings: settings),
        .target(
            name: "Networks", dependencies: ["CKernels", "COneDNN", "Ground", "Tensors"], swiftSettings: settings),
        .testTarget(name: "CKernelsTests", dependencies: ["CKernels"], swiftSettings: settings),
        .testTarget(name: "TensorsTests", dependencies: ["CKernels", "Tensors"], swiftSettings: settings),
        .testTarget(
            name: "NetworksTests", dependencies: ["Networks", "Tensors"], exclude: ["Fixtures"],
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)

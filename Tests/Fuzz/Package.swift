// swift-tools-version: 6.2
import PackageDescription

// What is fuzzed and what it needs, as fuzz.sh builds it: readers without the network and the store. `sources` names
// the parts of a library that read what others send.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .unsafeFlags(["-enable-testing"]),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = [], sources: [String]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, sources: sources, swiftSettings: settings)
}

let names = [
    "ALFRED", "Episodes", "Exchange", "Ground", "Household", "JSON", "RewardLabeling", "Rooms", "VisionLanguage",
]

let package = Package(
    name: "fuzzed",
    platforms: [.macOS(.v15)],
    products: [.library(name: "Fuzzed", type: .static, targets: names)],
    targets: [
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto"),
        .systemLibrary(name: "CSimdJSON"),
        .target(name: "CJSONShim", dependencies: ["CSimdJSON"]),
        .target(name: "CRaster"),
        library("Ground", [.target(name: "COpenSSL", condition: .when(platforms: [.linux]))]),
        library("JSON", ["Ground"]),
        library("Episodes", ["Ground"]),
        library("Household", ["CRaster", "Episodes", "Ground"]),
        library("ALFRED", ["CJSONShim", "Episodes", "Ground", "JSON"]),
        library("Rooms", ["ALFRED", "Episodes", "Ground", "Household"]),
        library("Exchange", ["Ground", "JSON"], sources: ["Files", "NumPy", "Safetensors"]),
        library(
            "VisionLanguage", ["Ground", "JSON"],
            sources: ["Providers", "Values", "HTTP/HTTPTransport.swift", "Policy/APIKey.swift"]),
        library(
            "RewardLabeling", ["VisionLanguage"],
            sources: ["Answers/ScoreParser.swift", "Answers/ExpectedScores.swift"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

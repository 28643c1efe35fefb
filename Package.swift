// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
    // One build serves the stages and the tests, so that the packages we depend on compile once.
    .unsafeFlags(["-enable-testing"], .when(configuration: .release)),
]

// simdjson's .pc file carries a define that SwiftPM rejects with a warning; on Linux the library is on the default
// paths.
#if os(macOS)
let simdjsonPkgConfig: String? = "simdjson"
#else
let simdjsonPkgConfig: String? = nil
#endif

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A target in Sources/NAME. Arrows only point to what stands before it.
func library(_ name: String, _ dependencies: [Target.Dependency] = [], embedding: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, resources: embedding.map { .embedInCode($0) }, swiftSettings: settings)
}

/// A stage: options in, a library's call, text out.
func stage(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies + [argumentParser], swiftSettings: settings)
}

func benchmark(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Tests/Benchmarks/\(name)", swiftSettings: settings)
}

/// What several tests share, in Tests/NAME.
func testing(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: settings)
}

/// The tests of `name`, in Tests/NAMETests.
func tests(_ name: String, _ dependencies: [Target.Dependency], excluding: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: excluding, swiftSettings: settings)
}

let package = Package(
    name: "rgvlm",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "rgvlm-ingest", targets: ["rgvlm-ingest"]),
        .executable(name: "rgvlm-simulate", targets: ["rgvlm-simulate"]),
        .executable(name: "rgvlm-label", targets: ["rgvlm-label"]),
        .executable(name: "rgvlm-train", targets: ["rgvlm-train"]),
        .executable(name: "rgvlm-evaluate", targets: ["rgvlm-evaluate"]),
        .executable(name: "rgvlm-experiment", targets: ["rgvlm-experiment"]),
        .executable(name: "rgvlm-report", targets: ["rgvlm-report"]),
        .executable(name: "rgvlm-inspect", targets: ["rgvlm-inspect"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        // Libraries of the system.
        .systemLibrary(
            name: "CPNG", pkgConfig: "libpng",
            providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .systemLibrary(
            name: "CTurboJPEG", pkgConfig: "libturbojpeg",
            providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),
        .systemLibrary(
            name: "CSimdJSON", pkgConfig: simdjsonPkgConfig,
            providers: [.apt(["libsimdjson-dev"]), .brew(["simdjson"])]),
        .systemLibrary(
            name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CDNNL", providers: [.apt(["libdnnl-dev"]), .brew(["onednn"])]),
        .target(name: "CJSONShim", dependencies: ["CSimdJSON"], linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "COneDNN", dependencies: ["CDNNL"], linkerSettings: [.linkedLibrary("dnnl")]),
        .target(name: "CKernels"),
        .target(name: "CRaster"),

        // Values and files.
        // SHA-256 is the system's: swift-crypto would compile a second BoringSSL, a quarter of a first build.
        library("Ground", [.target(name: "COpenSSL", condition: .when(platforms: [.linux]))]),
        library("JSON", ["Ground"]),
        library("Images", ["CPNG", "CTurboJPEG", "Ground"]),
        library("Statistics", ["Ground"]),
        library("Episodes", ["Ground"]),
        library("Frames", ["Episodes", "Ground"]),

        // Worlds.
        library("Household", ["CRaster", "Episodes", "Ground"]),
        library("ALFRED", ["CJSONShim", "Episodes", "Ground", "JSON"]),
        library("Rooms", ["ALFRED", "Episodes", "Ground", "Household"]),
        library("Simulation", ["ALFRED", "Episodes", "Ground", "Household", "Images", "Rooms"]),

        // The store.
        library("ExperimentStore", ["Episodes", "Frames", "Ground", grdb, grdbSQLite]),
        library("Exchange", ["Episodes", "ExperimentStore", "Frames", "Ground", "JSON"]),
        library(
            "Ingestion",
            [
                "ALFRED", "Episodes", "ExperimentStore", "Frames", "Ground", "Household", "Images", "Rooms",
                "Simulation",
            ]),

        // Labels.
        library(
            "VisionLanguage", ["Ground", "JSON", asyncHTTPClient, nioCore, nioHTTP1, nioPosix, yams]),
        library(
            "LabelServer",
            ["Ground", "JSON", "VisionLanguage", httpTypes, hummingbirdCore, logging, nioCore, nioPosix]),
        library(
            "RewardLabeling",
            [
                "Episodes", "ExperimentStore", "Frames", "Ground", "Images", "VisionLanguage", mustache,
            ],
            embedding: [
                "Prompts/v1/analysis.mustache", "Prompts/v1/scoring.mustache", "Prompts/v1/complaint.mustache",
            ]),
        library(
            "ScriptedAnnotator",
            [
                "ALFRED", "Episodes", "ExperimentStore", "Ground", "Household", "RewardLabeling", "Rooms", "Simulation",
                "VisionLanguage",
            ]),
        library(
            "RewardLint",
            ["Episodes", "ExperimentStore", "Ground", "Images", "Pages", "RewardLabeling", "Statistics"],
            embedding: ["Page/lint.css", "Page/lint.mustache"]),

        // Learning.
        library("Tensors", ["CKernels", "COneDNN", "Episodes", "Ground"]),
        library("Networks", ["CKernels", "COneDNN", "Ground", "Tensors"]),
        library(
            "OfflineRL",
            ["Episodes", "Exchange", "ExperimentStore", "Frames", "Ground", "Networks", "Tensors"]),
        library(
            "Features",
            [
                "ALFRED", "CKernels", "Episodes", "Exchange", "ExperimentStore", "Frames", "Ground", "Household",
                "Images", "Ingestion", "Networks", "Rooms", "Simulation", "Tensors",
            ]),
        library(
            "Evaluation",
            [
                "ALFRED", "Episodes", "ExperimentStore", "Features", "Frames", "Ground", "Household", "Images",
                "Networks", "OfflineRL", "Rooms", "Simulation", "Tensors",
            ]),

        library("Instrument", ["Episodes", "ExperimentStore", "Frames", "Ground"]),

        // What people look at.
        library("Pages", ["Ground", mustache], embedding: ["page.css", "shell.mustache"]),
        library(
            "Reporting",
            ["Episodes", "ExperimentStore", "Frames", "Ground", "Images", "Instrument", "Pages", "Statistics"],
            embedding: [
                "Page/figure.mustache", "Page/report.css", "Page/report.js", "Page/report.mustache",
            ]),
        library(
            "Viewer",
            [
                "Episodes", "ExperimentStore", "Frames", "Ground", "Images", "Pages", httpTypes, hummingbirdCore,
                logging, nioCore, nioPosix,
            ],
            embedding: [
                "Assets/icon.svg", "Assets/keys.js", "Assets/viewer.css",
                "Templates/episode.mustache", "Templates/episodes.mustache",
                "Templates/flag.mustache", "Templates/label.mustache",
                "Templates/labels.mustache", "Templates/problem.mustache",
                "Templates/rollout.mustache", "Templates/transition.mustache",
            ]),

        // Stages.
        library("StageSupport", ["Ground", argumentParser, logging, yams]),
        stage(
            "rgvlm-ingest",
            ["ALFRED", "ExperimentStore", "Ground", "Ingestion", "StageSupport"]),
        stage(
            "rgvlm-simulate",
            [
                "ALFRED", "Episodes", "ExperimentStore", "Ground", "Household", "Images", "Rooms", "Simulation",
                "StageSupport", logging,
            ]),
        stage(
            "rgvlm-label",
            [
                "ALFRED", "Episodes", "ExperimentStore", "Ground", "Images", "LabelServer", "RewardLabeling",
                "RewardLint", "ScriptedAnnotator", "StageSupport", "VisionLanguage", logging,
            ]),
        stage(
            "rgvlm-train",
            [
                "Episodes", "Exchange", "ExperimentStore", "Features", "Frames", "Ground", "Instrument", "Networks",
                "OfflineRL", "StageSupport", "Tensors",
            ]),
        stage(
            "rgvlm-evaluate",
            [
                "ALFRED", "Episodes", "Evaluation", "ExperimentStore", "Frames", "Ground", "Household", "Images",
                "OfflineRL", "Rooms", "Simulation", "StageSupport", "Tensors",
            ]),
        library("Experiments", ["ExperimentStore", "Ground", "Instrument", "StageSupport", "Statistics"]),
        stage("rgvlm-experiment", ["Experiments", "Ground", "StageSupport"]),
        stage(
            "rgvlm-report", ["Episodes", "Experiments", "ExperimentStore", "Ground", "Reporting", "StageSupport"]),
        stage(
            "rgvlm-inspect",
            [
                "Episodes", "Exchange", "ExperimentStore", "Frames", "Ground", "Ingestion", "StageSupport", "Viewer",
            ]),

        // Benchmarks.
        .target(name: "BareCodecs", dependencies: ["CPNG", "CTurboJPEG"], path: "Tests/Benchmarks/BareCodecs"),
        benchmark("PictureBenchmark", ["BareCodecs", "Ground", "Images", "SampleData"]),
        benchmark("RenderBenchmark", ["Ground", "Household"]),
        benchmark("SimulationBenchmark", ["ALFRED", "Household", "Rooms", "Simulation"]),
        benchmark("LearnBenchmark", ["Episodes", "Ground", "Networks", "OfflineRL", "Tensors"]),

        // Tests.
        testing("TestSupport"),
        testing("StoreFixture", ["Episodes", "ExperimentStore", "Frames", "TestSupport", grdb]),
        testing("SampleData", ["ALFRED", "Episodes", "Ground", "Household", "Images", "Rooms"]),
        tests("GroundTests", ["Ground", "TestSupport"]),
        tests("JSONTests", ["Ground", "JSON"]),
        tests("EpisodesTests", ["Episodes", "Ground", "TestSupport"]),
        tests("FramesTests", ["Episodes", "Frames", "Ground", "SampleData", "TestSupport"]),
        tests("ImagesTests", ["Ground", "Images", "SampleData"]),
        tests("StatisticsTests", ["Ground", "Statistics"], excluding: ["Fixtures"]),
        tests("ExchangeTests", ["Exchange", "Ground", "TestSupport"]),
        tests("HouseholdTests", ["Episodes", "Ground", "Household"]),
        tests(
            "ALFREDTests", ["ALFRED", "Episodes", "Ground", "Household", "SampleData", "TestSupport"],
            excluding: ["Fixtures"]),
        tests("RoomsTests", ["ALFRED", "Episodes", "Ground", "Household", "Rooms", "TestSupport"]),
        tests(
            "SimulationTests", ["ALFRED", "Episodes", "Ground", "Household", "Rooms", "Simulation", "TestSupport"]),
        tests(
            "ExperimentStoreTests", ["Episodes", "ExperimentStore", "Frames", "Ground", "TestSupport", grdb],
            excluding: ["Fixtures"]),
        tests(
            "IngestionTests",
            [
                "ALFRED", "Episodes", "ExperimentStore", "Frames", "Ground", "Images", "Ingestion", "Rooms",
                "SampleData", "Simulation", "StoreFixture", "TestSupport",
            ]),
        tests("VisionLanguageTests", ["Ground", "JSON", "TestSupport", "VisionLanguage"]),
        tests("LabelServerTests", ["Ground", "JSON", "LabelServer", "VisionLanguage"]),
        tests(
            "RewardLabelingTests",
            [
                "Episodes", "ExperimentStore", "Frames", "Ground", "Images", "RewardLabeling", "TestSupport",
                "VisionLanguage", grdb,
            ], excluding: ["Prompts"]),
        tests(
            "ScriptedAnnotatorTests",
            [
                "ALFRED", "Episodes", "ExperimentStore", "Ground", "Household", "Images", "Ingestion", "RewardLabeling",
                "Rooms", "SampleData", "ScriptedAnnotator", "Simulation", "TestSupport", "VisionLanguage", grdb,
            ]),
        tests(
            "RewardLintTests",
            [
                "ALFRED", "Episodes", "ExperimentStore", "Ground", "Images", "Pages", "Reporting", "RewardLabeling",
                "RewardLint", "ScriptedAnnotator", "Statistics", "TestSupport", "VisionLanguage", grdb,
            ]),
        tests(
            "InstrumentTests",
            ["Episodes", "ExperimentStore", "Frames", "Ground", "Instrument", "StoreFixture", "TestSupport"]),
        tests("CKernelsTests", ["CKernels", "Ground"]),
        tests("TensorsTests", ["CKernels", "Ground", "Tensors"]),
        tests("NetworksTests", ["Ground", "Networks", "Tensors", "TestSupport"], excluding: ["Fixtures"]),
        tests(
            "OfflineRLTests",
            [
                "CKernels", "Episodes", "Exchange", "ExperimentStore", "Frames", "Ground", "Networks", "OfflineRL",
                "Reporting", "StoreFixture", "Tensors", "TestSupport",
            ]),
        tests(
            "FeaturesTests",
            [
                "ALFRED", "Episodes", "Exchange", "ExperimentStore", "Features", "Frames", "Ground", "Images",
                "Ingestion", "Networks", "Rooms", "SampleData", "Simulation", "StoreFixture", "Tensors", "TestSupport",
            ]),
        tests(
            "EvaluationTests",
            [
                "ALFRED", "Episodes", "Evaluation", "Exchange", "ExperimentStore", "Features", "Frames", "Ground",
                "Household", "Images", "Ingestion", "Networks", "OfflineRL", "Rooms", "SampleData", "Simulation",
                "StoreFixture", "Tensors", "TestSupport",
            ]),
        tests("PagesTests", ["Pages", "TestSupport"]),
        tests(
            "ReportingTests",
            [
                "Episodes", "ExperimentStore", "Frames", "Instrument", "Pages", "Reporting", "Statistics",
                "StoreFixture", "TestSupport",
            ],
            excluding: ["Fixtures"]),
        tests(
            "ViewerTests",
            [
                "Episodes", "ExperimentStore", "Frames", "Ground", "Images", "Ingestion", "Pages", "SampleData",
                "StoreFixture", "TestSupport", "Viewer",
            ]),
        .executableTarget(
            name: "FakeStage", dependencies: ["Episodes", "ExperimentStore"], path: "Tests/FakeStage",
            swiftSettings: settings),
        tests(
            "ExperimentsTests",
            [
                "Episodes", "ExperimentStore", "Experiments", "FakeStage", "Ground", "Instrument", "StageSupport",
                "Statistics", "StoreFixture", "TestSupport", "rgvlm-experiment",
            ]),
        tests(
            "StageTests",
            [
                "Episodes", "Evaluation", "Exchange", "ExperimentStore", "Ground", "Networks", "OfflineRL",
                "RewardLabeling", "SampleData", "ScriptedAnnotator", "Simulation", "StageSupport", "StoreFixture",
                "Tensors",
                "TestSupport", "VisionLanguage", "rgvlm-evaluate", "rgvlm-experiment", "rgvlm-ingest", "rgvlm-inspect",
                "rgvlm-label", "rgvlm-report", "rgvlm-simulate", "rgvlm-train", logging,
            ], excluding: ["Help"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

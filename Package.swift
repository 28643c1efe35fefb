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

// simdjson's .pc file carries a define that SwiftPM rejects with a warning; on Linux the library is on the default paths.
#if os(macOS)
let simdjsonPkgConfig: String? = "simdjson"
#else
let simdjsonPkgConfig: String? = nil
#endif

let package = Package(
    name: "rgvlm",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "rgvlm-ingest", targets: ["rgvlm-ingest"]),
        .executable(name: "rgvlm-simulate", targets: ["rgvlm-simulate"]),
        .executable(name: "rgvlm-label", targets: ["rgvlm-label"]),
        .executable(name: "rgvlm-train", targets: ["rgvlm-train"]),
        .executable(name: "rgvlm-evaluate", targets: ["rgvlm-evaluate"]),
        .executable(name: "rgvlm-report", targets: ["rgvlm-report"]),
        .executable(name: "rgvlm-inspect", targets: ["rgvlm-inspect"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CPNG", pkgConfig: "libpng",
            providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .systemLibrary(
            name: "CTurboJPEG", pkgConfig: "libturbojpeg",
            providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),
        .systemLibrary(
            name: "CSimdJSON", pkgConfig: simdjsonPkgConfig,
            providers: [.apt(["libsimdjson-dev"]), .brew(["simdjson"])]),
        .target(name: "CJSONShim", dependencies: ["CSimdJSON"], linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "Images", dependencies: ["CPNG", "CTurboJPEG"], swiftSettings: settings),
        .target(name: "CRaster"),
        .target(name: "Household", dependencies: ["CRaster"], swiftSettings: settings),
        .target(name: "ALFRED", dependencies: ["CJSONShim", "Household"], swiftSettings: settings),
        .target(name: "Episodes", swiftSettings: settings),
        .target(
            name: "ExperimentStore",
            dependencies: [
                "Episodes",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ], swiftSettings: settings),
        .target(
            name: "Ingestion",
            dependencies: [
                "ALFRED", "Episodes", "ExperimentStore", "Household", "Images",
                .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: settings),
        .target(
            name: "VisionLanguage",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ], swiftSettings: settings),
        .target(
            name: "RewardLabeling",
            dependencies: [
                "ALFRED", "Episodes", "ExperimentStore", "Household", "Images", "VisionLanguage",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            resources: [
                .embedInCode("Prompts/v1/analysis.mustache"), .embedInCode("Prompts/v1/scoring.mustache"),
                .embedInCode("Prompts/v1/complaint.mustache"),
            ], swiftSettings: settings),
        .target(
            name: "LabelServer",
            dependencies: [
                "VisionLanguage",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ], swiftSettings: settings),
        .systemLibrary(
            name: "CDNNL", providers: [.apt(["libdnnl-dev"]), .brew(["onednn"])]),
        .target(name: "COneDNN", dependencies: ["CDNNL"], linkerSettings: [.linkedLibrary("dnnl")]),
        .target(name: "CKernels"),
        .target(name: "Tensors", dependencies: ["CKernels", "COneDNN"], swiftSettings: settings),
        .target(name: "Networks", dependencies: ["CKernels", "COneDNN", "Tensors"], swiftSettings: settings),
        .target(
            name: "Exchange",
            dependencies: ["Episodes", .product(name: "Crypto", package: "swift-crypto")], swiftSettings: settings),
        .target(
            name: "OfflineRL",
            dependencies: [
                "Episodes", "Exchange", "ExperimentStore", "Networks", "Tensors",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: settings),
        .target(
            name: "Features",
            dependencies: [
                "ALFRED", "CKernels", "Episodes", "Exchange", "ExperimentStore", "Household", "Images", "Ingestion",
                "Networks", "Tensors", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: settings),
        .target(
            name: "Evaluation",
            dependencies: [
                "ALFRED", "Episodes", "ExperimentStore", "Household", "Images", "Networks", "OfflineRL", "Tensors",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: settings),
        .target(
            name: "Reporting",
            dependencies: [
                "Episodes", "ExperimentStore", "Images", "Statistics", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Mustache", package: "swift-mustache"),
            ], swiftSettings: settings),
        .target(name: "Statistics", swiftSettings: settings),
        .target(
            name: "Viewer",
            dependencies: [
                "Episodes", "ExperimentStore", "Images",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            resources: [
                .embedInCode("Assets/icon.svg"), .embedInCode("Assets/keys.js"), .embedInCode("Assets/style.css"),
                .embedInCode("Templates/episode.mustache"), .embedInCode("Templates/episodes.mustache"),
                .embedInCode("Templates/flag.mustache"), .embedInCode("Templates/foot.mustache"),
                .embedInCode("Templates/head.mustache"), .embedInCode("Templates/label.mustache"),
                .embedInCode("Templates/labels.mustache"), .embedInCode("Templates/problem.mustache"),
                .embedInCode("Templates/rollout.mustache"), .embedInCode("Templates/transition.mustache"),
            ], swiftSettings: settings),
        .target(name: "SampleData", dependencies: ["ALFRED", "Household", "Images"], swiftSettings: settings),
        .target(
            name: "StageSupport",
            dependencies: [
                "ExperimentStore", "VisionLanguage",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "rgvlm-ingest",
            dependencies: [
                "ALFRED", "Episodes", "ExperimentStore", "Ingestion", "SampleData", "StageSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "rgvlm-simulate",
            dependencies: [
                "ALFRED", "ExperimentStore", "Household", "Images", "StageSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "rgvlm-label",
            dependencies: [
                "ExperimentStore", "LabelServer", "RewardLabeling", "StageSupport", "VisionLanguage",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "rgvlm-train",
            dependencies: [
                "Episodes", "Exchange", "ExperimentStore", "Features", "Networks", "OfflineRL", "StageSupport",
                "Tensors", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "rgvlm-evaluate",
            dependencies: [
                "ALFRED", "Episodes", "Evaluation", "ExperimentStore", "Household", "Images", "OfflineRL",
                "StageSupport",
                "Tensors", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "rgvlm-report",
            dependencies: [
                "ExperimentStore", "Reporting", "StageSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "rgvlm-inspect",
            dependencies: [
                "Episodes", "Exchange", "ExperimentStore", "Ingestion", "StageSupport", "Viewer",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        .target(
            name: "BareCodecs", dependencies: ["CPNG", "CTurboJPEG"], path: "Tests/Benchmarks/BareCodecs"),
        .executableTarget(
            name: "PictureBenchmark", dependencies: ["BareCodecs", "Images", "SampleData"],
            path: "Tests/Benchmarks/PictureBenchmark", swiftSettings: settings),
        .executableTarget(
            name: "RenderBenchmark", dependencies: ["Household"], path: "Tests/Benchmarks/RenderBenchmark",
            swiftSettings: settings),
        .executableTarget(
            name: "SimulationBenchmark", dependencies: ["ALFRED", "Household"],
            path: "Tests/Benchmarks/SimulationBenchmark", swiftSettings: settings),
        .executableTarget(
            name: "LearnBenchmark", dependencies: ["Networks", "OfflineRL", "Tensors"],
            path: "Tests/Benchmarks/LearnBenchmark", swiftSettings: settings),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(name: "HouseholdTests", dependencies: ["Household"], swiftSettings: settings),
        .testTarget(
            name: "ALFREDTests", dependencies: ["ALFRED", "Household", "SampleData", "TestSupport"],
            exclude: ["Fixtures"], swiftSettings: settings),
        .testTarget(name: "ImagesTests", dependencies: ["Images", "SampleData"], swiftSettings: settings),
        .testTarget(
            name: "EpisodesTests", dependencies: ["Episodes", "SampleData", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "ExperimentStoreTests",
            dependencies: [
                "Episodes", "ExperimentStore", "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "IngestionTests",
            dependencies: [
                "ALFRED", "Episodes", "ExperimentStore", "Images", "Ingestion", "SampleData", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: settings),
        .testTarget(name: "VisionLanguageTests", dependencies: ["VisionLanguage"], swiftSettings: settings),
        .testTarget(
            name: "RewardLabelingTests",
            dependencies: [
                "ALFRED", "Episodes", "ExperimentStore", "Household", "Images", "Ingestion", "RewardLabeling",
                "SampleData",
                "TestSupport", "VisionLanguage", .product(name: "GRDB", package: "GRDB.swift"),
            ], exclude: ["Prompts"], swiftSettings: settings),
        .testTarget(
            name: "LabelServerTests", dependencies: ["LabelServer", "VisionLanguage"], swiftSettings: settings),
        .testTarget(name: "CKernelsTests", dependencies: ["CKernels"], swiftSettings: settings),
        .testTarget(name: "TensorsTests", dependencies: ["CKernels", "Tensors"], swiftSettings: settings),
        .testTarget(
            name: "NetworksTests", dependencies: ["Networks", "Tensors", "TestSupport"], exclude: ["Fixtures"],
            swiftSettings: settings),
        .testTarget(
            name: "OfflineRLTests",
            dependencies: [
                "CKernels", "Episodes", "Exchange", "ExperimentStore", "Ingestion", "Networks", "OfflineRL",
                "SampleData",
                "Tensors",
                "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: settings),
        .testTarget(
            name: "EvaluationTests",
            dependencies: [
                "ALFRED", "Episodes", "Evaluation", "ExperimentStore", "Household", "Images", "Ingestion", "Networks",
                "OfflineRL",
                "SampleData", "Tensors", "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: settings),
        .testTarget(
            name: "StatisticsTests", dependencies: ["Statistics"], exclude: ["Fixtures"], swiftSettings: settings),
        .testTarget(
            name: "ReportingTests",
            dependencies: [
                "Episodes", "ExperimentStore", "Reporting", "Statistics", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ], exclude: ["Fixtures"], swiftSettings: settings),
        .testTarget(
            name: "ViewerTests",
            dependencies: [
                "Episodes", "ExperimentStore", "Images", "Ingestion", "SampleData", "TestSupport", "Viewer",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Mustache", package: "swift-mustache"),
            ], swiftSettings: settings),
        .testTarget(name: "ExchangeTests", dependencies: ["Exchange", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "FeaturesTests",
            dependencies: [
                "ALFRED", "Episodes", "Exchange", "ExperimentStore", "Features", "Images", "Ingestion", "Networks",
                "SampleData",
                "Tensors",
                "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: settings),
        .testTarget(
            name: "StageTests",
            dependencies: [
                "Exchange", "ExperimentStore", "SampleData", "StageSupport", "TestSupport", "rgvlm-ingest",
                "rgvlm-evaluate", "rgvlm-inspect",
                "rgvlm-label", "rgvlm-report", "rgvlm-simulate", "rgvlm-train",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ], exclude: ["Help"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

package import ArgumentParser
internal import Foundation
internal import Ground
package import Logging

/// The options every stage has.
package struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The SQLite file all stages share (default: rgvlm.sqlite).", valueName: "file"))
    package var store: String?

    @Option(help: ArgumentHelp("An experiment's YAML file.", valueName: "file.yaml"))
    package var config: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Overrides a key of the config, as in ingest.strict=true.", valueName: "key.path=value"))
    package var overrides: [String] = []

    @Option(help: ArgumentHelp("The seed of everything random (default: 0).", valueName: "number"))
    package var seed: UInt64?

    @Flag(help: "Results as JSON on stdout.")
    package var json = false

    @Flag(help: "No progress.")
    package var quiet = false

    @Option(help: "The least severe messages to show on stderr.")
    package var logLevel: LogLevel = .info

    package init() {}

    /// The experiment's settings: the file, then `--set`, then `--store`, `--seed` and a stage's own options.
    ///
    /// - Throws: ``StageError`` for a file, a key or a value that is not understood.
    package func configuration(_ options: [Configuration.Override] = []) throws -> Configuration {
        let own = [Configuration.Override("--store", "store", store), .init("--seed", "seed", seed)]
        return try Configuration(file: config, overrides: overrides.map(Configuration.Override.init) + own + options)
    }

    /// Says something on stderr unless `--log-level` asks for more severe messages only.
    package func say(_ level: LogLevel, _ text: String) {
        guard level.level >= logLevel.level else { return }
        writeToStandardError(TextTable.printable(text) + "\n")
    }

    /// A progress line of the program `name`, unless `--quiet` or `--json` asks for none.
    package func progress(_ name: String) -> ProgressLine {
        ProgressLine(quiet: quiet || json, logger: logger(name))
    }

    /// A logger on stderr.
    package func logger(_ label: String) -> Logger {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel.level
        return logger
    }
}

/// The levels of swift-log that a user chooses from.
package enum LogLevel: String, CaseIterable, ExpressibleByArgument, Sendable, Comparable {
    case debug, info, warning, error

    /// By severity.
    package static func < (a: LogLevel, b: LogLevel) -> Bool { a.level < b.level }

    var level: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}

extension Configuration {
    /// The store's path, for stages that write to a store but do not make one.
    ///
    /// - Throws: ``StageError`` where there is none.
    package func existingStore() throws -> String {
        guard FileManager.default.fileExists(atPath: store) else {
            throw StageError(
                .inputMissing,
                "\(store): there is no such store; make one with rgvlm-ingest alfred --root DIR --store \(store)")
        }
        return store
    }
}

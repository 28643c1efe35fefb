internal import Foundation

/// A stage run as a process.
package struct Executable: Sendable {
    package struct Result: Sendable {
        package var status: Int32
        package var output: String
        package var errors: String
    }

    package let path: String

    /// - Parameter name: As in `rgvlm-ingest`; it is built beside the tests.
    package init(_ name: String) {
        let tests = Bundle.allBundles.map(\.bundlePath).first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        let folder = URL(fileURLWithPath: tests).deletingLastPathComponent()
        path = folder.appendingPathComponent(name).path
    }

    /// - Parameter path: Of the program, or of a link to it.
    package init(path: String) { self.path = path }

    /// Starts it; what it prints goes to files in `folder`.
    ///
    /// - Parameter input: A file to read as stdin, nil for nothing.
    package func start(
        _ arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:], input: String? = nil
    ) throws -> Running {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        var variables = ProcessInfo.processInfo.environment
        variables["ALFRED_ROOT"] = nil
        process.environment = variables.merging(environment) { $1 }
        let id = UUID().uuidString
        let (output, errors) = (folder(".out-\(id)"), folder(".err-\(id)"))
        for file in [output, errors] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle(forWritingAtPath: errors)
        process.standardInput = input.flatMap { FileHandle(forReadingAtPath: $0) } ?? FileHandle.nullDevice
        try process.run()
        return Running(process: process, output: output, errors: errors, folder: folder)
    }

    package func run(
        _ arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:], input: String? = nil
    ) throws -> Result {
        try start(arguments, in: folder, environment: environment, input: input).wait()
    }

    /// A process under way.
    package final class Running {
        private let process: Process
        private let output, errors: String
        private let folder: TemporaryFolder

        init(process: Process, output: String, errors: String, folder: TemporaryFolder) {
            self.process = process
            self.output = output
            self.errors = errors
            self.folder = folder
        }

        package var pid: Int32 { process.processIdentifier }
        package var isRunning: Bool { process.isRunning }

        /// Waits until its errors hold `text`, or until it has ended.
        package func waitForErrors(_ text: String) throws {
            try waitUntil { try String(contentsOfFile: errors, encoding: .utf8).contains(text) }
        }

        /// Waits until something has happened, or until it has ended.
        package func waitUntil(_ hasHappened: () throws -> Bool) throws {
            while isRunning, try !hasHappened() { Thread.sleep(forTimeInterval: 0.002) }
        }

        package func wait() throws -> Result {
            process.waitUntilExit()
            return Result(
                status: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
                errors: try String(contentsOfFile: errors, encoding: .utf8))
        }
    }
}

package import ArgumentParser
internal import Foundation
package import Ground

/// An error that ends a stage: what is wrong, where, and what to do, with the exit code it leads to.
package struct StageError: ExitCoded {
    package var exit: StageExit
    package var description: String

    /// - Parameter message: What is wrong, where, and what to do.
    package init(_ exit: StageExit, _ message: String) {
        self.exit = exit
        description = message
    }
}

extension AsyncParsableCommand {
    /// Runs a stage's body: an error that is ``ExitCoded`` becomes a line on stderr and its exit code.
    package func runStage(_ body: () async throws -> StageExit) async throws {
        let exit: StageExit
        do {
            exit = try await body()
        } catch let error as any ExitCoded {
            writeToStandardError("error: \(TextTable.printable(error.description, keepingLines: true))\n")
            exit = error.exit
        }
        if exit != .done { throw ExitCode(exit.rawValue) }
    }
}

/// Writes `text` to stderr, where everything goes that is not data. A closed or full stderr is no reason to stop.
package func writeToStandardError(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
}

/// Writes data to stdout.
///
/// - Throws: ``StageError`` when it does not arrive, so that a full disk behind a redirection is noticed.
package func writeToStandardOutput(_ text: String) throws {
    do {
        try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
        throw StageError(.cannotWrite, "cannot write to stdout: is the disk full?")
    }
}

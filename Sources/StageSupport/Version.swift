internal import Foundation

/// Which version of the code this is.
package enum Version {
    /// The commit of the checkout this program was built in; nil when that is unknown.
    package static var commit: String? {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        if let own = Bundle.main.executableURL { folder = own.resolvingSymlinksInPath() }
        folder.deleteLastPathComponent()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git", "-C", folder.path, "describe", "--always", "--abbrev=12", "--exclude=*", "--dirty"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let bytes = (try? output.fileHandleForReading.readToEnd()) ?? Data()
        process.waitUntilExit()
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        let (commit, change) = text.hasSuffix("-dirty") ? (String(text.dropLast(6)), ", changed since") : (text, "")
        guard process.terminationStatus == 0, !commit.isEmpty, commit.allSatisfy(\.isHexDigit) else { return nil }
        return "commit \(commit)\(change), when this report was made"
    }
}

internal import Foundation

/// The browser of whoever sits at this machine.
package enum Browser {
    #if os(macOS)
    /// What starts it.
    package static let program = "open"
    #else
    /// What starts it.
    package static let program = "xdg-open"
    #endif

    /// Starts it with a page; it goes on by itself.
    ///
    /// - Throws: What starting a process does.
    package static func open(_ address: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program, address]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }
}

package import Ground

/// What is wrong with a file that is exchanged with other tools.
package struct ExchangeError: ExitCoded, Equatable {
    package enum Code: Sendable {
        /// The file cannot be opened, read or mapped.
        case unreadable
        /// The bytes are not what the format asks for.
        case malformed
        /// The format allows it; this package does not read it.
        case unsupported
        /// What was asked for is not in the file, or has another type or shape.
        case mismatch
        /// The file cannot be written, for instance because the device is full.
        case unwritable
    }

    package var code: Code
    package var message: String
    package var file: String
    /// The tensor or array it is about, if any.
    package var item: String?

    package init(_ code: Code, _ message: String, file: String, item: String? = nil) {
        self.code = code
        self.message = message
        self.file = file
        self.item = item
    }

    package var description: String {
        guard let item else { return "\(file): \(message)" }
        let shown = item.count > Self.shownLength ? item.prefix(Self.shownLength - 1) + "…" : item
        return "\(file): \"\(shown)\" \(message)"
    }

    /// Characters of a name that a message shows: names come from the file.
    private static let shownLength = 120
}

extension ExchangeError {
    init(_ error: FileError) { self.init(.unreadable, error.message, file: error.file) }

    package var exit: StageExit {
        switch code {
        case .unreadable: .inputMissing
        case .malformed, .unsupported, .mismatch: .badInput
        case .unwritable: .cannotWrite
        }
    }
}

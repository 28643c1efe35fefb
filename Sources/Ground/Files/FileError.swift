/// What is wrong with a file or folder, in the system's words where it has any.
package struct FileError: ExitCoded, Equatable {
    package enum Code: Sendable {
        /// There is nothing under this name.
        case missing
        /// It cannot be opened, read or mapped, or is no regular file.
        case unreadable
        /// It is larger than what its reader takes.
        case tooLarge
        /// It cannot be made, written or renamed, for instance because the device is full.
        case unwritable
        /// Another process holds its lock.
        case locked
    }

    package var code: Code
    package var message: String
    /// Path of the file, as it was given.
    package var file: String

    package init(_ code: Code, _ message: String, file: String) {
        self.code = code
        self.message = message
        self.file = file
    }

    /// `what` failed in the last system call.
    static func system(_ code: Code, _ what: String, file: String) -> FileError {
        FileError(code, "\(what): \(Platform.lastError)", file: file)
    }

    package var description: String { "\(file): \(message)" }

    package var exit: StageExit {
        switch code {
        case .missing: .inputMissing
        case .unreadable, .tooLarge: .badInput
        case .unwritable, .locked: .cannotWrite
        }
    }
}

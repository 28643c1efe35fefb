package import GRDB

/// Why the store cannot be used as asked.
package struct StoreError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable {
        /// There is no file.
        case missing
        /// The file is no store of this project.
        case notAStore
        /// The store was written by a later version.
        case newer
        /// The store must be migrated, but was opened for reading.
        case older
        /// Another process is writing to it.
        case locked
        /// The disk is full, or the file cannot be written.
        case unwritable
        /// The file cannot be read.
        case unreadable
        /// SQLite reports a damaged file or another fault.
        case failed
    }

    package var code: Code
    package var message: String
    package var file: String

    package init(_ code: Code, _ message: String, file: String) {
        self.code = code
        self.message = message
        self.file = file
    }

    package var description: String { "\(file): \(message)" }

    /// The error for what SQLite reported on `file`.
    package init(_ error: DatabaseError, file: String, isReading: Bool = false) {
        self.file = file
        switch error.resultCode.primaryResultCode {
        case .SQLITE_FULL:
            code = .unwritable
            message = "no space left on the device; what was committed is kept, run again when there is room"
        case .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
            code = isReading ? .unreadable : .unwritable
            message =
                "cannot \(isReading ? "read" : "write") the store: \(error.message ?? "\(error.resultCode)")"
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            code = .locked
            message = "another process holds the store: \(error.message ?? "busy")"
        case .SQLITE_NOTADB:
            code = .notAStore
            message = "is not an rgvlm store (not an SQLite file)"
        default:
            code = .failed
            message = error.message ?? "\(error.resultCode)"
        }
    }
}

package import Ground
package import GRDB

/// Why the store cannot be used as asked.
package struct StoreError: ExitCoded {
    /// What kind of fault it is; exit codes follow from it.
    package enum Code: Sendable {
        /// There is no file.
        case missing
        /// The file is no store of this project.
        case notAStore
        /// The store was written by a later version.
        case newer
        /// The store was written by an earlier version, whose schema this one does not know.
        case older
        /// Another process is writing to it.
        case locked
        /// The disk is full, or the file cannot be written.
        case unwritable
        /// The file cannot be read.
        case unreadable
        /// SQLite reports a damaged file or another fault, or a row does not hold what it should.
        case failed
        /// The store has nothing of the name that was asked for.
        case unknown
        /// Several things are meant by what was asked for.
        case ambiguous
    }

    /// What kind of fault it is.
    package var code: Code
    /// What is wrong and what to do about it.
    package var message: String
    /// The store as it was named.
    package var file: String

    /// An error about the store `file`.
    package init(_ code: Code, _ message: String, file: String) {
        self.code = code
        self.message = message
        self.file = file
    }

    /// One line: the file, what is wrong, what to do.
    package var description: String { "\(file): \(message)" }

    /// The error for what went wrong with `file`, if it is the store's: SQLite's report, or a row that is not as its
    /// record.
    init?(storing error: any Error, file: String) {
        switch error {
        case let error as DatabaseError: self.init(error, file: file)
        case let error as RowDecodingError: self.init(.failed, "a row is damaged: \(error)", file: file)
        case let error as DecodingError: self.init(.failed, "a row is damaged: \(error)", file: file)
        default: return nil
        }
    }

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

extension StoreError {
    package var exit: StageExit {
        switch code {
        case .missing, .unreadable, .unknown: .inputMissing
        case .notAStore, .newer, .older, .failed: .badInput
        case .locked, .unwritable: .cannotWrite
        case .ambiguous: .usage
        }
    }
}

internal import Foundation
internal import Ground
internal import Synchronization

/// The ledger of a running server, and the file to which each billed call is appended as it happens.
final class LedgerKeeper: Sendable {
    private let ledger = Mutex(ServerLedger())
    private let file: Mutex<FileHandle>?

    /// - Parameter path: Created where it is missing, else appended to; nil for no file.
    init(path: String?) throws(LabelServerError) {
        guard let path else {
            file = nil
            return
        }
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw LabelServerError(.ledger, "cannot write the ledger \(path): \(Platform.lastError)")
        }
        file = Mutex(FileHandle(fileDescriptor: descriptor, closeOnDealloc: true))
    }

    var snapshot: ServerLedger { ledger.withLock { $0 } }

    func update<T: Sendable>(_ body: (inout ServerLedger) -> T) -> T { ledger.withLock { body(&$0) } }

    /// Appends a line in one write, so that it survives the end of the process; it may not survive that of the machine.
    func write(_ call: ServerLedger.Call) {
        let isWritten = file?.withLock { (try? $0.write(contentsOf: Data(call.line))) != nil } ?? true
        if !isWritten { ledger.withLock { $0.unwritten += 1 } }
    }
}

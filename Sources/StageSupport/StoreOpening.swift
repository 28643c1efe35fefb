package import ExperimentStore
internal import Foundation

extension ExperimentStore {
    /// Opens the store; what goes wrong leads to the exit code that the stages promise.
    package static func forStage(_ path: String, access: Access) throws -> ExperimentStore {
        try translatingErrors { try ExperimentStore(path, access: access) }
    }
}

extension Configuration {
    /// The store's path, for stages that write to a store but do not make one.
    package func existingStore() throws -> String {
        guard FileManager.default.fileExists(atPath: store) else {
            throw StageError(
                .inputMissing,
                "\(store): there is no such store; make one with rgvlm-ingest alfred --root DIR --store \(store)")
        }
        return store
    }
}

extension ExperimentStore {
    /// Opens the store for writing for as long as `body` takes, and waits while another stage writes.
    ///
    /// - Parameters:
    ///   - patience: How long to wait.
    ///   - interruption: Ends the waiting when it comes.
    /// - Returns: False when somebody else wrote all the time.
    package static func writeForStage(
        _ path: String, patience: Duration, _ interruption: Interruption, _ body: (ExperimentStore) throws -> Void
    ) throws -> Bool {
        let end = ContinuousClock.now + patience
        while true {
            do {
                let store = try ExperimentStore(path, access: .write)
                try body(store)
                try store.close()
                return true
            } catch let error as StoreError where error.code == .locked {
                guard ContinuousClock.now < end, !interruption.hasCome else { return false }
                Thread.sleep(forTimeInterval: 0.05)
            } catch let error as StoreError {
                throw StageError(error)
            }
        }
    }
}

/// Runs `body` and turns errors of the store into ``StageError``.
package func translatingErrors<T>(_ body: () throws -> T) throws -> T {
    do {
        return try body()
    } catch let error as StoreError {
        throw StageError(error)
    }
}

extension StageError {
    package init(_ error: StoreError) {
        let exit: StageExit =
            switch error.code {
            case .missing, .unreadable, .unknown: .inputMissing
            case .notAStore, .newer, .older, .failed: .badInput
            case .locked, .unwritable: .cannotWrite
            case .ambiguous: .usage
            }
        self.init(exit, error.description)
    }
}

public import ExperimentStore
internal import Foundation

extension ExperimentStore {
    /// Opens the store; what goes wrong leads to the exit code that the stages promise.
    public static func forStage(_ path: String, access: Access) throws -> ExperimentStore {
        try translatingErrors { try ExperimentStore(path, access: access) }
    }
}

extension Configuration {
    /// The store's path, for stages that write to a store but do not make one.
    public func existingStore() throws -> String {
        guard FileManager.default.fileExists(atPath: store) else {
            throw StageError(
                .inputMissing,
                "\(store): there is no such store; make one with rgvlm-ingest alfred --root DIR --store \(store)")
        }
        return store
    }
}

/// Runs `body` and turns errors of the store into ``StageError``.
public func translatingErrors<T>(_ body: () throws -> T) throws -> T {
    do {
        return try body()
    } catch let error as StoreError {
        throw StageError(error)
    }
}

extension StageError {
    public init(_ error: StoreError) {
        let exit: StageExit =
            switch error.code {
            case .missing, .unreadable: .inputMissing
            case .notAStore, .newer, .older, .failed: .badInput
            case .locked, .unwritable: .cannotWrite
            }
        self.init(exit, error.description)
    }
}

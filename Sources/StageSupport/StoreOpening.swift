public import ExperimentStore

extension ExperimentStore {
    /// Opens the store; what goes wrong leads to the exit code that the stages promise.
    public static func forStage(_ path: String, access: Access) throws -> ExperimentStore {
        try translatingErrors { try ExperimentStore(path, access: access) }
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

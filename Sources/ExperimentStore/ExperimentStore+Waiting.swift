internal import Foundation

extension ExperimentStore {
    /// Opens the store for writing for as long as `body` takes, and waits while somebody else writes.
    ///
    /// - Parameters:
    ///   - patience: How long to wait.
    ///   - shouldStop: Ends the waiting, not what has begun.
    /// - Returns: False when somebody else wrote all the time.
    /// - Throws: ``StoreError`` other than that another process holds the store, and what `body` throws.
    package static func writing(
        _ path: String, patience: Duration, shouldStop: () -> Bool, _ body: (ExperimentStore) throws -> Void
    ) throws -> Bool {
        let end = ContinuousClock.now + patience
        while true {
            do {
                let store = try ExperimentStore(path, access: .write)
                try body(store)
                try store.close()
                return true
            } catch let error as StoreError where error.code == .locked {
                guard ContinuousClock.now < end, !shouldStop() else { return false }
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
    }
}

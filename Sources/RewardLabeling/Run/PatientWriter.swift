public import ExperimentStore
public import GRDB

/// Writes to the store and waits when the disk is full, rather than lose what was paid for. While it waits nothing new is
/// sent, because every call is noted first.
public final class PatientWriter: Sendable {
    private let writer: GroupWriter
    private let patience: Duration
    private let onWait: @Sendable (StoreError) -> Void

    /// - Parameters:
    ///   - patience: How long to wait for room.
    ///   - onWait: Told each time there is none.
    public init(
        _ store: ExperimentStore, patience: Duration = .seconds(60), onWait: @escaping @Sendable (StoreError) -> Void
    ) {
        writer = GroupWriter(store)
        self.patience = patience
        self.onWait = onWait
    }

    /// As ``GroupWriter/write(_:)``; tries again while the store cannot be written.
    public func write(_ body: @escaping @Sendable (Database) throws -> Void) async throws {
        let start = ContinuousClock.now
        while true {
            do {
                return try await writer.write(body)
            } catch let error as StoreError where error.code == .unwritable {
                guard ContinuousClock.now - start < patience else { throw error }
                onWait(error)
                // Not cut short by cancellation: what is waiting here was paid for.
                await Task { try? await Task.sleep(for: .milliseconds(500)) }.value
            }
        }
    }

    /// Reads in the same queue, so that tasks wait instead of threads.
    public func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        try await writer.read(body)
    }
}

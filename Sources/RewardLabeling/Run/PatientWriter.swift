package import ExperimentStore
internal import Synchronization

/// Writes to the store and waits when the disk is full, rather than lose what was paid for. While it waits nothing new
/// is sent, because every call is noted first.
package final class PatientWriter: Sendable {
    private let writer: GroupWriter
    private let patience: Duration
    private let onWait: @Sendable (StoreError) -> Void
    /// Since when the store cannot be written; nil while it can.
    private let blockedSince = Mutex<ContinuousClock.Instant?>(nil)

    /// - Parameters:
    ///   - patience: How long to wait for room.
    ///   - onWait: Told when the waiting begins.
    package init(
        _ store: ExperimentStore, patience: Duration = .seconds(60), onWait: @escaping @Sendable (StoreError) -> Void
    ) {
        writer = GroupWriter(store)
        self.patience = patience
        self.onWait = onWait
    }

    /// As ``GroupWriter/write(_:)``; tries again while the store cannot be written.
    package func write(_ body: @escaping @Sendable (StoreConnection) throws -> Void) async throws {
        while true {
            do {
                try await writer.write(body)
                return blockedSince.withLock { $0 = nil }
            } catch let error as StoreError where error.code == .unwritable {
                let now = ContinuousClock.now
                let (isFirst, waited) = blockedSince.withLock { since in
                    defer { since = since ?? now }
                    return (since == nil, now - (since ?? now))
                }
                guard waited < patience else { throw error }
                if isFirst { onWait(error) }
                // Not cut short by cancellation: what is waiting here was paid for.
                await Task { try? await Task.sleep(for: .milliseconds(500)) }.value
            }
        }
    }

    /// Reads in the same queue, so that tasks wait instead of threads.
    package func read<T: Sendable>(_ body: @escaping @Sendable (StoreConnection) throws -> T) async throws -> T {
        try await writer.read(body)
    }
}

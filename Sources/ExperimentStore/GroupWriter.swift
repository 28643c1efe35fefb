package import GRDB
internal import Synchronization

/// Commits small changes of many tasks together: each caller waits until its own change is durable, and a commit takes
/// along whatever came in during the one before.
package final class GroupWriter: Sendable {
    private struct Change: Sendable {
        var body: @Sendable (Database) throws -> Void
        var done: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var waiting: [Change] = []
        var isWriting = false
    }

    private let store: ExperimentStore
    private let state = Mutex(State())

    /// A writer to `store`, which stays open as long.
    package init(_ store: ExperimentStore) { self.store = store }

    /// Runs `body` in a transaction it shares with others and returns when that is committed. `body` may be run twice:
    /// when another's throws, all of the transaction is undone and each is run alone.
    ///
    /// - Throws: What `body` threw, or ``StoreError``.
    package func write(_ body: @escaping @Sendable (Database) throws -> Void) async throws {
        try await withCheckedThrowingContinuation { done in
            let starts = state.withLock { state in
                state.waiting.append(Change(body: body, done: done))
                defer { state.isWriting = true }
                return !state.isWriting
            }
            if starts { Task { await self.drain() } }
        }
    }

    /// Runs `body` in the same queue and returns what it returned; it sees all changes made before.
    package func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        let box = Box<T>()
        try await write { db in
            let value = try body(db)
            box.value.withLock { $0 = value }
        }
        return try box.value.withLock { value in
            guard let value else { throw DatabaseError(resultCode: .SQLITE_INTERNAL, message: "nothing was read") }
            return value
        }
    }

    private final class Box<T: Sendable>: Sendable {
        let value = Mutex<T?>(nil)
    }

    /// How long the first change of a commit waits for others: a commit writes whole pages of every index it touches,
    /// however few rows it has.
    private static let wait = Duration.milliseconds(4)

    private func drain() async {
        while true {
            try? await Task.sleep(for: Self.wait)
            let changes = state.withLock { state -> [Change] in
                defer { state.waiting = [] }
                if state.waiting.isEmpty { state.isWriting = false }
                return state.waiting
            }
            if changes.isEmpty { return }
            do {
                try await store.write { db in
                    for change in changes { try change.body(db) }
                }
                for change in changes { change.done.resume() }
            } catch {
                guard changes.count > 1 else {
                    changes[0].done.resume(throwing: error)
                    continue
                }
                for change in changes {
                    do {
                        try await store.write(change.body)
                        change.done.resume()
                    } catch {
                        change.done.resume(throwing: error)
                    }
                }
            }
        }
    }
}

internal import Synchronization

/// Keeps results, and has each made once even when many ask at the same time. The least recently used go first.
///
/// What could not be made is kept as well: it would fail again.
final class OnceCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    typealias Outcome = Result<Value, ScriptedError>

    private enum Entry {
        case running([CheckedContinuation<Outcome, Never>])
        case done(Outcome, used: Int)
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var doneCount = 0
        var clock = 0
    }

    private let state = Mutex(State())
    let capacity: Int

    init(capacity: Int) {
        precondition(capacity > 0)
        self.capacity = capacity
    }

    /// The value for a key.
    ///
    /// - Parameter start: Begins the making, elsewhere; called at most once for a key that is not kept.
    func value(
        for key: Key, start: (_ finish: @escaping @Sendable (Outcome) -> Void) -> Void
    ) async throws(ScriptedError) -> Value {
        if let known = known(key) { return try known.get() }
        let outcome = await withCheckedContinuation { continuation in
            let (known, isFirst) = state.withLock { state -> (Outcome?, Bool) in
                switch state.entries[key] {
                case .done(let outcome, _): return (outcome, false)
                case .running(let waiting):
                    state.entries[key] = .running(waiting + [continuation])
                    return (nil, false)
                case nil:
                    state.entries[key] = .running([continuation])
                    return (nil, true)
                }
            }
            if let known { continuation.resume(returning: known) }
            if isFirst { start { self.finish(key, $0) } }
        }
        return try outcome.get()
    }

    private func known(_ key: Key) -> Outcome? {
        state.withLock { state in
            guard case .done(let outcome, _) = state.entries[key] else { return nil }
            state.clock += 1
            state.entries[key] = .done(outcome, used: state.clock)
            return outcome
        }
    }

    private func finish(_ key: Key, _ outcome: Outcome) {
        let waiting = state.withLock { state -> [CheckedContinuation<Outcome, Never>] in
            guard case .running(let waiting) = state.entries[key] else { return [] }
            state.clock += 1
            state.entries[key] = .done(outcome, used: state.clock)
            state.doneCount += 1
            if state.doneCount > capacity { Self.dropOldest(&state) }
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: outcome) }
    }

    private static func dropOldest(_ state: inout State) {
        var oldest: (key: Key, used: Int)?
        for case (let key, .done(_, let used)) in state.entries where used < oldest?.used ?? .max {
            oldest = (key, used)
        }
        guard let oldest else { return }
        state.entries[oldest.key] = nil
        state.doneCount -= 1
    }

    /// Values kept.
    var count: Int { state.withLock { $0.doneCount } }
}

internal import Synchronization

/// Lets a number of tasks in at a time, first come, first served.
final class Gate: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
        /// Of those before it, all have been let in.
        var next = 0
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: max(1, count))) }

    func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func leave() {
        let first = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.next < state.waiting.count else {
                state.waiting.removeAll(keepingCapacity: true)
                state.next = 0
                state.free += 1
                return nil
            }
            defer { state.next += 1 }
            return state.waiting[state.next]
        }
        first?.resume()
    }
}

/// Lets one task at a time wait until there is less under way than a limit; what is under way may exceed it.
final class Room: Sendable {
    private struct State {
        var count = 0
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let limit: Int
    private let state = Mutex(State())

    init(_ limit: Int) { self.limit = max(1, limit) }

    /// Waits for room and takes one place.
    func enter() async {
        await withCheckedContinuation { continuation in
            let hasRoom = state.withLock { state in
                state.count += 1
                if state.count <= limit { return true }
                state.waiting = continuation
                return false
            }
            if hasRoom { continuation.resume() }
        }
    }

    func leave() { add(-1) }

    /// Takes or gives back places without waiting.
    func add(_ count: Int) {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.count += count
            guard state.count <= limit else { return nil }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }
}

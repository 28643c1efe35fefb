internal import Synchronization

/// Hands each task a worker that no other task uses, so that buffers are kept from one to the next.
final class WorkerPool: Sendable {
    /// A worker is moved in and out under the lock; only one task has it at a time.
    private struct Idle: @unchecked Sendable {
        var workers: [EpisodePreparation] = []
    }

    private let settings: EpisodePreparation.Settings
    private let idle = Mutex(Idle())

    init(_ settings: EpisodePreparation.Settings) { self.settings = settings }

    func take() throws -> EpisodePreparation {
        let worker = idle.withLock { Idle(workers: $0.workers.popLast().map { [$0] } ?? []) }
        return try worker.workers.first ?? EpisodePreparation(settings)
    }

    func giveBack(_ worker: EpisodePreparation) {
        let returned = Idle(workers: [worker])
        idle.withLock { $0.workers += returned.workers }
    }
}

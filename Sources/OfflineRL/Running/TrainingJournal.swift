internal import Exchange
internal import ExperimentStore
internal import Ground

/// What happens in a session, as it happens.
package enum TrainingEvent: Sendable, Equatable {
    /// An update was made.
    case updated(step: Int, UpdateMetrics)
    /// Figures of a split are in TensorBoard's file, and wait for the store.
    case recorded(split: String, step: Int)
    /// Figures that waited are in the store.
    case stored(step: Int)
    /// A checkpoint is on the disk.
    case saved(step: Int)
}

/// Where a run's figures and checkpoints go: TensorBoard's files, the store and the run's folder.
///
/// The store has one writer at a time. It is opened for each group of rows only, and what it does not take now waits
/// for the next time, and in the checkpoint: several runs can train at once.
final class TrainingJournal: TrainingObserver {
    private let session: TrainingSession
    private let events: EventFileWriter
    private let progress: () -> (sums: FigureSums, earlyStop: EarlyStop?)
    private let onEvent: (TrainingEvent) throws -> Void
    private let shouldStop: () -> Bool
    private var waiting: [CheckpointDescription.Figure]
    private var lastWrite = ContinuousClock.now
    private(set) var lastCheckpoint: String?

    /// - Parameters:
    ///   - progress: The loop's sums and what its validations have shown, for checkpoints.
    ///   - onEvent: Ends the session where it throws.
    init(
        _ session: TrainingSession, progress: @escaping () -> (sums: FigureSums, earlyStop: EarlyStop?),
        onEvent: @escaping (TrainingEvent) throws -> Void, shouldStop: @escaping () -> Bool
    ) throws {
        self.session = session
        self.progress = progress
        self.onEvent = onEvent
        self.shouldStop = shouldStop
        waiting = session.checkpoint?.description.unrecorded ?? []
        let step = session.learner.step
        events = try EventFileWriter(folder: session.folder.path, purgeStep: step > 0 ? step + 1 : nil)
    }

    func record(_ figures: [(name: String, value: Double)], split: String, step: Int) throws {
        try events.add(step: step, figures.map { ("\(split)/\($0.name)", Float($0.value)) })
        for (name, value) in figures {
            waiting.append(CheckpointDescription.Figure(step: step, split: split, name: name, value: value))
        }
        try events.flush()
        try onEvent(.recorded(split: split, step: step))
        if ContinuousClock.now - lastWrite > .seconds(5) { try write(.running, patience: .zero) }
    }

    func save(step: Int) throws {
        try write(.running, patience: .zero)
        let path = session.folder.checkpoint(step: step)
        let (sums, earlyStop) = progress()
        try Checkpoint.write(
            session.learner,
            session.description(step: step, waiting: waiting, sums: sums, earlyStop: earlyStop), to: path)
        lastCheckpoint = path
        try onEvent(.saved(step: step))
        session.folder.keepLatest(session.plan.keep, best: earlyStop?.bestStep)
    }

    func didUpdate(step: Int, metrics: UpdateMetrics) throws -> Bool {
        try onEvent(.updated(step: step, metrics))
        return !shouldStop()
    }

    /// Puts what waits into the store.
    ///
    /// - Parameter patience: How long to wait for another writer. When it is over the rows go on waiting.
    /// - Returns: Whether nothing waits any more.
    @discardableResult
    func write(_ status: TrainRun.Status, patience: Duration, message: String? = nil) throws -> Bool {
        lastWrite = .now
        let rows = waiting.map { TrainMetricRow(step: $0.step, split: $0.split, name: $0.name, value: $0.value) }
        let (identity, step, best) = (session.identity, session.learner.step, progress().earlyStop?.bestStep)
        let isDone = try withStore(patience: patience) { store in
            try store.write { db in
                var run = try TrainRun.named(identity.name, db) ?? TrainRun.create(identity, db)
                try run.record(rows, db)
                try run.update(status: status, step: step, bestStep: best, message: message, db)
                if let path = lastCheckpoint, let saved = try? Checkpoint(path) {
                    try run.record(
                        TrainCheckpointRow(step: saved.description.step, path: path, sha256: saved.modelSHA256), db)
                }
            }
        }
        if isDone {
            waiting = []
            try onEvent(.stored(step: step))
        }
        return isDone
    }

    /// Forgets what the store says of the steps after the learner's.
    func rollback() throws {
        let (identity, step, best) = (session.identity, session.learner.step, progress().earlyStop?.bestStep)
        let isDone = try withStore(patience: .seconds(60)) { store in
            try store.write { db in
                // Without a checkpoint nothing is left of what the store says, and it may be of other settings.
                if step == 0 { try TrainRun.named(identity.name, db)?.delete(db) }
                var run = try TrainRun.named(identity.name, db) ?? TrainRun.create(identity, db)
                try run.rollback(to: step, db)
                try run.update(status: .running, step: step, bestStep: best, db)
            }
        }
        if !isDone {
            throw StoreError(
                .locked, "another stage has been writing to it for a minute; run again when it is done",
                file: session.resultsPath)
        }
    }

    private func withStore(patience: Duration, _ body: (ExperimentStore) throws -> Void) throws -> Bool {
        try ExperimentStore.writing(session.resultsPath, patience: patience, shouldStop: shouldStop, body)
    }
}

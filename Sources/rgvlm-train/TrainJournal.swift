internal import Exchange
internal import ExperimentStore
internal import Foundation
internal import Networks
internal import OfflineRL
internal import StageSupport

/// Where a run's figures and checkpoints go: TensorBoard's files, the store and the run's folder.
///
/// The store has one writer at a time. It is opened for each group of rows only, and what it does not take now waits for the
/// next time, and in the checkpoint: several runs can train at once.
final class TrainJournal: TrainingObserver {
    private let learner: Learner
    private let folder: RunFolder
    private let storePath: String
    private let identity: TrainRun.Identity
    private let plan: TrainingPlan
    private let interruption: Interruption
    private let progress: ProgressLine
    private let events: EventFileWriter
    private let describe: (Int, [CheckpointDescription.Figure]) -> CheckpointDescription
    private let first: Int
    private var waiting: [CheckpointDescription.Figure]
    private var lastWrite = ContinuousClock.now
    private var latest = ""
    private(set) var lastCheckpoint: String?

    init(
        _ learner: Learner, folder: RunFolder, store: String, identity: TrainRun.Identity, plan: TrainingPlan,
        interruption: Interruption, progress: ProgressLine, waiting: [CheckpointDescription.Figure],
        describe: @escaping (Int, [CheckpointDescription.Figure]) -> CheckpointDescription
    ) throws {
        self.learner = learner
        self.folder = folder
        storePath = store
        self.identity = identity
        self.plan = plan
        self.interruption = interruption
        self.progress = progress
        self.waiting = waiting
        self.describe = describe
        first = learner.step
        events = try EventFileWriter(folder: folder.path, purgeStep: learner.step > 0 ? learner.step + 1 : nil)
    }

    func record(_ figures: [(name: String, value: Double)], split: String, step: Int) throws {
        try events.add(step: step, figures.map { ("\(split)/\($0.name)", Float($0.value)) })
        for (name, value) in figures {
            waiting.append(CheckpointDescription.Figure(step: step, split: split, name: name, value: value))
        }
        try events.flush()
        if ContinuousClock.now - lastWrite > .seconds(5) { try write(.running, patience: .zero) }
    }

    func save(step: Int) throws {
        try write(.running, patience: .zero)
        let path = folder.checkpoint(step: step)
        try Checkpoint.write(learner, describe(step, waiting), to: path)
        lastCheckpoint = path
        folder.keepLatest(plan.keep)
    }

    func didUpdate(step: Int, metrics: UpdateMetrics) -> Bool {
        if step % 10 == 0 || step == plan.steps {
            latest = String(format: "action loss %.3f", metrics.actionLoss)
            if let critic = metrics.critic { latest += String(format: ", V %.3f", critic.meanV) }
        }
        progress.show("updates", done: step - first, of: plan.steps - first, unit: "", detail: latest)
        return !interruption.hasCome
    }

    /// Puts what waits into the store.
    ///
    /// - Parameter patience: How long to wait for another writer. When it is over the rows go on waiting.
    /// - Returns: Whether nothing waits any more.
    @discardableResult
    func write(_ status: TrainRun.Status, patience: Duration, message: String? = nil) throws -> Bool {
        lastWrite = .now
        let rows = waiting.map { TrainMetricRow(step: $0.step, split: $0.split, name: $0.name, value: $0.value) }
        let step = learner.step
        let isDone = try withStore(patience: patience) { store in
            try store.write { db in
                var run = try TrainRun.named(identity.name, db) ?? TrainRun.create(identity, db)
                try run.record(rows, db)
                try run.update(status: status, step: step, message: message, db)
                if let path = lastCheckpoint, let saved = try? Checkpoint(path) {
                    try run.record(
                        TrainCheckpointRow(step: saved.description.step, path: path, sha256: saved.modelSHA256), db)
                }
            }
        }
        if isDone { waiting = [] }
        return isDone
    }

    /// Forgets what the store says of the steps after the learner's.
    func rollback() throws {
        let step = learner.step
        let isDone = try withStore(patience: .seconds(60)) { store in
            try store.write { db in
                // Without a checkpoint nothing is left of what the store says, and it may be of other settings.
                if step == 0 { try TrainRun.named(identity.name, db)?.delete(db) }
                var run = try TrainRun.named(identity.name, db) ?? TrainRun.create(identity, db)
                try run.rollback(to: step, db)
                try run.update(status: .running, step: step, db)
            }
        }
        if !isDone {
            throw StageError(
                .cannotWrite,
                "\(storePath): another stage has been writing to it for a minute; run again when it is done")
        }
    }

    private func withStore(patience: Duration, _ body: (ExperimentStore) throws -> Void) throws -> Bool {
        try ExperimentStore.writeForStage(storePath, patience: patience, interruption, body)
    }
}

package import Ground
package import Networks
internal import Tensors

/// How long to train and what to keep.
package struct TrainingPlan: Sendable, Equatable {
    /// Updates in all.
    package var steps: Int
    /// Updates between the rows of training figures.
    package var logEvery: Int
    /// Updates between checkpoints, and between validations.
    package var checkpointEvery: Int
    /// Updates between validations.
    package var validateEvery: Int
    /// Checkpoints to keep, the latest.
    package var keep: Int
    /// Validations in a row without a better one after which the run ends; nil where none ends it.
    package var patience: Int?

    /// A plan; all numbers are counts of updates but `keep` and `patience`.
    package init(
        steps: Int, logEvery: Int, checkpointEvery: Int, validateEvery: Int, keep: Int, patience: Int? = nil
    ) {
        self.steps = steps
        self.logEvery = logEvery
        self.checkpointEvery = checkpointEvery
        self.validateEvery = validateEvery
        self.keep = keep
        self.patience = patience
    }
}

/// Sums of figures, and how many of each.
package struct FigureSums: Sendable, Equatable, Codable {
    private var names: [String] = []
    private var values: [Double] = []
    private var count = 0

    /// No figures.
    package init() {}

    mutating func add(_ figures: [(String, Double)]) {
        if count == 0 {
            names = figures.map(\.0)
            values = figures.map(\.1)
        } else {
            for (index, figure) in figures.enumerated() where index < values.count { values[index] += figure.1 }
        }
        count += 1
    }

    mutating func removeAll() { self = FigureSums() }

    var means: [(name: String, value: Double)] {
        zip(names, values).map { (name: $0, value: $1 / Double(max(count, 1))) }
    }
}

/// What happens to a run's figures and state on the way. Called on the training thread.
package protocol TrainingObserver: AnyObject {
    /// Figures after `step` updates; the split of training figures is `train`.
    func record(_ figures: [(name: String, value: Double)], split: String, step: Int) throws
    /// Asks for the state to be saved.
    func save(step: Int) throws
    /// After each update.
    func didUpdate(step: Int, metrics: UpdateMetrics) throws -> Bool
}

/// A number that is none appeared: nothing was learned from it.
package struct DivergenceError: ExitCoded {
    /// Updates done before.
    package var step: Int
    /// Which number it was.
    package var what: String
    /// The run, and the file with the batch, where a session knows them.
    package var run: String?
    package var batch: String?

    init(step: Int, what: String) {
        self.step = step
        self.what = what
    }

    var message: String { "\(what) is not a number in update \(step + 1)" }

    package var exit: StageExit { .badInput }

    package var description: String {
        let text = (run.map { "\($0): " } ?? "") + message + "; nothing was learned from it."
        guard let batch else { return text }
        return
            "\(text) Its batch is in \(batch). Look at its rewards, or lower train.learning.learning_rate in a new run"
    }
}

/// Updates, figures, validations and checkpoints in their order.
package final class TrainingLoop {
    private let learner: Learner
    private let plan: TrainingPlan
    private let guess: TrainingSet.MostFrequent?
    private let validation: [(split: String, sampler: WindowSampler)]
    /// Sums of the training figures since their last row.
    package private(set) var sums: FigureSums
    /// What the validations have shown; nil where none may end the run.
    package private(set) var earlyStop: EarlyStop?

    /// How the loop ended: with all updates, or asked to stop.
    package enum Outcome: Sendable, Equatable {
        case done
        case stopped
    }

    /// - Parameters:
    ///   - guess: What the baselines of the validations guess.
    ///   - sums: Of a run that goes on between two rows.
    ///   - earlyStop: Of a run that goes on; heeded where the plan has a patience.
    package init(
        _ learner: Learner, _ plan: TrainingPlan, validation: [(split: String, sampler: WindowSampler)],
        guess: TrainingSet.MostFrequent? = nil, sums: FigureSums = FigureSums(), earlyStop: EarlyStop? = nil
    ) {
        self.earlyStop = plan.patience == nil ? nil : earlyStop ?? EarlyStop()
        self.guess = guess
        self.sums = sums
        self.learner = learner
        self.plan = plan
        self.validation = validation
    }

    /// Whether the validations say that it is enough.
    private var isOver: Bool {
        guard let patience = plan.patience, let earlyStop else { return false }
        return earlyStop.isOver(patience: patience)
    }

    /// Trains from the learner's step to the plan's end, or until validations find nothing better any more.
    ///
    /// - Parameters:
    ///   - next: Puts the batch of the given number in place; nil ends the run as stopped.
    ///   - observer: Says in `didUpdate` whether to go on.
    /// - Throws: ``DivergenceError`` before a loss or gradient that is no number could change a weight, and what the
    ///   observer throws.
    package func run(
        _ batch: inout WindowBatch, next: (inout WindowBatch, Int) -> Bool, observer: any TrainingObserver
    ) throws -> Outcome {
        while learner.step < plan.steps, !isOver {
            guard next(&batch, learner.step) else { return try stop(observer) }
            let metrics = learner.computeGradients(batch)
            guard metrics.isFinite else {
                throw DivergenceError(step: learner.step, what: metrics.named.first { !$0.1.isFinite }?.0 ?? "a loss")
            }
            if let name = learner.firstInfiniteGradient { throw DivergenceError(step: learner.step, what: name) }
            learner.applyGradients()
            sums.add(metrics.named)
            let step = learner.step
            let goesOn = try observer.didUpdate(step: step, metrics: metrics)
            if step % plan.logEvery == 0 || step == plan.steps {
                try observer.record(sums.means, split: "train", step: step)
                sums.removeAll()
            }
            let isBest = try step % plan.validateEvery == 0 || step == plan.steps ? validate(step, observer) : false
            if step % plan.checkpointEvery == 0 || step == plan.steps || isBest || isOver {
                try observer.save(step: step)
            }
            if !goesOn, step < plan.steps, !isOver { return try stop(observer) }
        }
        return .done
    }

    /// - Returns: Whether the policy is the best so far, and to be kept.
    private func validate(_ step: Int, _ observer: any TrainingObserver) throws -> Bool {
        var losses: [Double] = []
        for (split, sampler) in validation {
            guard let figures = learner.validate(sampler, guess: guess) else { continue }
            try observer.record(figures.figures, split: split, step: step)
            losses.append(figures.policyLoss)
        }
        guard !losses.isEmpty else { return false }
        return earlyStop?.note(losses.reduce(0, +) / Double(losses.count), step: step) ?? false
    }

    private func stop(_ observer: any TrainingObserver) throws -> Outcome {
        try observer.save(step: learner.step)
        return .stopped
    }
}

extension Learner {
    /// A parameter whose gradient is infinite or no number.
    var firstInfiniteGradient: String? {
        for store in [policyParameters, criticParameters].compactMap({ $0 })
        where !backend.isFinite(store.gradients, count: store.layout.valueCount) {
            return store.layout.parameters.first {
                !backend.isFinite(store.gradients + $0.offset, count: $0.count)
            }.map { "the gradient of \($0.name)" } ?? "a gradient"
        }
        return nil
    }
}

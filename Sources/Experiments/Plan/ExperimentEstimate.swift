package import StageSupport

/// What is known of an experiment that was begun: from its store, and from the files beside it.
package struct ExperimentFacts: Sendable, Equatable {
    /// A training run.
    package struct Training: Sendable, Equatable {
        package enum Status: Sendable { case running, done, failed }
        package var status: Status
        /// Updates done.
        package var step: Int
        /// Updates before the best checkpoint, where validations may end the run; nil where the last one acts.
        package var bestStep: Int?

        package init(_ status: Status, step: Int, bestStep: Int? = nil) {
            self.status = status
            self.step = step
            self.bestStep = bestStep
        }
    }

    /// Where the labels stand.
    package struct Labels: Sendable, Equatable {
        package var isVLM: Bool
        package var dollars: Double
        package var spans: Int
        /// Of them, those that need no more calls.
        package var settled: Int

        package init(isVLM: Bool, dollars: Double, spans: Int, settled: Int) {
            self.isVLM = isVLM
            self.dollars = dollars
            self.spans = spans
            self.settled = settled
        }
    }

    package var trainings: [String: Training] = [:]
    /// The evaluations that are done, with the step of the checkpoint they tried; nil for a reference's.
    package var evaluations: [String: Int?] = [:]
    /// Updates a second of one process with one thread, by algorithm and preset, as in `iql small`.
    package var rates: [String: Double] = [:]
    /// Of one agent on one task set.
    package var evaluationSeconds: Double?
    /// What a trained run keeps on disk.
    package var runBytes: Double?
    /// Nil where nothing was labelled yet.
    package var labels: Labels?
    /// Whether there is a store with data already.
    package var hasData = false

    package init() {}
}

extension ExperimentPlan {
    /// How far a cell is.
    package enum State: String, Sendable, Encodable {
        case open, begun, trained, evaluated, failed
        /// Trained for more updates than the plan has: not to be compared with the others.
        case longer
    }

    /// A cell counts as evaluated when its last weights, or its best, were tried on all sets. One that its validations
    /// ended is trained.
    package func state(of cell: Cell, _ facts: ExperimentFacts) -> State {
        guard let training = facts.trainings[cell.run] else { return .open }
        switch training.status {
        case .failed: return .failed
        case .running: return .begun
        case .done:
            if let updates = cell.updates, training.step != updates, training.bestStep == nil || training.step > updates
            {
                return training.step < updates ? .begun : .longer
            }
            let isEvaluated = cell.evaluations.allSatisfy {
                facts.evaluations[$0] == .some(.some(training.bestStep ?? training.step))
            }
            return isEvaluated ? .evaluated : .trained
        }
    }

    /// What is left to do.
    package struct Estimate: Sendable, Equatable, Encodable {
        /// Cells by state.
        package var cells: [String: Int]
        package var updatesDone: Int
        /// Nil where the configuration counts epochs.
        package var updates: Int?
        /// Training and evaluation on `jobs` cores.
        package var secondsLeft: Double?
        package var jobs: Int
        /// Updates a second of one process; those of the cells that are left.
        package var rate: Double
        /// Whether the rate comes from runs in the store rather than from a table.
        package var isMeasured: Bool
        /// For labels, so far and in all; nil where it is not known yet.
        package var dollarsSpent: Double
        package var dollars: Double?
        package var isVLM: Bool
        /// Whether calls that cost something are still to be made.
        package var isAsking: Bool
        /// Bytes that checkpoints and data still to be made will take.
        package var bytes: Double
    }

    /// Updates a second of one process with one thread when nothing was measured: (IQL, behaviour cloning), on two
    /// cores of a server that both work.
    static func assumedRate(_ cell: Cell) -> Double {
        let rates: (iql: Double, cloning: Double) =
            switch cell.preset {
            case .tiny: (15, 27)
            case .small: (5, 9)
            case .medium: (1.2, 2.2)
            case .sprint: (0.1, 0.2)
            }
        return cell.algorithm == .iql || cell.algorithm == .ivl ? rates.iql : rates.cloning
    }
    static let assumedEvaluationSeconds = 10.0

    /// Bytes of a run's checkpoints when nothing was measured.
    static func assumedRunBytes(_ preset: Configuration.Train.Preset, keep: Int) -> Double {
        let checkpoint: Double =
            switch preset {
            case .tiny: 6e6
            case .small: 25e6
            case .medium: 110e6
            case .sprint: 620e6
            }
        return checkpoint * Double(keep)
    }

    /// The generator's files, the store with labels and the frames of one episode, as measured.
    static func assumedEpisodeBytes(pictureSide: Int) -> Double {
        0.6e6 + 19 * Double(pictureSide) * Double(pictureSide)
    }

    /// - Parameter jobs: How many cells are trained at once.
    package func estimate(_ configuration: Configuration, _ facts: ExperimentFacts, jobs: Int) -> Estimate {
        let states = cells.map { state(of: $0, facts) }
        var counts: [String: Int] = [:]
        for state in states { counts[state.rawValue, default: 0] += 1 }
        let left = zip(cells, states).filter { $1 == .open || $1 == .begun }.map(\.0)
        func rate(_ cell: Cell) -> Double {
            facts.rates[cell.kind] ?? Self.assumedRate(cell)
        }
        func remaining(_ cell: Cell) -> Int? {
            cell.updates.map { max(0, $0 - (facts.trainings[cell.run]?.step ?? 0)) }
        }
        let seconds = left.compactMap { cell in remaining(cell).map { Double($0) / rate(cell) } }
        let remainingUpdates = left.compactMap(remaining).reduce(0, +)
        // The last cell keeps one core busy while the others rest.
        let training = max(seconds.reduce(0, +) / Double(max(1, jobs)), seconds.max() ?? 0)
        let evaluations =
            zip(cells, states).filter { $1 == .open || $1 == .begun || $1 == .trained }.map(\.0.evaluations.count)
            .reduce(0, +)
            + references.count { facts.evaluations[$0] == nil }
        let evaluation = Double(evaluations) * (facts.evaluationSeconds ?? Self.assumedEvaluationSeconds)
        let isCounted = left.allSatisfy { $0.updates != nil }
        let labels = facts.labels
        let isVLM = labels?.isVLM ?? configuration.label.provider?.isServed ?? false
        var dollars: Double? = isVLM ? nil : 0
        if let labels, labels.isVLM, labels.settled > 0 {
            dollars = labels.dollars * Double(labels.spans) / Double(labels.settled)
        }
        var bytes = left.map {
            facts.runBytes ?? Self.assumedRunBytes($0.preset, keep: configuration.train.keep)
        }.reduce(0, +)
        if !facts.hasData, let episodes = configuration.simulate.episodes {
            bytes += Double(episodes) * Self.assumedEpisodeBytes(pictureSide: configuration.simulate.size)
        }
        let all = cells.compactMap(\.updates)
        return Estimate(
            cells: counts,
            updatesDone: cells.map { cell in
                let step = facts.trainings[cell.run]?.step ?? 0
                return min(step, cell.updates ?? step)
            }.reduce(0, +), updates: all.count == cells.count ? all.reduce(0, +) : nil,
            secondsLeft: isCounted ? training + evaluation : nil, jobs: jobs,
            rate: seconds.reduce(0, +) > 0 ? Double(remainingUpdates) / seconds.reduce(0, +) : 0,
            isMeasured: left.allSatisfy { facts.rates[$0.kind] != nil },
            dollarsSpent: labels?.dollars ?? 0, dollars: dollars, isVLM: isVLM,
            isAsking: isVLM && labels.map { $0.settled < $0.spans || $0.spans == 0 } ?? true, bytes: bytes)
    }
}

internal import ExperimentStore
internal import Foundation
package import StageSupport
package import Statistics

/// How large a difference to sparse an experiment can find on each of its sets: before it is run by a pilot's
/// variances, later by its own.
package struct Outlook: Sendable, Equatable {
    /// A set of tasks.
    package struct OnSet: Sendable, Equatable, Encodable {
        /// The set's name.
        package var set: String
        /// Of a row.
        package var seeds: Int
        /// Of the set; the tasks that sets have where nothing is said.
        package var tasks: Int
        /// Where the tasks are from; about two in three of the tasks until they are drawn.
        package var trajectories: Int
        /// Rows that are compared with sparse.
        package var comparisons: Int
        /// The difference found in 80 % of repetitions, by itself and among all comparisons.
        package var detectable: Double
        /// Likewise with Holm's correction.
        package var corrected: Double
        /// Whether the variances are of evaluations in the store rather than of the pilot in the program.
        package var isMeasured: Bool
        /// The variances.
        package var components: VarianceComponents
    }

    /// In the order of the experiment.
    package var sets: [OnSet]

    /// What is evaluated of a set: scores of each row by seed, and the trajectory of each task.
    package struct Evaluated: Sendable, Equatable {
        /// By row and seed, `[tasks]`.
        package var scores: [String: [Int: [Double]]]
        /// `[tasks]`.
        package var trajectories: [Int]

        /// - Parameter trajectories: `[tasks]`.
        package init(scores: [String: [Int: [Double]]], trajectories: [Int]) {
            self.scores = scores
            self.trajectories = trajectories
        }

        /// The rows' mean variances of differences to the row `sparse`, else to the first; nil without two seeds of two
        /// rows.
        package func components(rows: [String]) -> VarianceComponents? {
            let reference = rows.first { $0 == "sparse" } ?? rows.first
            guard let reference, let base = scores[reference] else { return nil }
            let all = rows.filter { $0 != reference }.compactMap { row -> VarianceComponents? in
                let mine = scores[row] ?? [:]
                let seeds = mine.keys.filter { base[$0] != nil }.sorted()
                guard seeds.count > 1, let x = try? ScoreMatrix(runs: seeds.compactMap { mine[$0] }),
                    let y = try? ScoreMatrix(runs: seeds.compactMap { base[$0] })
                else { return nil }
                return (try? PairedDifference(x, less: y, trajectories: trajectories))?.components
            }
            return VarianceComponents.mean(all)
        }
    }

    /// Tasks of a set that names no number.
    static let usualTasks = 100

    /// - Parameter evaluated: By set; those that have none are planned by the pilot's variances.
    package init(_ plan: ExperimentPlan, _ sets: [Configuration.TaskSet], evaluated: [String: Evaluated]) {
        self.sets = sets.map { set in
            let known = evaluated[set.name]
            let components = known?.components(rows: plan.rows.map(\.name))
            let tasks = known?.trajectories.count ?? set.tasks ?? Self.usualTasks
            let trajectories = known.map { Set($0.trajectories).count } ?? max(1, tasks * 65 / 100)
            let used = components ?? .pilot
            let error = used.standardError(seeds: plan.seeds.count, tasks: tasks, trajectories: trajectories)
            let comparisons = max(1, plan.rows.count - 1)
            return OnSet(
                set: set.name, seeds: plan.seeds.count, tasks: tasks, trajectories: trajectories,
                comparisons: comparisons, detectable: Power.detectable(standardError: error),
                corrected: Power.detectable(standardError: error, comparisons: comparisons),
                isMeasured: components != nil, components: used)
        }
    }

    /// A line a set.
    package var lines: [String] {
        func number(_ value: Double) -> String { String(format: "%.3f", value) }
        return sets.map { set in
            """
            detectable on \(set.set) at 80 % power: a difference of \(number(set.detectable)), among \
            \(set.comparisons) rows \(number(set.corrected)) (\(set.seeds) seeds x \(set.tasks) tasks of \
            \(set.isMeasured ? "" : "about ")\(set.trajectories) trajectories, variances \
            \(set.isMeasured ? "as measured" : "of a pilot"))
            """
        }
    }
}

extension Outlook {
    /// With the variances of the evaluations that the configuration's store has.
    ///
    /// - Throws: `StoreError` for a store that cannot be read.
    package init(_ plan: ExperimentPlan, _ configuration: StageSupport.Configuration) throws {
        var evaluated: [String: Evaluated] = [:]
        if FileManager.default.fileExists(atPath: configuration.store),
            let store = try? ExperimentStore(configuration.store, access: .read)
        {
            for set in configuration.evaluate.sets {
                evaluated[set.name] = try store.read { try Evaluated(plan, on: set.name, $0) }
            }
        }
        self.init(plan, configuration.evaluate.sets, evaluated: evaluated)
    }
}

extension Outlook.Evaluated {
    /// What the plan's cells have done on a set; nil where no evaluation is complete, or where they are of different
    /// tasks.
    init?(_ plan: ExperimentPlan, on set: String, _ db: StoreConnection) throws {
        let runs = try EvalRun.all(db).filter { $0.status == .done && $0.identity.taskSet == set }
        var keys: [String]?
        var scores: [String: [Int: [Double]]] = [:]
        for cell in plan.cells {
            guard let training = try TrainRun.named(cell.run, db),
                let run = runs.last(where: { $0.identity.trainRunID == training.id })
            else { continue }
            let rollouts = try run.rollouts(db).map(\.rollout)
            guard !rollouts.isEmpty, keys == nil || keys == rollouts.map(\.key) else { continue }
            keys = rollouts.map(\.key)
            scores[cell.row.name, default: [:]][cell.seed] = rollouts.map(\.proportion)
        }
        guard let keys else { return nil }
        var numbers: [String: Int] = [:]
        for key in keys where numbers[key] == nil { numbers[key] = numbers.count }
        self.init(scores: scores, trajectories: keys.map { numbers[$0] ?? 0 })
    }
}

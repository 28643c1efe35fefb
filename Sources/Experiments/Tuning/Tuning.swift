internal import Ground
package import StageSupport

/// The tuning of an experiment: an experiment of its own, whose rows are the experiment's, each with each combination
/// of settings, tried on a set of tasks that is not reported. Each row then has its best.
package struct Tuning: Sendable {
    /// A row with a combination.
    package struct Trial: Sendable, Equatable {
        /// The experiment's row.
        package var row: String
        /// The name of the row that tries it.
        package var name: String
        /// What it adds to the row, as for `--set`.
        package var settings: [String]
    }

    /// The experiment that tries.
    package var configuration: Configuration
    /// Row by row, combination by combination.
    package var trials: [Trial]
    /// The set that decides.
    package var set: String
    /// The sets that are reported.
    package var reported: [String]

    /// Nil where nothing is to be tuned.
    ///
    /// - Throws: ``StageError`` for a set that is none of the experiment's, or the only one.
    package init?(_ configuration: Configuration) throws {
        let tune = configuration.experiment.tune
        guard !tune.settings.choices.isEmpty, let set = tune.set else { return nil }
        let names = configuration.evaluate.sets.map(\.name)
        reported = names.filter { $0 != set }
        guard names.contains(set), !reported.isEmpty else {
            throw StageError(
                .badInput,
                "experiment.tune.set is \(set); it has to be one of evaluate.sets, and not the only one: "
                    + names.joined(separator: ", "))
        }
        self.set = set
        let combinations = tune.settings.combinations(in: "train")
        var trying = configuration
        var (rows, trials) = ([Configuration.Row](), [Trial]())
        for row in configuration.experiment.rows {
            for (number, settings) in combinations.enumerated() {
                var own = row
                own.name = "\(row.name)-tune\(number + 1)"
                own.set += settings
                rows.append(own)
                trials.append(Trial(row: row.name, name: own.name, settings: settings))
            }
        }
        self.trials = trials
        trying.experiment.rows = rows
        trying.experiment.seeds = tune.seeds ?? Array(configuration.experiment.seeds.prefix(1))
        trying.experiment.tune = .init()
        trying.evaluate.sets = configuration.evaluate.sets.filter { $0.name == set }
        self.configuration = trying
    }

    /// Settings that leave only the sets with these names.
    static func only(_ sets: [String]) -> String { "evaluate.only=[\(sets.joined(separator: ", "))]" }

    /// The cells of the tuning.
    ///
    /// - Throws: ``StageError`` for settings that are not understood.
    package func plan(_ places: ExperimentPlan.Places) throws -> ExperimentPlan {
        var places = places
        places.overrides.append(Self.only([set]))
        return try ExperimentPlan(configuration, places)
    }
}

extension Tuning {
    /// What a trial has reached.
    package struct Result: Sendable, Equatable, Codable {
        /// The experiment's row.
        package var row: String
        /// As for `--set`.
        package var settings: [String]
        /// The mean proportion completed over seeds and tasks; nil until all seeds are evaluated.
        package var completed: Double?
        /// Seeds evaluated.
        package var seeds: Int
        /// Whether it is the row's best.
        package var isChosen = false
    }

    /// The trials with what they reached, and each row's best chosen: the highest mean, of equal ones the first. A row
    /// has none until all its trials are evaluated, so that no row is tuned with less than another.
    ///
    /// - Parameter scores: The mean proportion of each seed's run, by the name of the trial's row.
    package func results(_ scores: [String: [Double]]) -> [Result] {
        let wanted = configuration.experiment.seeds.count
        var results = trials.map { trial in
            let own = scores[trial.name] ?? []
            return Result(
                row: trial.row, settings: trial.settings,
                completed: own.count == wanted ? own.reduce(0, +) / Double(wanted) : nil, seeds: own.count)
        }
        for row in Set(trials.map(\.row)) {
            let own = results.indices.filter { results[$0].row == row }
            guard own.allSatisfy({ results[$0].completed != nil }) else { continue }
            let best = own.max { a, b in
                let (first, second) = (results[a].completed ?? 0, results[b].completed ?? 0)
                return first != second ? first < second : a > b
            }
            if let best { results[best].isChosen = true }
        }
        return results
    }

    /// An experiment with each row's best settings, its other sets and no tuning; nil until all rows are tuned.
    package func tuned(_ original: Configuration, _ results: [Result]) -> Configuration? {
        var configuration = original
        configuration.experiment.tune = .init()
        configuration.evaluate.sets = original.evaluate.sets.filter { $0.name != set }
        for place in configuration.experiment.rows.indices {
            let name = configuration.experiment.rows[place].name
            guard let best = results.first(where: { $0.row == name && $0.isChosen }) else { return nil }
            configuration.experiment.rows[place].set += best.settings
        }
        return configuration
    }

    /// A table of all that was tried.
    package static func text(_ results: [Result]) -> String {
        var table = TextTable([("row", .left), ("settings", .left), ("completed", .right), ("", .left)])
        for result in results {
            table.add([
                result.row, result.settings.joined(separator: " "),
                result.completed.map { "\((1000 * $0).rounded() / 1000)" } ?? "-", result.isChosen ? "chosen" : "",
            ])
        }
        return table.text
    }
}

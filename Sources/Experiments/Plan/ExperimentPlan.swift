internal import Foundation
internal import Ground
package import StageSupport

/// What an experiment consists of: each row of its table trained once a seed, and evaluated. Nothing is read or run.
package struct ExperimentPlan: Sendable, Equatable {
    /// A row at a seed.
    package struct Cell: Sendable, Equatable {
        package var row: Configuration.Row
        package var seed: Int
        /// The training run's name.
        package var run: String
        /// The names of its evaluations, one a task set.
        package var evaluations: [String]
        package var algorithm: Configuration.Train.Algorithm
        package var preset: Configuration.Train.Preset
        /// Updates in all; nil where the configuration counts epochs.
        package var updates: Int?
        /// The program and its arguments.
        package var trainCommand: [String]
        package var evaluateCommand: [String]
    }

    /// A label run beside the main one.
    package struct Labels: Sendable, Equatable, Codable {
        /// The label run's name.
        package var name: String
        /// What `rgvlm-label run` and `rgvlm-label lint` are told besides.
        package var options: [String]
    }

    /// How commands name what they work on. Relative paths stay relative to the folder of whoever runs them.
    package struct Places: Sendable, Equatable {
        package var config: String?
        package var store: String
        /// `key.path=value`, given on the command line beside the file.
        package var overrides: [String]
        /// The folder of the programs; nil when a shell finds them by name.
        package var programs: String?

        package init(config: String?, store: String, overrides: [String] = [], programs: String? = nil) {
            self.config = config
            self.store = store
            self.overrides = overrides
            self.programs = programs
        }
    }

    /// Who is evaluated beside the policies: as in `rgvlm-evaluate run --agent`.
    package static let referenceAgents = ["expert", "random"]

    package var seeds: [Int]
    package var rows: [Configuration.Row]
    /// All rows of the first seed, then those of the next: an experiment stopped half-way has whole seeds to compare.
    package var cells: [Cell]
    /// What graded data are made from, if they are.
    package var grade: Configuration.Grade?
    /// Label runs that are made beside the main one.
    package var labels: [Labels]
    /// The names of the references' evaluations.
    package var references: [String]
    package var referenceCommands: [[String]]

    /// - Throws: ``StageError`` for an experiment without rows, for a row whose settings are not understood, and for
    ///   names
    ///   that do not fit in one line.
    package init(_ configuration: Configuration, _ places: Places) throws {
        let experiment = configuration.experiment
        guard !experiment.rows.isEmpty else {
            throw StageError(
                .badInput,
                "\(places.config ?? "the configuration"): experiment.rows is empty; see Pipelines/demo.yaml for one "
                    + "with rows"
            )
        }
        rows = experiment.rows
        seeds = experiment.seeds
        grade = experiment.grade
        labels = try experiment.labels.map { variant in
            do {
                _ = try configuration.overridden(by: variant.set)
            } catch let error as StageError {
                throw StageError(error.exit, "experiment label run \(variant.name): \(error.description)")
            }
            guard variant.name != configuration.label.runName else {
                throw StageError(
                    .badInput, "experiment.labels: \(variant.name) is the name of the main label run; give another")
            }
            return Labels(
                name: variant.name, options: ["--run", variant.name] + variant.set.flatMap { ["--set", $0] })
        }
        let sets = configuration.evaluate.shownSets.map(\.name)
        cells = []
        let settings = try rows.map { row in
            do {
                return try configuration.overridden(by: row.set).train
            } catch let error as StageError {
                throw StageError(error.exit, "experiment row \(row.name): \(error.description)")
            }
        }
        for seed in seeds {
            for (row, own) in zip(rows, settings) {
                let run = row.run(seed: seed)
                cells.append(
                    Cell(
                        row: row, seed: seed, run: run,
                        evaluations: sets.map { Configuration.Evaluate.run(run, on: $0) },
                        algorithm: own.algorithm, preset: own.preset, updates: own.steps,
                        trainCommand: places.command("rgvlm-train", ["run"]) + ["--run", run, "--seed", String(seed)]
                            + row.set.flatMap { ["--set", $0] } + ["--threads", "1"],
                        evaluateCommand: places.evaluation(["--run", run])))
            }
        }
        references = Self.referenceAgents.flatMap { agent in sets.map { Configuration.Evaluate.run(agent, on: $0) } }
        referenceCommands = Self.referenceAgents.map { places.evaluation(["--agent", $0]) }
        let words =
            cells.flatMap { $0.trainCommand + $0.evaluateCommand } + referenceCommands.joined()
            + labels.flatMap(\.options)
        if let word = words.first(where: { $0.unicodeScalars.contains { "\n\r\0".unicodeScalars.contains($0) } }) {
            throw StageError(.usage, "\(word): a name or setting with a line break does not fit in a command line")
        }
    }
}

extension ExperimentPlan.Places {
    /// The folder that this program was called in, relative where it lies below the current one; nil when a shell found
    /// the program by its name.
    package static var calledIn: String? {
        let called = CommandLine.arguments[0]
        guard let slash = called.lastIndex(of: "/") else { return nil }
        let folder = String(called[..<slash])
        let current = FileManager.default.currentDirectoryPath + "/"
        return folder.hasPrefix(current) ? String(folder.dropFirst(current.count)) : folder
    }

    /// An evaluation, of a run or of a reference.
    package func evaluation(_ whom: [String]) -> [String] { command("rgvlm-evaluate", ["run"]) + whom }

    /// A program with the options that all stages share.
    func command(_ program: String, _ arguments: [String]) -> [String] {
        [programs.map { "\($0)/\(program)" } ?? program] + arguments + (config.map { ["--config", $0] } ?? [])
            + ["--store", store] + overrides.flatMap { ["--set", $0] }
    }
}

extension ExperimentPlan {
    /// What the lint of a label run is told: the main one's for nil. Its page and results go to the folder `out`.
    static func lintOptions(_ labels: Labels?, out: String) -> [String] {
        let name = labels.map { "lint-" + $0.name } ?? "lint"
        return (labels?.options ?? []) + ["--page", "\(out)/\(name).html", "--results", "\(out)/\(name).json"]
    }
}

extension ExperimentPlan.Cell {
    /// What its speed depends on, as in `iql small`.
    var kind: String { "\(algorithm.rawValue) \(preset.rawValue)" }

    /// The commands as lines for a shell.
    package var trainLine: String { ShellWords.line(trainCommand) }
    package var evaluateLine: String { ShellWords.line(evaluateCommand) }
}

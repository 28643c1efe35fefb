internal import Episodes
internal import ExperimentStore
internal import Ground
internal import Pages

/// What the page's script shows: short names, since there is much of it.
struct PageData: Encodable {
    struct Measured: Encodable {
        var name: String
        var title: String
        /// The number of sub-tasks of the tasks it covers; nil for all.
        var length: Int?
    }

    struct Task: Encodable {
        var key: String
        var text: String
        /// Sub-tasks.
        var n: Int
        var type: String?
        var scene: Int
        var start: String
        var expert: Int
        var limit: Int
        /// The source episode's id, when the store has it.
        var episode: Int64?
    }

    struct TaskSet: Encodable {
        var name: String
        var tasks: [Task]
    }

    /// A rollout's steps: actions as letters, `a` the first; then pairs of a step and an index into the strings.
    struct Steps: Encodable, Equatable {
        var a: String
        var o: [Int]
        var f: [Int]
        /// Steps that completed a sub-task.
        var c: [Int]
    }

    struct Evaluation: Encodable {
        var name: String
        /// Why the table does not count it; nil where it does.
        var uncounted: String?
        var step: Int?
        var sha256: String?
        var seconds: Double?
        var config: String
        /// By task: completed, steps, and conditions met and in all where there are some. Nil for tasks that are not
        /// done yet; nothing at all of another version of the set, whose tasks are others.
        var r: [[Int]?]
        var problems: [String: String]
        var s: [Steps?]
        /// The mean of each of the ``PageData/measures``, over the tasks that the table covers; nil where there is none.
        var means: [Double?]
    }

    struct Run: Encodable {
        var name: String
        var seed: Int
        var command: String
        var state: String
        var reward: String?
        /// Index into the labels.
        var labels: Int?
        /// By task set.
        var evaluations: [Evaluation?]
    }

    struct Row: Encodable {
        var title: String
        var runs: [Run]
    }

    struct Labels: Encodable {
        var name: String
        var model: String
        var provider: String
        var prompts: [String]
        var settings: String
        var dollars: Double
        /// Whether somebody is paid for answers.
        var priced: Bool
    }

    var measures: [Measured]
    var actions: [String]
    var sets: [TaskSet]
    /// Those of the table, then the references.
    var rows: [Row]
    var labels: [Labels]
    var episodes: [String: SourceEpisode]
    /// Source episodes that would have made the page too large.
    var leftOut: [Int64]
    var strings: [String]
}

/// Texts by number, each cleaned once.
struct StringTable {
    private(set) var strings: [String] = []
    private var numbers: [String: Int] = [:]

    mutating func number(_ text: String) -> Int {
        if let number = numbers[text] { return number }
        numbers[text] = strings.count
        strings.append(Plain.text(text))
        return strings.count - 1
    }
}

extension PageData {
    /// - Parameters:
    ///   - steps: The steps of a rollout by its id.
    ///   - sources: Source episodes by id, and those that are left out.
    init(
        _ data: ReportData, _ table: ResultTable, sources: (episodes: [Int64: SourceEpisode], leftOut: [Int64]),
        steps: (Int64) throws -> [Rollout.Step]
    ) rethrows {
        measures = Measure.all.map {
            if case .proportionOf(let length) = $0 { return Measured(name: $0.name, title: $0.title, length: length) }
            return Measured(name: $0.name, title: $0.title, length: nil)
        }
        actions = Action.allCases.sorted { $0.rawValue < $1.rawValue }.map(\.name)
        let shown = data.plan.sets.map { ShownSet($0, data) }
        sets = zip(data.plan.sets, shown).map { TaskSet(name: $0, tasks: $1.rollouts.map { Task($0) }) }
        var texts = StringTable()
        rows = []
        for row in data.rows {
            var runs: [Run] = []
            for run in row.runs {
                let evaluations = try zip(data.plan.sets, shown).map { set, shown in
                    try run.evaluations[set].map { try Self.evaluation($0, shown, &texts, steps) }
                }
                runs.append(Self.run(run, data, evaluations))
            }
            rows.append(Row(title: row.title(in: data), runs: runs))
        }
        for reference in data.references {
            let evaluations = try zip(data.plan.sets, shown).map { set, shown in
                try reference.evaluations[set].map { try Self.evaluation($0, shown, &texts, steps) }
            }
            let first = data.plan.sets.lazy.compactMap { reference.evaluations[$0] }.first
            rows.append(
                Row(
                    title: reference.title,
                    runs: [
                        Run(
                            name: reference.agent.rawValue, seed: Int(first?.run.identity.seed ?? 0),
                            command: data.plan.referenceCommands[reference.agent.rawValue] ?? "", state: "not trained",
                            reward: nil, labels: nil, evaluations: evaluations)
                    ]))
        }
        labels = data.labels.map {
            Labels(
                name: Plain.text($0.name), model: $0.shownModel, provider: Plain.text($0.provider),
                prompts: $0.prompts.map(Plain.text), settings: Plain.text($0.settings), dollars: $0.dollars,
                priced: $0.annotator == "vlm")
        }
        episodes = Dictionary(uniqueKeysWithValues: sources.episodes.map { (String($0.key), $0.value) })
        leftOut = sources.leftOut
        strings = texts.strings
    }

    private static func run(_ run: ReportData.Run, _ data: ReportData, _ evaluations: [Evaluation?]) -> Run {
        let training = run.training
        let identity = training?.run.identity
        let state = training.map { training in
            [
                training.run.status.rawValue, Show.plural(training.run.step, "update"), training.settings.algorithm,
                training.settings.preset, training.settings.encoder,
            ].joined(separator: ", ")
        }
        return Run(
            name: Plain.text(run.plan.name), seed: run.plan.seed, command: Plain.text(run.plan.command),
            state: Plain.text(state ?? "not trained yet"), reward: training?.settings.rewardWords,
            labels: data.labels.firstIndex { $0.id == identity?.labelRunID }, evaluations: evaluations)
    }

    private static func evaluation(
        _ evaluation: ReportData.Evaluation, _ set: ShownSet, _ texts: inout StringTable,
        _ steps: (Int64) throws -> [Rollout.Step]
    ) rethrows -> Evaluation {
        let identity = evaluation.run.identity
        let (uncounted, places) = set.places(of: evaluation)
        var result = Evaluation(
            name: Plain.text(identity.name), uncounted: uncounted, step: identity.checkpointStep,
            sha256: identity.checkpointSHA256.map(\.hex), seconds: evaluation.run.seconds,
            config: Plain.text(identity.config), r: [], problems: [:], s: [],
            means: Measure.all.map { set.mean(of: $0, places.map { $0?.rollout }) })
        for (place, entry) in places.enumerated() {
            guard let rollout = entry?.rollout, let id = entry?.id else {
                result.r.append(nil)
                result.s.append(nil)
                continue
            }
            let conditions = rollout.conditions.map { [$0.met, $0.total] } ?? []
            result.r.append([rollout.completed, rollout.stepCount] + conditions)
            if let problem = rollout.problem { result.problems[String(place)] = Plain.text(problem) }
            result.s.append(Self.encoded(try steps(id), &texts))
        }
        return result
    }

    static func encoded(_ steps: [Rollout.Step], _ texts: inout StringTable) -> Steps {
        var encoded = Steps(a: "", o: [], f: [], c: [])
        for (t, step) in steps.enumerated() {
            // Actions are 1 to 12 in the store.
            let letter = UInt8(ascii: "a") + UInt8(clamping: max(0, min(25, step.action - 1)))
            encoded.a.unicodeScalars.append(Unicode.Scalar(letter))
            let named = step.objectClass > 0 ? ObjectClass(id: step.objectClass)?.name : nil
            if let object = step.objectID ?? named { encoded.o += [t, texts.number(object)] }
            if let failure = step.failure { encoded.f += [t, texts.number(failure)] }
            if step.completed { encoded.c.append(t) }
        }
        return encoded
    }
}

internal import ExperimentStore
internal import Ground
internal import Pages
package import Statistics

/// Makes the numbers of a report. Pure: the same data and seed give the same table.
package struct TableBuilder: Sendable {
    var bootstrap: Bootstrap

    /// - Parameter bootstrap: Draws the intervals.
    package init(bootstrap: Bootstrap = Bootstrap()) { self.bootstrap = bootstrap }

    /// The table of all task sets of the plan, a line for each row and each reference.
    package func table(_ data: ReportData) -> ResultTable {
        ResultTable(sets: data.plan.sets.map { set($0, data) })
    }

    /// A row's evaluations that count: complete, of the same version of the set.
    private struct Entry {
        var seeds: [Int]
        /// `[runs][tasks]`.
        var rollouts: [[Rollout]]
    }

    private func set(_ name: String, _ data: ReportData) -> ResultTable.TaskSet {
        let version = SetVersion.counted(of: name, data)
        func isCounted(_ evaluation: ReportData.Evaluation?) -> Bool { version?.counts(evaluation) ?? false }
        func entry(_ evaluations: [(seed: Int, evaluation: ReportData.Evaluation)]) -> Entry {
            let counted = evaluations.filter { isCounted($0.evaluation) }
            return Entry(seeds: counted.map(\.seed), rollouts: counted.map { $0.evaluation.rollouts.map(\.rollout) })
        }
        let entries = data.rows.map { row in
            entry(row.runs.compactMap { run in run.evaluations[name].map { (run.plan.seed, $0) } })
        }
        let references = data.references.map { reference in
            entry(reference.evaluations[name].map { [(0, $0)] } ?? [])
        }
        let all = (entries + references).flatMap(\.rollouts)
        let tasks = Dictionary(uniqueKeysWithValues: Measure.all.map { ($0, Self.tasks(of: $0, all)) })
        let roles = Roles(data)
        let sparse = roles.sparse
        let trajectories = Self.trajectories(all.first ?? [])
        var lines: [ResultTable.Line] = []
        for (place, (row, entry)) in zip(data.rows, entries).enumerated() {
            var line = line(entry, tasks, trajectories, sparse: place == sparse ? nil : sparse.map { entries[$0] })
            (line.name, line.title) = (row.plan.name, row.title(in: data))
            (line.kind, line.planned) = (row.plan.kind.rawValue, row.runs.count)
            line.runs = row.runs.map { Self.run($0, $0.evaluations[name], tasks, isCounted($0.evaluations[name])) }
            line.problems = row.runs.flatMap { Self.problems($0, name, isCounted($0.evaluations[name])) }
            lines.append(line)
        }
        func compared(with place: Int?) -> [Comparison] {
            place.map { other in
                .corrected(
                    lines.indices.compactMap { mine in
                        mine == other
                            ? nil
                            : Self.difference(entries[mine], entries[other], tasks, trajectories).map {
                                (lines[mine], lines[other].name, $0)
                            }
                    })
            } ?? []
        }
        let (differences, toCombined) = (compared(with: sparse), compared(with: roles.combined))
        for place in lines.indices { lines[place].difference = differences.of(lines[place].name) }
        for (reference, entry) in zip(data.references, references) {
            var line = line(entry, tasks, trajectories, sparse: nil)
            let evaluation = reference.evaluations[name]
            line.name = reference.agent.rawValue
            line.title = reference.title
            (line.kind, line.planned) = ("reference", 1)
            if let evaluation {
                let planned = ReportPlan.Run(
                    seed: Int(evaluation.run.identity.seed), name: reference.agent.rawValue,
                    command: data.plan.referenceCommands[reference.agent.rawValue] ?? "")
                line.runs = [
                    Self.run(
                        ReportData.Run(plan: planned, training: nil, evaluations: [:]), evaluation, tasks,
                        isCounted(evaluation))
                ]
                line.problems = [Self.problem(evaluation, of: line.name, name, isCounted(evaluation))].compactMap { $0 }
            } else {
                line.problems = ["\(line.name) is not evaluated on \(Plain.text(name))"]
            }
            lines.append(line)
        }
        let first = all.first ?? []
        return ResultTable.TaskSet(
            name: name, sha256: version.map(\.sha256.hex), tasks: first.count,
            lengths: Dictionary(first.map { ($0.subTasks.count, 1) }, uniquingKeysWith: +),
            problems: first.count(where: { $0.problem != nil }),
            counts: Dictionary(uniqueKeysWithValues: tasks.map { ($0.key.name, $0.value.count) }), lines: lines,
            differences: differences, differencesToCombined: toCombined, detectable: differences.detectable)
    }

    /// - Parameter trajectories: Of each task of the set.
    private func line(
        _ entry: Entry, _ tasks: [Measure: [Int]], _ trajectories: [Int], sparse: Entry?
    ) -> ResultTable.Line {
        var line = ResultTable.Line(
            name: "", title: "", kind: "", seeds: entry.seeds.count, planned: 0, cells: [:], iqm: nil,
            improvement: nil, difference: nil, runs: [], problems: [])
        for measure in Measure.all {
            guard let matrix = Self.matrix(entry, measure, tasks) else { continue }
            line.cells[measure.name] = cell(of: .mean, matrix, (tasks[measure] ?? []).map { trajectories[$0] })
        }
        guard let mine = Self.matrix(entry, .proportion, tasks) else { return line }
        line.iqm = cell(of: .iqm, mine, (tasks[.proportion] ?? []).map { trajectories[$0] })
        guard let sparse, let other = Self.matrix(sparse, .proportion, tasks) else { return line }
        let runs = min(mine.runs, other.runs)
        let resampling = Self.resampling(runs: runs, groups: mine.tasks)
        if let improvement = try? bootstrap.improvement(of: mine, over: other, resampling: resampling) {
            line.improvement = Self.cell(improvement, resampling, stratified: nil, tasks: mine.tasks, seeds: runs)
        }
        return line
    }

    /// The difference of two rows in their pairs; nil where they have none.
    private static func difference(
        _ mine: Entry, _ other: Entry, _ tasks: [Measure: [Int]], _ trajectories: [Int]
    ) -> PairedDifference? {
        let pairs = pairs(mine.seeds, other.seeds)
        func rows(_ entry: Entry, _ places: [Int]) -> Entry {
            Entry(seeds: places.map { entry.seeds[$0] }, rollouts: places.map { entry.rollouts[$0] })
        }
        guard let mine = matrix(rows(mine, pairs.map(\.mine)), .proportion, tasks),
            let other = matrix(rows(other, pairs.map(\.other)), .proportion, tasks)
        else { return nil }
        return try? PairedDifference(
            mine, less: other, trajectories: (tasks[.proportion] ?? []).map { trajectories[$0] })
    }

    /// Of each task the trajectory it is from, by number.
    static func trajectories(_ rollouts: [Rollout]) -> [Int] {
        var numbers: [String: Int] = [:]
        return rollouts.map { rollout in
            let number = numbers[rollout.key] ?? numbers.count
            numbers[rollout.key] = number
            return number
        }
    }

    /// Places of runs with the same seed, each used once: the k-th of a seed with the k-th. What only one of the two
    /// has is left out.
    static func pairs(_ mine: [Int], _ other: [Int]) -> [(mine: Int, other: Int)] {
        var free = Dictionary(grouping: other.indices) { other[$0] }.mapValues { ArraySlice($0) }
        return mine.indices.compactMap { place in
            free[mine[place]]?.popFirst().map { (place, $0) }
        }
    }

    private func cell(of aggregate: Aggregate, _ matrix: ScoreMatrix, _ trajectories: [Int]) -> ResultTable.Cell {
        let resampling = Self.resampling(runs: matrix.runs, groups: Set(trajectories).count)
        return Self.cell(
            bootstrap.estimate(of: aggregate, matrix, over: resampling, trajectories: trajectories), resampling,
            stratified: bootstrap.interval(of: aggregate, matrix, over: .runs), tasks: matrix.tasks, seeds: matrix.runs)
    }

    private static func cell(
        _ estimate: Estimate, _ resampling: Resampling, stratified: Interval?, tasks: Int, seeds: Int
    ) -> ResultTable.Cell {
        ResultTable.Cell(
            value: estimate.value, low: estimate.interval?.low, high: estimate.interval?.high,
            over: estimate.interval == nil ? nil : resampling.rawValue, stratifiedLow: stratified?.low,
            stratifiedHigh: stratified?.high, tasks: tasks, seeds: seeds)
    }

    /// Over seeds and trajectories where there are several of both.
    private static func resampling(runs: Int, groups: Int) -> Resampling {
        runs > 1 && groups > 1 ? .crossed : runs > 1 ? .runs : .tasks
    }

    private static func matrix(_ entry: Entry, _ measure: Measure, _ tasks: [Measure: [Int]]) -> ScoreMatrix? {
        let places = tasks[measure] ?? []
        return try? ScoreMatrix(
            runs: entry.rollouts.map { rollouts in places.map { measure.score(rollouts[$0]) ?? .nan } })
    }

    /// The places of tasks for which every evaluation has the measure.
    private static func tasks(of measure: Measure, _ all: [[Rollout]]) -> [Int] {
        guard let first = all.first else { return [] }
        return first.indices.filter { place in all.allSatisfy { measure.score($0[place]) != nil } }
    }

    private static func run(
        _ run: ReportData.Run, _ evaluation: ReportData.Evaluation?, _ tasks: [Measure: [Int]], _ isCounted: Bool
    ) -> ResultTable.Run {
        var means: [String: Double] = [:]
        if isCounted, let evaluation {
            for measure in Measure.all {
                let scores = (tasks[measure] ?? []).compactMap { measure.score(evaluation.rollouts[$0].rollout) }
                if !scores.isEmpty { means[measure.name] = scores.reduce(0, +) / Double(scores.count) }
            }
        }
        return ResultTable.Run(
            name: run.plan.name, seed: run.plan.seed, evaluation: evaluation?.run.identity.name,
            command: run.plan.command, checkpointStep: evaluation?.run.identity.checkpointStep, counted: isCounted,
            means: means)
    }

    private static func problems(_ run: ReportData.Run, _ set: String, _ isCounted: Bool) -> [String] {
        let name = Plain.text(run.plan.name)
        guard let training = run.training else { return ["\(name) is not trained"] }
        guard let evaluation = run.evaluations[set] else {
            let state =
                training.run.status == .done
                ? "is trained" : "is under way (\(Show.plural(training.run.step, "update")))"
            return ["\(name) \(state), but not evaluated on \(Plain.text(set))"]
        }
        if let problem = problem(evaluation, of: name, set, isCounted) { return [problem] }
        if let step = evaluation.run.identity.checkpointStep, step < training.run.actingStep {
            return [
                """
                \(name) was evaluated after \(Show.count(step)) of its \
                \(Show.plural(training.run.actingStep, "update"))
                """
            ]
        }
        return []
    }
    /// Why an evaluation is not counted; nil where it is.
    private static func problem(
        _ evaluation: ReportData.Evaluation, of name: String, _ set: String, _ isCounted: Bool
    ) -> String? {
        guard !isCounted else { return nil }
        return evaluation.run.status == .done
            ? "\(name) was evaluated on another version of \(Plain.text(set))"
            : "the evaluation of \(name) on \(Plain.text(set)) is not complete"
    }
}

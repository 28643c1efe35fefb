internal import Episodes
internal import ExperimentStore
internal import Pages

/// What was done, and where it is not what the paper or SPRINT did.
struct Footnotes: Sendable, Encodable {
    /// Name and value.
    struct Fact: Sendable, Equatable, Encodable {
        var name: String
        var value: String
    }

    var facts: [Fact]
    var deviations: [String]

    init(_ data: ReportData, _ table: ResultTable) {
        facts = Self.facts(data, table)
        deviations = Self.deviations(data, table)
    }

    private static func facts(_ data: ReportData, _ table: ResultTable) -> [Fact] {
        let (facts, settings) = (data.facts, data.rows.compactMap(\.settings))
        var list: [Fact] = []
        func add(_ name: String, _ value: String?) {
            if let value, !value.isEmpty { list.append(Fact(name: name, value: value)) }
        }
        /// Of most rows; what others have is named with them.
        func setting(_ value: (TrainingSettings) -> String?) -> String? {
            let values = data.rows.compactMap { row in
                row.settings.flatMap(value).map { (row.plan.name, $0) }
            }
            var groups: [(value: String, rows: [String])] = []
            for (row, value) in values {
                if let place = groups.firstIndex(where: { $0.value == value }) {
                    groups[place].rows.append(Plain.text(row))
                } else {
                    groups.append((value, [Plain.text(row)]))
                }
            }
            guard let most = groups.max(by: { $0.rows.count < $1.rows.count }) else { return nil }
            let others = groups.filter { $0.value != most.value }.map { "for \(Show.list($0.rows)) \($0.value)" }
            return ([most.value] + others).joined(separator: "; ")
        }
        add("Data", self.data(facts, data.plan))
        if !data.frameSize.isEmpty || facts.renderedFrames + facts.recordedFrames > 0 {
            let size = data.frameSize.prefix(2).map(String.init).joined(separator: " x ")
            add(
                "Frames",
                [
                    size.isEmpty ? nil : "\(size) RGB",
                    facts.renderedFrames > 0 ? "\(Show.count(facts.renderedFrames)) drawn by the simulator" : nil,
                    facts.recordedFrames > 0 ? "\(Show.count(facts.recordedFrames)) from files" : nil,
                ].compactMap { $0 }.joined(separator: ", "))
        }
        add("Features", setting { encoder($0.encoder) })
        add("Window", setting { $0.learning.map { "\($0.window) steps" } })
        add(
            "Pictures",
            settings.contains { ($0.learning?.shift ?? 0) > 0 }
                ? setting { settings in
                    settings.learning.map {
                        $0.shift > 0 ? "moved by up to \(Show.plural($0.shift, "pixel")) in training" : "as they are"
                    }
                } : nil)
        add(
            "First weights",
            settings.contains { $0.learning?.start != nil }
                ? setting { settings in
                    settings.learning.map { learning in
                        learning.start.map {
                            "the policy's of \(Plain.text($0.run)), after \(Show.plural($0.step, "update")) of cloning"
                        } ?? "drawn at random"
                    }
                } : nil)
        add(
            "End",
            settings.contains { $0.learning?.earlyStop != nil }
                ? setting { settings in
                    settings.learning.map { learning in
                        learning.earlyStop.map {
                            "after \(Show.plural($0, "validation")) without a better one; the best checkpoint acts"
                        } ?? "after all updates"
                    }
                } : nil)
        add(
            "Network",
            setting { settings in
                "\(settings.preset), \(Show.count(settings.parameters)) parameters"
            })
        add("Updates", updates(data))
        add("Batch", setting { $0.learning.map { "\($0.batchSize) windows" } })
        add("Algorithm", setting(\.algorithm))
        add(
            "Learning",
            setting { settings in
                settings.learning.map { learning in
                    let (iql, optimizer) = (learning.iql, learning.optimizer)
                    return [
                        "discount \(Show.short(Double(iql.discount)))",
                        "expectile \(Show.short(Double(iql.expectile)))",
                        "temperature \(Show.short(Double(iql.temperature)))",
                        "weight clip \(Show.short(Double(iql.weightLimit)))",
                        "Polyak \(Show.short(Double(iql.polyak)))",
                        "AdamW \(Show.short(Double(optimizer.learningRate)))",
                        optimizer.cosineSteps.map { "falling to 0 along a cosine over \(Show.count($0)) updates" },
                        "decay \(Show.short(Double(optimizer.weightDecay)))", Plain.text(learning.precision),
                    ].compactMap { $0 }.joined(separator: ", ")
                }
            })
        for row in data.rows { add("Reward of \(Plain.text(row.plan.name))", row.settings?.rewardWords) }
        for labels in data.labels {
            add(
                "Labels \(Plain.text(labels.name))",
                ([labels.shownModel, "prompts \(Plain.text(Show.list(labels.prompts)))"]
                    + [
                        "\(Show.count(labels.scored)) transitions scored",
                        "\(Show.count(labels.unscored)) without a score",
                        "cost $\(Show.number(labels.dollars))",
                    ]).joined(separator: ", "))
        }
        add("Seeds", seeds(data))
        for set in table.sets { add("Tasks of \(Plain.text(set.name))", tasks(set)) }
        for set in table.sets { add("Evaluations on \(Plain.text(set.name))", others(set.name, data)) }
        add("Version", data.plan.version.map { Plain.text($0) })
        return list
    }

    /// What to know where policies were evaluated more than once on a set; nil where none was.
    private static func others(_ set: String, _ data: ReportData) -> String? {
        let evaluations =
            data.rows.flatMap { $0.runs.compactMap { $0.evaluations[set] } }
            + data.references.compactMap { $0.evaluations[set] }
        let several = evaluations.filter { $0.others > 0 }
        guard !several.isEmpty else { return nil }
        let others = several.reduce(0) { $0 + $1.others }
        return
            """
            several for \(several.count) of \(Show.plural(evaluations.count, "policy", "policies")): the newest of \
            those \
            that fit this experiment counts, \(Show.plural(others, "other")) of other tasks, seeds or checkpoints \
            \(others == 1 ? "does" : "do") not (rgvlm-evaluate status lists them)
            """
    }

    private static func data(_ facts: DatasetFacts, _ plan: ReportPlan) -> String? {
        guard let dataset = facts.dataset else { return nil }
        let episodes = plan.splits.reduce(0) { $0 + (facts.episodes[$1] ?? 0) }
        let instructions = plan.kinds.compactMap { kind in
            facts.instructions[kind].map { "\(Show.count($0)) \(kind.rawValue)" }
        }
        return "\(Plain.text(dataset)), \(Plain.text(plan.splits.joined(separator: " + "))): "
            + "\(Show.plural(episodes, "trajectory", "trajectories")), "
            + "\(Show.plural(facts.transitions, "transition")), "
            + "instructions: \(instructions.isEmpty ? "none" : Show.list(instructions))"
    }

    private static func encoder(_ name: String) -> String {
        switch name {
        case "patches": "patches (7 x 7 of 8 x 8 pixels, learned from pixels)"
        case "segmentation": "segmentation (oracle classes from the simulator)"
        default: Plain.text(name)
        }
    }

    private static func updates(_ data: ReportData) -> String? {
        let steps = data.rows.flatMap { $0.runs.compactMap { $0.training?.run.step } }
        guard let least = steps.min(), let most = steps.max() else { return nil }
        return least == most ? Show.count(least) : "\(Show.count(least)) to \(Show.count(most))"
    }

    private static func seeds(_ data: ReportData) -> String? {
        var all: [Int] = []
        let trained = data.rows.flatMap { $0.runs.filter { $0.training != nil }.map(\.plan.seed) }
        for seed in trained where !all.contains(seed) { all.append(seed) }
        return all.isEmpty ? nil : all.map(String.init).joined(separator: ", ")
    }

    private static func tasks(_ set: ResultTable.TaskSet) -> String {
        guard set.tasks > 0 else { return "not evaluated" }
        let lengths = set.lengths.sorted { $0.key < $1.key }.map { "\($0.value) of \($0.key)" }
        var text =
            """
            \(Show.count(set.tasks)): \(lengths.joined(separator: ", ")) \
            \(set.lengths.count == 1 && set.lengths.keys.first == 1 ? "sub-task" : "sub-tasks")
            """
        if let sha256 = set.sha256 { text += "; sha256 \(sha256.prefix(12))" }
        if set.problems > 0 {
            text +=
                """
                ; \(Show.plural(set.problems, "task")) could not be set up in the simulator and \
                \(set.problems == 1 ? "counts" : "count") as not completed
                """
        }
        return text
    }

    /// Trajectories of ALFRED's training split.
    private static let releaseTrajectories = 6574

    private static func way(_ settings: LearningSettings) -> String {
        "AdamW at \(Show.short(Double(settings.optimizer.learningRate)))"
            + (settings.optimizer.cosineSteps == nil ? "" : ", falling to 0 along a cosine")
            + ", batches of \(settings.batchSize)"
    }

    private static func deviations(_ data: ReportData, _ table: ResultTable) -> [String] {
        let settings = data.rows.compactMap(\.settings)
        let facts = data.facts
        var list = [
            """
            The simulator is this package's own, with ALFRED's rules and a renderer of boxes and prisms; the published \
            numbers are from AI2-THOR 2.1.0, which needs Unity. Numbers of the two do not compare.
            """
        ]
        if facts.hasRealRooms {
            list.append(
                """
                Rooms of real floor plans are estimated from the release's layouts and trajectories; things stand \
                where recordings need them.
                """
            )
        }
        if facts.hasGeneratedRooms { list.append("Rooms, trajectories and instructions are generated, not ALFRED's.") }
        if settings.contains(where: { $0.encoder == "patches" }) {
            list.append(
                """
                The network learns from 56 x 56 pictures in patches; SPRINT uses frozen ResNet-18 features of 300 x \
                300 pictures.
                """
            )
        }
        if settings.contains(where: { $0.encoder == "segmentation" }) {
            list.append("Rows with segmentation features see the simulator's true object classes: an oracle.")
        }
        let parameters = settings.map(\.parameters)
        if let largest = parameters.max(), settings.contains(where: { $0.preset != "sprint" }) {
            list.append("The network has \(Show.count(largest)) parameters; SPRINT's about 44 million.")
        }
        let ways = Set(
            settings.compactMap(\.learning).filter {
                $0.optimizer.learningRate != AdamW().learningRate || $0.optimizer.cosineSteps != nil
                    || $0.batchSize != 64
            }.map(way))
        if !ways.isEmpty {
            list.append("\(Show.list(ways.sorted())); SPRINT: AdamW at 0.0001 throughout, batches of 64.")
        }
        if let text = SprintSettings.deviation(settings) { list.append(text) }
        if facts.hasRealRooms {
            let episodes = data.plan.splits.reduce(0) { $0 + (facts.episodes[$1] ?? 0) }
            if data.plan.splits == ["train"], episodes > 0, episodes < Self.releaseTrajectories {
                list.append(
                    """
                    Policies learn from \(Show.count(episodes)) of the release's \
                    \(Show.count(Self.releaseTrajectories)) training trajectories.
                    """
                )
            }
        }
        if let updates = updates(data) {
            list.append("Trained for \(updates) updates; SPRINT's basic IQL for 138,645 of 64 windows.")
        }
        list += [
            """
            Sparse reward and terminal only at the true end of an instruction; windows that are cut earlier bootstrap. \
            SPRINT's code ends every window with reward 1 and terminal.
            """,
            """
            Q sees the first action, the target critic is in evaluation mode, unknown words have a token of their own, \
            every table is trained; in SPRINT's code they are not.
            """,
            """
            Objects are chosen as SPRINT does: the network gives a class, legal classes in sight are allowed, and the \
            nearest instance is taken. No masks are predicted.
            """,
            """
            The distance to an object, for what is in reach and what is nearest, is measured to the nearest point of \
            its box; SPRINT measures to the object's position, which in wide furniture can be out of reach.
            """,
            """
            The paper's reward weights, network and IQL settings were not available; the reward is the sparse one plus \
            the score over ten, with the weights above.
            """,
            """
            The paper's other VLM rewards (CLIP, BLIP-2, RoboCLIP) are not among the rows, and the values of its Table \
            I and Figure 4 were not available to stand beside ours.
            """,
        ]
        if table.sets.contains(where: { $0.name.lowercased().contains("instruct") }) {
            list.append(
                """
                SPRINT's EVAL_INSTRUCT is cut from trajectories of the training split, which policies learn from, here \
                as in SPRINT. Most of its sentences for a single sub-task are those trajectories' own; those for more \
                are new. It asks for neither new rooms nor new ways.
                """
            )
        }
        list += rewards(settings, data.labels)
        if data.labels.contains(where: { $0.annotator != "vlm" && $0.annotator != LabelRun.distance }) {
            list.append(
                """
                Scores are by the scripted annotator, which reads the simulator's true state and errs at a set rate; \
                the paper asks Gemini 1.5 Pro, GPT-4 and Qwen2-VL-72B.
                """
            )
        }
        if facts.unfulfilled == 0, !facts.instructions.isEmpty,
            settings.contains(where: { $0.algorithm == "filtered-bc" })
        {
            list.append(
                """
                Filtered BC learns from instructions that their recording fulfils. Here all of them are, so that it is \
                BC.
                """
            )
        }
        if table.sets.contains(where: { set in
            set.lines.contains { $0.kind == "reference" && $0.name == "expert" && $0.cell(.proportion) != nil }
        }) {
            list.append(
                """
                Not even the recorded actions complete every task by SPRINT's rules: what the expert closes has to be \
                closed last, and nothing counts once ALFRED's goal holds. The row of the recorded actions shows what \
                is left.
                """
            )
        }
        if table.sets.contains(where: { $0.name.lowercased().contains("random") }) {
            list.append(
                """
                Sets whose name has \"random\" put the agent elsewhere in the room. The way back to where the \
                recording began counts with the expert's steps.
                """
            )
        }
        if table.sets.contains(where: { $0.name.hasSuffix("+sampled") }) {
            list.append(
                """
                Figures of sets with +sampled are not by SPRINT's rules: actions and objects are drawn by the policy's \
                own probabilities among those that are legal, where SPRINT takes the best.
                """
            )
        }
        if table.sets.contains(where: { table.masked($0) != nil || $0.name.hasSuffix("+masked") }) {
            list.append(
                """
                Figures of sets with +masked, and the column of what is completed when masked, are not by SPRINT's \
                rules: \
                an action that the simulator has refused is not taken again, on the same object, until another \
                succeeds; \
                the next best is. By SPRINT's rules a policy that sees the same picture repeats it for ever.
                """
            )
        }
        if table.sets.contains(where: { $0.lengths.keys.contains { $0 > Measure.lengths.upperBound } }) {
            list.append(
                "Tasks with more than six sub-tasks count in the overall columns and have no column of their own.")
        }
        return list
    }

    /// What the table's numbers and intervals mean.
    static let reading = [
        """
        Values are means over seeds and tasks. Brackets: 95 % bootstrap intervals (percentiles of 2,000 resamples) \
        that draw seeds and trajectories, both whole and the latter with all their tasks, so that they are about other \
        seeds and other trajectories; with three seeds they are too narrow rather than too wide, and with a single one \
        they draw trajectories alone. The CSV file also has rliable's stratified intervals, which draw seeds alone and \
        are narrower.
        """,
        """
        Differences: of the proportion completed, in pairs of one seed and one task. Their intervals are what \
        resampling seeds and trajectories comes to, with each spread divided by one less than its number and with \
        Student's quantiles (degrees of freedom by Satterthwaite), so that they hold with three seeds too. The spread \
        of seeds is the larger of the row's own and that of all rows together, which three seeds alone tell too little \
        of. They are corrected by Holm for the number of rows compared: an interval excludes zero exactly where Holm's \
        test tells the difference. Better and worse are such differences; cannot tell says that nothing was found, not \
        that nothing is there. * in the LaTeX table: told. P(better): the probability that a run completes more of a \
        task than one of sparse, ties as half. IQM: the mean of the middle half of all runs and tasks.
        """,
        """
        Goal conditions are averaged over tasks, which is what intervals can be drawn from; ALFRED, and what \
        rgvlm-evaluate prints, pools the conditions of all tasks, so that tasks with many count more. Path-weighted: \
        times the recorded number of steps over the agent's, at most 1.
        """,
    ]
}

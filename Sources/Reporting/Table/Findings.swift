internal import Episodes
internal import ExperimentStore
internal import Pages

/// What the main task set's numbers say, in sentences made from them.
enum Findings {
    struct Sentence: Sendable, Equatable, Encodable {
        enum Tone: String, Sendable, Encodable { case good, bad, open, note }
        var tone: Tone
        var text: String
    }

    static func sentences(_ data: ReportData, _ table: ResultTable) -> [Sentence] {
        guard let set = table.sets.first, set.tasks > 0 else {
            return [
                Sentence(
                    tone: .open,
                    text: "The store holds no complete evaluation of these rows, so there is nothing to compare yet.")
            ] + ofData(data)
        }
        let roles = Roles(data)
        func line(_ place: Int?) -> ResultTable.Line? { place.flatMap { set.line(data.rows[$0].plan.name) } }
        let (sparse, generated, combined) = (line(roles.sparse), line(roles.generated), line(roles.combined))
        var sentences = [verdict(set, sparse, combined)]
        if let text = ablation(generated, combined) { sentences.append(Sentence(tone: .note, text: text)) }
        if let sentence = baselines(set, data, combined, sparse) { sentences.append(sentence) }
        sentences += controls(set, data, combined, sparse)
        if let text = reason(data, sparse, combined) { sentences.append(Sentence(tone: .note, text: text)) }
        if let text = ceiling(set) { sentences.append(Sentence(tone: .note, text: text)) }
        if let labels = data.labels.first(where: { $0.annotator != "vlm" }) {
            sentences.append(
                Sentence(
                    tone: .note,
                    text:
                        """
                        The scores of label run \(Plain.text(labels.name)) are \(labels.shownModel): no number here \
                        measures a VLM.
                        """
                ))
        }
        sentences += ofData(data)
        let missing = table.sets.flatMap(\.lines).filter { $0.seeds < $0.planned && $0.kind != "reference" }
        if !missing.isEmpty {
            let names = Show.list(Array(Set(missing.map(\.name))).sorted().map { Plain.text($0) })
            sentences.append(
                Sentence(
                    tone: .open, text: "Runs are missing for \(names); their cells rest on the seeds that are there."))
        }
        return sentences
    }

    private static func verdict(
        _ set: ResultTable.TaskSet, _ sparse: ResultTable.Line?, _ combined: ResultTable.Line?
    ) -> Sentence {
        guard let sparse, let combined, let mine = combined.cell(.proportion), let other = sparse.cell(.proportion),
            let difference = combined.difference
        else {
            return Sentence(
                tone: .open,
                text:
                    """
                    Sparse + RG-VLM and sparse alone are not both evaluated on \(Plain.text(set.name)) yet, so nothing \
                    is said of their difference.
                    """
            )
        }
        let numbers =
            """
            \(combined.title) completes \(Show.number(mine.value)) of a task's sub-tasks on \(Plain.text(set.name)), \
            \(sparse.title) \(Show.number(other.value))
            """
        let base = "\(Show.plural(difference.seeds, "seed")), \(Show.plural(difference.tasks, "task"))"
        guard let low = difference.low, let high = difference.high, difference.seeds > 1 else {
            return Sentence(
                tone: .open,
                text:
                    """
                    \(numbers): a difference of \(Show.signed(difference.value)) in one pair of runs, which says \
                    little about other seeds (\(base)).
                    """
            )
        }
        let interval = "95 % interval \(Show.number(low, 3)) to \(Show.number(high, 3))"
        if combined.isTold {
            return difference.value > 0
                ? Sentence(
                    tone: .good,
                    text:
                        """
                        \(numbers): \(Show.number(difference.value, 3)) more (\(interval), which excludes zero; \
                        \(base)).
                        """
                )
                : Sentence(
                    tone: .bad,
                    text:
                        """
                        Sparse + RG-VLM does not beat sparse, it does worse: \(numbers), a difference of \
                        \(Show.signed(difference.value)) (\(interval), which excludes zero; \(base)).
                        """
                )
        }
        return Sentence(
            tone: .bad,
            text:
                """
                Sparse + RG-VLM does not beat sparse: \(numbers), a difference of \(Show.signed(difference.value)) \
                (\(interval), which includes zero; \(base)). A difference smaller than about \
                \(Show.number((high - low) / 2, 2)) cannot be told from none with these seeds and tasks.
                """
        )
    }

    private static func ablation(_ generated: ResultTable.Line?, _ combined: ResultTable.Line?) -> String? {
        guard let alone = generated?.cell(.proportion), let both = combined?.cell(.proportion), let generated else {
            return nil
        }
        return
            """
            With the generated reward alone (\(generated.title)) it is \(Show.number(alone.value)), with both \
            \(Show.number(both.value)).
            """
    }

    /// Baselines other than sparse that do as well: what a reader would otherwise have to find in the table.
    private static func baselines(
        _ set: ResultTable.TaskSet, _ data: ReportData, _ combined: ResultTable.Line?, _ sparse: ResultTable.Line?
    ) -> Sentence? {
        guard let mine = combined?.cell(.proportion) else { return nil }
        func usesReward(_ line: ResultTable.Line) -> Bool {
            data.rows.first { $0.plan.name == line.name }?.settings?.usesReward ?? false
        }
        let better = set.lines.compactMap { line in
            line.cell(.proportion).flatMap { cell in
                line.kind == ReportPlan.Kind.baseline.rawValue && line.name != sparse?.name && cell.value >= mine.value
                    ? (title: line.title, value: cell.value, usesReward: usesReward(line)) : nil
            }
        }.sorted { $0.value > $1.value }
        guard !better.isEmpty else { return nil }
        let names = Show.list(better.map { "\($0.title) (\(Show.number($0.value)))" })
        return Sentence(
            tone: .bad,
            text:
                """
                \(names) \(better.count == 1 ? "does" : "do") at least as well as sparse + RG-VLM \
                (\(Show.number(mine.value))) without \(better.contains(where: \.usesReward) ? "a generated" : "any") \
                reward.
                """
        )
    }

    private static func controls(
        _ set: ResultTable.TaskSet, _ data: ReportData, _ combined: ResultTable.Line?, _ sparse: ResultTable.Line?
    ) -> [Sentence] {
        let controls = set.lines.filter { $0.kind == ReportPlan.Kind.control.rawValue }
        func isZero(_ line: ResultTable.Line) -> Bool {
            data.rows.first { $0.plan.name == line.name }?.settings?.reward.source == .zero
        }
        // A reward of zero is the sparse one under another name: it must give what sparse gives, and is no further
        // control.
        let measured = controls.filter { $0.cell(.proportion) != nil && !isZero($0) }
        guard let mine = combined?.cell(.proportion), !measured.isEmpty else { return [] }
        func value(_ line: ResultTable.Line) -> Double { line.cell(.proportion)?.value ?? 0 }
        let better = measured.filter { value($0) >= mine.value }.sorted { value($0) > value($1) }
        guard !better.isEmpty else {
            guard let best = measured.max(by: { value($0) < value($1) }) else { return [] }
            var text =
                """
                None of the \(Show.plural(measured.count, "control")) does as well as sparse + RG-VLM \
                (\(Show.number(mine.value))): the best, \(best.title), reaches \(Show.number(value(best)))
                """
            // Not a test of the difference, but enough to warn of reading much into the order.
            guard let cell = best.cell(.proportion), let low = cell.low, let high = cell.high, high >= mine.value else {
                return [Sentence(tone: .note, text: text + ".")]
            }
            text +=
                """
                , and its interval, \(Show.number(low)) to \(Show.number(high)), holds that value: the order may be \
                chance.
                """
            return [Sentence(tone: .bad, text: text)]
        }
        let names = Show.list(better.map { "\($0.title) (\(Show.number(value($0))))" })
        var text =
            """
            \(better.count) of \(Show.plural(measured.count, "control")) \(better.count == 1 ? "does" : "do") at least \
            as well as sparse + RG-VLM (\(Show.number(mine.value))): \(names).
            """
        if let sparse = sparse?.cell(.proportion), better.contains(where: { value($0) >= sparse.value }) {
            text +=
                " What such rewards do as well cannot be credited to what the scores say."
        }
        return [Sentence(tone: .bad, text: text)]
    }

    /// Why a reward may not show, as far as the data tell.
    private static func reason(
        _ data: ReportData, _ sparse: ResultTable.Line?, _ combined: ResultTable.Line?
    ) -> String? {
        let count = data.facts.instructions.values.reduce(0, +)
        guard count > 0, data.facts.unfulfilled == 0, let combined, combined.difference != nil,
            !(combined.isTold && (combined.difference?.value ?? 0) > 0)
        else { return nil }
        return
            """
            A likely reason: all \(Show.count(count)) instructions that policies learn from are fulfilled by their \
            recordings. Imitating all of it is right already, and a reward has little to choose from; what the \
            advantages of IQL then weigh is mostly their own error.
            """
    }

    private static func ceiling(_ set: ResultTable.TaskSet) -> String? {
        let expert = set.line("expert").flatMap { $0.kind == "reference" ? $0.cell(.proportion) : nil }
        let random = set.lines.first { $0.kind == "reference" && $0.name == "random" }?.cell(.proportion)
        let parts = [
            expert.map { "the recorded actions complete \(Show.number($0.value)) in this simulator" },
            random.map { "legal actions at random \(Show.number($0.value))" },
        ].compactMap { $0 }
        guard !parts.isEmpty else { return nil }
        return "For scale: " + parts.joined(separator: ", ") + "."
    }
}

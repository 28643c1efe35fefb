internal import Episodes
internal import ExperimentStore
internal import Instrument
internal import Pages
internal import Statistics

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
        if let sentence = leverage(data) { sentences.append(sentence) }
        if let text = ablation(generated, combined) { sentences.append(Sentence(tone: .note, text: text)) }
        sentences += [
            others(set, data, combined, .baseline, "baseline", without: sparse),
            others(set, data, combined, .control, "control"),
        ].compactMap { $0 }
        if let text = power(set) { sentences.append(Sentence(tone: .note, text: text)) }
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
        let base =
            """
            \(Show.plural(difference.seeds, "seed")), \(Show.plural(difference.tasks, "task")) of \
            \(Show.plural(difference.trajectories, "trajectory", "trajectories"))
            """
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
        let interval =
            """
            95 % interval \(Show.number(low, 3)) to \(Show.number(high, 3)), by Holm for \
            \(Show.plural(set.differences.count, "row")); \(base)
            """
        switch difference.verdict {
        case .better:
            return Sentence(
                tone: .good,
                text: "Better: \(numbers), \(Show.number(difference.value, 3)) more (\(interval), which excludes zero)."
            )
        case .worse:
            return Sentence(
                tone: .bad,
                text:
                    """
                    Worse: sparse + RG-VLM does not beat sparse. \(numbers), a difference of \
                    \(Show.signed(difference.value)) (\(interval), which excludes zero).
                    """
            )
        case .cannotTell:
            return Sentence(
                tone: .open,
                text:
                    """
                    Cannot tell whether sparse + RG-VLM beats sparse: \(numbers), a difference of \
                    \(Show.signed(difference.value)) (\(interval), which includes zero).
                    """
            )
        }
    }

    /// That the data leave nothing to choose, where they were checked and do not.
    private static func leverage(_ data: ReportData) -> Sentence? {
        guard let check = data.check, !check.canTell, let leverage = check.leverage else { return nil }
        return Sentence(
            tone: .open,
            text:
                """
                These data cannot tell rewards apart: in \(Show.number(leverage.percent, 1)) % of the training \
                steps another episode did something else in the same context (sentence, \(check.window) pictures and \
                the actions between), and 10 % are wanted. No row without a difference says that its reward does not \
                help.
                """
        )
    }

    /// What differences the experiment could find.
    private static func power(_ set: ResultTable.TaskSet) -> String? {
        guard let power = set.detectable else { return nil }
        return
            """
            With \(Show.plural(power.seeds, "seed")) and \(Show.plural(power.tasks, "task")) of \
            \(Show.plural(power.trajectories, "trajectory", "trajectories")) a difference to sparse of \
            \(Show.number(power.observed, 3)) is found in 8 of 10 such experiments, among \
            \(Show.plural(power.comparisons, "row")) one of \(Show.number(power.observedCorrected, 3)); \
            \(Show.number(power.predicted, 3)) and \(Show.number(power.predictedCorrected, 3)) were to be expected.
            """
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

    /// What sparse + RG-VLM is better than of a kind of rows, and what it cannot be told from.
    private static func others(
        _ set: ResultTable.TaskSet, _ data: ReportData, _ combined: ResultTable.Line?, _ kind: ReportPlan.Kind,
        _ name: String, without sparse: ResultTable.Line? = nil
    ) -> Sentence? {
        guard let mine = combined?.cell(.proportion) else { return nil }
        // A reward of zero is the sparse one under another name: it must give what sparse gives, and is no further
        // control.
        func isZero(_ row: String) -> Bool {
            data.rows.first { $0.plan.name == row }?.settings?.reward.source == .zero
        }
        let found = set.differencesToCombined.filter {
            $0.kind == kind.rawValue && $0.row != sparse?.name && !isZero($0.row)
        }
        guard !found.isEmpty else { return nil }
        func named(_ verdict: Verdict) -> String? {
            let rows = found.filter { $0.verdict == verdict }.map {
                "\($0.title) (\(Show.number(set.line($0.row)?.cell(.proportion)?.value ?? 0)))"
            }
            return rows.isEmpty ? nil : Show.list(rows)
        }
        let parts = [
            named(.worse).map { "it is better than \($0)" }, named(.cannotTell).map { "it cannot be told from \($0)" },
            named(.better).map { "it is worse than \($0)" },
        ].compactMap { $0 }
        let tone: Sentence.Tone =
            found.contains { $0.verdict == .better } ? .bad : found.allSatisfy { $0.verdict == .worse } ? .good : .open
        return Sentence(
            tone: tone,
            text:
                """
                Sparse + RG-VLM (\(Show.number(mine.value))) beside \(Show.plural(found.count, name)): \
                \(Show.list(parts)).
                """
        )
    }

    /// Why a reward may not show, as far as the data tell.
    private static func reason(
        _ data: ReportData, _ sparse: ResultTable.Line?, _ combined: ResultTable.Line?
    ) -> String? {
        let count = data.facts.instructions.values.reduce(0, +)
        guard count > 0, data.facts.unfulfilled == 0, let difference = combined?.difference,
            difference.verdict != .better
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

package import ExperimentStore

/// Names one question of a run: in the store, in a batch file's `custom_id`, and in the header `X-Client-Request-Id`.
///
/// Written as `r3-s120-p1-w0-n0-a0`: run, span, stage, window, sample, and how often it was asked before with a
/// complaint.
package struct CallReference: Sendable, Hashable, CustomStringConvertible {
    /// The store's number of the run.
    package var runID: Int64
    /// The store's number of the span.
    package var spanID: Int64
    /// Which question about the span.
    package var question: LabelQuestion

    /// See ``LabelQuestion``.
    package var stage: LabelStage { question.stage }
    /// See ``LabelQuestion``.
    package var window: Int { question.window }
    /// See ``LabelQuestion``.
    package var sample: Int { question.sample }
    /// See ``LabelQuestion``.
    package var ask: Int { question.ask }

    /// Names a question.
    package init(runID: Int64, spanID: Int64, question: LabelQuestion) {
        self.runID = runID
        self.spanID = spanID
        self.question = question
    }

    /// Names a question by its parts.
    package init(runID: Int64, spanID: Int64, stage: LabelStage, window: Int, sample: Int = 0, ask: Int = 0) {
        self.init(
            runID: runID, spanID: spanID,
            question: LabelQuestion(stage: stage, window: window, sample: sample, ask: ask))
    }

    /// As it is written everywhere.
    package var description: String { "r\(runID)-s\(spanID)-p\(stage.rawValue)-w\(window)-n\(sample)-a\(ask)" }

    /// Reads what ``description`` wrote, alone or followed by `-` and anything else; nil for other text.
    package init?(_ text: some StringProtocol) {
        let fields = text.split(separator: "-", maxSplits: 6, omittingEmptySubsequences: false)
        guard fields.count >= 6 else { return nil }
        func number<N: FixedWidthInteger>(_ index: Int, _ mark: Character) -> N? {
            guard fields[index].first == mark, fields[index].dropFirst().allSatisfy({ $0.isASCII && $0.isNumber })
            else { return nil }
            return N(fields[index].dropFirst())
        }
        guard let run: Int64 = number(0, "r"), let span: Int64 = number(1, "s"), let stage: Int = number(2, "p"),
            let stage = LabelStage(rawValue: stage), let window: Int = number(3, "w"), let sample: Int = number(4, "n"),
            let ask: Int = number(5, "a")
        else { return nil }
        self.init(runID: run, spanID: span, stage: stage, window: window, sample: sample, ask: ask)
    }
}

/// Names one question of a run: in the store, in a batch file's `custom_id`, and in the header `X-Client-Request-Id`.
///
/// Written as `r3-s120-p1-w0-n0-a0`: run, span, stage, window, sample, and how often it was asked before with a complaint.
package struct CallReference: Sendable, Hashable, CustomStringConvertible {
    package enum Stage: Int, Sendable, Codable {
        case analysis = 1
        case scoring = 2
    }

    package var runID: Int64
    package var spanID: Int64
    package var stage: Stage
    /// The window; 0 where a scoring call is about the whole span.
    package var window: Int
    package var sample: Int
    /// 0, or 1 for the second asking that carries what was wrong with the first answer.
    package var ask: Int

    package init(runID: Int64, spanID: Int64, stage: Stage, window: Int, sample: Int = 0, ask: Int = 0) {
        self.runID = runID
        self.spanID = spanID
        self.stage = stage
        self.window = window
        self.sample = sample
        self.ask = ask
    }

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
            let stage = Stage(rawValue: stage), let window: Int = number(3, "w"), let sample: Int = number(4, "n"),
            let ask: Int = number(5, "a")
        else { return nil }
        self.init(runID: run, spanID: span, stage: stage, window: window, sample: sample, ask: ask)
    }
}

package import ExperimentStore
package import VisionLanguage

/// What has been asked about a span, what may be asked next, and what came of it. A value: a live run, a batch and a
/// resumed run go through the same one.
package struct SpanConversation: Sendable {
    /// Which calls make up a span's labels.
    package enum Layout: String, Sendable, CaseIterable, Codable {
        /// An analysis for each window, then one scoring of the whole span, as the authors do.
        case span
        /// For each window an analysis and a scoring.
        case window
    }

    /// What came of a question.
    package enum Outcome: Sendable, Equatable {
        /// With the probabilities of its tokens, where these are known.
        case answered(String, logprobs: [TokenLogprob]?)
        /// With the answer's text, if there was one that could not be used.
        case failed(LabelFailure, message: String, text: String?)
    }

    /// What each analysis shows.
    package let windows: [Window]
    private let layout: Layout
    private let sampleCount: Int
    /// The transition of each action, as shown.
    private let transitions: [Int]
    private var actionCount: Int { transitions.count }
    private var outcomes: [LabelQuestion: Outcome] = [:]

    /// - Parameters:
    ///   - transitions: Of each action, in the order in which they are shown.
    ///   - samples: How often each question is asked.
    package init(transitions: [Int], windowing: Windowing, layout: Layout, samples: Int = 1) {
        precondition(!transitions.isEmpty && samples > 0)
        self.transitions = transitions
        self.layout = layout
        sampleCount = samples
        windows = windowing.windows(actionCount: transitions.count)
    }

    /// Positions of the actions a scoring question is about.
    package func actions(of question: LabelQuestion) -> Range<Int> {
        question.stage == .scoring && layout == .span ? 0..<actionCount : windows[question.window].actions
    }

    /// The questions whose answers are needed and that can be asked now.
    package var open: [LabelQuestion] {
        var questions: [LabelQuestion] = []
        for sample in 0..<sampleCount {
            for window in windows.indices {
                let analysis = LabelQuestion(stage: .analysis, window: window, sample: sample)
                // In a span that cannot be scored any more, no further analysis is bought.
                if outcomes[analysis] == nil, layout == .window || !hasFailedAnalysis(sample) {
                    questions.append(analysis)
                }
            }
            for unit in layout == .span ? 0..<1 : windows.indices {
                guard analyses(unit, sample) != nil else { continue }
                let first = LabelQuestion(stage: .scoring, window: unit, sample: sample)
                switch outcomes[first] {
                case nil: questions.append(first)
                case .failed(.invalid, _, .some):
                    let second = LabelQuestion(stage: .scoring, window: unit, sample: sample, ask: 1)
                    if outcomes[second] == nil { questions.append(second) }
                default: break
                }
            }
        }
        return questions
    }

    /// Nothing more is to be asked.
    package var isDone: Bool { open.isEmpty }

    /// Whether the question has an outcome.
    package func isAnswered(_ question: LabelQuestion) -> Bool { outcomes[question] != nil }

    private func hasFailedAnalysis(_ sample: Int) -> Bool {
        windows.contains {
            if case .failed = outcomes[LabelQuestion(stage: .analysis, window: $0.index, sample: sample)] {
                true
            } else {
                false
            }
        }
    }

    /// The analyses a scoring builds on, window by window; nil while one is missing or when one failed.
    package func analyses(_ unit: Int, _ sample: Int) -> [String]? {
        var texts: [String] = []
        for window in layout == .span ? 0..<windows.count : unit..<(unit + 1) {
            guard
                case .answered(let text, _) = outcomes[LabelQuestion(stage: .analysis, window: window, sample: sample)]
            else { return nil }
            texts.append(text)
        }
        return texts
    }

    /// What a second asking complains about.
    package func complaint(of question: LabelQuestion) -> (answer: String, problem: String)? {
        var first = question
        first.ask = 0
        guard question.ask > 0, case .failed(.invalid, let message, let text?) = outcomes[first] else { return nil }
        return (text, message)
    }

    /// Judges an answer: what has no valid scores becomes a failure.
    package func judged(_ question: LabelQuestion, _ outcome: Outcome) -> Outcome {
        guard question.stage == .scoring, case .answered(let text, _) = outcome else { return outcome }
        switch ScoreParser.parse(text, count: actions(of: question).count) {
        case .success: return outcome
        case .failure(let problem): return .failed(.invalid, message: problem.description, text: text)
        }
    }

    /// Takes an outcome that ``judged(_:_:)`` returned, or that was stored.
    package mutating func take(_ outcome: Outcome, for question: LabelQuestion) {
        outcomes[question] = judged(question, outcome)
    }

    // MARK: The result

    /// The scores of all actions that have one, and the failure that others ended with.
    ///
    /// With several samples a score is their median (of an even number the lower of the two in the middle), and at
    /// least half of the samples must have one.
    package var result: (scores: [LabelScoreRow], failure: (kind: LabelFailure, message: String)?) {
        var values = [[Int]](repeating: [], count: actionCount)
        var means = [[Double?]](repeating: [], count: actionCount)
        for sample in 0..<sampleCount {
            for unit in layout == .span ? 0..<1 : windows.indices {
                guard let (question, text, logprobs) = accepted(unit, sample) else { continue }
                let range = actions(of: question)
                guard case .success(let scores) = ScoreParser.parse(text, count: range.count) else { continue }
                let expected = logprobs.map { ExpectedScores.means(scores, in: text, tokens: $0) }
                for (offset, position) in range.enumerated() {
                    values[position].append(scores.values[offset])
                    means[position].append(expected?[offset])
                }
            }
        }
        var scores: [LabelScoreRow] = []
        for window in windows {
            for position in window.actions where values[position].count * 2 >= sampleCount && !values[position].isEmpty
            {
                let sorted = values[position].sorted()
                let known = means[position].compactMap { $0 }
                scores.append(
                    LabelScoreRow(
                        position: position, t: transitions[position], window: window.index,
                        score: Double(sorted[(sorted.count - 1) / 2]),
                        expected: known.count == sorted.count ? known.reduce(0, +) / Double(known.count) : nil,
                        samples: sorted.count, agreement: Self.agreement(sorted)))
            }
        }
        return (scores, scores.count < actionCount ? firstFailure : nil)
    }

    /// The share of samples that gave the most frequent score; nil for one sample.
    static func agreement(_ values: [Int]) -> Double? {
        guard values.count > 1 else { return nil }
        let counts = Dictionary(values.map { ($0, 1) }, uniquingKeysWith: +)
        return Double(counts.values.max() ?? 0) / Double(values.count)
    }

    /// The usable scoring of a unit: the first asking's, or else the second's.
    private func accepted(_ unit: Int, _ sample: Int) -> (LabelQuestion, String, [TokenLogprob]?)? {
        for ask in 0...1 {
            let question = LabelQuestion(stage: .scoring, window: unit, sample: sample, ask: ask)
            if case .answered(let text, let logprobs) = outcomes[question] { return (question, text, logprobs) }
        }
        return nil
    }

    /// The last word on the first question that failed for good.
    private var firstFailure: (kind: LabelFailure, message: String)? {
        let order = outcomes.keys.sorted {
            ($0.sample, $0.window, $0.stage.rawValue, $0.ask) < ($1.sample, $1.window, $1.stage.rawValue, $1.ask)
        }
        var failure: (LabelFailure, String)?
        for question in order {
            guard case .failed(let kind, let message, _) = outcomes[question] else { continue }
            var second = question
            second.ask = 1
            if question.ask == 0, question.stage == .scoring, outcomes[second] != nil {
                if case .failed(let kind, let message, _) = outcomes[second] { failure = failure ?? (kind, message) }
                continue
            }
            failure = failure ?? (kind, message)
        }
        return failure
    }
}

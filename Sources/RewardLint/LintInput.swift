internal import RewardLabeling
package import ExperimentStore

/// A labelled span as the lint sees it: its scores, and what the recording knows of the same n transitions.
///
/// Of a control span everything refers to what was shown.
package struct LintSpan: Sendable, Equatable {
    /// The store's number of the episode.
    package var episodeID: Int64
    /// The instruction whose stretch is shown. A control is compared with the genuine span of the same instruction.
    package var instructionID: Int64
    /// How a reader finds the span: `trial_T2019/3`.
    package var name: String
    /// Nil for a genuine span.
    package var control: LabelControl?
    /// The goal's words as they were shown.
    package var goal: String
    /// Whether the instruction is reached at the span's end.
    package var isFulfilled: Bool
    /// `[n]`, 0...10; nil where unscored.
    package var scores: [Int?]
    /// `[n]`, 0...10: the expected score by the probabilities of the digits; nil where they are not known.
    package var expected: [Double?]
    /// `[n]`: whether a sub-task ends with the transition, as recorded.
    package var completions: [Bool]
    /// `[n + 1]`, 0...1: the true potential before, between and after the transitions; nil where it cannot be had.
    package var progress: [Double]?
    /// Who acted, where the recording says.
    package var policy: String?
    /// `[n]`, 0...1: the share of a transition's samples that gave its most frequent score; nil with one sample.
    package var agreement: [Double?]
    /// Why the span has no scores, where it has none.
    package var failure: LabelFailure?

    /// A score outside of 0...10 counts as none, and a potential with a number that is not finite as unknown.
    ///
    /// - Parameters:
    ///   - expected: Empty stands for all unknown, as does `agreement`.
    ///   - completions: As many as scores.
    ///   - progress: One more than scores.
    package init(
        episodeID: Int64, instructionID: Int64, name: String, control: LabelControl? = nil, goal: String,
        isFulfilled: Bool, scores: [Int?], expected: [Double?] = [], completions: [Bool], progress: [Double]? = nil,
        policy: String? = nil, agreement: [Double?] = [], failure: LabelFailure? = nil
    ) {
        let count = scores.count
        precondition(completions.count == count && progress.map { $0.count == count + 1 } ?? true)
        precondition([0, count].contains(expected.count) && [0, count].contains(agreement.count))
        self.episodeID = episodeID
        self.instructionID = instructionID
        self.name = name
        self.control = control
        self.goal = goal
        self.isFulfilled = isFulfilled
        self.scores = scores.map { score in score.flatMap { 0...10 ~= $0 ? $0 : nil } }
        let none = [Double?](repeating: nil, count: count)
        self.expected = expected.isEmpty ? none : expected.map { $0.flatMap { 0...10 ~= $0 ? $0 : nil } }
        self.completions = completions
        self.progress = progress.flatMap { $0.allSatisfy(\.isFinite) ? $0 : nil }
        self.policy = policy
        self.agreement = agreement.isEmpty ? none : agreement.map { $0.flatMap { 0...1 ~= $0 ? $0 : nil } }
        self.failure = failure
    }

    /// `[n]`: how much each transition changed the true potential; nil where it is unknown.
    var increments: [Double]? {
        progress.map { progress in zip(progress.dropFirst(), progress).map { $0 - $1 } }
    }

    /// ``increments``, or 1 for the transitions that complete a sub-task and 0 for the others.
    var truth: [Double] { increments ?? completions.map { $0 ? 1 : 0 } }

    /// The mean of the scores there are.
    var meanScore: Double? {
        let scored = scores.compactMap { $0 }
        return scored.isEmpty ? nil : Double(scored.reduce(0, +)) / Double(scored.count)
    }
}

/// Which of the two questions about a stretch of an episode.
package enum LabelStage: Int, Sendable, Codable, CaseIterable {
    /// What the actions of a window did for the goal.
    case analysis = 1
    /// A number for each action.
    case scoring = 2
}

/// A stretch shown to the annotator in a way that must not earn a high score.
package enum LabelControl: String, Sendable, CaseIterable, Codable {
    /// The first picture at every step: nothing happens.
    case frozen
    /// Pictures and actions backwards.
    case reversed
    /// Pictures in a random order.
    case shuffled
    /// The goal of another instruction.
    case mismatched

    /// The column `control` of a span that is shown as it was recorded.
    static let genuine = "none"
}

/// How far the labelling of a span is.
package enum LabelSpanStatus: String, Sendable, CaseIterable, Codable, CodingKeyRepresentable {
    /// Not ended, or to be asked again.
    case pending
    case scored
    /// It ended without all of its scores; ``LabelFailure`` says why.
    case unscored
    /// It could not be shown, for instance because a picture is missing.
    case blocked
}

/// Why a question or a span has no usable answer.
package enum LabelFailure: String, Sendable, CaseIterable, Codable {
    /// No reply came.
    case transport
    /// A reply with an error status.
    case http
    /// The model or a filter declined.
    case refusal
    /// The answer ended at the limit of tokens.
    case truncation
    /// The answer was not what was asked for.
    case invalid
}

/// What decides the questions of a run, beside the data and the prompts. Two runs with the same settings ask the same.
public struct LabelSettings: Sendable, Equatable, Codable {
    public enum Unit: String, Sendable, Codable, CaseIterable {
        /// The whole episode under its goal.
        case task
        /// Each sub-task's sentence, or whichever kinds of instructions ``LabelSettings/kinds`` names.
        case instruction
    }

    public var unit = Unit.task
    /// The kinds of instructions that are labelled with the unit ``Unit/instruction``.
    public var kinds = ["primitive"]
    /// Only the first annotation of an episode: the others say the same in other words.
    public var firstAnnotationOnly = true
    /// Actions in a window.
    public var window = 8
    public var sharesBoundary = true
    public var layout = SpanConversation.Layout.span
    public var samples = 1
    public var pictures = PictureSettings()
    public var temperature = 0.0
    public var seed: Int?
    /// Tokens an analysis and a scoring may have.
    public var analysisTokens = 1024
    public var scoringTokens = 512
    /// Alternatives of each token to ask for; nil for none.
    public var topLogprobs: Int?
    /// Whether the schema of the answer is sent to the server; the prompt says it in any case.
    public var sendsSchema = true

    public init() {}

    public var windowing: Windowing { Windowing(size: window, sharesBoundary: sharesBoundary) }
    public var instructionKinds: [String] { unit == .task ? ["task"] : kinds }

    public func conversation(_ actionCount: Int) -> SpanConversation {
        SpanConversation(actionCount: actionCount, windowing: windowing, layout: layout, samples: samples)
    }
}

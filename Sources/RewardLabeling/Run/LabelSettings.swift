/// What decides the questions of a run, beside the data and the prompts. Two runs with the same settings ask the same.
package struct LabelSettings: Sendable, Equatable, Codable {
    package enum Unit: String, Sendable, Codable, CaseIterable {
        /// The whole episode under its goal.
        case task
        /// Each sub-task's sentence, or whichever kinds of instructions ``LabelSettings/kinds`` names.
        case instruction
    }

    package var unit = Unit.task
    /// The kinds of instructions that are labelled with the unit ``Unit/instruction``.
    package var kinds = ["primitive"]
    /// Only the first annotation of an episode: the others say the same in other words.
    package var firstAnnotationOnly = true
    /// Actions in a window.
    package var window = 8
    package var sharesBoundary = true
    package var layout = SpanConversation.Layout.span
    package var samples = 1
    package var pictures = PictureSettings()
    package var temperature = 0.0
    package var seed: Int?
    /// Tokens an analysis and a scoring may have.
    package var analysisTokens = 1024
    package var scoringTokens = 512
    /// Alternatives of each token to ask for; nil for none.
    package var topLogprobs: Int?
    /// Whether the schema of the answer is sent to the server; the prompt says it in any case.
    package var sendsSchema = true

    package init() {}

    package var windowing: Windowing { Windowing(size: window, sharesBoundary: sharesBoundary) }
    package var instructionKinds: [String] { unit == .task ? ["task"] : kinds }

    /// A conversation about a span that shows these transitions, in this order.
    package func conversation(about transitions: [Int]) -> SpanConversation {
        SpanConversation(transitions: transitions, windowing: windowing, layout: layout, samples: samples)
    }
}

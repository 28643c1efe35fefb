/// What decides the questions of a run, beside the data and the prompts. Two runs with the same settings ask the same.
package struct LabelSettings: Sendable, Equatable, Codable {
    /// What makes a span.
    package enum Unit: String, Sendable, Codable, CaseIterable {
        /// The whole episode under its goal.
        case task
        /// Each sub-task's sentence, or whichever kinds of instructions ``LabelSettings/kinds`` names.
        case instruction
    }

    /// Whole tasks, or single instructions.
    package var unit = Unit.task
    /// The kinds of instructions that are labelled with the unit ``Unit/instruction``.
    package var kinds = ["primitive"]
    /// Only the first annotation of an episode: the others say the same in other words.
    package var firstAnnotationOnly = true
    /// Actions in a window.
    package var window = 8
    /// See ``Windowing/sharesBoundary``.
    package var sharesBoundary = true
    /// Which calls make up a span's labels.
    package var layout = SpanConversation.Layout.span
    /// How often each question is asked.
    package var samples = 1
    /// How pictures are sent.
    package var pictures = PictureSettings()
    /// 0 to 2.
    package var temperature = 0.0
    /// For servers that take one; nil for none.
    package var seed: Int?
    /// Tokens an analysis and a scoring may have.
    package var analysisTokens = 1024
    /// Of the answer with the scores.
    package var scoringTokens = 512
    /// Alternatives of each token to ask for; nil for none.
    package var topLogprobs: Int?
    /// Whether the schema of the answer is sent to the server; the prompt says it in any case.
    package var sendsSchema = true

    /// The authors' way, at temperature 0.
    package init() {}

    /// How spans are cut.
    package var windowing: Windowing { Windowing(size: window, sharesBoundary: sharesBoundary) }
    /// Of the instructions that are labelled.
    package var instructionKinds: [String] { unit == .task ? ["task"] : kinds }

    /// A conversation about a span that shows these transitions, in this order.
    package func conversation(about transitions: [Int]) -> SpanConversation {
        SpanConversation(transitions: transitions, windowing: windowing, layout: layout, samples: samples)
    }
}

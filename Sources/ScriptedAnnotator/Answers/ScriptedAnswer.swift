package import VisionLanguage

/// What the scripted annotator says.
package enum ScriptedAnswer: Sendable, Equatable {
    case text(String)
    case refusal(String)
    /// The answer as far as it came.
    case truncated(String)
}

/// An answer with its tokens, as a server that reports probabilities gives it.
package struct ScriptedReply: Sendable, Equatable {
    /// What it says.
    package var answer: ScriptedAnswer
    /// Joined they are the text; empty unless asked for.
    package var logprobs: [TokenLogprob]
}

public import VisionLanguage

/// What the scripted annotator says.
public enum ScriptedAnswer: Sendable, Equatable {
    case text(String)
    case refusal(String)
    /// The answer as far as it came.
    case truncated(String)
}

/// An answer with its tokens, as a server that reports probabilities gives it.
public struct ScriptedReply: Sendable, Equatable {
    public var answer: ScriptedAnswer
    /// Joined they are the text; empty unless asked for.
    public var logprobs: [TokenLogprob]
}

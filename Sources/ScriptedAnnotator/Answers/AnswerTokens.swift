#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif
internal import VisionLanguage

/// Answers cut into tokens with probabilities, as a server reports them.
enum AnswerTokens {
    /// How fast the probability of a score falls with its distance from the one given.
    private static let decay = 1.5

    /// The tokens of a scoring: each score is one, with its neighbours as alternatives.
    static func ofScores(_ scores: [Int], top: Int) -> [TokenLogprob] {
        var tokens = ["{\"", "scores", "\":["].map { certain($0, top) }
        for (index, score) in scores.enumerated() {
            if index > 0 { tokens.append(certain(",", top)) }
            tokens.append(uncertain(score, top))
        }
        return tokens + [certain("]}", top)]
    }

    /// The words of a text, each with the space before it.
    static func ofText(_ text: String, top: Int) -> [TokenLogprob] {
        var words: [String] = []
        var word = ""
        for character in text {
            if character.isWhitespace, !word.isEmpty {
                words.append(word)
                word = ""
            }
            word.append(character)
        }
        if !word.isEmpty { words.append(word) }
        return words.map { certain($0, top) }
    }

    private static func certain(_ token: String, _ top: Int) -> TokenLogprob {
        let logprob = -0.0005
        let alternatives = top > 0 ? [TokenLogprob.Alternative(token: token, logprob: logprob)] : []
        return TokenLogprob(token: token, logprob: logprob, top: alternatives)
    }

    private static func uncertain(_ score: Int, _ top: Int) -> TokenLogprob {
        let weights = (0...10).map { exp(-decay * Double(abs($0 - score))) }
        let total = log(weights.reduce(0, +))
        let alternatives = (0...10).map {
            TokenLogprob.Alternative(token: String($0), logprob: -decay * Double(abs($0 - score)) - total)
        }
        // Of equally probable ones the lower first.
        let ordered = alternatives.enumerated()
            .sorted { ($1.element.logprob, $0.offset) < ($0.element.logprob, $1.offset) }.map(\.element)
        return TokenLogprob(token: String(score), logprob: -total, top: Array(ordered.prefix(max(0, top))))
    }
}

internal import ALFRED
internal import Ground
internal import Rooms

/// Answers that are not what was asked for.
enum FaultyAnswer {
    static func refusal(_ random: inout SeededGenerator) -> String {
        let texts = [
            "I'm sorry, but I can't help with that.", "I cannot rate these pictures.",
            "I'm not able to judge the content of these images.",
        ]
        return texts[random.below(texts.count)]
    }

    /// The ways in which a scoring misses its form.
    enum Fault: Int, CaseIterable {
        case tooFew, tooMany, tooHigh, negative, prose, halfJSON, words, notANumber, null, fraction, byStep, list
    }

    /// A scoring that is no JSON object with as many integers of 0...10 as there are actions.
    static func malformed(_ scores: [Int], _ random: inout SeededGenerator) -> String {
        malformed(scores, Fault.allCases[random.below(Fault.allCases.count)], &random)
    }

    static func malformed(_ scores: [Int], _ fault: Fault, _ random: inout SeededGenerator) -> String {
        var texts = scores.map(String.init)
        let place = random.below(texts.count)
        func replacing(_ text: String) -> String {
            var texts = texts
            if texts.isEmpty { texts = [text] } else { texts[place] = text }
            return json(texts)
        }
        switch fault {
        case .tooFew:
            guard !texts.isEmpty else { return "{\"scores\":null}" }
            return json(Array(texts.dropLast(1 + random.below(texts.count))))
        case .tooMany:
            texts += (0...random.below(3)).map { _ in "5" }
            return json(texts)
        case .tooHigh: return replacing(String(11 + random.below(90)))
        case .negative: return replacing(String(-1 - random.below(10)))
        case .prose:
            return "Most of the steps are helpful, the first ones less so. Overall the robot does rather well."
        case .halfJSON: return String(json(texts).dropLast(2))
        case .words:
            let words = ["bad", "average", "good", "very good"]
            return json((texts.isEmpty ? ["5"] : texts).map { _ in "\"\(words[random.below(words.count)])\"" })
        case .notANumber: return replacing("NaN")
        case .null: return replacing("null")
        case .fraction: return replacing("\(random.below(10)).5")
        case .byStep:
            return "{\"scores\":{" + texts.enumerated().map { "\"\($0 + 1)\":\($1)" }.joined(separator: ",") + "}}"
        case .list:
            return (["Here are the ratings:"] + texts.enumerated().map { "Step \($0 + 1): \($1)/10" })
                .joined(separator: "\n")
        }
    }

    private static func json(_ texts: [String]) -> String {
        "{\"scores\":[" + texts.joined(separator: ",") + "]}"
    }
}

internal import Foundation
package import VisionLanguage

/// The mean score under the model's own probabilities: finer than the number it wrote, and less given to ties.
package enum ExpectedScores {
    /// Below this share of the probability on whole numbers 0 to 10, nothing is said.
    static let leastMass = 0.5

    /// - Parameters:
    ///   - scores: As parsed from `answer`.
    ///   - tokens: Of the whole answer.
    /// - Returns: A mean for each score; nil where the tokens do not spell the answer or say too little.
    package static func means(_ scores: ScoreParser.Scores, in answer: String, tokens: [TokenLogprob]) -> [Double?] {
        let text = Array(answer.utf8)
        var starts: [Int] = []
        var spelled: [UInt8] = []
        for token in tokens {
            starts.append(spelled.count)
            spelled += token.token.utf8
        }
        // Some servers leave white space at the ends out of the content.
        let lead = spelled.prefix { $0 == 0x20 || $0 == 0x0A }.count
        let shift: Int
        if spelled.starts(with: text) {
            shift = 0
        } else if spelled.dropFirst(lead).starts(with: text) {
            shift = lead
        } else {
            return scores.values.map { _ in nil }
        }
        var index = 0
        return scores.offsets.map { offset in
            let place = offset + shift
            while index + 1 < starts.count, starts[index + 1] <= place { index += 1 }
            guard index < tokens.count else { return nil }
            return mean(tokens, index, prefix: place - starts[index])
        }
    }

    /// - Parameter prefix: Bytes of the token before the number.
    private static func mean(_ tokens: [TokenLogprob], _ index: Int, prefix: Int) -> Double? {
        let token = tokens[index]
        let before = trimmed(Array(token.token.utf8.prefix(prefix)))
        var mass = [Double](repeating: 0, count: 11)
        var alternatives = token.top
        if !alternatives.contains(where: { $0.token == token.token }) {
            alternatives.append(TokenLogprob.Alternative(token: token.token, logprob: token.logprob))
        }
        for alternative in alternatives {
            let probability = exp(alternative.logprob)
            guard probability.isFinite, probability <= 1.001 else { continue }
            let bytes = Array(alternative.token.utf8)
            guard let start = bytes.firstIndex(where: isDigit), trimmed(Array(bytes[..<start])) == before else {
                continue
            }
            let digits = bytes[start...].prefix(while: isDigit)
            guard digits.count <= 2, let number = Int(String(decoding: digits, as: UTF8.self)), number <= 10 else {
                continue
            }
            let endsToken = start + digits.count == bytes.count
            if number == 1, endsToken, alternative.token == token.token, let zero = zeroNext(tokens, index) {
                // "1" and "0" are two tokens here: the second decides between 1 and 10.
                mass[10] += probability * zero
                mass[1] += probability * (1 - zero)
            } else {
                mass[number] += probability
            }
        }
        let total = mass.reduce(0, +)
        guard total >= leastMass else { return nil }
        return zip(0...10, mass).reduce(0) { $0 + Double($1.0) * $1.1 } / total
    }

    /// The probability that the token after `index` begins with `0`; nil at the end of the answer.
    private static func zeroNext(_ tokens: [TokenLogprob], _ index: Int) -> Double? {
        guard index + 1 < tokens.count else { return nil }
        let next = tokens[index + 1]
        var alternatives = next.top
        if !alternatives.contains(where: { $0.token == next.token }) {
            alternatives.append(TokenLogprob.Alternative(token: next.token, logprob: next.logprob))
        }
        return min(1, alternatives.reduce(0) { $0 + ($1.token.hasPrefix("0") ? exp(min(0, $1.logprob)) : 0) })
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] { bytes.filter { $0 != 0x20 && $0 != 0x0A } }
}

import Foundation
import Ground
import Testing
import VisionLanguage

@testable import RewardLabeling

@Suite struct ExpectedScoresTests {
    /// A token with the probabilities of what could stand in its place.
    private func token(_ text: String, _ top: [(String, Double)] = []) -> TokenLogprob {
        let own = top.first { $0.0 == text }?.1 ?? 1
        return TokenLogprob(
            token: text, logprob: log(own), top: top.map { TokenLogprob.Alternative(token: $0.0, logprob: log($0.1)) })
    }

    private func means(_ answer: String, _ count: Int, _ tokens: [TokenLogprob]) throws -> [Double?] {
        ExpectedScores.means(try ScoreParser.parse(answer, count: count).get(), in: answer, tokens: tokens)
    }

    private func near(_ value: Double?, _ expected: Double) -> Bool { value.map { abs($0 - expected) < 1e-9 } ?? false }

    @Test func theMeanIsThatOfTheDistribution() throws {
        let found = try means(
            "[7, 3]", 2,
            [
                token("["), token("7", [("7", 0.5), ("8", 0.25), ("5", 0.25)]), token(","),
                token(" "), token("3", [("3", 0.6), ("4", 0.2)]), token("]"),
            ])
        #expect(near(found[0], 0.5 * 7 + 0.25 * 8 + 0.25 * 5))
        // Of what is known, 0.8, three quarters are on 3.
        #expect(near(found[1], 0.75 * 3 + 0.25 * 4))
    }

    @Test func tenIsOneTokenOrTwo() throws {
        let one = try means("[10]", 1, [token("["), token("10", [("10", 0.7), ("9", 0.3)]), token("]")])
        #expect(near(one[0], 0.7 * 10 + 0.3 * 9))
        let two = try means(
            "[10]", 1,
            [
                token("["), token("1", [("1", 0.8), ("9", 0.2)]), token("0", [("0", 0.75), ("]", 0.25)]), token("]"),
            ])
        #expect(near(two[0], 0.8 * 0.75 * 10 + 0.8 * 0.25 * 1 + 0.2 * 9))
        // And the other way round: a 1 that might have become a 10.
        let oneAlone = try means(
            "[1]", 1, [token("["), token("1", [("1", 0.8), ("0", 0.2)]), token("]", [("]", 0.5), ("0]", 0.5)])])
        #expect(near(oneAlone[0], 0.8 * 0.5 * 10 + 0.8 * 0.5 * 1))
    }

    @Test func spacesAndBracketsMayBelongToTheToken() throws {
        let leading = try means(
            "[7, 3]", 2,
            [token("["), token("7", [("7", 1)]), token(","), token(" 3", [(" 3", 0.5), (" 5", 0.5)]), token("]")])
        #expect(near(leading[0], 7) && near(leading[1], 4))
        // An alternative with other signs before the digits is another answer.
        let bracket = try means(
            "[7]", 1, [token("[7", [("[7", 0.5), ("[9", 0.25), ("9", 0.125), ("[\"9", 0.125)]), token("]")])
        #expect(near(bracket[0], (0.5 * 7 + 0.25 * 9) / 0.75))
        // Half a number out of a whole answer in one token.
        let whole = try means("[7]", 1, [token("[7]", [("[7]", 0.75), ("[11]", 0.125), ("[0]", 0.125)])])
        #expect(near(whole[0], 0.75 * 7 / 0.875))
    }

    @Test func whiteSpaceTheServerCutOffIsAllowedFor() throws {
        let tokens = [token("\n"), token(" ["), token("7", [("7", 0.5), ("8", 0.5)]), token("]"), token("<|end|>")]
        #expect(near(try means("[7]", 1, tokens)[0], 7.5))
        #expect(near(try means("\n [7]", 1, tokens)[0], 7.5))
    }

    @Test func tokensOfAnotherTextSayNothing() throws {
        let right = [token("["), token("7"), token(", 8"), token("]")]
        #expect(try means("[7, 8]", 2, right).allSatisfy { $0 != nil })
        for wrong in [[], Array(right.dropLast()), [token("x")] + right, [token("[8, 8]")]] {
            #expect(try means("[7, 8]", 2, wrong) == [nil, nil])
        }
    }

    @Test func littleProbabilityOnNumbersSaysNothing() throws {
        func mean(_ seven: Double) throws -> Double? {
            try means("[7]", 1, [token("["), token("7", [("7", seven), ("high", 1 - seven)]), token("]")])[0]
        }
        #expect(near(try mean(0.51), 7))
        #expect(try mean(0.49) == nil)
        // Numbers beyond 10 and a logprob that is none count for nothing.
        let odd = [token("["), token("7", [("7", 0.4), ("11", 0.3), ("100", 0.3)]), token("]")]
        #expect(try means("[7]", 1, odd) == [nil])
        var broken = odd
        broken[1] = TokenLogprob(token: "7", logprob: .nan, top: [.init(token: "8", logprob: 5)])
        #expect(try means("[7]", 1, broken) == [nil])
    }

    /// The answer's bytes cut into tokens anywhere, with any probabilities: a mean lies between 0 and 10, and with all
    /// probability on what was written it is the score.
    @Test func meansStayInRangeAndMeetTheScoreOfASureModel() throws {
        var random = SeededGenerator(2)
        for _ in 0..<3000 {
            let values = (0...random.below(6)).map { _ in random.below(11) }
            let answer = "{\"scores\": [" + values.map(String.init).joined(separator: ", ") + "]}"
            var (sure, unsure): ([TokenLogprob], [TokenLogprob]) = ([], [])
            var rest = Array(answer)[...]
            while !rest.isEmpty {
                var count = 1 + random.below(3)
                // Two numbers in one token have one distribution between them; no tokenizer makes such.
                while rest.prefix(count).split(whereSeparator: { !$0.isNumber }).count > 1 { count -= 1 }
                let text = String(rest.prefix(count))
                rest = rest.dropFirst(count)
                sure.append(token(text, [(text, 1)]))
                let share = Double(random.unit())
                let digits = text.filter(\.isNumber)
                let other = digits.isEmpty ? "?" : text.replacing(digits, with: "\(random.below(12))")
                unsure.append(token(text, [(text, share), (other, 1 - share)]))
            }
            let certain = try means(answer, values.count, sure)
            #expect(zip(certain, values).allSatisfy { near($0, Double($1)) }, "\(sure.map(\.token))")
            for mean in try means(answer, values.count, unsure) {
                if let mean { #expect((0...10).contains(mean), "\(unsure.map(\.token))") }
            }
        }
    }
}

import Ground
import Testing

@testable import RewardLabeling

@Suite struct ScoreParserTests {
    private func message(_ answer: String, _ count: Int) -> String? {
        if case .failure(let problem) = ScoreParser.parse(answer, count: count) { problem.description } else { nil }
    }

    /// Whether what was read stands in the answer: so many numbers of 0 to 10, each at its offset.
    private func isSound(_ scores: ScoreParser.Scores, _ answer: String, _ count: Int) -> Bool {
        let bytes = Array(answer.utf8)
        guard scores.values.count == count, scores.offsets.count == count else { return false }
        guard zip(scores.offsets, scores.offsets.dropFirst()).allSatisfy({ $0 < $1 }) else { return false }
        return zip(scores.values, scores.offsets).allSatisfy { value, offset in
            guard (0...10).contains(value), bytes.indices.contains(offset) else { return false }
            var digits = bytes[offset...]
            if digits.first == UInt8(ascii: "-"), value == 0 { digits = digits.dropFirst() }
            let number = digits.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            return String(decoding: number, as: UTF8.self) == "\(value)"
        }
    }

    private static let wrappings: [(before: String, after: String)] = [
        ("{\"scores\":[", "]}"), ("{\"scores\": [", "]}\n"), ("  {\n\t\"scores\" :\r\n [ ", " ] } "), ("[", "]"),
        (" [ ", " ]"), ("```json\n{\"scores\": [", "]}\n```"), ("```\n[", "]\n```\n"),
        ("Here are the scores: {\"scores\": [", "]}. I hope this helps!"),
        ("Step 3 was useful, so:\n[", "]\nThat is all for the 5 steps."),
        ("<think>Perhaps [1, 2]? No: {\"scores\": [3]}.</think>{\"scores\":[", "]}"),
        ("<think>[[[</think></think>\n[", "]"), ("{\"why\": \"as seen in [picture 2]\", \"scores\": [", "]}"),
        ("{\"steps\": [1, 2, 3, 4, 5], \"scores\": [", "], \"sure\": true}"), ("é😀 {\"scores\": [", "]} 😀"),
        ("{\"scores\": [n1, n2]} was asked for. [", "]"), ("\u{FEFF}{\"scores\":[", "]}"), ("See [[1]]: [", "]"),
    ]

    /// Every list of up to three scores, and long ones.
    private static let lists: [[Int]] = {
        let ones = (0...10).map { [$0] }
        let twos = ones.flatMap { list in (0...10).map { list + [$0] } }
        let threes = twos.flatMap { list in (0...10).map { list + [$0] } }
        return ones + twos + threes + [8, 60, 400].map { count in (0..<count).map { $0 * 7 % 11 } }
    }()

    @Test(arguments: wrappings.indices) func whatIsAskedForIsReadInEveryWrapping(_ index: Int) {
        let (before, after) = Self.wrappings[index]
        // Words in brackets make this one ask for what it does not give.
        let isPrompt = before.contains("n1")
        var failed: [String] = []
        for list in Self.lists {
            for separator in [",", ", ", " ,\n"] {
                let answer = before + list.map(String.init).joined(separator: separator) + after
                switch ScoreParser.parse(answer, count: list.count) {
                case .success(let scores):
                    if isPrompt || scores.values != list || !isSound(scores, answer, list.count)
                        || scores.offsets[0] < before.utf8.count
                    {
                        failed.append(answer)
                    }
                case .failure: if !isPrompt { failed.append(answer) }
                }
                for wrong in [list.count - 1, list.count + 1] where message(answer, wrong) == nil {
                    failed.append("\(wrong): \(answer)")
                }
            }
        }
        #expect(failed.isEmpty, "\(failed.count) of them, as \(failed.first ?? "")")
    }

    @Test(arguments: [
        ("{\"scores\":[7,8]}", 3, "the list has 2 scores, but there are 3 actions"),
        ("{\"scores\":[]}", 1, "the list has 0 scores, but there are 1 actions"),
        ("[7,8,9]", 2, "the list has 3 scores, but there are 2 actions"),
        ("[7,11]", 2, "entry 2 of the list is 11, not between 0 and 10"),
        ("{\"scores\":[-1,3]}", 2, "entry 1 of the list is -1, not between 0 and 10"),
        ("{\"scores\":[7.5,3]}", 2, "entry 1 of the list is not a whole number"),
        ("{\"scores\":[3,7.05]}", 2, "entry 2 of the list is not a whole number"),
        ("{\"scores\":[\"7/10\",\"8/10\"]}", 2, "entry 1 of the list is not a whole number"),
        ("{\"scores\":[7/10,8/10]}", 2, "entry 1 of the list is not a whole number"),
        ("{\"scores\":[\"7\",\"8\"]}", 2, "entry 1 of the list is not a whole number"),
        ("{\"scores\":[7,null]}", 2, "entry 2 of the list is not a whole number"),
        ("{\"scores\":[7,true]}", 2, "entry 2 of the list is not a whole number"),
        ("{\"scores\":[NaN,7]}", 2, "entry 1 of the list is not a whole number"),
        ("{\"scores\":[1e1,7]}", 2, "entry 1 of the list is not a whole number"),
        ("{\"scores\":[007,7]}", 2, "entry 1 of the list is not a whole number"),
        ("{\"scores\":[+7,7]}", 2, "entry 1 of the list is not a whole number"),
        ("{\"scores\":[7 8]}", 2, "entry 1 of the list is not a whole number"),
        ("{\"scores\":[7,8,]}", 2, "entry 3 of the list is not a whole number"),
        ("{\"scores\":[,7,8]}", 2, "entry 1 of the list is not a whole number"),
        ("{\"scores\":[٧,٨]}", 2, "entry 1 of the list is not a whole number"),
        ("{\"scores\":[7,８]}", 2, "entry 2 of the list is not a whole number"),
        ("{\"scores\":[7,8", 2, "the list of scores is not complete"),
        ("{\"scores\":[7,", 2, "the list of scores is not complete"),
        ("{\"scores\":[", 2, "the list of scores is not complete"),
        ("{\"scores\":[[7,8]]}", 2, "the list of scores holds other lists"),
        ("{\"scores\":[[7],[8]]}", 1, "the list of scores holds other lists"),
        ("[[7,8]]", 2, "the list of scores holds other lists"),
        ("[ [7, 8], [7, 8] ]", 2, "the list of scores holds other lists"),
        ("[7,[7,8]]", 2, "the list of scores holds other lists"),
        ("[7,8] or [8,7]", 2, "there are 2 different lists of scores in it"),
        ("[7,8], [8,7], [7,8], [1,1]", 2, "there are 3 different lists of scores in it"),
        ("{\"scores\":[7,8]} {\"scores\":[8,7]}", 2, "there are 2 different lists of scores in it"),
        ("{\"scores\":[7,8],\"scores\":[1,2]}", 2, "there are 2 different lists of scores in it"),
        ("{\"scores\":[7,8],\"scores\":[1]}", 2, "the key \"scores\" stands in it more than once"),
        ("{\"scores\":[7,8],\"scores\":[7,8", 2, "the key \"scores\" stands in it more than once"),
        ("", 1, "there is no list of scores in it"), ("[]", 1, "there is no list of scores in it"),
        ("{\"scores\":null}", 1, "there is no list of scores in it"),
        ("{\"scores\":7}", 1, "there is no list of scores in it"),
        ("{\"scores\":\"7, 8\"}", 2, "there is no list of scores in it"),
        ("{\"scores\":{\"1\":7,\"2\":8}}", 2, "there is no list of scores in it"),
        ("I would say 7 for the first and 8 for the second.", 2, "there is no list of scores in it"),
        ("Step 1: 7/10\nStep 2: 8/10", 2, "there is no list of scores in it"),
        ("The pictures [two of them] show nothing.", 1, "there is no list of scores in it"),
        ("[{\"step\":1,\"score\":7},{\"step\":2,\"score\":8}]", 2, "there is no list of scores in it"),
        ("<think>{\"scores\":[7,8]}</think>", 2, "there is no list of scores in it"),
        ("{\"scores\":[7,8]}</think>", 2, "there is no list of scores in it"),
    ])
    func whatIsMalformedIsRefusedInWords(_ answer: String, _ count: Int, _ expected: String) {
        #expect(message(answer, count) == expected)
    }

    @Test(arguments: [
        ("{\"scores\":[7.0,8.00]}", [7, 8]), ("{\"scores\":[10.0,0.0]}", [10, 0]),
        ("[7,8] ... in short: [7,8]", [7, 8]), ("{\"scores\":[7,8],\"scores\":[7, 8]}", [7, 8]),
        ("First [1,2,3], then [7,8].", [7, 8]), ("[1,2,3] {\"scores\":[7,8]} [9,9]", [7, 8]),
        ("```json\n[\n  7,\n  8\n]\n```", [7, 8]), ("{\"Scores\":[7,8]}", [7, 8]),
    ])
    func whatIsNearEnoughIsTaken(_ answer: String, _ values: [Int]) {
        #expect(ScoreParser.parse(answer, count: 2).map(\.values) == .success(values))
    }

    /// Three entries of every kind: taken if and only if each is a whole number of 0 to 10 and there are enough.
    @Test func everyMixtureOfEntriesIsJudgedByItsEntries() {
        let good = ["0": 0, "7": 7, "10": 10, "7.0": 7]
        let bad = ["11", "-1", "7.5", "1e1", "007", "null", "\"7\"", "true", "[7]", "{}", "NaN", "٧", "7/10", "-", "."]
        let kinds = good.keys.sorted() + bad
        let twos = kinds.flatMap { first in kinds.map { [first, $0] } }
        let all = [[]] + kinds.map { [$0] } + twos + twos.flatMap { two in kinds.map { two + [$0] } }
        var failed: [String] = []
        for entries in all {
            let values = entries.compactMap { good[$0] }
            for count in 1...3 {
                let answer = "{\"scores\":[" + entries.joined(separator: ",") + "]}"
                let isRight = values.count == entries.count && values.count == count
                if (try? ScoreParser.parse(answer, count: count).get().values) != (isRight ? values : nil) {
                    failed.append(answer)
                }
            }
        }
        #expect(failed.isEmpty, "\(failed.count) of them, as \(failed.first ?? "")")
    }

    @Test func hugeNumbersAreOutOfRange() throws {
        for number in ["100", "18446744073709551616", String(repeating: "9", count: 10_000)] {
            for answer in ["{\"scores\":[\(number)]}", "{\"scores\":[-\(number)]}"] {
                #expect(try #require(message(answer, 1)).hasSuffix("not between 0 and 10"))
            }
        }
    }

    @Test func anAnswerOfMoreThanAMegabyteIsNotRead() {
        let list = "{\"scores\":[7]}"
        #expect(message(String(repeating: " ", count: (1 << 20) - list.utf8.count) + list, 1) == nil)
        #expect(
            message(String(repeating: " ", count: (1 << 20) - list.utf8.count + 1) + list, 1)
                == "it is longer than 1 MB")
    }

    /// These would take minutes if anything were read again and again.
    @Test func longNonsenseTakesNoTime() {
        for text in ["[", "[1,", "[[1],", "\"scores\":[", "[ ", "</think", "[1 ", " :[", "\"scores\":\n\n["] {
            let answer = String(repeating: text, count: (1 << 20) / text.utf8.count)
            #expect(message(answer, 1) != nil)
        }
    }

    /// Whatever becomes of an answer on the way, what is read of it stands in it.
    @Test func damagedAnswersAreReadSoundlyOrNotAtAll() {
        var random = SeededGenerator(1)
        let alphabet = Array("[]{},:\"\\ \n0123456789.-+eE/<>thinkscores\u{0}\u{FF}".utf8) + [0xC3, 0xE2, 0xF0, 0x80]
        var (read, refused) = (0, 0)
        for _ in 0..<40_000 {
            let count = 1 + random.below(4)
            let wrapping = Self.wrappings[random.below(Self.wrappings.count)]
            let list = (0..<count).map { _ in String(random.below(11)) }
            var bytes = Array((wrapping.before + list.joined(separator: ", ") + wrapping.after).utf8)
            for _ in 0...random.below(5) {
                let place = random.below(bytes.count + 1)
                switch random.below(4) {
                case 0 where place < bytes.count: bytes.remove(at: place)
                case 1 where place < bytes.count: bytes[place] = alphabet[random.below(alphabet.count)]
                case 2: bytes.removeLast(random.below(min(8, bytes.count)))
                default: bytes.insert(alphabet[random.below(alphabet.count)], at: min(place, bytes.count))
                }
            }
            let answer = String(decoding: bytes, as: UTF8.self)
            switch ScoreParser.parse(answer, count: count) {
            case .success(let scores):
                read += 1
                if !isSound(scores, answer, count) { Issue.record("\(scores) out of \(answer)") }
            case .failure(let problem):
                refused += 1
                if problem.description.isEmpty { Issue.record("no words for \(answer)") }
            }
        }
        // Both happen often, or the test says little.
        #expect(read > 4000 && refused > 4000)
    }
}

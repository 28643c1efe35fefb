/// Reads the scores out of an answer.
///
/// What is asked for is `{"scores": [7, 8, 10]}`. A bare list is taken too, also in a code fence, after a line of prose
/// or after `<think>...</think>`. Nothing else is: no digit is ever picked from a sentence, a list that is too short is
/// not padded, and two different lists are one too many.
package enum ScoreParser {
    /// The numbers of an answer.
    package struct Scores: Sendable, Equatable {
        /// 0 to 10, one for each action.
        package var values: [Int]
        /// Where each begins in the answer, in bytes of UTF-8.
        package var offsets: [Int]
    }

    /// What is wrong with an answer, in words that can be sent back.
    package struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
        package var description: String
        init(_ description: String) { self.description = description }
    }

    /// The longest answer that is read, in bytes.
    static let sizeLimit = 1 << 20

    /// - Parameter count: How many scores there have to be.
    package static func parse(_ answer: String, count: Int) -> Result<Scores, Problem> {
        var text = answer
        return text.withUTF8 { bytes in
            guard bytes.count <= sizeLimit else { return .failure(Problem("it is longer than 1 MB")) }
            return Scan(bytes: bytes).scores(count: count)
        }
    }

    private struct List {
        var isKeyed: Bool
        /// Nil for an element that is no whole number.
        var elements: [(value: Int?, offset: Int)]
        var isClosed: Bool
        /// An entry is a list: it is read no further.
        var holdsList = false
    }

    private struct Scan {
        let bytes: UnsafeBufferPointer<UInt8>

        func scores(count: Int) -> Result<Scores, Problem> {
            let all = lists(from: endOfThinking)
            let keyed = all.filter(\.isKeyed)
            let candidates =
                keyed.isEmpty
                ? all.filter { $0.holdsList || $0.isClosed && $0.elements.contains { $0.value != nil } } : keyed
            guard let last = candidates.last else {
                return .failure(Problem("there is no list of scores in it"))
            }
            var usable: [Scores] = []
            for list in candidates {
                if case .success(let scores) = check(list, count: count),
                    !usable.contains(where: { $0.values == scores.values })
                {
                    usable.append(scores)
                }
            }
            if usable.count > 1 {
                return .failure(Problem("there are \(usable.count) different lists of scores in it"))
            }
            // With the key, every list is meant.
            if let scores = usable.first, keyed.isEmpty || keyed.count == 1 || sameLists(keyed) {
                return .success(scores)
            }
            if usable.first != nil { return .failure(Problem("the key \"scores\" stands in it more than once")) }
            return check(last, count: count)
        }

        private func sameLists(_ lists: [List]) -> Bool {
            lists.allSatisfy { $0.isClosed && $0.elements.map(\.value) == lists[0].elements.map(\.value) }
        }

        private func check(_ list: List, count: Int) -> Result<Scores, Problem> {
            guard !list.holdsList else { return .failure(Problem("the list of scores holds other lists")) }
            guard list.isClosed else { return .failure(Problem("the list of scores is not complete")) }
            var values: [Int] = []
            for (index, element) in list.elements.enumerated() {
                guard let value = element.value else {
                    return .failure(Problem("entry \(index + 1) of the list is not a whole number"))
                }
                guard (0...10).contains(value) else {
                    return .failure(Problem("entry \(index + 1) of the list is \(value), not between 0 and 10"))
                }
                values.append(value)
            }
            guard values.count == count else {
                return .failure(Problem("the list has \(values.count) scores, but there are \(count) actions"))
            }
            return .success(Scores(values: values, offsets: list.elements.map(\.offset)))
        }

        /// Where the answer proper begins: thinking models send their thoughts along.
        private var endOfThinking: Int {
            let mark = Array("</think>".utf8)
            guard bytes.count >= mark.count else { return 0 }
            for start in stride(from: bytes.count - mark.count, through: 0, by: -1) where bytes[start] == mark[0] {
                if bytes[start..<(start + mark.count)].elementsEqual(mark) { return start + mark.count }
            }
            return 0
        }

        /// All lists but those that are entries of others.
        private func lists(from start: Int) -> [List] {
            var lists: [List] = []
            var place = start
            // Where a list would be an entry of another.
            var entry: Int?
            while place < bytes.count {
                guard bytes[place] == UInt8(ascii: "[") else {
                    place += 1
                    continue
                }
                let (list, end) = list(at: place, from: start)
                let isEntry = place == entry
                if !isEntry { lists.append(list) }
                entry = list.holdsList ? end : nil
                if isEntry, list.isClosed {
                    let comma = skipSpace(end)
                    if comma < bytes.count, bytes[comma] == UInt8(ascii: ",") { entry = skipSpace(comma + 1) }
                }
                place = max(end, place + 1)
            }
            return lists
        }

        /// The list that begins at `place`, and where to look for the next one.
        private func list(at place: Int, from start: Int) -> (List, end: Int) {
            var list = List(isKeyed: isKeyed(place, from: start), elements: [], isClosed: false)
            var index = skipSpace(place + 1)
            if index < bytes.count, bytes[index] == UInt8(ascii: "]") {
                list.isClosed = true
                return (list, index + 1)
            }
            while index < bytes.count {
                let (value, end) = element(at: index)
                list.elements.append((value, index))
                if bytes[index] == UInt8(ascii: "[") {
                    list.holdsList = true
                    return (list, index)
                }
                index = skipSpace(end)
                guard index < bytes.count else { break }
                if bytes[index] == UInt8(ascii: "]") {
                    list.isClosed = true
                    return (list, index + 1)
                }
                guard bytes[index] == UInt8(ascii: ",") else { break }
                index = skipSpace(index + 1)
            }
            return (list, index)
        }

        /// One entry: a whole number, or anything else up to the next `,`, `]` or `[`.
        private func element(at start: Int) -> (value: Int?, end: Int) {
            var index = start
            var digits = 0
            var value = 0
            let isNegative = bytes[index] == UInt8(ascii: "-")
            if isNegative { index += 1 }
            while index < bytes.count, let digit = digit(bytes[index]) {
                digits += 1
                value = min(value * 10 + digit, 1_000_000)
                index += 1
            }
            // 7.0 is a whole number, 7.5 is not.
            if digits > 0, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "."),
                bytes[index + 1] == UInt8(ascii: "0")
            {
                var fraction = index + 1
                while fraction < bytes.count, bytes[fraction] == UInt8(ascii: "0") { fraction += 1 }
                index = fraction
            }
            let end = skipSpace(index)
            let isEnded = end >= bytes.count || bytes[end] == UInt8(ascii: ",") || bytes[end] == UInt8(ascii: "]")
            // JSON has no numbers such as 007.
            let hasLeadingZero = digits > 1 && bytes[start + (isNegative ? 1 : 0)] == UInt8(ascii: "0")
            if digits > 0, isEnded, !hasLeadingZero { return (isNegative ? -value : value, index) }
            var other = max(index, start)
            while other < bytes.count, bytes[other] != UInt8(ascii: ","), bytes[other] != UInt8(ascii: "]"),
                bytes[other] != UInt8(ascii: "[")
            {
                other += 1
            }
            return (nil, other)
        }

        private func digit(_ byte: UInt8) -> Int? {
            byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int(byte - UInt8(ascii: "0")) : nil
        }

        private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

        private func skipSpace(_ start: Int) -> Int {
            var index = start
            while index < bytes.count, isSpace(bytes[index]) { index += 1 }
            return index
        }

        /// Whether `"scores":` stands before the place.
        private func isKeyed(_ place: Int, from start: Int) -> Bool {
            let key = Array("\"scores\"".utf8)
            var index = place
            func back() { while index > start, isSpace(bytes[index - 1]) { index -= 1 } }
            back()
            guard index > start, bytes[index - 1] == UInt8(ascii: ":") else { return false }
            index -= 1
            back()
            guard index - key.count >= start else { return false }
            return bytes[(index - key.count)..<index].elementsEqual(key)
        }
    }
}

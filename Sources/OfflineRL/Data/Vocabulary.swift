internal import Ground

/// The words a policy knows, by id: 0 is padding, 1 any other word, then words by falling count.
///
/// As JSON it is the list of its words, so that a word's place is its id.
package struct Vocabulary: Sendable, Equatable {
    /// The id of no word.
    package static let padding: Int32 = 0
    /// The id of every word that was not there when the vocabulary was made (UNK).
    package static let unknown: Int32 = 1
    /// Words of the longest sentence; what follows is cut off.
    static let maximumWords = 120

    /// By id; the first two stand for padding and for unknown words, and no sentence holds them.
    package let words: [String]
    private let ids: [String: Int32]

    static let reserved = ["<padding>", "<unknown>"]

    /// Fails for a list without the two reserved words at its start, with a word twice, or with one no sentence can
    /// hold.
    package init?(words: [String]) {
        guard words.starts(with: Self.reserved), words.count <= Int(Int32.max) else { return nil }
        var ids: [String: Int32] = [:]
        ids.reserveCapacity(words.count)
        for (id, word) in words.enumerated().dropFirst(Self.reserved.count) {
            guard !word.isEmpty, !word.contains(where: \.isWhitespace), !Self.reserved.contains(word),
                ids.updateValue(Int32(id), forKey: word) == nil
            else { return nil }
        }
        self.words = words
        self.ids = ids
    }

    /// The words of `texts`, the most frequent first; equally frequent ones in the order of their bytes.
    package init(texts: some Sequence<String>) {
        var counter = Counter()
        for text in texts { counter.add(text) }
        self = counter.vocabulary()
    }

    private init(sorted: [String]) {
        words = Self.reserved + sorted
        ids = Dictionary(uniqueKeysWithValues: zip(sorted, Int32(Self.reserved.count)...))
    }

    /// Counts words, text by text.
    struct Counter {
        private var counts: [String: Int] = [:]

        mutating func add(_ text: String) { Tokens.forEach(in: text) { counts[$0, default: 0] += 1 } }

        func vocabulary() -> Vocabulary {
            Vocabulary(
                sorted: counts.sorted { a, b in
                    a.value != b.value ? a.value > b.value : a.key.utf8.lexicographicallyPrecedes(b.key.utf8)
                }.map(\.key))
        }
    }

    /// Ids, with padding and the unknown word.
    package var count: Int { words.count }

    /// The ids of a sentence's words, 1 to ``maximumWords`` of them: a sentence without words is one unknown word.
    package func encode(_ text: String) -> [Int32] {
        var list: [Int32] = []
        append(text, to: &list)
        return list
    }

    /// Appends the ids to `list`.
    ///
    /// - Returns: How many.
    @discardableResult
    func append(_ text: String, to list: inout [Int32]) -> Int {
        let start = list.count
        Tokens.forEach(in: text) { word in
            if list.count - start < Self.maximumWords { list.append(ids[word] ?? Self.unknown) }
        }
        if list.count == start { list.append(Self.unknown) }
        return list.count - start
    }

    /// SHA-256 of the words, each followed by a line feed.
    package var sha256: [UInt8] {
        var hash = SHA256()
        for word in words {
            hash.update(data: Array(word.utf8))
            hash.update(data: [UInt8(ascii: "\n")])
        }
        return Array(hash.finalize())
    }

    /// ``sha256`` in hexadecimal.
    package var fingerprint: String {
        sha256.hex
    }
}

extension Vocabulary: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let vocabulary = Vocabulary(words: try container.decode([String].self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "this is no list of words by id")
        }
        self = vocabulary
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(words)
    }
}

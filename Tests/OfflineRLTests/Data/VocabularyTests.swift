import Foundation
import Ground
import Testing

@testable import OfflineRL

@Suite struct VocabularyTests {
    @Test(arguments: [
        ("Pick up the Apple, and   put it\tin fridge-2.", "pick|up|the|apple|,|and|put|it|in|fridge|-|2|."),
        ("don't!?", "don|'|t|!|?"), ("", ""), (" \n\u{0} ", ""), ("A1b 22", "a1b|22"),
        ("Übung naïve", "übung|naïve"), ("u\u{308}ber", "über"), ("STRASSE ΑΘΗΝΑ", "strasse|αθηνα"),
        ("切る🔪it", "切る|🔪|it"), ("half ½ “quote”…", "half|½|“|quote|”|…"), ("a\u{200B}b\u{A0}c", "a|b|c"),
    ])
    func sentencesAreCut(_ text: String, _ expected: String) {
        #expect(Tokens.list(text) == expected.split(separator: "|").map(String.init))
    }

    /// Both ways through a text agree wherever both can go.
    @Test func theFastWayIsTheSame() {
        let hash = SeededHash(seed: 1, purpose: 0)
        for sample in 0..<2000 as Range<UInt64> {
            var text = ""
            for place in 0..<UInt64(hash.below(20, sample)) {
                text.unicodeScalars.append(Unicode.Scalar(UInt8(hash.below(128, sample, 1 + place))))
            }
            var (fast, slow): ([String], [String]) = ([], [])
            Tokens.forEachASCII(in: text) { fast.append($0) }
            Tokens.forEachUnicode(in: text) { slow.append($0) }
            #expect(fast == slow, "\(text.debugDescription)")
        }
    }

    @Test func idsFollowCountsThenBytes() {
        let vocabulary = Vocabulary(texts: ["b a é z", "a. z", "Z ~ a"])
        #expect(vocabulary.words.dropFirst(2) == ["a", "z", ".", "b", "~", "é"])
        #expect(vocabulary.encode("A z q é.") == [2, 3, 1, 7, 4])
        // The order of the texts does not matter, nor does the form of their characters.
        #expect(Vocabulary(texts: ["Z ~ a", "a. z", "b a e\u{301} z"]) == vocabulary)
        #expect(Vocabulary(texts: ["e\u{301}"]).fingerprint == Vocabulary(texts: ["é"]).fingerprint)
    }

    @Test func sentencesHaveBounds() {
        let vocabulary = Vocabulary(texts: ["a"])
        for text in ["", " ", "\u{0}", "zzz"] { #expect(vocabulary.encode(text) == [Vocabulary.unknown]) }
        for count in [119, 120, 121, 500] {
            let ids = vocabulary.encode(String(repeating: "a ", count: count))
            #expect(ids == [Int32](repeating: 2, count: min(120, count)))
        }
        // No text reaches the reserved words.
        #expect(vocabulary.encode("<padding> <unknown>") == [Int32](repeating: 1, count: 6))
        #expect(Vocabulary(texts: []).encode("a") == [1])
    }

    @Test func jsonIsTheListOfWords() throws {
        let vocabulary = Vocabulary(texts: ["take the apple / \"now\"", "köche 切る"])
        let json = try JSONEncoder().encode(vocabulary)
        #expect(try JSONDecoder().decode([String].self, from: json) == vocabulary.words)
        let back = try JSONDecoder().decode(Vocabulary.self, from: json)
        #expect(back == vocabulary)
        #expect(back.fingerprint == vocabulary.fingerprint)
        for word in vocabulary.words.dropFirst(2) {
            #expect(back.encode(word) == [Int32(vocabulary.words.firstIndex(of: word)!)])
        }
    }

    @Test(arguments: [
        "[]", "[\"<padding>\"]", "[\"<unknown>\",\"<padding>\"]", "[\"<padding>\",\"<unknown>\",\"a\",\"a\"]",
        "[\"<padding>\",\"<unknown>\",\"\"]", "[\"<padding>\",\"<unknown>\",\"a\\nb\"]", "{}", "[1]",
        "[\"<padding>\",\"<unknown>\",\"<unknown>\"]",
    ])
    func otherListsAreRefused(_ json: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Vocabulary.self, from: Data(json.utf8)) }
    }

    /// The hash of `printf '<padding>\n<unknown>\na\n' | sha256sum`.
    @Test func theFingerprintIsAsDocumented() {
        #expect(
            Vocabulary(texts: ["a"]).fingerprint == "9fb0f1fbf5d8db669ba6a4b92fe117014cf609c9f148d1dfd00d90f56de57c8f")
        #expect(Vocabulary(texts: ["a b"]).fingerprint != Vocabulary(texts: ["a", "b b"]).fingerprint)
    }
}

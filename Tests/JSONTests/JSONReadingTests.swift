import Foundation
import Ground
import Testing

@testable import JSON

@Suite struct JSONReadingTests {
    private func scan<T>(
        _ text: [UInt8], _ tolerance: JSONTolerance = [],
        _ body: (inout JSONScanner) throws(JSONError) -> T
    ) throws -> T {
        try text.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes, tolerance)
            let result = try body(&scanner)
            try scanner.end()
            return result
        }
    }

    private func accepts(_ text: [UInt8]) -> Bool {
        (try? scan(text) { scanner throws(JSONError) in try scanner.skip() }) != nil
    }

    // MARK: What is JSON

    private func foundationAccepts(_ text: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)) != nil
    }

    /// Skipping and reading agree, and both with Foundation, whose reader lets a comma stand before a closing bracket,
    /// which JSON does not.
    private func isJudgedAlike(_ text: [UInt8]) -> Bool {
        let isAccepted = accepts(text)
        guard isAccepted == ((try? JSONValue(parsing: text)) != nil) else { return false }
        if isAccepted == foundationAccepts(text) { return true }
        return !isAccepted && String(decoding: text, as: UTF8.self).contains(/,\s*[}\]]/)
    }

    @Test func allShortTextsAreJudgedAsFoundationDoes() {
        let alphabet = Array(#"{}[]",:01-.e \n"#.utf8)
        var texts: [[UInt8]] = [[]]
        for _ in 0..<4 {
            texts = texts.flatMap { text in alphabet.map { text + [$0] } }
            for text in texts { #expect(isJudgedAlike(text), "\(String(decoding: text, as: UTF8.self))") }
        }
    }

    @Test func mutatedTextsAreJudgedAsFoundationDoes() {
        let whole = Array(#"{"a":[1,-2.5e+3,true,false,null,"x\n\"\u00e9"],"b":{"c":{},"d":[]}, "e":"\\" }"#.utf8)
        var random = SplitMix64(seed: 7)
        for _ in 0..<20_000 {
            var text = whole
            for _ in 0..<(1 + random.below(3)) {
                let place = random.below(text.count)
                switch random.below(3) {
                case 0: text.remove(at: place)
                case 1: text.insert(whole[random.below(whole.count)], at: place)
                default: text[place] = UInt8(32 + random.below(95))
                }
            }
            #expect(isJudgedAlike(text), "\(String(decoding: text, as: UTF8.self))")
        }
    }

    @Test(arguments: [
        ("", "truncated JSON: it ends where a value should be", "line 1, column 1"),
        ("  \n ", "truncated JSON: it ends where a value should be", "line 2, column 2"),
        (#"{"a": [1, 2"#, "truncated JSON: it ends where ',' or ']' should be", "line 1, column 12"),
        ("{\n  \"a\": tru", "truncated JSON: it ends where true should be", "line 2, column 11"),
        ("{\"a\": \"xy", "truncated JSON: it ends where the end of a string should be", "line 1, column 10"),
        ("\"\\", "truncated JSON: it ends where the end of a string should be", "line 1, column 3"),
        ("{\n\"x\": NaN}", "NaN is not a number in JSON", "line 2, column 6"),
        ("{\"x\": -Infinity}", "-Infinity is not a number in JSON", "line 1, column 7"),
        ("{\"x\": 1e999}", "1e999 is too large for a number", "line 1, column 7"),
        ("{\"x\": 1,}", "expected a key, found '}'", "line 1, column 9"),
        ("{\"x\" 1}", "expected ':', found '1'", "line 1, column 6"),
        ("[1 2]", "expected ',' or ']', found '2'", "line 1, column 4"),
        ("[01]", "expected ',' or ']', found '1'", "line 1, column 3"),
        ("{} {}", "text after the end of the document", "line 1, column 4"),
        ("[\"a\u{01}\"]", "a control character inside a string", "line 1, column 4"),
        ("[-]", "expected a digit, found ']'", "line 1, column 3"),
        (#"["\x"]"#, #"expected an escape such as \n, found 'x'"#, "line 1, column 4"),
        (#"["\u12g4"]"#, "expected a hexadecimal digit, found 'g'", "line 1, column 7"),
        (#"["\ud834"]"#, "half of a surrogate pair", "line 1, column 5"),
        ("tru\u{1}", "expected true, found 't'", "line 1, column 1"),
        ("\u{FEFF}1", "expected a value, found byte 0xef", "line 1, column 1"),
    ])
    func explainsWhatIsNotJSON(_ text: String, _ message: String, _ location: String) throws {
        let bytes = Array(text.utf8)
        for read in [
            { _ = try JSONValue(parsing: bytes) }, { try scan(bytes) { s throws(JSONError) in try s.skip() } },
        ] {
            let error = try #require(throws: JSONError.self) { try read() }
            #expect(error.message == message)
            #expect(bytes.withUnsafeBytes { error.location(in: $0) } == location)
        }
    }

    @Test(arguments: [
        "", " ", "nul", "tru", "{", "[", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "[1,]", "[,]", "{\"a\"}",
        "{\"a\":}", "{\"a\":1,}", "{a:1}", "01", "-", "1.", ".5", "1e", "+1", "1 2", "NaN", "Infinity", "-Infinity",
        "\"\u{1}\"", "[1}", "\u{FEFF}1", "'a'",
    ])
    func noToleranceTakesWhatIsMalformed(_ text: String) {
        #expect(throws: JSONError.self) {
            try JSONValue(parsing: Array(text.utf8), [.halfPairs, .brokenText, .hugeNumbers])
        }
    }

    // MARK: What is refused, and what is taken

    @Test(arguments: ["[", "{\"a\":", "[[", "{\"a\":["])
    func deepNestingIsRefusedAtOnce(_ opening: String) {
        let text = Array(String(repeating: opening, count: 100_000).utf8)
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(!accepts(text))
    }

    @Test(arguments: [1, 128, 1024]) func nestingUpToTheLimitIsRead(limit: Int) throws {
        let text = { Array((String(repeating: "[", count: $0) + String(repeating: "]", count: $0)).utf8) }
        _ = try JSONValue(parsing: text(limit), depthLimit: limit)
        let error = try #require(throws: JSONError.self) { try JSONValue(parsing: text(limit + 1), depthLimit: limit) }
        #expect(error.message == "nested deeper than \(limit) levels")
    }

    @Test(arguments: [
        (#""\ud834\udd1e""#, "𝄞"), (#""\ud834""#, "\u{FFFD}"), (#""\ud834\u0041""#, "\u{FFFD}A"),
        (#""\udd1e""#, "\u{FFFD}"), (#""\udc00\ud83d\u0041""#, "\u{FFFD}\u{FFFD}A"),
        (#""\ud834\ud834\udd1e""#, "\u{FFFD}𝄞"),
        (#""\u0000""#, "\0"),
    ])
    func surrogates(_ json: String, _ text: String) throws {
        #expect(try JSONValue(parsing: Array(json.utf8), .halfPairs).string == text)
        if text.contains("\u{FFFD}") { #expect(throws: JSONError.self) { try JSONValue(parsing: Array(json.utf8)) } }
    }

    @Test func brokenText() throws {
        for bytes in [[0x22, 0xFF, 0x22], [0x22, 0x5C, 0x6E, 0xC3, 0x22]] as [[UInt8]] {
            #expect(throws: JSONError("a string that is not UTF-8", offset: 0)) { try JSONValue(parsing: bytes) }
            #expect(try JSONValue(parsing: bytes, .brokenText).string?.last == "\u{FFFD}")
        }
    }

    @Test func numbers() throws {
        let text =
            "[-0, 1e3, 9223372036854775807, -9223372036854775808, 9223372036854775808, 0.1, 1E-2, "
            + "12345678901234567890123]"
        let items = try #require(JSONValue(parsing: Array(text.utf8)).array)
        #expect(items.map(\.int) == [0, nil, .max, .min, nil, nil, nil, nil])
        #expect(items[1].double == 1000 && items[5].double == 0.1 && items[6].double == 0.01)
        #expect(items[4].double == 9_223_372_036_854_775_808 && items[7].double == 12_345_678_901_234_567_741_440)
        #expect(throws: JSONError.self) { try JSONValue(parsing: Array("1e999".utf8)) }
        #expect(try JSONValue(parsing: Array("1e999".utf8), .hugeNumbers).double == nil)
        for (text, number) in [("3", 3), ("3.0", 3), ("30e-1", 3), ("3.5", nil), ("1e30", nil)] as [(String, Int?)] {
            #expect(try scan(Array(text.utf8)) { s throws(JSONError) in try s.integer() } == number)
        }
    }

    @Test func theLastOfARepeatedMemberCounts() throws {
        let value = try JSONValue(parsing: Array(#"{"a":1,"b":2,"a":3}"#.utf8))
        #expect(value["a"]?.int == 3 && value["b"]?.int == 2 && value["c"] == nil && value.members?.count == 3)
    }

    @Test func everyPrefixAndEveryByteChangeEndsWithoutCrash() throws {
        let text = Array(#"{"a":[1,-2.5e3,"x\u00e9\n\ud834\udd1e",null,true,{"b":{}}],"c":""}"#.utf8)
        _ = try JSONValue(parsing: text)
        for end in text.indices { #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text[..<end])) } }
        for place in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[place] = byte
                for tolerance in [[], [.halfPairs, .brokenText, .hugeNumbers]] as [JSONTolerance] {
                    let value = try? JSONValue(parsing: changed, tolerance)
                    if let value { _ = JSONWriter.bytes(value) }
                    if tolerance.isEmpty { #expect((value != nil) == accepts(changed)) }
                }
            }
        }
    }

    // MARK: Walking

    @Test func aWalkSkipsWhatItDoesNotKnow() throws {
        let text = Array(#" {"a" : {"x":[1,{}]}, "b":[true , false,null], "c": "d"} "#.utf8)
        let found = try scan(text) { scanner throws(JSONError) in
            var (found, isFirst) = ([] as [String], true)
            try scanner.beginObject()
            while let name = try scanner.member(&isFirst) {
                found.append(name)
                switch (name, try scanner.kind()) {
                case ("a", .object): found.append(try scanner.source())
                case ("b", .array):
                    var isFirst = true
                    try scanner.beginArray()
                    while try scanner.element(&isFirst) {
                        if try scanner.kind() == .null {
                            try scanner.null()
                        } else {
                            found.append("\(try scanner.boolean())")
                        }
                    }
                default: try scanner.skip()
                }
            }
            return found
        }
        #expect(found == ["a", #"{"x":[1,{}]}"#, "b", "true", "false", "c"])
    }

    @Test func uncheckedStringsEndWhereOthersDo() throws {
        for text in [#""""#, #""a""#, #""\"""#, #""\\""#, #""\\\"x\\\\""#] {
            let content = try scan(Array(text.utf8)) { s throws(JSONError) in Array(try s.uncheckedString()) }
            #expect(content == Array(text.utf8.dropFirst().dropLast()))
        }
        for text in ["\"", #""\""#, #""\\\""#, "x"] {
            #expect(throws: JSONError.self) {
                try scan(Array(text.utf8)) { s throws(JSONError) in try s.uncheckedString().count }
            }
        }
    }

    @Test func configurationsAreDecoded() throws {
        let text = #"{"a":[1,2.5,true,null,"x"],"b":{"c":"1"}}"#
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(JSONWriter.bytes(value.sortedByName) == Array(text.utf8))
    }
}

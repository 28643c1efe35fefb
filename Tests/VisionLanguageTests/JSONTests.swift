import Foundation
import Ground
import Testing

@testable import VisionLanguage

@Suite struct JSONTests {
    /// Any document of a few levels.
    private func random(_ random: inout SplitMix64, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .int(.random(in: .min ... .max, using: &random))
        case 3: return .double(.random(in: -1e9...1e9, using: &random))
        case 4, 5:
            let scalars = (0..<Int.random(in: 0..<12, using: &random)).map { _ in
                Unicode.Scalar(UInt32.random(in: 0..<0x11_0000, using: &random)) ?? "\""
            }
            return .string(String(String.UnicodeScalarView(scalars)))
        case 6:
            return .array(
                (0..<Int.random(in: 0..<4, using: &random)).map { _ in self.random(&random, depth: depth - 1) })
        default:
            return .object(
                (0..<Int.random(in: 0..<4, using: &random)).map {
                    .init("k\($0)\u{1}\"", self.random(&random, depth: depth - 1))
                })
        }
    }

    @Test func whatIsWrittenIsReadByUsAndByFoundation() throws {
        var random = SplitMix64(seed: 1)
        for _ in 0..<2000 {
            let bytes = JSONWriter.bytes(self.random(&random, depth: 3))
            #expect(JSONWriter.bytes(try JSONParser.parse(bytes)) == bytes)
            let theirs = try #require(try parsed(bytes))
            let again = try JSONSerialization.data(withJSONObject: theirs, options: [.fragmentsAllowed])
            #expect(try parsed(JSONWriter.bytes(try JSONParser.parse(Array(again)))) == theirs)
        }
    }

    @Test(arguments: [
        "", " ", "nul", "tru", "{", "[", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "[1,]", "[,]", "{\"a\"}",
        "{\"a\":}", "{\"a\":1,}", "{a:1}", "01", "-", "1.", ".5", "1e", "+1", "1 2", "NaN", "Infinity", "-Infinity",
        "\"\u{1}\"", "[1}", "\u{FEFF}1", "'a'",
    ])
    func malformedDocumentsAreErrors(_ text: String) {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(Array(text.utf8)) }
    }

    @Test func escapesAndNumbers() throws {
        let value = try JSONParser.parse(
            Array(
                #"["\ud83d\ude00\u00e9\/\b","\ud83d","\ud83dx","\udc00\ud83d\u0041",-0,1e3,9223372036854775808]"#.utf8))
        let items = try #require(value.array)
        #expect(
            items.prefix(4).map(\.string) == ["\u{1F600}\u{E9}/\u{8}", "\u{FFFD}", "\u{FFFD}x", "\u{FFFD}\u{FFFD}A"])
        #expect(items.suffix(3).map(\.double) == [0, 1000, 9_223_372_036_854_775_808])
    }

    @Test(arguments: ["[", "{\"a\":", "[[", "{\"a\":["])
    func deepNestingIsRefusedAtOnce(_ opening: String) {
        let text = String(repeating: opening, count: 100_000)
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(Array(text.utf8)) }
    }

    @Test func nestingUpToTheLimitIsRead() throws {
        let depth = JSONParser.greatestDepth
        let text = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        _ = try JSONParser.parse(Array(text(depth).utf8))
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(Array(text(depth + 1).utf8)) }
    }

    @Test func everyPrefixAndEveryByteChangeEndsWithoutCrash() throws {
        let text = Array(#"{"a":[1,-2.5e3,"x\u00e9\n",null,true,{"b":{}}],"c":""}"#.utf8)
        _ = try JSONParser.parse(text)
        for end in text.indices {
            #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(Array(text[..<end])) }
        }
        for place in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[place] = byte
                if let value = try? JSONParser.parse(changed) { _ = JSONWriter.bytes(value) }
            }
        }
    }

    @Test func mergingIsRFC7396() throws {
        // The RFC's own table of cases: target, patch, result.
        let cases = [
            (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
            (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
            (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
            (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
            ("[1]", #"{"a":{"b":null}}"#, #"{"a":{}}"#), (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
        ]
        for (target, patch, result) in cases {
            let merged = try JSONParser.parse(Array(target.utf8)).merging(JSONParser.parse(Array(patch.utf8)))
            #expect(String(decoding: JSONWriter.bytes(merged), as: UTF8.self) == result)
        }
    }

    @Test func configurationsAreDecoded() throws {
        let text = #"{"a":[1,2.5,true,null,"x"],"b":{"c":"1"}}"#
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(try parsed(JSONWriter.bytes(value)) == parsed(text))
    }
}

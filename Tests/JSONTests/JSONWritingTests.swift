import Foundation
import Ground
import Testing

@testable import JSON

@Suite struct JSONWritingTests {
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

    private func foundation(_ bytes: [UInt8]) throws -> NSObject? {
        try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed) as? NSObject
    }

    @Test(arguments: [JSONStyle.compact, .fractions, .printable, .python])
    func whatIsWrittenIsReadByUsAndByFoundation(style: JSONStyle) throws {
        var random = SplitMix64(seed: 1)
        for _ in 0..<1000 {
            let bytes = JSONWriter.bytes(self.random(&random, depth: 3), style)
            #expect(JSONWriter.bytes(try JSONValue(parsing: bytes), style) == bytes)
            let theirs = try #require(try foundation(bytes))
            let again = try JSONSerialization.data(withJSONObject: theirs, options: [.fragmentsAllowed])
            #expect(try foundation(JSONWriter.bytes(try JSONValue(parsing: Array(again)), style)) == theirs)
        }
    }

    /// Every character of the first plane comes back, by every style.
    @Test(arguments: [JSONStyle.compact, .fractions, .printable, .python])
    func everyCharacterComesBack(style: JSONStyle) throws {
        let scalars = (0...0xFFFF).compactMap { Unicode.Scalar(UInt32($0)) } + ["𝄞", "😀"]
        let text = String(String.UnicodeScalarView(scalars))
        let bytes = JSONWriter.bytes(.string(text), style)
        #expect(try JSONValue(parsing: bytes).string == text)
        #expect(!bytes.contains { $0 < 0x20 || $0 == 0x7F })
    }

    @Test func escapesOfTheStyles() {
        let text = "\"\\/\n\t\r\u{8}\u{7F}\u{9B}é\u{202E}😀"
        func written(_ style: JSONStyle) -> String {
            String(decoding: JSONWriter.bytes(.string(text), style), as: UTF8.self)
        }
        #expect(written(.compact) == "\"\\\"\\\\/\\n\\u0009\\u000d\\u0008\\u007f\u{9B}é\u{202E}😀\"")
        #expect(written(.printable) == #""\"\\/\n\t\u000d\u0008\u007f\u009bé\u202e😀""#)
        #expect(written(.python) == #""\"\\/\n\t\r\b\u007f\u009b\u00e9\u202e\ud83d\ude00""#)
    }

    @Test func numbers() {
        let values: JSONValue = [
            0, -7, .int(.min), .int(.max), .double(1), .double(-0.5), .double(1e16), .double(1e300),
        ]
        func written(_ style: JSONStyle) -> String { String(decoding: JSONWriter.bytes(values, style), as: UTF8.self) }
        let whole = "0,-7,-9223372036854775808,9223372036854775807"
        #expect(written(.compact) == "[\(whole),1,-0.5,10000000000000000,1e+300]")
        #expect(written(.fractions) == "[\(whole),1.0,-0.5,1e+16,1e+300]")
        var writer = JSONWriter(.python)
        writer.write(.double(1))
        #expect(!writer.hasUnwritableNumber)
        writer.write(.double(.nan))
        #expect(writer.hasUnwritableNumber && writer.bytes == Array("1.0null".utf8))
    }

    @Test func writesAsPythonDoes() {
        // python3 -c 'import json; print(json.dumps({"b": [], "a": [1, 0.1, 1e-05, 1e16, {}], "é\u2028\U0001f600":
        // "\x7f\"/"}, sort_keys=True, indent=4))'
        let expected = """
            {
                "a": [
                    1,
                    0.1,
                    1e-05,
                    1e+16,
                    {}
                ],
                "b": [],
                "\\u00e9\\u2028\\ud83d\\ude00": "\\u007f\\"/"
            }
            """
        let value: JSONValue = [
            "b": [], "a": [1, .double(0.1), .double(1e-5), .double(1e16), [:]], "é\u{2028}😀": "\u{7F}\"/",
        ]
        #expect(String(decoding: JSONWriter.bytes(value, .python), as: UTF8.self) == expected)
    }

    @Test func longTextsAreNotCopied() {
        final class Picture: JSONValue.LongText {
            let text: [UInt8] = Array("QUJD".utf8)
        }
        let pictures = [Picture(), Picture()]
        let value: JSONValue = ["a": [.long(prefix: "data:\n", pictures[0]), 1], "b": .long(prefix: "", pictures[1])]
        #expect(String(decoding: JSONWriter.bytes(value), as: UTF8.self) == #"{"a":["data:\nQUJD",1],"b":"QUJD"}"#)
        let pieces = JSONWriter.pieces(value)
        #expect(pieces.count == 5)
        let found = pieces.compactMap { if case .long(let long) = $0 { long } else { nil } }
        #expect(found.count == 2 && found[0] === pictures[0] && found[1] === pictures[1])
        #expect(JSONWriter.pieces(["a": 1]).count == 1)
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
            let merged = try JSONValue(parsing: Array(target.utf8)).merging(JSONValue(parsing: Array(patch.utf8)))
            #expect(String(decoding: JSONWriter.bytes(merged), as: UTF8.self) == result)
        }
    }
}

import Ground
import SampleData
import Testing

@testable import ALFRED

/// Reads `text` and returns what `body` makes of its root.
func reading<T>(_ text: String, _ body: (JSONView) throws(ALFREDError) -> T) throws(ALFREDError) -> T {
    try JSONReader().withRoot(of: FileBytes(text.utf8), body)
}

@Suite struct JSONTests {
    @Test func readsEveryKindOfValue() throws {
        let tree = try reading(
            #"{"n": null, "t": true, "f": false, "i": -7, "d": 2.5e-3, "s": "aé\n\"", "a": [1, []], "o": {"k": 1}}"#
        ) { $0.tree() }
        #expect(
            tree
                == .object([
                    "n": .null, "t": .bool(true), "f": .bool(false), "i": .int(-7), "d": .double(0.0025),
                    "s": .string("aé\n\""), "a": .array([.int(1), .array([])]), "o": .object(["k": .int(1)]),
                ]))
    }

    @Test func theLastOfARepeatedKeyCounts() throws {
        #expect(
            try reading(#"{"a": 1, "b": 2, "a": 3}"#) { root throws(ALFREDError) in try root.require("a").int() } == 3)
    }

    @Test func namesTheValueThatHasTheWrongType() {
        let error = #expect(throws: ALFREDError.self) {
            try reading(#"{"a": [{"b": 1}, {"b": "x"}]}"#) { root throws(ALFREDError) in
                try root.require("a").map { element throws(ALFREDError) in try element.require("b").int() }
            }
        }
        #expect(error?.description == "a[1].b: expected an integer, found a string")
    }

    @Test func namesTheObjectThatLacksAKey() {
        let error = #expect(throws: ALFREDError.self) {
            try reading(#"{"a": {"c": {}}}"#) { root throws(ALFREDError) in
                try root.require("a").require("c").require("d").int()
            }
        }
        #expect(error?.description == "a.c: missing key \"d\"")
        #expect(error?.code == .missingKey)
    }

    @Test(arguments: [
        ("", "line 1, column 1: the file is empty"), ("  \n ", "line 2, column 2: the file is empty"),
        (#"{"a": [1, 2"#, "line 1, column 12: truncated JSON: it ends where ',' or ']' should be"),
        ("{\n\"x\": NaN}", "line 2, column 6: NaN is not a number in JSON"),
        ("{\"x\": 1e999}", "line 1, column 7: 1e999 is too large for a number"),
    ])
    func explainsWhatIsNotJSON(_ text: String, _ message: String) {
        let error = #expect(throws: ALFREDError.self) { try reading(text) { $0.tree() } }
        #expect(error?.description == message)
        #expect(error?.code == .malformed)
    }

    @Test func invalidUTF8IsExplained() {
        let file = FileBytes([0x5B, 0x22, 0xFF, 0x22, 0x5D])
        let error = #expect(throws: ALFREDError.self) { try JSONReader().withRoot(of: file) { $0.tree() } }
        #expect(error?.description == "line 1, column 2: a string that is not UTF-8")
    }

    @Test func depthIsBounded() {
        let text = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
        let error = #expect(throws: ALFREDError.self) { try reading(text) { $0.tree() } }
        #expect(error?.message == "nested deeper than 1024 levels")
    }

    /// Both grammars must agree on every prefix of a document, and on documents with one byte changed.
    @Test func theDiagnosisFindsWhatTheParserRejects() throws {
        let text = Array(#"{"a": [1, -2.5e+3, true, null, "x\u00e9\\"], "bb": {"c": "", "d": []}}"#.utf8)
        let reader = try JSONReader()
        var random = SplitMix64(seed: 5)
        var documents = text.indices.map { Array(text[..<$0]) }
        for _ in 0..<3000 {
            var changed = text
            changed[random.int(0...(text.count - 1))] = UInt8(random.int(0x20...0x7E))
            documents.append(changed)
        }
        for document in documents {
            let file = FileBytes(document)
            let isAccepted = (try? reader.withRoot(of: file) { _ in true }) ?? false
            let problem = JSONReader.firstProblem(in: file.bytes)
            #expect(isAccepted == (problem == nil), "\(String(decoding: document, as: UTF8.self)): \(problem as Any)")
        }
    }

    @Test func writesAsPythonDoes() throws {
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
        var writer = JSONWriter()
        writer.value(
            JSONTree.object([
                "b": .array([]), "a": .array([.int(1), .double(0.1), .double(1e-5), .double(1e16), .object([:])]),
                "é\u{2028}😀": .string("\u{7F}\"/"),
            ]))
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
        let read = try JSONReader().withRoot(of: FileBytes(writer.bytes)) { $0.tree() }
        guard case .object(let members) = read else { return #expect(Bool(false)) }
        #expect(members["é\u{2028}😀"] == .string("\u{7F}\"/"))
    }
}

import Foundation
import Ground
import Testing

@testable import LabelServer

@Suite struct JSONScannerTests {
    private func accepts(_ text: [UInt8]) -> Bool {
        text.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes)
            return (try? scanner.skip()) != nil && (try? scanner.end()) != nil
        }
    }

    private func foundationAccepts(_ text: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)) != nil
    }

    /// Foundation's reader lets a comma stand before a closing bracket, which JSON does not.
    private func isJudgedAlike(_ text: [UInt8]) -> Bool {
        let isAccepted = accepts(text)
        if isAccepted == foundationAccepts(text) { return true }
        return !isAccepted && String(decoding: text, as: UTF8.self).contains(/,\s*[}\]]/)
    }

    @Test func allShortTextsAreJudgedAsFoundationDoes() {
        let alphabet = Array(#"{}[]",:01-.e \n"#.utf8)
        var texts: [[UInt8]] = [[]]
        for _ in 0..<4 {
            texts = texts.flatMap { text in alphabet.map { text + [$0] } }
            for text in texts {
                #expect(isJudgedAlike(text), "\(String(decoding: text, as: UTF8.self))")
            }
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

    @Test func stringsComeBackAsTheyWereWritten() throws {
        var random = SplitMix64(seed: 3)
        let scalars: [Unicode.Scalar] = ["a", "\"", "\\", "/", "\n", "\u{0}", "\u{1f}", "é", "€", "𝄞", "\u{2028}"]
        for _ in 0..<2000 {
            let text = String(
                String.UnicodeScalarView((0..<random.below(12)).map { _ in scalars[random.below(scalars.count)] }))
            var json = JSONWriter()
            json.string(text)
            for bytes in [
                json.bytes, Array(try JSONSerialization.data(withJSONObject: text, options: .fragmentsAllowed)),
            ] {
                try bytes.withUnsafeBytes { bytes in
                    var scanner = JSONScanner(bytes)
                    let read = try scanner.string()
                    #expect(read == text)
                    try scanner.end()
                    var unchecked = JSONScanner(bytes)
                    let content = try unchecked.uncheckedString()
                    #expect(Array(content) == Array(bytes.dropFirst().dropLast()))
                    try unchecked.end()
                }
            }
        }
    }

    @Test(arguments: [
        (#""\ud834\udd1e""#, "𝄞"), (#""\ud834""#, "\u{FFFD}"), (#""\ud834\u0041""#, "\u{FFFD}A"),
        (#""\udd1e""#, "\u{FFFD}"),
    ]) func surrogates(_ json: String, _ text: String) throws {
        try Array(json.utf8).withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes)
            let read = try scanner.string()
            #expect(read == text)
        }
    }

    @Test func depthIsLimited() {
        for (depth, isFine) in [(JSONScanner.depthLimit - 1, true), (100_000, false)] {
            let text =
                Array(String(repeating: "[", count: depth).utf8) + Array(String(repeating: "]", count: depth).utf8)
            #expect(accepts(text) == isFine)
        }
    }
}

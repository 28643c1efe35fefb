import Foundation
import TestSupport
import Testing

@testable import Pages

/// What must not come out of escaping.
private func isRaw(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "<", ">", "\"", "'": true
    case "\n", "\t": false
    default: Escape.isHidden(scalar)
    }
}

/// What a reader sees of a text.
private func shown(_ text: String) -> String {
    String(
        String.UnicodeScalarView(
            text.unicodeScalars.map { $0 == "\n" || $0 == "\t" || !Escape.isHidden($0) ? $0 : "\u{FFFD}" }))
}

@Suite struct EscapeTests {
    /// Every scalar of Latin-1 alone, in words, and around what HTML gives a meaning; what ends a script or a comment.
    private static let texts: [String] = {
        let singles = (0...0xFF).compactMap(Unicode.Scalar.init).map { String(Character($0)) }
        let pieces = [
            "</script", "<!--", "-->", "]]>", "<script>", "\u{2028}", "\u{2029}", "\u{202E}", "&lt;", "{{x}}",
            "\\u003c",
        ]
        let around = singles.flatMap { ["<\($0)", "\($0)>", "&\($0);", "\($0)\"x=\"\($0)", "a\($0)b"] }
        return singles + pieces + pieces.flatMap { piece in singles.map { piece + $0 } } + around
    }()

    /// In text, in an attribute and in a script's JSON: a strict reader of the page gets back what was put in.
    @Test func allThreeContextsGiveBackWhatWasPutIn() throws {
        let templates = try PageTemplates(["all": Array("{{#texts}}<p title=\"{{.}}\">x{{.}}</p>\n{{/texts}}".utf8)])
        let shell = PageShell(
            title: "t", home: "#", links: [], subject: "s", footer: "f",
            parts: .embedded(style: "", script: "let a = 1 < 2 && 3;", data: try Escape.json(Self.texts)))
        let page = templates.page("all", ["texts": Self.texts], in: shell)
        let document = try HTMLDocument(page)
        let paragraphs = document.all("p")
        #expect(paragraphs.map { $0["title"] } == Self.texts.map(shown))
        #expect(document.texts.filter { $0.hasPrefix("x") } == Self.texts.map { "x" + shown($0) })
        let scripts = document.raw.filter { $0.element == "script" }
        #expect(scripts.count == 2)
        let json = try #require(scripts.first?.text)
        #expect(!json.unicodeScalars.contains { "<>&\u{2028}\u{2029}".unicodeScalars.contains($0) })
        let decoded = try JSONDecoder().decode([String].self, from: Data(json.utf8))
        // In JSON ASCII's control characters are written as escapes.
        let wanted = Self.texts.map { text in
            String(
                String.UnicodeScalarView(
                    text.unicodeScalars.map { $0.value >= 0x7F && Escape.isHidden($0) ? "\u{FFFD}" : $0 }))
        }
        #expect(decoded == wanted)
    }

    @Test func noScalarHidesWhatHTMLGivesAMeaning() {
        for begin in stride(from: UInt32(0), to: 0x110000, by: 256) {
            var text = String.UnicodeScalarView()
            var count = 0
            for scalar in (begin..<(begin + 256)).compactMap(Unicode.Scalar.init) {
                text.append(contentsOf: [scalar, "<", scalar])
                count += scalar == "<" ? 3 : 1
            }
            let escaped = Escape.html(String(text)).unicodeScalars
            #expect(!escaped.contains(where: isRaw), "from U+\(String(begin, radix: 16))")
            #expect(Array(escaped).count(of: "&lt;") == count, "from U+\(String(begin, radix: 16))")
        }
    }

    @Test func templatesGoThroughIt() throws {
        let templates = try PageTemplates(["a": Array("{{#a}}{{> b}}{{/a}}".utf8), "b": Array("<i>{{b}}</i>".utf8)])
        let shell = PageShell(
            title: "", home: "/", links: [], subject: "", footer: "",
            parts: .linked(style: "/s", script: "/k", icon: "/i"))
        // Mustache's own escaping takes each of these for one character that is no `<`.
        for text in ["<\u{301}script", "\u{0D4E}<script", "<\u{200D}script"] {
            let page = templates.page("a", ["a": [["b": text]]], in: shell)
            #expect(try HTMLDocument(page).texts.filter { $0 != "rgvlm" } == [text])
        }
    }

    @Test func directionAndControlBecomeVisible() {
        #expect(Escape.html("a\u{202E}b\u{1B}[31m\u{0}\u{2066}") == "a\u{FFFD}b\u{FFFD}[31m\u{FFFD}\u{FFFD}")
        #expect(Escape.html("line\nnext\té ü 日本 👩‍🍳") == "line\nnext\té ü 日本 👩‍🍳")
    }
}

extension [Unicode.Scalar] {
    /// How often `part` occurs, looked at by scalars.
    fileprivate func count(of part: String) -> Int {
        let part = Array(part.unicodeScalars)
        return indices.count { self[$0] == part[0] && self[$0...].starts(with: part) }
    }
}

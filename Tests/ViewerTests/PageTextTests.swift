import Mustache
import Testing

@testable import Viewer

/// What must not come out of escaping.
private func isRaw(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "<", ">", "\"", "'": true
    case "\n", "\t": false
    default: PageText.isHidden(scalar)
    }
}

@Suite struct PageTextTests {
    @Test func noScalarHidesWhatHTMLGivesAMeaning() {
        for begin in stride(from: UInt32(0), to: 0x110000, by: 256) {
            var text = String.UnicodeScalarView()
            var count = 0
            for scalar in (begin..<(begin + 256)).compactMap(Unicode.Scalar.init) {
                text.append(contentsOf: [scalar, "<", scalar])
                count += scalar == "<" ? 3 : 1
            }
            let escaped = PageText.escaped(String(text)).unicodeScalars
            #expect(!escaped.contains(where: isRaw), "from U+\(String(begin, radix: 16))")
            #expect(Array(escaped).count(of: "&lt;") == count, "from U+\(String(begin, radix: 16))")
        }
    }

    @Test func templatesGoThroughIt() throws {
        MustacheContentTypes.register(PageContent(), named: PageContent.name)
        let template = try MustacheTemplate(string: "{{% CONTENT_TYPE:\(PageContent.name)}}\n{{#a}}{{b}}{{/a}}")
        // Mustache's own escaping takes each of these for one character that is no `<`.
        for text in ["<\u{301}script", "\u{0D4E}<script", "<\u{200D}script"] {
            let page = template.render(["a": [["b": text]]])
            #expect(!page.unicodeScalars.contains("<") && Array(page.unicodeScalars).count(of: "&lt;") == 1, "\(page)")
        }
    }

    @Test func directionAndControlBecomeVisible() {
        #expect(PageText.escaped("a\u{202E}b\u{1B}[31m\u{0}\u{2066}") == "a\u{FFFD}b\u{FFFD}[31m\u{FFFD}\u{FFFD}")
        #expect(PageText.escaped("line\nnext\té ü 日本 👩‍🍳") == "line\nnext\té ü 日本 👩‍🍳")
    }

    @Test(arguments: [
        (0.0, "0"), (1, "1"), (-1.5, "-1.5"), (0.256, "0.26"), (0.005, "0.01"), (.nan, "0"), (.infinity, "0"),
        (1e300, "0"),
        (12.04, "12.04"), (-0.001, "0"),
    ])
    func numbersOfDrawingsAreNumbers(value: Double, text: String) {
        #expect(Drawing.number(value) == text)
    }

    @Test func numbersForPeople() {
        #expect(NumberText.count(6_574) == "6\u{202F}574" && NumberText.count(999) == "999")
        #expect(NumberText.count(-1_234_567) == "\u{2212}1\u{202F}234\u{202F}567")
        #expect(NumberText.fixed(-0.04) == "0.0" && NumberText.fixed(-1.25, 2) == "\u{2212}1.25")
        #expect(NumberText.fixed(nil) == "–" && NumberText.fixed(Float.nan) == "–")
        #expect(NumberText.dollars(nil) == "no price known" && NumberText.dollars(1_347_000) == "$0.0013")
        #expect(NumberText.dollars(0) == "$0.00" && NumberText.dollars(12_340_000_000) == "$12.34")
        #expect(NumberText.percent(0.995) == "99.5\u{00A0}%" && NumberText.percent(1) == "100\u{00A0}%")
    }

    @Test func sparklineHasAMarkForEachStep() {
        for count in [0, 1, 2, 17, 50, 400] {
            let scores = (0..<count).map { $0 % 3 == 0 ? Float.nan : Float($0 % 11) }
            let svg = ScorePlots.sparkline(scores[...], ends: [count - 1, count + 5])
            let known = scores.filter { !$0.isNaN }.count
            #expect(svg.components(of: "25V") == known)
            #expect(svg.components(of: "22v3") == (known > 0 ? count - known : 0))
            #expect(svg.components(of: "26v4") == (count > 0 ? 1 : 0))
        }
    }

    @Test func chartsEscapeNamesAndLinks() {
        let svg = ScorePlots.chart(
            [1, .nan, 10], subTasks: [(0..<3, "<b>&\u{202E}x"), (5..<9, "beyond")], current: 1,
            link: { "/\"><script>\($0)" })
        #expect(!svg.contains("<script>") && !svg.contains("<b>") && !svg.unicodeScalars.contains("\u{202E}"))
        #expect(svg.components(of: "<a ") == 3 && svg.components(of: "hit now") == 1)
        #expect(svg.contains("score 10") && svg.contains("no score"))
    }

    @Test func histogramOfNothingIsADrawing() {
        let none = [Int](repeating: 0, count: 11)
        #expect(ScorePlots.histogram(none, controls: none).hasSuffix("</svg>"))
        var some = none
        some[3] = 7
        #expect(ScorePlots.histogram(some, controls: none).contains(">100<"))
    }
}

extension String {
    /// How often `part` occurs.
    func components(of part: String) -> Int { ranges(of: part).count }
}

extension [Unicode.Scalar] {
    /// How often `part` occurs, looked at by scalars.
    fileprivate func count(of part: String) -> Int {
        let part = Array(part.unicodeScalars)
        return indices.count { self[$0] == part[0] && self[$0...].starts(with: part) }
    }
}

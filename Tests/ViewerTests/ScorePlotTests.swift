import TestSupport
import Testing

@testable import Pages
@testable import Viewer

@Suite struct ScorePlotTests {
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

    @Test func theStyleDefinesItsColours() {
        #expect(undefinedColours(PageStyle.text + String(decoding: PackageResources.viewer_css, as: UTF8.self)).isEmpty)
    }

    @Test func histogramOfNothingIsADrawing() throws {
        let none = [Int](repeating: 0, count: 11)
        let empty = try HTMLDocument("<!doctype html>" + ScorePlots.histogram(none, controls: none))
        #expect(empty.all("rect").isEmpty)
        var some = none
        some[3] = 7
        let one = ScorePlots.histogram(some, controls: none)
        #expect(one.contains(">100<") && !one.contains("bar control"))
        #expect(ScorePlots.histogram(some, controls: some).components(of: "bar control") == 1)
    }
}

extension String {
    /// How often `part` occurs.
    func components(of part: String) -> Int { ranges(of: part).count }
}

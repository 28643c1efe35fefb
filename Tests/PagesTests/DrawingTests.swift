import TestSupport
import Testing

@testable import Pages

@Suite struct DrawingTests {
    @Test(arguments: [
        (0.0, "0"), (1, "1"), (-1.5, "-1.5"), (0.256, "0.26"), (0.005, "0.01"), (.nan, "0"), (.infinity, "0"),
        (1e300, "0"), (12.04, "12.04"), (-0.001, "0"), (-3.07, "-3.07"),
    ])
    func numbersAreNumbers(value: Double, text: String) {
        #expect(Drawing.number(value) == text)
    }

    @Test func wordsAndTargetsAreEscaped() throws {
        let hostile = "\"/><script>&'\u{202E}"
        var drawing = Drawing(10, 10, label: hostile)
        drawing.text(1, 2, hostile, .end)
        drawing.link(hostile, title: hostile) { $0.rectangle(0, 0, -1, 2, "a b", rounding: 1) }
        let document = try HTMLDocument("<!doctype html>" + drawing.svg)
        let seen = hostile.replacing("\u{202E}", with: "\u{FFFD}")
        #expect(document.texts == [seen, seen])
        #expect(document.all("svg").first?["aria-label"] == seen && document.all("a").first?["href"] == seen)
        #expect(document.all("rect").first?["width"] == "0" && document.all("rect").first?["rx"] == "1")
        #expect(document.elements.map(\.name) == ["svg", "text", "a", "title", "rect"])
    }

    @Test func axesPlaceAndNameTheirTicks() {
        for (low, high) in [(0.0, 1.0), (-0.3, 0.7), (0, 0.05), (-1, 1), (0, 1234), (2, 2)] {
            let axis = Axis(low...high, from: 100, to: 0)
            #expect(axis.ticks.allSatisfy { $0 >= axis.low - 1e-9 && $0 <= axis.high + 1e-9 } && axis.ticks.count <= 7)
            #expect(Set(axis.ticks.map(axis.name)).count == axis.ticks.count)
            #expect(axis(low) == 100 && axis(low - 5) == 100 && axis(high + 5) == 0)
        }
    }

    @Test func barsShowWhatThereIs() throws {
        let none = [Int](repeating: 0, count: 11)
        var some = none
        (some[3], some[9]) = (1, 3)
        let empty = try HTMLDocument(
            "<!doctype html>" + ScoreBars.svg(ScoreBars.shares(none), label: "l") { _ in "bar" })
        #expect(empty.all("rect").isEmpty && empty.all("text").count { $0["class"] == "t faint" } == 11)
        let shares = ScoreBars.shares(some)
        #expect(shares.compactMap { $0 } == [0.25, 0.75])
        let beside = ScoreBars.svg(shares, beside: shares.map { $0 ?? 0 }, label: "l") { "bar score s\($0)" }
        let document = try HTMLDocument("<!doctype html>" + beside)
        #expect(
            document.all("rect").map { $0["class"] } == ["bar control", "bar score s3", "bar control", "bar score s9"])
        #expect(document.texts.suffix(2) == ["75", "10"])
    }
}

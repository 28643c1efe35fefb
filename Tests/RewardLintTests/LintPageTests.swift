import Foundation
import RewardLabeling
import RewardLint
import Testing

@testable import RewardLint

@Suite struct LintPageTests {
    private func page(_ spans: [LintSpan], subject: String = "run 1") throws -> String {
        let report = RewardLint().report(spans)
        return try LintPage.html(report, examples: LintExample.telling(spans, report), subject: subject)
    }

    /// The page's tags: everything from a `<` to the next `>`.
    private func tags(_ page: String) -> [Substring] {
        page.split(separator: "<").dropFirst().map { $0.prefix { $0 != ">" } }
    }

    @Test func nothingFromDataBecomesMarkup() throws {
        let hostile = [
            "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</p></figure><iframe>",
            "<\u{301}script>", "'\u{200D}onmouseover=alert(1)", "a\u{0}b\u{1B}[31mc\u{202E}d",
            "{{subject}} & {{{style}}}",
        ]
        let plain = SyntheticLabels(annotator: .random, episodes: 12).spans()
        let names = Set(tags(try page(plain)).map { $0.prefix { $0 != " " } })
        for text in hostile {
            let spans = plain.map { span in
                var span = span
                (span.goal, span.name, span.policy) = (text, text, text)
                return span
            }
            let page = try page(spans, subject: text)
            #expect(Set(tags(page).map { $0.prefix { $0 != " " } }) == names)
            let attributes = tags(page).joined(separator: " ")
            #expect(!attributes.contains("alert") && !attributes.contains("onerror"))
            #expect(!page.unicodeScalars.contains { "\u{0}\u{1B}\u{202E}\u{200D}".unicodeScalars.contains($0) })
        }
        #expect(!names.contains("script"))
    }

    @Test func thePageNeedsNothingElse() throws {
        let page = try page(SyntheticLabels(episodes: 12).spans())
        for word in ["http://", "https://", "<script", "<link", "@import", "url(", "NaN", "inf\"", "nil", "Optional("] {
            #expect(!page.contains(word))
        }
        // Every template name was filled, and every element closed.
        #expect(!page.contains("{{"))
        for tag in ["div", "figure", "section", "svg", "p", "span", "table", "h3"] {
            let opened = tags(page).count { $0 == tag[...] || $0.hasPrefix(tag + " ") }
            #expect(opened == tags(page).count { $0 == "/" + tag } && opened > 0)
        }
    }

    @Test func emptyAndUnscoredRunsHaveAPage() throws {
        #expect(try page([]).contains("Undecided"))
        let unscored = SyntheticLabels(episodes: 3).spans().map { span in
            var span = span
            span.scores = span.scores.map { _ in nil }
            return span
        }
        #expect(try page(unscored).contains("no score"))
    }

    @Test func examplesShowBothEndsAndFalsePositives() {
        let spans = SyntheticLabels(annotator: .goalDeaf).spans()
        let report = RewardLint().report(spans)
        let examples = LintExample.telling(spans, report)
        #expect(examples.map(\.kind) == [.best, .best, .worst, .worst, .falsePositive])
        let random = SyntheticLabels(annotator: .random).spans()
        #expect(LintExample.telling(random, RewardLint().report(random)).count == 6)
        #expect(examples[0].value > examples[3].value)
        #expect(examples.last?.span.control == .mismatched)
        #expect(Set(examples.prefix(4).map(\.span.name)).count == 4)
    }

    @Test func theTextHasAlignedColumnsAndTheReasons() {
        let report = RewardLint().report(SyntheticLabels(annotator: .constant(7)).spans())
        let lines = report.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0].hasPrefix("FAIL: "))
        let rows = lines[3..<(3 + report.checks.count)]
        #expect(zip(rows, report.checks).allSatisfy { $0.contains($1.title) })
        // Thresholds end in the same column.
        let ends = zip(rows, report.checks).compactMap { row, check in
            row.range(of: check.bound.sign + LintFormat.threshold(check)).map {
                row.distance(from: row.startIndex, to: $0.upperBound)
            }
        }
        #expect(ends.count == rows.count && Set(ends).count == 1)
        #expect(report.text.contains("no information") && lines.allSatisfy { $0.last != " " })
    }

    @Test func drawnNumbersAreShortAndFinite() {
        let texts = [-0.004: "0", 1.005: "1", 2.5: "2.5", -3.07: "-3.07", .nan: "0", .infinity: "0", 12: "12"]
        for (value, text) in texts { #expect(Drawing.number(value) == text) }
        for (low, high) in [(0.0, 1.0), (-0.3, 0.7), (0, 0.05), (-1, 1), (0, 1234), (2, 2)] {
            let axis = Axis(low...high, from: 0, to: 100)
            #expect(axis.ticks.allSatisfy { $0 >= axis.low - 1e-9 && $0 <= axis.high + 1e-9 } && axis.ticks.count <= 7)
            #expect(Set(axis.ticks.map(axis.name)).count == axis.ticks.count)
        }
    }
}

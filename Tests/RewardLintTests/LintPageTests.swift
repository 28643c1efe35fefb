import ExperimentStore
import Foundation
import RewardLabeling
import RewardLint
import TestSupport
import Statistics
import Testing

@testable import RewardLint

@Suite struct LintPageTests {
    private func page(_ spans: [LintSpan], subject: String = "run 1") throws -> String {
        let report = RewardLint().report(spans)
        return try LintPage.html(report, examples: LintExample.telling(spans, report), subject: subject)
    }

    @Test func nothingFromDataBecomesMarkup() throws {
        let hostile = [
            "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</p></figure><iframe>",
            "<\u{301}script>", "'\u{200D}onmouseover=alert(1)", "a\u{0}b\u{1B}[31mc\u{202E}d",
            "{{subject}} & {{{style}}}",
        ]
        let plain = SyntheticLabels(annotator: .random, episodes: 12).spans()
        let harmless = try HTMLDocument(page(plain))
        for text in hostile {
            let spans = plain.map { span in
                var span = span
                (span.goal, span.name, span.policy) = (text, text, text)
                return span
            }
            let page = try page(spans, subject: text)
            let document = try HTMLDocument(page)
            // The same elements and attributes, and the text in texts only.
            #expect(document.names == harmless.names)
            #expect(document.elements.allSatisfy { $0.attributes.allSatisfy { !$0.value.contains("alert") } })
            #expect(document.raw.map(\.text) == harmless.raw.map(\.text))
            let seen = text.unicodeScalars.map { "\u{0}\u{1B}\u{202E}".unicodeScalars.contains($0) ? "\u{FFFD}" : $0 }
            let words = String(String.UnicodeScalarView(seen))
            // The bar and the heading, goal and name of each example, a policy.
            #expect(document.texts.count { $0.hasSuffix(words) } > 8)
            #expect(!page.unicodeScalars.contains { "\u{0}\u{1B}\u{202E}".unicodeScalars.contains($0) })
        }
        #expect(harmless.all("script").isEmpty)
    }

    @Test func thePageNeedsNothingElse() throws {
        let page = try page(SyntheticLabels(episodes: 12).spans())
        for word in ["http://", "https://", "<script", "<link", "@import", "url(", "NaN", "inf\"", "nil", "Optional("] {
            #expect(!page.contains(word), "\(word)")
        }
        // Every template name was filled, and every element closed.
        #expect(!page.contains("{{"))
        let document = try HTMLDocument(page)
        #expect(document.all("figure").count > 6 && document.all("svg").count > 16 && document.all("h3").count > 16)
        #expect(
            document.all("a").compactMap { $0["href"]?.dropFirst() }.allSatisfy { id in
                id.isEmpty || document.elements.contains { $0["id"] == String(id) }
            })
        let style = try #require(document.raw.first?.text)
        #expect(document.raw.count == 1 && undefinedColours(style).isEmpty)
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
}

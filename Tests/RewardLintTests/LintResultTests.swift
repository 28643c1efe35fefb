import Foundation
import Statistics
import Testing

@testable import Reporting
@testable import RewardLint

/// What the lint writes, the report reads: by one type of check.
@Suite struct LintResultTests {
    @Test(arguments: [SyntheticLabels.Annotator.random, .careful]) func checksAreRead(
        _ annotator: SyntheticLabels.Annotator
    ) throws {
        let report = RewardLint().report(SyntheticLabels(annotator: annotator, episodes: 12).spans())
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let result = try LintResult(json: encoder.encode(report))
        #expect(result.headline == report.headline && result.checks == report.checks)
        #expect(result.checks.count > 5)
        #expect(throws: DecodingError.self) { try LintResult(json: Data(#"{"headline": "x"}"#.utf8)) }
    }

    @Test func checksAreShownInWords() {
        let check = LintCheck(
            name: .frozenControl, value: nil, interval: nil, threshold: 0.2, bound: .atMost, verdict: .notMeasured,
            isRequired: false, reason: "")
        #expect(check.shownName == "control frozen" && check.shownVerdict == "not measured")
        #expect(check.shownValue == "-" && check.limit == "\u{2264} 0.20")
    }
}

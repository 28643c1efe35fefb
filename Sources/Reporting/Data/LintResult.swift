package import Foundation
internal import Pages

/// What `rgvlm-label lint` found, as it writes it.
package struct LintResult: Sendable, Equatable, Decodable {
    struct Check: Sendable, Equatable, Decodable {
        var name: String
        /// `pass`, `fail` or `not_measured`.
        var verdict: String
        var value: Double?
        var threshold: Double
        /// `at_least` or `at_most`.
        var bound: String
        var reason: String

        /// In words: `control_frozen` becomes `control frozen`.
        var title: String { Plain.text(name.replacing("_", with: " ")) }
        var limit: String { "\(bound == "at_most" ? "\u{2264}" : "\u{2265}") \(Show.number(threshold, 2))" }
        var shownValue: String { value.map { Show.number($0, 2) } ?? "-" }
        var shownVerdict: String { Plain.text(verdict.replacing("_", with: " ")) }
    }

    var verdict: String
    var headline: String
    var checks: [Check]

    /// Fails for bytes that are no lint's JSON.
    package init(json: Data) throws { self = try JSONDecoder().decode(LintResult.self, from: json) }
}

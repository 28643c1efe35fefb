package import Foundation

/// What `rgvlm-label lint` found, as it writes it.
package struct LintResult: Sendable, Equatable, Decodable {
    package struct Check: Sendable, Equatable, Decodable {
        package var name: String
        /// `pass`, `fail` or `not_measured`.
        package var verdict: String
        package var value: Double?
        package var threshold: Double
        /// `at_least` or `at_most`.
        package var bound: String
        package var reason: String

        /// In words: `control_frozen` becomes `control frozen`.
        var title: String { Plain.text(name.replacing("_", with: " ")) }
        var limit: String { "\(bound == "at_most" ? "\u{2264}" : "\u{2265}") \(Show.number(threshold, 2))" }
        var shownValue: String { value.map { Show.number($0, 2) } ?? "-" }
        var shownVerdict: String { Plain.text(verdict.replacing("_", with: " ")) }
    }

    package var verdict: String
    package var headline: String
    package var checks: [Check]

    /// Fails for bytes that are no lint's JSON.
    package init(json: Data) throws { self = try JSONDecoder().decode(LintResult.self, from: json) }
}

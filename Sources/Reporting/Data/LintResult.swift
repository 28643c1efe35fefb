public import Foundation

/// What `rgvlm-label lint` found, as it writes it.
public struct LintResult: Sendable, Equatable, Decodable {
    public struct Check: Sendable, Equatable, Decodable {
        public var name: String
        /// `pass`, `fail` or `not_measured`.
        public var verdict: String
        public var value: Double?
        public var threshold: Double
        /// `at_least` or `at_most`.
        public var bound: String
        public var reason: String

        /// In words: `control_frozen` becomes `control frozen`.
        var title: String { Plain.text(name.replacing("_", with: " ")) }
        var limit: String { "\(bound == "at_most" ? "\u{2264}" : "\u{2265}") \(Show.number(threshold, 2))" }
        var shownValue: String { value.map { Show.number($0, 2) } ?? "-" }
        var shownVerdict: String { Plain.text(verdict.replacing("_", with: " ")) }
    }

    public var verdict: String
    public var headline: String
    public var checks: [Check]

    /// Fails for bytes that are no lint's JSON.
    public init(json: Data) throws { self = try JSONDecoder().decode(LintResult.self, from: json) }
}

package import Foundation
internal import Ground
internal import Pages
internal import Statistics

/// What `rgvlm-label lint` found, as far as a report shows it.
package struct LintResult: Sendable, Equatable, Decodable {
    /// The verdict and its main cause.
    var headline: String
    var checks: [LintCheck]

    /// What `rgvlm-label lint --results` wrote.
    ///
    /// - Throws: `FileError` for a file that is missing or holds something else.
    package init(file: String) throws {
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw FileError(.missing, "there is no such file", file: file)
        }
        guard let result = try? LintResult(json: bytes) else {
            throw FileError(.unreadable, "is not what rgvlm-label lint --results writes", file: file)
        }
        self = result
    }

    /// Fails for bytes that are no lint's JSON.
    package init(json: Data) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(LintResult.self, from: json)
    }
}

extension LintCheck {
    /// In words: `control_frozen` becomes `control frozen`.
    var shownName: String { name.rawValue.replacing("_", with: " ") }
    var limit: String { "\(bound == .atMost ? "\u{2264}" : "\u{2265}") \(Show.number(threshold, 2))" }
    var shownValue: String { value.map { Show.number($0, 2) } ?? "-" }
    var shownVerdict: String { verdict.rawValue.replacing("_", with: " ") }
}

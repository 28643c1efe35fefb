package import Statistics

/// What the lint found. Encoded with snake-case keys it is the stage's JSON.
package struct LintReport: Sendable, Equatable, Encodable {
    package enum Verdict: String, Sendable, Encodable {
        case pass
        case fail
        /// Nothing failed, and something that is required could not be measured.
        case undecided
    }

    package struct Counts: Sendable, Equatable, Encodable {
        package var episodes: Int
        package var genuineSpans: Int
        package var controlSpans: Int
        package var transitions: Int
    }

    /// How much the samples of one transition agree.
    package struct Agreement: Sendable, Equatable, Encodable {
        package var spans: Int
        package var transitions: Int
        package var mean: Double?
        package var interval: Interval?
    }

    package var verdict: Verdict
    /// The verdict and its main cause in a sentence or two.
    package var headline: String
    package var checks: [LintCheck]
    package var counts: Counts
    /// Of genuine spans.
    package var coverage: LabelCoverage
    package var controlCoverage: LabelCoverage
    package var distribution: ScoreDistribution
    package var progress: ProgressCorrelation
    package var alignment: ScoreAlignment
    package var order: OrderCorrelation
    package var success: SuccessSeparation
    /// In the order of ``LabelControl``, those that are present.
    package var controls: [ControlSeparation]
    package var agreement: Agreement

    package func check(_ name: LintCheck.Name) -> LintCheck? { checks.first { $0.name == name } }
}

/// What the lint found. Encoded with snake-case keys it is the stage's JSON.
public struct LintReport: Sendable, Equatable, Encodable {
    public enum Verdict: String, Sendable, Encodable {
        case pass
        case fail
        /// Nothing failed, and something that is required could not be measured.
        case undecided
    }

    public struct Counts: Sendable, Equatable, Encodable {
        public var episodes: Int
        public var genuineSpans: Int
        public var controlSpans: Int
        public var transitions: Int
    }

    /// How much the samples of one transition agree.
    public struct Agreement: Sendable, Equatable, Encodable {
        public var spans: Int
        public var transitions: Int
        public var mean: Double?
        public var interval: LintInterval?
    }

    public var verdict: Verdict
    /// The verdict and its main cause in a sentence or two.
    public var headline: String
    public var checks: [LintCheck]
    public var counts: Counts
    /// Of genuine spans.
    public var coverage: LabelCoverage
    public var controlCoverage: LabelCoverage
    public var distribution: ScoreDistribution
    public var progress: ProgressCorrelation
    public var alignment: ScoreAlignment
    public var order: OrderCorrelation
    public var success: SuccessSeparation
    /// In the order of ``LabelControl``, those that are present.
    public var controls: [ControlSeparation]
    public var agreement: Agreement

    public func check(_ name: LintCheck.Name) -> LintCheck? { checks.first { $0.name == name } }
}

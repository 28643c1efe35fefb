internal import ExperimentStore

/// How the scripted annotator answers, and how it errs.
package struct AnnotatorSettings: Sendable, Equatable, Codable {
    /// What the annotator goes by.
    package enum Kind: String, Sendable, CaseIterable, Codable {
        /// Judges what is shown by the goal.
        case scripted
        /// Gives every transition the same score.
        case constant
        /// Gives scores by chance.
        case random
        /// Gives the scripted scores of a span in the opposite order.
        case reversedTime
        /// Judges only whether the action did something, whatever the goal.
        case goalBlind
        /// Computes the true distance to go, as numbers; no question is asked.
        case distance
    }

    /// What it goes by.
    package var kind: Kind
    /// Share of scores replaced by one of 0...10 by chance. Does not apply to `constant` and `random`.
    package var wrongScores: Double
    /// How much of the distance to 10 is taken from every score: 0 none, 1 all. Does not apply to `constant` and
    /// `random`.
    package var compression: Double
    /// Share of calls of both stages that are declined.
    package var refusals: Double
    /// Share of scoring calls that do not answer in the form asked for.
    package var malformed: Double
    /// Share of calls of both stages whose answer is cut off.
    package var truncations: Double
    /// Of all its choices.
    package var seed: UInt64

    /// Settings by their parts; the rates are shares of 0 to 1.
    package init(
        kind: Kind = .scripted, wrongScores: Double = 0.05, compression: Double = 0, refusals: Double = 0,
        malformed: Double = 0, truncations: Double = 0, seed: UInt64 = 0
    ) {
        self.kind = kind
        self.wrongScores = wrongScores
        self.compression = compression
        self.refusals = refusals
        self.malformed = malformed
        self.truncations = truncations
        self.seed = seed
    }

    /// Who a run by it says it is from: the kind, or `noise-free` for scripted scores without errors. That and
    /// `distance` are oracles: they know what no camera sees and make no mistakes.
    package var name: String {
        let isRight = wrongScores == 0 && compression == 0 && refusals == 0 && malformed == 0 && truncations == 0
        return kind == .scripted && isRight ? LabelRun.noiseFree : kind.rawValue
    }

    /// Whether answers depend on the simulator's state at all.
    package var needsTruth: Bool { kind != .constant && kind != .random }
}

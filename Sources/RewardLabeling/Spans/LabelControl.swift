/// A stretch shown to the annotator in a way that must not earn a high score.
package enum LabelControl: String, Sendable, CaseIterable, Codable {
    /// The first picture at every step: nothing happens.
    case frozen
    /// Pictures and actions backwards.
    case reversed
    /// Pictures in a random order.
    case shuffled
    /// The goal of another instruction.
    case mismatched
}

/// An instruction's steps as a policy meets them: the sentence, what is seen before and after each step, and what is
/// chosen.
package struct Walk: Sendable, Equatable {
    /// The sentence's hash.
    package var sentence: UInt64
    /// `[L + 1]`: hashes of what is seen.
    package var frames: [UInt64]
    /// `[L]`: the action, with its object.
    package var choices: [UInt16]
    /// Whether the last step fulfils the instruction.
    package var isFulfilled: Bool

    /// - Parameter frames: One more than choices.
    package init(sentence: UInt64, frames: [UInt64], choices: [UInt16], isFulfilled: Bool) {
        precondition(frames.count == choices.count + 1)
        self.sentence = sentence
        self.frames = frames
        self.choices = choices
        self.isFulfilled = isFulfilled
    }

    /// What a policy with a window of so many pictures knows before step `t`: the sentence, this picture, and those
    /// before it with what was chosen there, as far back as the window or the instruction reaches.
    package func context(before t: Int, window: Int) -> UInt64 {
        var hash = ContentHash(seed: sentence)
        for step in max(0, t - window + 1)..<t {
            hash.add(frames[step])
            hash.add(UInt64(choices[step]))
        }
        hash.add(frames[t])
        return hash.value
    }

    /// ``context(before:window:)`` of each observation, `[L + 1]`.
    package func contexts(window: Int) -> [UInt64] { frames.indices.map { context(before: $0, window: window) } }
}

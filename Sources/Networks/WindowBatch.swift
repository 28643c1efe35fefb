package import Tensors

/// A batch of windows, packed: nothing is padded. Arrays keep their capacity, so that filling one anew allocates
/// nothing.
///
/// Window w has the words `wordOffsets[w] ..< wordOffsets[w + 1]`, the steps `stepOffsets[w] ..< stepOffsets[w + 1]` (1
/// to ``maximumSteps``) and one frame more than steps: its frames begin at `stepOffsets[w] + w`.
package struct WindowBatch: @unchecked Sendable {
    package var format: FeatureFormat
    /// Word ids, at least one a window; 0 never occurs.
    package var words: [Int32] = []
    /// Windows + 1 offsets.
    package var wordOffsets: [Int32] = [0]
    package var stepOffsets: [Int32] = [0]
    /// Per step: the action's id, 1 to 12.
    package var actions: [Int32] = []
    /// Per step: 0 for navigation, 1 to 81 the class, ``unlistedObject`` for an interaction with a class outside the
    /// list.
    package var objects: [Int32] = []
    package var rewards: [Float] = []
    /// Per step: 1 where nothing follows it, as after the step that fulfils the instruction, else 0. A window that is
    /// cut off has none.
    package var terminals: [Float] = []
    /// Per frame: its record, `format.byteCount` bytes that stay in place while the batch is in use.
    package var frames: [UnsafeRawPointer] = []
    /// Per step: whether the generated term of the reward was there.
    package var isScored: [Bool] = []
    /// Where the frames lie that are not those of the frame store but changed copies; nil where there are none.
    package var copies: FrameCopies?
    /// Per step: what cloning weighs it with; empty where all weigh the same.
    package var weights: [Float] = []

    package static let unlistedObject: Int32 = 82
    /// Steps of the longest window there can be, which is SPRINT's; a run's own may be shorter.
    package static let maximumSteps = 17

    package init(format: FeatureFormat) { self.format = format }

    package var windowCount: Int { stepOffsets.count - 1 }
    package var stepCount: Int { actions.count }

    package mutating func removeAll() {
        words.removeAll(keepingCapacity: true)
        wordOffsets.removeAll(keepingCapacity: true)
        wordOffsets.append(0)
        stepOffsets.removeAll(keepingCapacity: true)
        stepOffsets.append(0)
        actions.removeAll(keepingCapacity: true)
        objects.removeAll(keepingCapacity: true)
        rewards.removeAll(keepingCapacity: true)
        terminals.removeAll(keepingCapacity: true)
        frames.removeAll(keepingCapacity: true)
        isScored.removeAll(keepingCapacity: true)
        weights.removeAll(keepingCapacity: true)
    }
}

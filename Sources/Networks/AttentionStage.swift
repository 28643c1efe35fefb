internal import CKernels
internal import Tensors

/// Who attends to whom in one layer, for all windows of a batch.
struct AttentionStage {
    /// The rows of the layer's output.
    enum Queries {
        /// One for each of its input.
        case all
        /// These of its input, each at most once.
        case some(UnsafeBufferPointer<CKRow>)
        /// These of its input, some more than once.
        case repeated(UnsafeBufferPointer<CKRow>)
    }

    let queries: Queries
    let sequences: UnsafeMutableBufferPointer<AttentionSequence>
    let mask: UnsafeMutableBufferPointer<UInt64>
    let maskWords: Int
}

/// Where a window's tokens stand among the keys of a layer.
struct TokenPlaces {
    var words: Int
    var frames: Int
    var slots: Int
    /// Frames and slots there are.
    var frameCount: Int
    var slotCount: Int
}

/// What frame t and action slot t see: all words, frames up to t, and one action slot.
enum Sight {
    /// The action before: for policy and V.
    case before
    /// The action itself: for Q.
    case own

    func slot(at step: Int) -> Int {
        switch self {
        case .before: step - 1
        case .own: step
        }
    }
}

/// Fills mask rows one after the other.
struct MaskWriter {
    let words: UnsafeMutableBufferPointer<UInt64>
    let wordsPerRow: Int
    private(set) var rows = 0

    init(_ words: UnsafeMutableBufferPointer<UInt64>, wordsPerRow: Int) {
        self.words = words
        self.wordsPerRow = wordsPerRow
        words.update(repeating: 0)
    }

    /// Index of the next row's first word.
    var nextWord: Int { rows * wordsPerRow }

    private func set(_ range: Range<Int>) {
        let first = rows * wordsPerRow
        for bit in range { words[first + bit / 64] |= 1 << UInt64(bit % 64) }
    }

    mutating func word(seeing count: Int) {
        set(0..<count)
        rows += 1
    }

    mutating func step(_ step: Int, _ sight: Sight, _ places: TokenPlaces) {
        set(0..<places.words)
        set(places.frames..<places.frames + min(step + 1, places.frameCount))
        let slot = sight.slot(at: step)
        if slot >= 0, slot < places.slotCount { set(places.slots + slot..<places.slots + slot + 1) }
        rows += 1
    }
}

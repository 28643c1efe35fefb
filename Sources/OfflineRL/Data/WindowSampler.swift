internal import Episodes
internal import Frames
internal import Ground
package import Networks
internal import Tensors

/// Cuts windows from a training set and packs them into batches.
///
/// Batch b is a function of the set, the seed and b alone, so that a run goes on from the number of its next batch.
package struct WindowSampler: Sendable {
    /// In which order the windows come.
    package enum Order: Sendable, Equatable {
        /// Each instruction once an epoch, in an order of the epoch's own; where a window starts is drawn: see
        /// ``WindowStarts``. Batches all have the same size: the stream of epochs has no end, and batch b holds its
        /// places `b * size ..< (b + 1) * size`.
        case shuffled(seed: UInt64)
        /// Each instruction once, in the order of the set, from its first step; the last batch may be smaller.
        case once
    }

    /// What the windows are cut from.
    package let set: TrainingSet
    /// In which order the windows come.
    package let order: Order
    /// Windows of a batch.
    package let batchSize: Int
    /// Steps of a window, at most.
    package let window: Int
    /// Pixels by which the pictures of a window are moved at most, all by the same; 0 where they stay as they are.
    package let shift: Int
    private let permutation: SeededPermutation
    private let starts: SeededHash
    private let shifts: SeededHash
    private let maximumWords: Int

    /// A sampler; every batch is a function of its number.
    ///
    /// - Parameter shift: More than 0 for pictures only.
    package init(
        _ set: TrainingSet, batchSize: Int = 64, window: Int = WindowBatch.maximumSteps, shift: Int = 0, order: Order
    ) {
        precondition(batchSize > 0)
        precondition((1...WindowBatch.maximumSteps).contains(window), "windows of \(window) steps")
        precondition(shift == 0 || set.format == .patches && shift < FeatureFormat.patchesSide, "a shift by \(shift)")
        self.set = set
        self.batchSize = batchSize
        self.window = window
        self.shift = shift
        self.order = order
        let seed: UInt64 = if case .shuffled(let seed) = order { seed } else { 0 }
        permutation = SeededPermutation(count: set.items.count, hash: SeededHash(seed: seed, purpose: 0))
        starts = SeededHash(seed: seed, purpose: 1)
        shifts = SeededHash(seed: seed, purpose: 2)
        maximumWords = set.items.reduce(0) { max($0, $1.wordCount) }
    }

    /// Batches until each instruction was seen once.
    package var batchesPerEpoch: Int { (set.items.count + batchSize - 1) / batchSize }

    /// The batches there are.
    package var numbers: Range<Int> {
        switch order {
        case .shuffled: 0..<(Int.max / batchSize)
        case .once: 0..<batchesPerEpoch
        }
    }

    /// The share of first steps among the steps of its windows, on average; beside it what it would be if windows began
    /// within their instructions only.
    package var firstStepShare: (drawn: Double, within: Double) {
        let stepCounts = set.items.map(\.stepCount)
        let starts = WindowStarts(length: window)
        return (
            starts.firstStepShare(stepCounts: stepCounts), starts.firstStepShareWithin(stepCounts: stepCounts)
        )
    }

    /// An empty batch with room for any of this sampler's.
    package func makeBatch() -> WindowBatch {
        var batch = WindowBatch(format: set.format)
        let steps = batchSize * window
        batch.words.reserveCapacity(batchSize * maximumWords)
        batch.wordOffsets.reserveCapacity(batchSize + 1)
        batch.stepOffsets.reserveCapacity(batchSize + 1)
        batch.actions.reserveCapacity(steps)
        batch.objects.reserveCapacity(steps)
        batch.rewards.reserveCapacity(steps)
        batch.terminals.reserveCapacity(steps)
        batch.frames.reserveCapacity(steps + batchSize)
        batch.isScored.reserveCapacity(steps)
        if shift > 0 {
            batch.copies = FrameCopies(capacity: steps + batchSize, byteCount: set.format.byteCount)
        }
        if !set.weights.isEmpty { batch.weights.reserveCapacity(steps) }
        return batch
    }

    /// Puts batch `number` in place of what `batch` holds. Its frames stay valid while the set's frame store lives. A
    /// batch from ``makeBatch()`` is filled without allocating.
    package func fill(_ batch: inout WindowBatch, number: Int) {
        precondition(numbers.contains(number), "batch \(number) of \(numbers)")
        batch.removeAll()
        batch.copies?.removeAll()
        batch.format = set.format
        let count = set.items.count
        let first = number * batchSize
        switch order {
        case .shuffled:
            for place in first..<(first + batchSize) {
                let epoch = place / count
                let item = permutation(place % count, epoch: epoch)
                let rule = WindowStarts(length: window)
                let choices = rule.choices(stepCount: set.items[item].stepCount)
                let start = rule.start(starts.below(choices, UInt64(epoch), UInt64(item)))
                append(set.items[item], start: start, shift: shift(epoch: epoch, item: item), to: &batch)
            }
        case .once:
            for item in set.items[first..<min(count, first + batchSize)] {
                append(item, start: 0, shift: nil, to: &batch)
            }
        }
    }

    /// How the pictures of a window are moved; nil for not at all.
    private func shift(epoch: Int, item: Int) -> PictureShift? {
        guard shift > 0 else { return nil }
        let side = 2 * shift + 1
        let drawn = shifts.below(side * side, UInt64(epoch), UInt64(item))
        return PictureShift(x: drawn % side - shift, y: drawn / side - shift)
    }

    private func append(
        _ item: TrainingSet.Item, start: Int, shift: PictureShift?, to batch: inout WindowBatch
    ) {
        let count = WindowStarts(length: window).count(from: start, stepCount: item.stepCount)
        let steps = (item.firstStep + start)..<(item.firstStep + start + count)
        let rewards = (item.firstReward + start)..<(item.firstReward + start + count)
        batch.words.append(contentsOf: set.words[item.firstWord..<(item.firstWord + item.wordCount)])
        batch.actions.append(contentsOf: set.actions[steps])
        batch.objects.append(contentsOf: set.objects[steps])
        batch.rewards.append(contentsOf: set.rewards[rewards])
        batch.isScored.append(contentsOf: set.isScored[rewards])
        if !set.weights.isEmpty { batch.weights.append(contentsOf: set.weights[rewards]) }
        batch.terminals.append(contentsOf: repeatElement(0, count: count))
        if item.isTerminal, start + count == item.stepCount { batch.terminals[batch.terminals.count - 1] = 1 }
        let firstFrame = item.firstFrame + start
        for frame in firstFrame...(firstFrame + count) {
            let stored = set.frameStore.address(of: Int(set.records[frame]))
            if let shift, let copies = batch.copies {
                let copy = copies.next()
                shift.copy(stored, to: copy)
                batch.frames.append(UnsafeRawPointer(copy))
            } else {
                batch.frames.append(stored)
            }
        }
        batch.wordOffsets.append(Int32(batch.words.count))
        batch.stepOffsets.append(Int32(batch.actions.count))
    }
}

import Episodes
import Foundation
import Frames
import Ground
import Networks
import Tensors
import TestSupport
import Testing

@testable import OfflineRL

@Suite struct WindowSamplerTests {
    private let world: TrainingWorld
    private let set: TrainingSet

    init() throws {
        world = try TrainingWorld()
        set = try TrainingSet(
            world.store,
            TrainingSet.Options(
                kinds: Set(Instruction.Kind.allCases), reward: RewardMix(transform: .potential, source: .timeIndex)))
    }

    @Test func permutationsHoldEachPlaceOnce() {
        for count in [1, 2, 3, 4, 5, 15, 16, 17, 64, 65, 100, 255, 256, 257, 1000] {
            var orders = Set<[Int]>()
            for seed in 0..<3 as Range<UInt64> {
                let permutation = SeededPermutation(count: count, hash: SeededHash(seed: seed, purpose: 0))
                for epoch in 0..<3 {
                    let order = (0..<count).map { permutation($0, epoch: epoch) }
                    #expect(order.sorted() == Array(0..<count))
                    orders.insert(order)
                }
            }
            if count > 14 { #expect(orders.count == 9) }
        }
    }

    /// Each of the 24 orders of four comes about as often as the others, and each place of many gets any value.
    @Test func permutationsAreEven() {
        let four = SeededPermutation(count: 4, hash: SeededHash(seed: 1, purpose: 0))
        var counts: [[Int]: Int] = [:]
        for epoch in 0..<4800 { counts[(0..<4).map { four($0, epoch: epoch) }, default: 0] += 1 }
        #expect(counts.count == 24 && counts.values.allSatisfy { (140...260).contains($0) })
        let many = SeededPermutation(count: 1000, hash: SeededHash(seed: 1, purpose: 0))
        let mean = (0..<2000).reduce(0) { $0 + many(999, epoch: $1) } / 2000
        #expect((470...530).contains(mean))
    }

    private func batch(_ sampler: WindowSampler, _ number: Int) -> WindowBatch {
        var batch = sampler.makeBatch()
        sampler.fill(&batch, number: number)
        return batch
    }

    /// A window taken apart: which item it may be of, where it begins, and that all of its parts agree.
    private func window(_ w: Int, _ batch: WindowBatch, of item: Int) -> Int {
        let steps = Int(batch.stepOffsets[w])..<Int(batch.stepOffsets[w + 1])
        let words = Int(batch.wordOffsets[w])..<Int(batch.wordOffsets[w + 1])
        let frames = batch.frames[(steps.lowerBound + w)...(steps.upperBound + w)]
        let entry = set.items[item]
        let address = set.frameStore.address(of: Int(set.records[entry.firstFrame]))
        let start =
            Int(frames.first!.load(fromByteOffset: 1, as: UInt8.self))
            - Int(address.load(fromByteOffset: 1, as: UInt8.self))
        #expect((0..<entry.stepCount).contains(start))
        #expect(steps.count == min(17, entry.stepCount - start))
        #expect(Array(batch.words[words]) == set.text(item))
        for (offset, step) in steps.enumerated() {
            #expect(batch.actions[step] == set.actions[entry.firstStep + start + offset])
            #expect(batch.objects[step] == set.objects[entry.firstStep + start + offset])
            #expect(batch.rewards[step] == set.rewards(item)[start + offset])
            #expect(batch.isScored[step])
            let isEnd = entry.isTerminal && start + offset == entry.stepCount - 1
            #expect(batch.terminals[step] == (isEnd ? 1 : 0))
        }
        for (offset, frame) in frames.enumerated() {
            #expect(frame == set.frameStore.address(of: Int(set.records[entry.firstFrame + start + offset])))
        }
        return start
    }

    @Test(arguments: [1, 3, 7, 64])
    func epochsHoldEachInstructionOnce(_ size: Int) {
        let sampler = WindowSampler(set, batchSize: size, order: .shuffled(seed: 9))
        let permutation = SeededPermutation(count: set.items.count, hash: SeededHash(seed: 9, purpose: 0))
        var number = 0
        var place = 0
        while place < 3 * set.items.count {
            let batch = batch(sampler, number)
            #expect(batch.windowCount == size)
            #expect(batch.frames.count == batch.stepCount + size)
            for w in 0..<size {
                _ = window(w, batch, of: permutation(place % set.items.count, epoch: place / set.items.count))
                place += 1
            }
            number += 1
        }
        #expect(sampler.batchesPerEpoch == (set.items.count + size - 1) / size)
    }

    @Test func windowsStartAnywhere() {
        let long = set.items.indices.max { set.items[$0].stepCount < set.items[$1].stepCount } ?? 0
        let sampler = WindowSampler(set, batchSize: set.items.count, order: .shuffled(seed: 2))
        let permutation = SeededPermutation(count: set.items.count, hash: SeededHash(seed: 2, purpose: 0))
        var counts = [Int](repeating: 0, count: set.items[long].stepCount)
        for epoch in 0..<(100 * counts.count) {
            var batch = sampler.makeBatch()
            sampler.fill(&batch, number: epoch)
            let w = set.items.indices.first { permutation($0, epoch: epoch) == long } ?? 0
            counts[Int(batch.frames[Int(batch.stepOffsets[w]) + w].load(fromByteOffset: 1, as: UInt8.self))] += 1
        }
        #expect(counts.allSatisfy { (60...145).contains($0) })
    }

    /// The critic takes nothing from what follows a failed end where it absorbs, and bootstraps where it does not. The
    /// sparse reward is none either way.
    @Test(arguments: RewardMix.Ends.allCases) func failedEndsAreAsTheMixSays(_ ends: RewardMix.Ends) throws {
        let set = try TrainingSet(
            world.store,
            TrainingSet.Options(kinds: Set(Instruction.Kind.allCases), reward: RewardMix(ends: ends)))
        #expect(set.items.contains { !$0.isFulfilled } && set.counts.failed == set.items.count { !$0.isFulfilled })
        let sampler = WindowSampler(set, batchSize: set.items.count, order: .shuffled(seed: 5))
        let permutation = SeededPermutation(count: set.items.count, hash: SeededHash(seed: 5, purpose: 0))
        var failedEnds = 0
        for number in 0..<40 {
            let batch = batch(sampler, number)
            for window in 0..<batch.windowCount {
                let item = set.items[permutation(window, epoch: number)]
                let steps = Int(batch.stepOffsets[window])..<Int(batch.stepOffsets[window + 1])
                let (first, last) = (batch.frames[steps.lowerBound + window], steps.upperBound - 1)
                let origin = set.frameStore.address(of: Int(set.records[item.firstFrame]))
                let start =
                    Int(first.load(fromByteOffset: 1, as: UInt8.self))
                    - Int(origin.load(fromByteOffset: 1, as: UInt8.self))
                let reachesEnd = start + steps.count == item.stepCount
                let isTerminal = reachesEnd && (item.isFulfilled || ends == .absorbing)
                #expect(batch.terminals[last] == (isTerminal ? 1 : 0))
                #expect(batch.terminals[steps].dropLast().allSatisfy { $0 == 0 })
                #expect(batch.rewards[last] == (reachesEnd && item.isFulfilled ? 1 : 0))
                if reachesEnd, !item.isFulfilled { failedEnds += 1 }
            }
        }
        #expect(failedEnds > 0)
        let other = RewardMix.Ends.allCases.first { $0 != ends } ?? ends
        let changed = try TrainingSet(
            world.store,
            TrainingSet.Options(kinds: Set(Instruction.Kind.allCases), reward: RewardMix(ends: other)))
        #expect(changed.fingerprint != set.fingerprint)
    }

    /// Weights go with their steps.
    @Test func weightsAreCutAsStepsAre() throws {
        var options = TrainingSet.Options(kinds: Set(Instruction.Kind.allCases), reward: RewardMix(source: .timeIndex))
        options.isWeighing = true
        let set = try TrainingSet(world.store, options)
        #expect(set.weights.count == set.rewards.count && Set(set.weights).count > 1)
        let sampler = WindowSampler(set, batchSize: 4, order: .once)
        var item = 0
        for number in sampler.numbers {
            let batch = batch(sampler, number)
            #expect(batch.weights.count == batch.stepCount)
            for window in 0..<batch.windowCount {
                let steps = Int(batch.stepOffsets[window])..<Int(batch.stepOffsets[window + 1])
                let first = set.items[item].firstReward
                #expect(Array(batch.weights[steps]) == Array(set.weights[first..<(first + steps.count)]))
                item += 1
            }
        }
        #expect(self.set.weights.isEmpty && batch(WindowSampler(self.set, order: .once), 0).weights.isEmpty)
    }

    @Test func validationIsInOrder() {
        for size in [1, 4, 1000] {
            let sampler = WindowSampler(set, batchSize: size, order: .once)
            var item = 0
            for number in sampler.numbers {
                let batch = batch(sampler, number)
                for w in 0..<batch.windowCount {
                    #expect(window(w, batch, of: item) == 0)
                    item += 1
                }
            }
            #expect(item == set.items.count)
        }
    }

    @Test func batchesDependOnSeedAndNumberOnly() {
        let sampler = WindowSampler(set, batchSize: 5, order: .shuffled(seed: 1))
        var used = sampler.makeBatch()
        for number in [7, 0, 3, 7, 100] {
            sampler.fill(&used, number: number)
            #expect(same(used, batch(WindowSampler(set, batchSize: 5, order: .shuffled(seed: 1)), number)))
        }
        #expect(!same(batch(sampler, 7), batch(WindowSampler(set, batchSize: 5, order: .shuffled(seed: 2)), 7)))
        #expect(!same(batch(sampler, 7), batch(sampler, 8)))
    }

    /// Nothing moves, so nothing was allocated.
    @Test func fillingKeepsItsMemory() {
        let sampler = WindowSampler(set, batchSize: 16, order: .shuffled(seed: 1))
        var batch = sampler.makeBatch()
        func places() -> [UnsafeRawPointer?] {
            [
                batch.words.withUnsafeBytes(\.baseAddress), batch.wordOffsets.withUnsafeBytes(\.baseAddress),
                batch.stepOffsets.withUnsafeBytes(\.baseAddress), batch.actions.withUnsafeBytes(\.baseAddress),
                batch.objects.withUnsafeBytes(\.baseAddress), batch.rewards.withUnsafeBytes(\.baseAddress),
                batch.terminals.withUnsafeBytes(\.baseAddress), batch.frames.withUnsafeBytes(\.baseAddress),
                batch.isScored.withUnsafeBytes(\.baseAddress),
            ]
        }
        let before = places()
        for number in 0..<500 {
            sampler.fill(&batch, number: number)
            #expect(places() == before)
        }
    }
}

func same(_ a: WindowBatch, _ b: WindowBatch) -> Bool {
    a.words == b.words && a.wordOffsets == b.wordOffsets && a.stepOffsets == b.stepOffsets && a.actions == b.actions
        && a.objects == b.objects && a.rewards == b.rewards && a.terminals == b.terminals && a.frames == b.frames
        && a.isScored == b.isScored && a.weights == b.weights && a.format == b.format
}

@Suite struct PrefetcherTests {
    private let world: TrainingWorld
    private let set: TrainingSet

    init() throws {
        world = try TrainingWorld()
        set = try TrainingSet(world.store, TrainingSet.Options(kinds: [.primitive, .task]))
    }

    @Test(arguments: [0, 41])
    func batchesComeInOrder(_ first: Int) throws {
        let sampler = WindowSampler(set, batchSize: 6, order: .shuffled(seed: 3))
        let prefetcher = Prefetcher(sampler, from: first)
        var batch = sampler.makeBatch()
        var expected = sampler.makeBatch()
        for number in first..<(first + 300) {
            // Now and then the learner takes its time, now and then not.
            if number % 7 == 0 { usleep(300) }
            #expect(prefetcher.nextNumber == number)
            #expect(prefetcher.next(&batch) == number)
            sampler.fill(&expected, number: number)
            #expect(same(batch, expected))
        }
        #expect(prefetcher.waits <= 299)
        #expect((prefetcher.waits == 0) == (prefetcher.waitedNanoseconds == 0))
        prefetcher.stop()
        #expect(prefetcher.next(&batch) == nil)
        prefetcher.stop()
    }

    @Test func validationEnds() {
        for size in [1, 5, 100] {
            let sampler = WindowSampler(set, batchSize: size, order: .once)
            let prefetcher = Prefetcher(sampler)
            var batch = sampler.makeBatch()
            var windows = 0
            while let number = prefetcher.next(&batch) {
                windows += batch.windowCount
                #expect(number < sampler.batchesPerEpoch)
            }
            #expect(windows == set.items.count)
            #expect(prefetcher.next(&batch) == nil)
        }
    }

    /// Buffers go round: no more of them than slots and the learner's own.
    @Test func buffersAreUsedAgain() {
        let sampler = WindowSampler(set, batchSize: 4, order: .shuffled(seed: 3))
        let prefetcher = Prefetcher(sampler)
        var batch = sampler.makeBatch()
        var places = Set<UnsafeRawPointer?>()
        for _ in 0..<200 {
            _ = prefetcher.next(&batch)
            places.insert(batch.frames.withUnsafeBytes(\.baseAddress))
        }
        #expect(places.count <= Prefetcher.depth + 1)
    }

    @Test func itMayBeDroppedAtAnyTime() {
        let sampler = WindowSampler(set, batchSize: 4, order: .shuffled(seed: 3))
        for taken in 0..<20 {
            let prefetcher = Prefetcher(sampler)
            var batch = sampler.makeBatch()
            for _ in 0..<taken { _ = prefetcher.next(&batch) }
            if taken % 2 == 0 { prefetcher.stop() }
        }
    }

    @Test func runsCoverTheFrames() {
        let sampler = WindowSampler(set, batchSize: 40, order: .shuffled(seed: 3))
        var batch = sampler.makeBatch()
        var pages = PageToucher()
        for number in 0..<20 {
            sampler.fill(&batch, number: number)
            var runs: [ClosedRange<UInt>] = []
            pages.forEachRun(batch) { runs.append(UInt(bitPattern: $0)...UInt(bitPattern: $1)) }
            for frame in batch.frames {
                let (first, end) = (UInt(bitPattern: frame), UInt(bitPattern: frame) + UInt(batch.format.byteCount))
                #expect(runs.contains { $0.contains(first) && $0.contains(end) })
            }
            #expect(runs.count <= batch.windowCount)
            pages.touch(batch)
        }
        batch.removeAll()
        pages.touch(batch)
    }
}

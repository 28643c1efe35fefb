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
    private func window(_ w: Int, _ batch: WindowBatch, of item: Int, length: Int = 17) -> Int {
        let steps = Int(batch.stepOffsets[w])..<Int(batch.stepOffsets[w + 1])
        let words = Int(batch.wordOffsets[w])..<Int(batch.wordOffsets[w + 1])
        let frames = batch.frames[(steps.lowerBound + w)...(steps.upperBound + w)]
        let entry = set.items[item]
        let address = set.frameStore.address(of: Int(set.records[entry.firstFrame]))
        let start =
            Int(frames.first!.load(fromByteOffset: 1, as: UInt8.self))
            - Int(address.load(fromByteOffset: 1, as: UInt8.self))
        #expect((0..<entry.stepCount).contains(start))
        #expect(steps.count == min(length, entry.stepCount - start))
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

    /// Starts are even over -(W - 1) ... L - 1, and those before 0 begin at 0: step 0 begins W windows for one of any
    /// other step.
    @Test(arguments: [1, 4, 8, 17])
    func windowsStartAnywhereAndAtFirstStepsOften(_ length: Int) {
        let long = set.items.indices.max { set.items[$0].stepCount < set.items[$1].stepCount } ?? 0
        let sampler = WindowSampler(
            set, batchSize: set.items.count, window: length, order: .shuffled(seed: 2))
        let permutation = SeededPermutation(count: set.items.count, hash: SeededHash(seed: 2, purpose: 0))
        let stepCount = set.items[long].stepCount
        var counts = [Int](repeating: 0, count: stepCount)
        for epoch in 0..<(100 * (stepCount + length - 1)) {
            var batch = sampler.makeBatch()
            sampler.fill(&batch, number: epoch)
            let w = set.items.indices.first { permutation($0, epoch: epoch) == long } ?? 0
            counts[window(w, batch, of: long, length: length)] += 1
        }
        #expect(counts.dropFirst().allSatisfy { (60...145).contains($0) }, "\(counts)")
        #expect(abs(counts[0] - 100 * length) <= 5 * Int(Double(100 * length).squareRoot()), "\(counts[0])")
    }

    /// Over a sampler's windows the share of first steps is the one that is computed: by the formula, and by trying all
    /// starts of all instructions.
    @Test(arguments: [1, 4, 8, 17])
    func firstStepsHaveTheShareThatIsSaid(_ length: Int) {
        let sampler = WindowSampler(set, batchSize: 64, window: length, order: .shuffled(seed: 5))
        let starts = WindowStarts(length: length)
        var (all, first) = (0.0, 0.0)
        for item in set.items {
            let choices = starts.choices(stepCount: item.stepCount)
            #expect(choices == item.stepCount + length - 1)
            for drawn in 0..<choices {
                let start = starts.start(drawn)
                #expect((0..<item.stepCount).contains(start) && start == max(0, drawn - length + 1))
                all += Double(starts.count(from: start, stepCount: item.stepCount)) / Double(choices)
                first += (start == 0 ? 1 : 0) / Double(choices)
            }
        }
        let share = sampler.firstStepShare
        #expect(abs(share.drawn - first / all) < 1e-12)
        if length > 1 { #expect(share.drawn > share.within) }

        var batch = sampler.makeBatch()
        var (steps, firsts) = (0, 0)
        for number in 0..<2000 {
            sampler.fill(&batch, number: number)
            steps += batch.stepCount
            for w in 0..<batch.windowCount {
                let frame = batch.frames[Int(batch.stepOffsets[w]) + w]
                // The second byte of a frame is its t: which episode it is of says the first.
                let begins = set.items.contains {
                    set.frameStore.address(of: Int(set.records[$0.firstFrame])) == frame
                        && set.text(of: $0)
                            == Array(
                                batch.words[Int(batch.wordOffsets[w])..<Int(batch.wordOffsets[w + 1])])
                }
                firsts += begins ? 1 : 0
            }
        }
        #expect(abs(Double(firsts) / Double(steps) / share.drawn - 1) < 0.02, "\(firsts) of \(steps)")
    }

    /// By hand, for one instruction of 20 steps and windows of 17: 36 starts, 17 of which begin at 0; a window from
    /// there has 17 steps, from 1, 2 and 3 too, then one less each.
    @Test func theShareOfFirstStepsByHand() {
        let starts = WindowStarts(length: 17)
        let drawn = 17.0 / 476  // 17 * 17 + 3 * 17 + 16 + 15 + ... + 1
        #expect(abs(starts.firstStepShare(stepCounts: [20]) - drawn) < 1e-12)
        let within = 1.0 / 204  // 4 * 17 + 16 + 15 + ... + 1
        #expect(abs(starts.firstStepShareWithin(stepCounts: [20]) - within) < 1e-12)
        #expect(starts.firstStepShare(stepCounts: [1]) == 1 && starts.firstStepShare(stepCounts: []) == 0)
        // Windows of one step: every step is as often trained as any other.
        #expect(abs(WindowStarts(length: 1).firstStepShare(stepCounts: [20, 20]) - 0.05) < 1e-12)
    }

    @Test(arguments: [1, 5, 17])
    func windowsAreAsLongAsTheyMayBe(_ length: Int) {
        let sampler = WindowSampler(set, batchSize: 32, window: length, order: .shuffled(seed: 4))
        var longest = 0
        for number in 0..<50 {
            let batch = batch(sampler, number)
            let counts = zip(batch.stepOffsets, batch.stepOffsets.dropFirst()).map { Int($1 - $0) }
            #expect(counts.allSatisfy { (1...length).contains($0) })
            longest = max(longest, counts.max() ?? 0)
        }
        #expect(longest == length)
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

    @Test(arguments: [4, 17])
    func validationIsInOrder(_ length: Int) {
        for size in [1, 4, 1000] {
            let sampler = WindowSampler(set, batchSize: size, window: length, order: .once)
            var item = 0
            for number in sampler.numbers {
                let batch = batch(sampler, number)
                for w in 0..<batch.windowCount {
                    #expect(window(w, batch, of: item, length: length) == 0)
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

import Episodes
import Networks
import Tensors
import TestSupport
import Testing

@testable import OfflineRL

@Suite struct PictureShiftTests {
    private let side = FeatureFormat.patchesSide

    private func shifted(_ picture: [UInt8], _ shift: PictureShift) -> [UInt8] {
        var target = [UInt8](repeating: 0xAA, count: picture.count)
        picture.withUnsafeBytes { source in
            target.withUnsafeMutableBytes { shift.copy(source.baseAddress!, to: $0.baseAddress!) }
        }
        return target
    }

    /// Every pixel is the one beside it in the stored picture, or the nearest of its edge.
    @Test func pixelsMoveAndEdgesRepeat() {
        let picture = (0..<side * side * 3).map { UInt8(truncatingIfNeeded: $0 &* 131 ^ $0 >> 5) }
        for (x, y) in [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (4, -4), (-4, 4), (16, 16), (-16, -16), (55, -55)] {
            let moved = shifted(picture, PictureShift(x: x, y: y))
            for row in 0..<side {
                for column in 0..<side {
                    let from = (min(max(row + y, 0), side - 1) * side + min(max(column + x, 0), side - 1)) * 3
                    let at = (row * side + column) * 3
                    guard moved[at..<at + 3].elementsEqual(picture[from..<from + 3]) else {
                        Issue.record("row \(row), column \(column) moved by \(x), \(y)")
                        return
                    }
                }
            }
        }
    }

    /// All frames of a window move alike, windows differ, each way comes, and the batch depends on its number only.
    @Test func aWindowMovesAsOne() throws {
        let world = try TrainingWorld(frames: TrainingWorld.pictures)
        let set = try TrainingSet(world.store, TrainingSet.Options(kinds: [.primitive, .task]))
        let sampler = WindowSampler(set, batchSize: 8, shift: 2, order: .shuffled(seed: 1))
        let plain = WindowSampler(set, batchSize: 8, order: .shuffled(seed: 1))
        var (batch, stored) = (sampler.makeBatch(), plain.makeBatch())
        let size = set.format.byteCount
        func bytes(_ frame: UnsafeRawPointer) -> [UInt8] { Array(UnsafeRawBufferPointer(start: frame, count: size)) }
        let ways = (-2...2).flatMap { y in (-2...2).map { PictureShift(x: $0, y: y) } }
        var seen = Set<Int>()
        for number in 0..<12 {
            sampler.fill(&batch, number: number)
            plain.fill(&stored, number: number)
            #expect(batch.actions == stored.actions && batch.words == stored.words && batch.rewards == stored.rewards)
            for w in 0..<batch.windowCount {
                let frames = (Int(batch.stepOffsets[w]) + w)...(Int(batch.stepOffsets[w + 1]) + w)
                // The pictures of the fixture have two bytes that are not 0, in their upper left corner: ways that move
                // it out give the same, and are told apart by nothing.
                let fitting = ways.indices.filter { way in
                    frames.allSatisfy { bytes(batch.frames[$0]) == shifted(bytes(stored.frames[$0]), ways[way]) }
                }
                #expect(!fitting.isEmpty, "batch \(number), window \(w)")
                seen.formUnion(fitting)
            }
            #expect(Set(batch.frames).count == batch.frames.count && Set(batch.frames).isDisjoint(with: stored.frames))
        }
        #expect(seen.count > 12)
        let first = batch.frames.map(bytes)
        sampler.fill(&batch, number: 3)
        sampler.fill(&batch, number: 11)
        #expect(batch.frames.map(bytes) == first)
        var once = WindowSampler(set, batchSize: 8, shift: 2, order: .once).makeBatch()
        WindowSampler(set, batchSize: 8, shift: 2, order: .once).fill(&once, number: 0)
        WindowSampler(set, batchSize: 8, order: .once).fill(&stored, number: 0)
        #expect(once.frames == stored.frames, "validation sees pictures as they are")
    }

    /// The batches of a prefetcher have memory of their own: the next one being made changes nothing of this one.
    @Test func batchesKeepTheirPictures() throws {
        let world = try TrainingWorld(frames: TrainingWorld.pictures)
        let set = try TrainingSet(world.store, TrainingSet.Options(kinds: [.task]))
        let sampler = WindowSampler(set, batchSize: 4, shift: 3, order: .shuffled(seed: 6))
        let prefetcher = Prefetcher(sampler)
        var (batch, expected) = (sampler.makeBatch(), sampler.makeBatch())
        let size = set.format.byteCount
        for number in 0..<60 {
            #expect(prefetcher.next(&batch) == number)
            sampler.fill(&expected, number: number)
            #expect(batch.actions == expected.actions && batch.frames.count == expected.frames.count)
            for (frame, other) in zip(batch.frames, expected.frames) {
                #expect(
                    UnsafeRawBufferPointer(start: frame, count: size)
                        .elementsEqual(UnsafeRawBufferPointer(start: other, count: size)))
            }
        }
    }
}

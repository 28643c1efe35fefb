import TestSupport
import Testing

@testable import Frames

/// What a record shows, as numbers to compare.
@Suite struct LookTests {
    private func store(_ element: FrameFormat.Element, _ shape: [Int], _ records: [[UInt8]]) throws -> (
        TemporaryFolder, FrameStore
    ) {
        let folder = try TemporaryFolder()
        let format = try #require(FrameFormat(element: element, shape: shape))
        let writer = try FrameStoreWriter(folder("x.frames"), format: format, identifier: Array(UInt8(1)...16))
        for record in records { _ = try record.withUnsafeBytes { try writer.append($0) } }
        try writer.commit()
        return (folder, try FrameStore(folder("x.frames")))
    }

    /// Each part has the mean of its own pixels, channel by channel.
    @Test func picturesAreTheirMeanColours() throws {
        let (height, width) = (14, 21)
        var record: [UInt8] = []
        for row in 0..<height {
            for column in 0..<width { record += [UInt8(row / 2 * 10), UInt8(column / 3), UInt8(row % 2 * 100)] }
        }
        let (folder, store) = try store(.uint8, [height, width, 3], [record])
        let look = try #require(store.look(at: 0))
        #expect(look.count == 147)
        for part in 0..<49 {
            #expect(abs(look[part * 3] - Float(part / 7 * 10) / 255) < 1e-6)
            #expect(abs(look[part * 3 + 1] - Float(part % 7) / 255) < 1e-6)
            #expect(abs(look[part * 3 + 2] - 50 / 255) < 1e-6)
        }
        #expect(store.look(at: 1) == nil && store.look(at: -1) == nil)
        _ = folder
    }

    @Test func featuresAreTheirValues() throws {
        let halves: [UInt16] = [0x0000, 0x3C00, 0xC000, 0x3555]
        let (folder, half) = try store(.float16, [4], [halves.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }])
        let look = try #require(half.look(at: 0))
        #expect(look.prefix(3) == [0, 1, -2] && abs(look[3] - 0.33325195) < 1e-7)
        let floats: [Float] = [1.5, -0.25]
        let (other, whole) = try store(.float32, [2], [floats.flatMap { withUnsafeBytes(of: $0, Array.init) }])
        #expect(whole.look(at: 0) == floats)
        _ = (folder, other)
        let (third, odd) = try store(.uint8, [3, 3, 3], [[UInt8](repeating: 1, count: 27)])
        #expect(odd.look(at: 0) == nil)
        _ = third
    }

    /// Every half is the number that its bits say, by the sum of its digits.
    @Test func halvesAreExact() {
        for bits in stride(from: UInt16(0), to: 0x7C00, by: 7) {
            let value = FrameStore.float(half: bits)
            #expect(FrameStore.float(half: bits | 0x8000) == -value)
            let next = FrameStore.float(half: bits + 1)
            #expect(value < next)
        }
        #expect(FrameStore.float(half: 1) == 0x1p-24 && FrameStore.float(half: 0x7BFF) == 65504)
        #expect(FrameStore.float(half: 0x7C00) == .infinity && FrameStore.float(half: 0x7E00).isNaN)
    }
}

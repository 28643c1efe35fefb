import CKernels
import Testing

@testable import Tensors

@Suite struct ArenaTests {
    private let backend = CPUBackend(threadCount: 1)
    private let megabyte = 1 << 20

    /// Pieces are aligned, and none overlaps another or leaves its block: each keeps what was written to its ends.
    @Test(arguments: 0..<3 as Range<UInt64>)
    func piecesAreApart(seed: UInt64) {
        var stream = Stream(state: seed)
        var arena = Arena(backend: backend)
        defer { arena.freeAll() }
        for _ in 0..<3 {
            arena.reset()
            var pieces: [(pointer: UnsafeMutableRawPointer, size: Int)] = []
            for index in 0..<200 {
                let size = index % 40 == 7 ? stream.int(1...40 * megabyte) : stream.int(1...5000)
                let pointer = arena.allocate(byteCount: size)
                #expect(UInt(bitPattern: pointer) % UInt(Arena.alignment) == 0)
                pointer.storeBytes(of: UInt8(truncatingIfNeeded: index), as: UInt8.self)
                pointer.storeBytes(of: UInt8(truncatingIfNeeded: index), toByteOffset: size - 1, as: UInt8.self)
                pieces.append((pointer, size))
            }
            let areKept = pieces.enumerated().allSatisfy { index, piece in
                piece.pointer.load(as: UInt8.self) == UInt8(truncatingIfNeeded: index)
                    && piece.pointer.load(fromByteOffset: piece.size - 1, as: UInt8.self)
                        == UInt8(truncatingIfNeeded: index)
            }
            #expect(areKept)
            let sorted = pieces.sorted { $0.pointer < $1.pointer }
            let areApart = zip(sorted, sorted.dropFirst()).allSatisfy { $0.pointer + $0.size <= $1.pointer }
            #expect(areApart)
        }
    }

    @Test func sameSizesAfterResetTakeTheSamePlaces() {
        var arena = Arena(backend: backend)
        defer { arena.freeAll() }
        let sizes = [100, 20 * megabyte, 20 * megabyte, 50 * megabyte, 64, 12 * megabyte]
        let first = sizes.map { arena.allocate(byteCount: $0) }
        let byteCount = arena.byteCount
        #expect(byteCount >= sizes.reduce(0, +))
        arena.reset()
        #expect(sizes.map { arena.allocate(byteCount: $0) } == first)
        #expect(arena.byteCount == byteCount)
    }

    /// Nothing of it is left over for a second piece.
    @Test func pieceLargerThanABlock() {
        var arena = Arena(backend: backend)
        defer { arena.freeAll() }
        let before = arena.byteCount
        let large = arena.allocate(byteCount: 33 * megabyte)
        #expect((33 * megabyte...33 * megabyte + 1000).contains(arena.byteCount - before))
        (large + 33 * megabyte - 1).storeBytes(of: 7, as: UInt8.self)
        let next = arena.allocate(byteCount: 1)
        #expect(next < large || next >= large + 33 * megabyte)
    }

    @Test func marksReachAcrossBlocks() {
        var arena = Arena(backend: backend)
        defer { arena.freeAll() }
        _ = arena.allocate(byteCount: 1000)
        let mark = arena.mark
        let next = arena.allocate(byteCount: 64)
        arena.release(to: mark)
        let inside = [10, 31, 40, 1].map { arena.allocate(byteCount: $0 * megabyte) }
        let byteCount = arena.byteCount
        arena.release(to: mark)
        #expect([10, 31, 40, 1].map { arena.allocate(byteCount: $0 * megabyte) } == inside)
        arena.release(to: mark)
        // An inner mark, taken in a later block than the outer one.
        _ = arena.allocate(byteCount: 31 * megabyte)
        let inner = arena.mark
        let place = arena.allocate(byteCount: 5 * megabyte)
        arena.release(to: inner)
        #expect(arena.allocate(byteCount: 5 * megabyte) == place)
        arena.release(to: mark)
        #expect(arena.allocate(byteCount: 64) == next)
        #expect(arena.byteCount == byteCount)
    }

    /// Under the address sanitizer, what is not handed out must not be touched.
    @Test(.enabled(if: ck_guard_bytes() > 0, "this is not a build with the address sanitizer"))
    func whatIsNotHandedOutIsForbidden() {
        var arena = Arena(backend: backend)
        defer { arena.freeAll() }
        for _ in 0..<2 {
            let first = arena.allocate(byteCount: 100)
            let mark = arena.mark
            let second = arena.allocate(byteCount: 40 * megabyte)
            let third = arena.allocate(byteCount: 8)
            for (piece, size) in [(first, 100), (second, 40 * megabyte), (third, 8)] {
                #expect(ck_is_forbidden(piece) == 0 && ck_is_forbidden(piece + size - 1) == 0)
                #expect(ck_is_forbidden(piece + size) != 0)
            }
            arena.release(to: mark)
            #expect(ck_is_forbidden(first + 99) == 0)
            #expect(ck_is_forbidden(second) != 0 && ck_is_forbidden(third) != 0)
            arena.reset()
            #expect(ck_is_forbidden(first) != 0)
        }
    }

    /// Once a sequence has been seen, one whose pieces are no larger needs no more memory.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func doesNotGrowForSmallerPieces(seed: UInt64) {
        var stream = Stream(state: seed)
        var arena = Arena(backend: backend)
        defer { arena.freeAll() }
        let largest = (0..<60).map { _ in stream.int(0...(stream.int(0...3) == 0 ? 45 : 6) * megabyte) }
        for size in largest { _ = arena.allocate(byteCount: size) }
        let byteCount = arena.byteCount
        for _ in 0..<200 {
            arena.reset()
            for size in largest { _ = arena.allocate(byteCount: stream.int(0...size)) }
            #expect(arena.byteCount == byteCount)
        }
    }
}

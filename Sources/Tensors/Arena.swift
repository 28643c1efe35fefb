internal import CKernels

/// Pooled memory: blocks that are handed out from front to back and taken back all at once.
///
/// After the largest step has been seen nothing is allocated any more.
struct Arena {
    private struct Block {
        let base: UnsafeMutableRawPointer
        let byteCount: Int
    }

    /// A place to go back to.
    struct Mark {
        fileprivate let block: Int
        fileprivate let offset: Int
    }

    static let alignment = 64
    private static let blockByteCount = 32 << 20
    private var blocks: [Block] = []
    private var block = 0
    private var offset = 0
    private let backend: any Backend
    /// Bytes between pieces. With the address sanitizer all that is not handed out is marked, where the host can mark
    /// it.
    private let guardByteCount: Int

    init(backend: any Backend) {
        self.backend = backend
        guardByteCount = backend is CPUBackend ? ck_guard_bytes() : 0
        blocks.reserveCapacity(256)
    }

    /// Bytes held.
    var byteCount: Int { blocks.reduce(0) { $0 + $1.byteCount } }

    var mark: Mark { Mark(block: block, offset: offset) }

    mutating func release(to mark: Mark) {
        block = mark.block
        offset = mark.offset
        if guardByteCount > 0 { forbidRest() }
    }

    mutating func reset() { release(to: Mark(block: 0, offset: 0)) }

    private func forbidRest() {
        for index in block..<max(block, blocks.count) {
            let first = index == block ? offset : 0
            ck_forbid(blocks[index].base + first, blocks[index].byteCount - first)
        }
    }

    /// `byteCount` bytes, aligned to 64; not cleared.
    mutating func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
        let size = ((byteCount + Self.alignment - 1) & ~(Self.alignment - 1)) + guardByteCount
        let piece = take(size)
        if guardByteCount > 0 { ck_allow(piece, byteCount) }
        return piece
    }

    private mutating func take(_ size: Int) -> UnsafeMutableRawPointer {
        while block < blocks.count {
            if offset + size <= blocks[block].byteCount {
                defer { offset += size }
                return blocks[block].base + offset
            }
            block += 1
            offset = 0
        }
        let count = max(size, Self.blockByteCount)
        blocks.append(Block(base: backend.allocate(byteCount: count), byteCount: count))
        block = blocks.count - 1
        offset = size
        if guardByteCount > 0 { ck_forbid(blocks[block].base, count) }
        return blocks[block].base
    }

    mutating func allocate<T>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
        allocate(byteCount: count * MemoryLayout<T>.stride).bindMemory(to: type, capacity: count)
    }

    func freeAll() {
        for block in blocks { backend.deallocate(block.base) }
    }
}

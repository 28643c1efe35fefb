internal import CKernels
internal import COneDNN
#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The processor: oneDNN's products on one thread each, our kernels for the rest, both under our own thread pool.
///
/// Work is cut into pieces by its shape alone, and sums over pieces are made in the pieces' order: results are the same
/// for any number of threads. Not for use from several threads at once.
package final class CPUBackend: Backend {
    /// Precision of products.
    package enum Precision: String, Sendable, CaseIterable {
        case float32
        /// bfloat16 factors, float32 sums and master weights.
        case bfloat16
    }

    package let pool: ThreadPool
    package let precision: Precision
    /// Floating-point operations of products so far, for the profile; counted where they are called, not measured.
    package var productOperations: Double = 0
    /// Wall time by kind of work, where somebody wants to know.
    package var profile: Profile? {
        get { pool.profile }
        set { pool.profile = newValue }
    }
    var scratch: [UnsafeMutablePointer<Float>]
    private var scratchCounts: [Int]
    private var shared: UnsafeMutablePointer<Float>
    private var sharedCount = 0
    /// One a worker.
    let halfProducts: [HalfProducts]

    package static var version: String { String(cString: co_version()) }
    package static var hasBFloat16: Bool { co_has_bf16() != 0 }

    package init(threadCount: Int? = nil, precision: Precision = .float32) {
        co_keep_memory()
        pool = ThreadPool(threadCount: threadCount)
        self.precision = precision
        scratch = (0..<pool.threadCount).map { _ in Self.floats(16) }
        scratchCounts = [Int](repeating: 16, count: pool.threadCount)
        halfProducts = (0..<pool.threadCount).map { _ in HalfProducts() }
        shared = Self.floats(16)
    }

    deinit {
        for pointer in scratch { pointer.deallocate() }
        shared.deallocate()
    }

    private static func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
        UnsafeMutableRawPointer.allocate(byteCount: max(count, 16) * 4, alignment: 64).bindMemory(
            to: Float.self, capacity: max(count, 16))
    }

    /// Makes sure every worker has room for `count` floats of scratch.
    func reserveScratch(_ count: Int) {
        for worker in scratch.indices where scratchCounts[worker] < count {
            scratch[worker].deallocate()
            scratch[worker] = Self.floats(count)
            scratchCounts[worker] = count
        }
    }

    /// Room for the partial sums of one operation.
    func sharedScratch(_ count: Int) -> UnsafeMutablePointer<Float> {
        if sharedCount < count {
            shared.deallocate()
            shared = Self.floats(count)
            sharedCount = count
        }
        return shared
    }

    package func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
        .allocate(byteCount: max(byteCount, 64), alignment: 64)
    }

    package func deallocate(_ pointer: UnsafeMutableRawPointer) { pointer.deallocate() }

    package func upload(_ source: UnsafeRawPointer, to destination: UnsafeMutableRawPointer, byteCount: Int) {
        memcpy(destination, source, byteCount)
    }

    package func download(_ source: UnsafeRawPointer, to destination: UnsafeMutableRawPointer, byteCount: Int) {
        memcpy(destination, source, byteCount)
    }

    package func copy(_ source: UnsafePointer<Float>, to destination: UnsafeMutablePointer<Float>, count: Int) {
        memcpy(destination, source, count * 4)
    }

    package func round(_ source: UnsafePointer<Float>, to destination: UnsafeMutablePointer<UInt16>, count: Int) {
        ck_to_bf16(source, destination, count)
    }

    package func zero(_ pointer: UnsafeMutablePointer<Float>, count: Int) { memset(pointer, 0, count * 4) }

    package func synchronize() {}
}

/// How rows are cut into pieces: by their number alone.
struct RowPieces {
    let rows: Int
    let size: Int

    /// - Parameter target: Pieces to aim at.
    init(rows: Int, target: Int = 24, minimum: Int = 64, maximum: Int = 256) {
        self.rows = rows
        let even = (rows + target - 1) / max(target, 1)
        size = min(max((even + 15) & ~15, minimum), maximum)
    }

    var count: Int { (rows + size - 1) / size }

    func range(_ index: Int) -> Range<Int> { index * size..<min((index + 1) * size, rows) }
}

/// sums[i] += partials[0][i] + partials[1][i] + ..., in this order.
struct PartialSums: ParallelTask {
    static let width = 4096
    let partials: UnsafePointer<Float>
    let partialCount: Int
    let count: Int
    let sums: UnsafeMutablePointer<Float>

    static func pieces(_ count: Int) -> Int { (count + width - 1) / width }

    func run(_ index: Int, worker: Int) {
        let first = index * Self.width
        let length = min(Self.width, count - first)
        for partial in 0..<partialCount { ck_add(sums + first, partials + partial * count + first, length) }
    }
}

/// Nanoseconds of wall time by kind of work.
package final class Profile {
    package internal(set) var entries: [String: UInt64] = [:]

    package init() {}
}

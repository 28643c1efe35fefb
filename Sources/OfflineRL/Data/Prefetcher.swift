package import Networks
internal import Tensors

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Fills batches on a thread of its own, a few ahead of the learner, and brings their frames into memory.
///
/// The batches are those of the sampler, in the order of their numbers, whatever the timing. Used by one thread.
package final class Prefetcher {
    /// Batches filled ahead.
    static let depth = 3

    private let ring: Ring
    private var thread: pthread_t?
    /// The number of the batch that ``next(_:)`` hands over next.
    package private(set) var nextNumber: Int
    /// How long ``next(_:)`` has waited for batches, and for how many of them. The first is not counted: nothing can be
    /// ready for it.
    package private(set) var waitedNanoseconds: UInt64 = 0
    /// How often the learner found no batch ready.
    package private(set) var waits = 0

    /// Starts with batch `number`. Without a thread, which the system may refuse, batches are filled when asked for.
    package init(_ sampler: WindowSampler, from number: Int = 0) {
        nextNumber = number
        ring = Ring(sampler, from: number)
        thread = Self.start(ring)
    }

    deinit { stop() }

    /// Swaps the next batch into `batch`; what it held is filled anew later. Start with one from
    /// ``WindowSampler/makeBatch()`` or from an earlier call, so that nothing is allocated.
    ///
    /// - Returns: The batch's number; nil when there is none left, or after ``stop()``.
    package func next(_ batch: inout WindowBatch) -> Int? {
        let number = nextNumber
        if thread == nil { ring.fillOne() }
        guard let waited = ring.take(&batch) else { return nil }
        if waited > 0, number > ring.firstNumber {
            waitedNanoseconds += waited
            waits += 1
        }
        nextNumber += 1
        return number
    }

    /// Ends the thread and waits for it.
    package func stop() {
        ring.stop()
        guard let thread else { return }
        pthread_join(thread, nil)
        self.thread = nil
    }

    private static func start(_ ring: Ring) -> pthread_t? {
        let argument = Unmanaged.passRetained(ring)
        #if canImport(Darwin)
        var thread: pthread_t?
        let code = pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Ring>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        #else
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Ring>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        #endif
        guard code == 0 else {
            argument.release()
            return nil
        }
        return thread
    }
}

/// The batches between the two threads. Slot i belongs to the filling thread until it is counted in `filled`, then to
/// the taking one until it is counted in `taken`.
private final class Ring: @unchecked Sendable {
    let firstNumber: Int
    private let sampler: WindowSampler
    private let endNumber: Int
    private let slots: UnsafeMutablePointer<WindowBatch>
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var filled = 0
    private var taken = 0
    private var isStopping = false
    private var pages = PageToucher()

    init(_ sampler: WindowSampler, from number: Int) {
        precondition(number >= 0)
        self.sampler = sampler
        firstNumber = number
        endNumber = max(number, sampler.numbers.upperBound)
        slots = .allocate(capacity: Prefetcher.depth)
        for slot in 0..<Prefetcher.depth { (slots + slot).initialize(to: sampler.makeBatch()) }
        mutex = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(changed)
        slots.deinitialize(count: Prefetcher.depth)
        slots.deallocate()
        mutex.deallocate()
        changed.deallocate()
    }

    func run() { while fillOne() {} }

    /// Fills the next slot once it is free; false when there is nothing more to fill.
    @discardableResult
    func fillOne() -> Bool {
        pthread_mutex_lock(mutex)
        while filled - taken == Prefetcher.depth, !isStopping { pthread_cond_wait(changed, mutex) }
        let index = filled
        let goesOn = !isStopping && firstNumber + index < endNumber
        pthread_mutex_unlock(mutex)
        guard goesOn else { return false }
        let slot = slots + index % Prefetcher.depth
        sampler.fill(&slot.pointee, number: firstNumber + index)
        // Copies have been in memory since they were made.
        if slot.pointee.copies == nil { pages.touch(slot.pointee) }
        pthread_mutex_lock(mutex)
        filled += 1
        pthread_cond_signal(changed)
        pthread_mutex_unlock(mutex)
        return true
    }

    /// Swaps the oldest filled batch with `batch`.
    ///
    /// - Returns: Nanoseconds waited for it, 0 when it was ready; nil when there is none to come.
    func take(_ batch: inout WindowBatch) -> UInt64? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isStopping, firstNumber + taken < endNumber else { return nil }
        var waited: UInt64 = 0
        if filled == taken {
            let start = ContinuousClock.now
            while filled == taken { pthread_cond_wait(changed, mutex) }
            let (seconds, attoseconds) = (ContinuousClock.now - start).components
            waited = max(1, UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000))
        }
        swap(&slots[taken % Prefetcher.depth], &batch)
        taken += 1
        pthread_cond_signal(changed)
        return waited
    }

    func stop() {
        pthread_mutex_lock(mutex)
        isStopping = true
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
    }
}

/// Brings the frames of a batch into memory: asks for all of them, then reads a byte of each page.
struct PageToucher {
    private let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
    /// Keeps the reads from being removed.
    private(set) var sum: UInt8 = 0

    mutating func touch(_ batch: WindowBatch) {
        forEachRun(batch) { start, end in
            let page = UnsafeMutableRawPointer(mutating: start.alignedDown(toMultipleOf: pageSize))
            madvise(page, end - UnsafeRawPointer(page), MADV_WILLNEED)
        }
        var sum = sum
        forEachRun(batch) { start, end in
            sum &+= start.load(as: UInt8.self)
            var page = start.alignedDown(toMultipleOf: pageSize) + pageSize
            while page < end {
                sum &+= page.load(as: UInt8.self)
                page += pageSize
            }
        }
        self.sum = sum
    }

    /// Calls `body` with where each run of frames lies that follow one another, closer than a page.
    func forEachRun(_ batch: WindowBatch, _ body: (_ start: UnsafeRawPointer, _ end: UnsafeRawPointer) -> Void) {
        let size = batch.format.byteCount
        guard var start = batch.frames.first else { return }
        var end = start + size
        for frame in batch.frames.dropFirst() {
            if frame < start || frame > end + pageSize {
                body(start, end)
                start = frame
                end = frame + size
            } else if frame + size > end {
                end = frame + size
            }
        }
        body(start, end)
    }
}

extension UnsafeRawPointer {
    fileprivate func alignedDown(toMultipleOf size: Int) -> UnsafeRawPointer {
        self - Int(UInt(bitPattern: self) % UInt(size))
    }
}

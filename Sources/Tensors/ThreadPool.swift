#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif
internal import COneDNN
internal import Synchronization

/// One piece of work over many indices. A value type: the pool holds a pointer to it while it runs and allocates
/// nothing.
protocol ParallelTask {
    /// Does piece `index`; `worker` is below the pool's thread count and unique among those that run at the time.
    func run(_ index: Int, worker: Int)
    /// Its line in a profile.
    var label: String { get }
}

extension ParallelTask {
    var label: String { String(describing: Self.self) }
}

func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Threads of our own under the matrix library's single-threaded calls.
///
/// Which thread does a piece is left to chance, so pieces write to places of their own; sums over pieces are made
/// afterwards in the order of the pieces. That is why results do not depend on the number of threads.
package final class ThreadPool: @unchecked Sendable {
    /// Threads that work, the caller's included.
    package let threadCount: Int

    /// Rounds of waiting before a thread goes to sleep: some 50 microseconds.
    private static let spins = 20_000

    private let generation = Atomic<UInt>(0)
    private let nextIndex = Atomic<Int>(0)
    private let finished = Atomic<Int>(0)
    private let isStopping = Atomic<Bool>(false)
    private let sleepers = Atomic<Int>(0)
    private var count = 0
    private var task: (any Runner)?
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var threads: [pthread_t] = []

    /// - Parameter threadCount: At least 1; nil for the machine's cores.
    package init(threadCount: Int? = nil) {
        self.threadCount = max(1, threadCount ?? sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
        co_use_one_thread()
        for worker in 1..<max(self.threadCount, 1) { start(worker) }
    }

    private func start(_ worker: Int) {
        let entry = Unmanaged.passRetained(WorkerEntry(pool: Unmanaged.passUnretained(self), worker: worker))
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        let code = pthread_create(&thread, nil, runWorker, entry.toOpaque())
        guard code == 0 else {
            entry.release()
            return
        }
        #if canImport(Darwin)
        if let thread { threads.append(thread) }
        #else
        threads.append(thread)
        #endif
    }

    deinit {
        pthread_mutex_lock(mutex)
        isStopping.store(true, ordering: .releasing)
        pthread_cond_broadcast(wake)
        pthread_mutex_unlock(mutex)
        for thread in threads { pthread_join(thread, nil) }
        pthread_cond_destroy(wake)
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
        wake.deallocate()
    }

    /// Where the time goes, if somebody wants to know.
    var profile: Profile?

    /// Runs pieces 0 ..< `count` of `task` and returns when all are done. Not reentrant; one caller at a time.
    func run<T: ParallelTask>(_ count: Int, _ task: T) {
        guard count > 0 else { return }
        guard let profile else { return start(count, task) }
        let begin = monotonicNanoseconds()
        start(count, task)
        profile.entries[task.label, default: 0] += monotonicNanoseconds() - begin
    }

    /// Calls `body` with 0 ..< `count` on all threads and returns when all are done. Not reentrant; one caller at a
    /// time.
    package func forEach(_ count: Int, _ body: (_ index: Int) -> Void) {
        withoutActuallyEscaping(body) { run(count, ClosureTask(body: $0)) }
    }

    private func start<T: ParallelTask>(_ count: Int, _ task: T) {
        if threads.isEmpty || count == 1 {
            for index in 0..<count { task.run(index, worker: 0) }
            return
        }
        withUnsafePointer(to: task) { pointer in
            self.task = TaskPointer(pointer: pointer)
            self.count = count
            finished.store(0, ordering: .relaxed)
            nextIndex.store(0, ordering: .relaxed)
            generation.add(1, ordering: .sequentiallyConsistent)
            if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
                pthread_mutex_lock(mutex)
                pthread_cond_broadcast(wake)
                pthread_mutex_unlock(mutex)
            }
            work(worker: 0)
            // Every thread takes part in every generation, so that none is still inside when the task goes away.
            var rounds = 0
            while finished.load(ordering: .acquiring) < threads.count {
                rounds += 1
                if rounds > Self.spins { sched_yield() } else { pause() }
            }
            self.task = nil
        }
    }

    private func work(worker: Int) {
        guard let task else { return }
        while true {
            let index = nextIndex.add(1, ordering: .relaxed).oldValue
            guard index < count else { return }
            task.run(index, worker: worker)
        }
    }

    fileprivate func serve(worker: Int) {
        co_use_one_thread()
        var seen: UInt = 0
        while true {
            var rounds = 0
            while generation.load(ordering: .acquiring) == seen {
                if isStopping.load(ordering: .acquiring) { return }
                rounds += 1
                if rounds < Self.spins {
                    pause()
                    continue
                }
                sleep(until: seen)
            }
            seen &+= 1
            work(worker: worker)
            finished.add(1, ordering: .releasing)
        }
    }

    private func sleep(until seen: UInt) {
        pthread_mutex_lock(mutex)
        sleepers.add(1, ordering: .sequentiallyConsistent)
        while generation.load(ordering: .sequentiallyConsistent) == seen, !isStopping.load(ordering: .acquiring) {
            pthread_cond_wait(wake, mutex)
        }
        sleepers.subtract(1, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(mutex)
    }

    @inline(__always)
    private func pause() { _spinHint() }
}

@inline(__always)
private func _spinHint() {
    // A compiler barrier is enough; the loads around it are atomic.
    atomicMemoryFence(ordering: .acquiring)
}

private protocol Runner {
    func run(_ index: Int, worker: Int)
}

private struct TaskPointer<T: ParallelTask>: Runner {
    let pointer: UnsafePointer<T>
    func run(_ index: Int, worker: Int) { pointer.pointee.run(index, worker: worker) }
}

private struct ClosureTask: ParallelTask {
    let body: (Int) -> Void
    func run(_ index: Int, worker: Int) { body(index) }
}

private final class WorkerEntry {
    let pool: Unmanaged<ThreadPool>
    let worker: Int
    init(pool: Unmanaged<ThreadPool>, worker: Int) {
        self.pool = pool
        self.worker = worker
    }
}

#if canImport(Darwin)
private func runWorker(_ raw: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    let entry = Unmanaged<WorkerEntry>.fromOpaque(raw).takeRetainedValue()
    entry.pool._withUnsafeGuaranteedRef { $0.serve(worker: entry.worker) }
    return nil
}
#else
private func runWorker(_ raw: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let raw else { return nil }
    let entry = Unmanaged<WorkerEntry>.fromOpaque(raw).takeRetainedValue()
    entry.pool._withUnsafeGuaranteedRef { $0.serve(worker: entry.worker) }
    return nil
}
#endif

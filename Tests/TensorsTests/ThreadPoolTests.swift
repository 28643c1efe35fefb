import Foundation
import Synchronization
import Testing

@testable import Tensors

/// Counts how often each index comes, and what must not be: a worker out of range or twice at once.
private final class Visits {
    let counts: UnsafeMutableBufferPointer<Int32>
    let total = Atomic<Int>(0)
    let faults = Atomic<Int>(0)
    let busy: UnsafeMutableBufferPointer<Atomic<Bool>>

    init(capacity: Int, threads: Int) {
        counts = .allocate(capacity: max(capacity, 1))
        busy = .allocate(capacity: threads)
        for index in busy.indices { busy.initializeElement(at: index, to: Atomic(false)) }
        clear()
    }

    deinit {
        counts.deallocate()
        busy.deinitialize()
        busy.deallocate()
    }

    func clear() {
        counts.update(repeating: 0)
        total.store(0, ordering: .relaxed)
    }

    /// Whether the indices below `count` came once, and no other.
    func areOnce(_ count: Int) -> Bool {
        total.load(ordering: .relaxed) == count && counts[..<count].allSatisfy { $0 == 1 }
            && counts[count...].allSatisfy { $0 == 0 } && faults.load(ordering: .relaxed) == 0
    }
}

/// Its writes to `counts` are plain: the thread sanitizer sees whether the pool orders them.
private struct Visit: ParallelTask {
    let visits: Unmanaged<Visits>

    init(_ visits: Visits) { self.visits = .passUnretained(visits) }

    func run(_ index: Int, worker: Int) {
        visits._withUnsafeGuaranteedRef { visits in
            guard visits.busy.indices.contains(worker), visits.counts.indices.contains(index),
                !visits.busy[worker].exchange(true, ordering: .relaxed)
            else {
                visits.faults.add(1, ordering: .relaxed)
                return
            }
            visits.counts[index] += 1
            visits.total.add(1, ordering: .relaxed)
            visits.busy[worker].store(false, ordering: .relaxed)
        }
    }
}

/// Runs closures on threads of their own and waits for all of them.
private func onThreads(_ bodies: [@Sendable () -> Void]) {
    let condition = NSCondition()
    let running = Mutex(bodies.count)
    for body in bodies {
        Thread {
            body()
            condition.lock()
            running.withLock { $0 -= 1 }
            condition.signal()
            condition.unlock()
        }.start()
    }
    condition.lock()
    while running.withLock({ $0 > 0 }) { condition.wait() }
    condition.unlock()
}

@Suite(.serialized) struct ThreadPoolTests {
    @Test(arguments: 1...8)
    func everyIndexOnce(threads: Int) {
        let pool = ThreadPool(threadCount: threads)
        let visits = Visits(capacity: 1000, threads: threads)
        #expect(pool.threadCount == threads)
        for count in 0...1000 {
            visits.clear()
            pool.run(count, Visit(visits))
            #expect(visits.areOnce(count), "\(count) pieces")
        }
    }

    @Test(arguments: [2, 3])
    func tinyRunsInARow(threads: Int) {
        let pool = ThreadPool(threadCount: threads)
        let visits = Visits(capacity: 4, threads: threads)
        var wrong = 0
        for round in 0..<5000 {
            visits.clear()
            pool.run(2 + round % 3, Visit(visits))
            if !visits.areOnce(2 + round % 3) { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    /// What one run wrote the next one reads, whichever threads did it.
    @Test func runsSeeEarlierRuns() {
        struct AddReversed: ParallelTask {
            let from: UnsafePointer<Int>
            let to: UnsafeMutablePointer<Int>
            let count: Int
            func run(_ index: Int, worker: Int) { to[index] = from[count - 1 - index] + 1 }
        }
        let pool = ThreadPool(threadCount: 3)
        let count = 37
        var (a, b) = ([Int](repeating: 0, count: count), [Int](repeating: 0, count: count))
        a.withUnsafeMutableBufferPointer { a in
            b.withUnsafeMutableBufferPointer { b in
                for _ in 0..<500 {
                    pool.run(count, AddReversed(from: a.baseAddress!, to: b.baseAddress!, count: count))
                    pool.run(count, AddReversed(from: b.baseAddress!, to: a.baseAddress!, count: count))
                }
            }
        }
        #expect(a.allSatisfy { $0 == 1000 })
    }

    @Test func twoPoolsAtOnce() {
        let wrong = Atomic<Int>(0)
        let rounds = Atomic<Int>(0)
        withExtendedLifetime(ThreadPool(threadCount: 2)) { _ in
            let work: @Sendable () -> Void = {
                let pool = ThreadPool(threadCount: 2)
                let visits = Visits(capacity: 64, threads: 2)
                for round in 0..<1000 {
                    visits.clear()
                    pool.run(round % 65, Visit(visits))
                    if !visits.areOnce(round % 65) { wrong.add(1, ordering: .relaxed) }
                    rounds.add(1, ordering: .relaxed)
                }
            }
            onThreads([work, work])
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
        #expect(rounds.load(ordering: .relaxed) == 2000)
    }

    /// A pool belongs to one caller at a time, not to one thread.
    @Test func callersTakeTurns() {
        let pool = ThreadPool(threadCount: 2)
        for _ in 0..<20 {
            let wrong = Atomic<Int>(0)
            onThreads([
                {
                    let visits = Visits(capacity: 50, threads: 2)
                    pool.run(50, Visit(visits))
                    if !visits.areOnce(50) { wrong.add(1, ordering: .relaxed) }
                }
            ])
            #expect(wrong.load(ordering: .relaxed) == 0)
        }
    }

    /// Every other pool goes without having worked.
    @Test func poolsComeAndGo() {
        for round in 0..<200 {
            let threads = 1 + round % 4
            let pool = ThreadPool(threadCount: threads)
            guard round % 2 == 0 else { continue }
            let visits = Visits(capacity: 10, threads: threads)
            pool.run(10, Visit(visits))
            #expect(visits.areOnce(10))
        }
    }

    @Test(arguments: [2, 4])
    func worksAfterSleep(threads: Int) {
        let pool = ThreadPool(threadCount: threads)
        let visits = Visits(capacity: 100, threads: threads)
        for count in [100, 2, 7, 100] {
            Thread.sleep(forTimeInterval: 0.1)
            visits.clear()
            pool.run(count, Visit(visits))
            #expect(visits.areOnce(count))
        }
        // And goes while it sleeps.
        Thread.sleep(forTimeInterval: 0.1)
    }

    @Test func profileNamesTheWork() {
        let pool = ThreadPool(threadCount: 2)
        let profile = Profile()
        pool.profile = profile
        let visits = Visits(capacity: 9, threads: 2)
        pool.run(9, Visit(visits))
        #expect(visits.areOnce(9))
        #expect(profile.entries.keys.sorted() == ["Visit"])
    }
}

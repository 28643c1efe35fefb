import Testing

@testable import Experiments

/// All that can happen to up to four jobs, in every order.
@Suite struct SchedulerTests {
    /// A scheduler with what was done to it.
    private struct Walk {
        var scheduler: Scheduler
        var started: [String] = []
        var failed: [Scheduler.Failure] = []
        var interruptions = 0

        /// Checks what has to hold after each event.
        mutating func follow(_ orders: [Scheduler.Order], width: Int, jobs: [String], wasStopping: Bool) {
            for order in orders {
                switch order {
                case .start(let job):
                    #expect(!scheduler.isStopping)
                    started.append(job)
                case .terminate, .kill: #expect(!scheduler.running.isEmpty && scheduler.isStopping)
                }
            }
            #expect(started == Array(jobs.prefix(started.count)), "in their order, each once")
            #expect(started + scheduler.waiting == jobs)
            #expect(scheduler.running.count <= width)
            #expect(scheduler.running.allSatisfy(started.contains))
            #expect(scheduler.isStopping || scheduler.waiting.isEmpty || scheduler.running.count == width)
            #expect(scheduler.failures == failed)
            #expect(scheduler.isStopping == (interruptions > 0))
            #expect(
                scheduler.isFinished
                    == (scheduler.running.isEmpty && (scheduler.isStopping || scheduler.waiting.isEmpty)))
        }
    }

    @Test(arguments: 0...4, 1...4)
    func whateverHappens(_ count: Int, _ width: Int) {
        let jobs = (0..<count).map { "job-\($0)" }
        var walk = Walk(scheduler: Scheduler(jobs, width: width))
        walk.follow(walk.scheduler.begin(), width: width, jobs: jobs, wasStopping: false)
        var ends = 0
        explore(walk, width, jobs, &ends)
        #expect(ends > 0)
    }

    private func explore(_ walk: Walk, _ width: Int, _ jobs: [String], _ ends: inout Int) {
        guard !walk.scheduler.isFinished else {
            ends += 1
            return
        }
        for job in walk.scheduler.running {
            for code: Int32 in [0, 137] {
                var next = walk
                if code != 0, !next.scheduler.isStopping { next.failed.append(.init(job: job, code: code)) }
                let orders = next.scheduler.handle(.ended(job, code: code))
                #expect(!next.scheduler.running.contains(job))
                next.follow(orders, width: width, jobs: jobs, wasStopping: walk.scheduler.isStopping)
                explore(next, width, jobs, &ends)
            }
        }
        var stranger = walk
        #expect(stranger.scheduler.handle(.ended("stranger", code: 1)).isEmpty && stranger.scheduler == walk.scheduler)
        var late = walk
        #expect(late.scheduler.handle(.patienceLost) == (walk.scheduler.isStopping ? [.kill] : []))
        #expect(late.scheduler == walk.scheduler)
        guard walk.interruptions < 2 else { return }
        var next = walk
        next.interruptions += 1
        let orders = next.scheduler.handle(.interrupted)
        #expect(orders == [walk.scheduler.isStopping ? .kill : .terminate])
        #expect(next.scheduler.running == walk.scheduler.running)
        next.follow(orders, width: width, jobs: jobs, wasStopping: walk.scheduler.isStopping)
        explore(next, width, jobs, &ends)
    }

    @Test func nothingIsStartedAfterAnEndWasWanted() {
        var scheduler = Scheduler(["a", "b"], width: 1)
        #expect(scheduler.handle(.interrupted).isEmpty)
        #expect(scheduler.begin().isEmpty && scheduler.isFinished)
    }

    @Test func aWidthOfNoneIsOne() {
        var scheduler = Scheduler(["a", "b"], width: 0)
        #expect(scheduler.begin() == [.start("a")])
    }
}

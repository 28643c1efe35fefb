/// Which jobs run when, as a value: whoever drives it says what has happened and does what it orders. It waits for
/// nothing, reads no clock and starts no process.
package struct Scheduler: Sendable, Equatable {
    /// What has happened.
    package enum Event: Sendable, Equatable {
        /// A job has ended with an exit code; 128 + n where signal n ended it.
        case ended(String, code: Int32)
        /// The user, or the system, wants an end.
        case interrupted
        /// Those that were told to end have had their time.
        case patienceLost
    }

    /// What is to be done.
    package enum Order: Sendable, Equatable {
        case start(String)
        /// Tell all that run to save and end.
        case terminate
        /// End all that run at once.
        case kill
    }

    /// A job that ended with another code than 0 while nobody wanted an end.
    package struct Failure: Sendable, Equatable {
        package var job: String
        package var code: Int32
    }

    /// Those to be started, in their order.
    package private(set) var waiting: [String]
    /// In the order in which they were started.
    package private(set) var running: [String] = []
    package private(set) var failures: [Failure] = []
    /// Whether somebody wanted an end: nothing is started any more.
    package private(set) var isStopping = false
    private let width: Int

    /// - Parameters:
    ///   - jobs: Their names, each of which stands there once.
    ///   - width: How many run at once, at least 1.
    package init(_ jobs: [String], width: Int) {
        waiting = jobs
        self.width = max(1, width)
    }

    /// Whether nothing runs, and nothing is to be started.
    package var isFinished: Bool { running.isEmpty && (waiting.isEmpty || isStopping) }

    /// The first orders.
    package mutating func begin() -> [Order] { fill() }

    /// The orders that follow from an event. A job that does not run is ignored.
    package mutating func handle(_ event: Event) -> [Order] {
        switch event {
        case .ended(let job, let code):
            guard let place = running.firstIndex(of: job) else { return [] }
            running.remove(at: place)
            if code != 0, !isStopping { failures.append(Failure(job: job, code: code)) }
            return fill()
        case .interrupted:
            defer { isStopping = true }
            guard !running.isEmpty else { return [] }
            return [isStopping ? .kill : .terminate]
        case .patienceLost:
            return isStopping && !running.isEmpty ? [.kill] : []
        }
    }

    private mutating func fill() -> [Order] {
        guard !isStopping else { return [] }
        let next = waiting.prefix(max(0, width - running.count))
        waiting.removeFirst(next.count)
        running += next
        return next.map { .start($0) }
    }
}

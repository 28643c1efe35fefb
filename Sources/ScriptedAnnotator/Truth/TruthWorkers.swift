internal import ALFRED
internal import Dispatch
internal import Foundation
internal import Household
internal import Synchronization

/// Threads of their own for work that takes milliseconds to seconds, so that it does not hold up the tasks of a run.
/// Each has a renderer and a reader.
final class TruthWorkers: Sendable {
    /// What a thread keeps from job to job.
    struct Tools {
        let renderer = Renderer()
        private let file = FileBytes()
        private let reader: Result<JSONReader, ALFREDError>

        init() {
            do throws(ALFREDError) { reader = .success(try JSONReader()) } catch { reader = .failure(error) }
        }

        func trajectory(_ path: String) throws(ALFREDError) -> Trajectory {
            do throws(ALFREDError) {
                try file.load(path, limit: Trajectory.byteLimit)
                let trajectory = try Trajectory(file, reader: try reader.get())
                try trajectory.validate()
                return trajectory
            } catch {
                throw error.inFile(path)
            }
        }
    }

    typealias Job = @Sendable (Tools) -> Void

    private final class Queue: Sendable {
        let jobs = Mutex((waiting: [Job](), next: 0))
        let signal = DispatchSemaphore(value: 0)

        /// Nil when there will be no more.
        func take() -> Job? {
            signal.wait()
            return jobs.withLock { jobs in
                guard jobs.next < jobs.waiting.count else { return nil }
                defer {
                    jobs.next += 1
                    if jobs.next == jobs.waiting.count { jobs = ([], 0) }
                }
                return jobs.waiting[jobs.next]
            }
        }
    }

    private let queue = Queue()
    private let count: Int
    private let hasStarted = Mutex(false)

    init(count: Int) { self.count = max(1, count) }

    deinit { for _ in 0..<count { queue.signal.signal() } }

    func run(_ job: @escaping Job) {
        let isFirst = hasStarted.withLock { hasStarted in
            defer { hasStarted = true }
            return !hasStarted
        }
        if isFirst {
            for _ in 0..<count {
                Thread.detachNewThread { [queue] in
                    let tools = Tools()
                    while let job = queue.take() { job(tools) }
                }
            }
        }
        queue.jobs.withLock { $0.waiting.append(job) }
        queue.signal.signal()
    }
}

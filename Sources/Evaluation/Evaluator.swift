internal import ALFRED
package import ExperimentStore
internal import Household
package import Networks
package import Simulation
internal import Synchronization
package import Tensors

/// Who acts in an evaluation.
package enum Agent {
    case policy(PolicyActor, words: (String) -> [Int32], sight: Sight = .pictures)
    case expert
    case random
}

/// A set of tasks ready to be tried, once or by one agent after the other.
package struct PreparedSet: Sendable {
    /// The tasks' set.
    package var set: TaskSet
    /// In the order of the set: the task, or why it cannot be tried.
    package var tasks: [Result<PreparedTask, TaskSetError>]
    /// Of random starts.
    package var seed: UInt64

    /// Sets all tasks up, on all of the pool's threads.
    ///
    /// - Parameter shouldStop: Asked before each task; the result is nil once it says so.
    package init?(
        _ set: TaskSet, preparation: TaskPreparation, seed: UInt64, pool: ThreadPool,
        shouldStop: @Sendable () -> Bool = { false }
    ) {
        let results = Mutex<[Result<PreparedTask, TaskSetError>?]>(Array(repeating: nil, count: set.tasks.count))
        pool.forEach(set.tasks.count) { index in
            guard !shouldStop() else { return }
            let result: Result<PreparedTask, TaskSetError>
            do throws(TaskSetError) {
                result = .success(
                    try preparation.prepare(
                        set.tasks[index], start: set.start, seed: seed, index: index,
                        renderer: Renderer(width: 8, height: 8)))
            } catch {
                result = .failure(error)
            }
            results.withLock { $0[index] = result }
        }
        let tasks = results.withLock { $0 }.compactMap { $0 }
        guard tasks.count == set.tasks.count else { return nil }
        self.set = set
        self.tasks = tasks
        self.seed = seed
    }
}

/// Takes agents through sets of tasks: many tasks at once, step by step together, so that a policy is asked about all
/// of them in one pass. The result depends on neither the number of threads nor the time.
package final class Evaluator {
    /// Raised with every change to rooms, rules or pictures that changes what comes of a rollout: evaluations of
    /// another revision are made again.
    package static let revision = 1

    /// Tasks under way at once.
    package static let seats = 128

    private let pool: ThreadPool
    private let drawing: FrameDrawing

    /// An evaluator that computes on `pool` and shows agents what `drawing` draws.
    package init(pool: ThreadPool, drawing: FrameDrawing) {
        self.pool = pool
        self.drawing = drawing
    }

    /// What came of one task.
    package struct Outcome: Sendable {
        /// How far the agent came.
        package var rollout: Rollout
        /// What it did.
        package var steps: [Rollout.Step]
    }

    /// The places of a set's tasks, those together that step together.
    package static func groups(_ count: Int) -> [Range<Int>] {
        stride(from: 0, to: count, by: seats).map { $0..<min($0 + seats, count) }
    }

    /// Tries all tasks.
    ///
    /// - Parameters:
    ///   - rules: What happens to refused actions.
    ///   - episodeIDs: Of the store's episodes by the key of their trajectory.
    ///   - onProgress: Called with the number of tasks done and of steps taken.
    ///   - shouldStop: Asked before each step; the result is nil once it says so.
    /// - Returns: In the order of the set. A task that cannot be tried has no step and nothing completed.
    package func run(
        _ prepared: PreparedSet, agent: Agent, rules: EvalRun.Rules = .sprint, episodeIDs: [String: Int64] = [:],
        onProgress: (_ tasks: Int, _ steps: Int) throws -> Void = { _, _ in }, shouldStop: () -> Bool = { false }
    ) rethrows -> [Outcome]? {
        var outcomes: [Outcome] = []
        var steps = 0
        for group in Self.groups(prepared.tasks.count) {
            let (before, done) = (steps, outcomes.count)
            let these = try run(
                prepared, group: group, agent: agent, rules: rules, episodeIDs: episodeIDs,
                onProgress: { try onProgress(done + $0, before + $1) }, shouldStop: shouldStop)
            guard let these else { return nil }
            steps += these.reduce(0) { $0 + $1.steps.count }
            outcomes += these
        }
        return outcomes
    }

    /// Tries the tasks of one of ``groups(_:)``. What comes of them depends on no other group.
    ///
    /// - Parameter onProgress: Called with the number of the group's tasks done and of steps taken.
    package func run(
        _ prepared: PreparedSet, group: Range<Int>, agent: Agent, rules: EvalRun.Rules = .sprint,
        episodeIDs: [String: Int64] = [:], onProgress: (_ tasks: Int, _ steps: Int) throws -> Void = { _, _ in },
        shouldStop: () -> Bool = { false }
    ) rethrows -> [Outcome]? {
        var outcomes: [Int: Outcome] = [:]
        let start = Rollout.Start(prepared.set.start)
        var sight = Sight.pictures
        if case .policy(_, _, let seen) = agent { sight = seen }
        var attempts: [(index: Int, attempt: Attempt)] = []
        for index in group {
            switch prepared.tasks[index] {
            case .success(let task):
                let attempt = Attempt(
                    task, drawing: drawing, sight: sight, rules: rules, seed: prepared.seed, index: index)
                attempts.append((index, attempt))
            case .failure(let error):
                let task = prepared.set.tasks[index]
                outcomes[index] = Outcome(
                    rollout: Rollout(
                        index: index, key: task.key, annotation: task.annotation, subTasks: task.subTasks,
                        episodeID: episodeIDs[task.key], scene: 0, taskType: nil, instruction: task.instruction,
                        start: start, expertSteps: 0, stepLimit: 0, stepCount: 0, completed: 0, conditions: nil,
                        problem: error.message), steps: [])
            }
        }
        let problems = outcomes.count
        var steps = 0
        let isThrough = try run(attempts.map(\.attempt), agent, shouldStop) { taken in
            steps += taken
            try onProgress(problems + attempts.count(where: \.attempt.isDone), steps)
        }
        guard isThrough else { return nil }
        for (index, attempt) in attempts {
            outcomes[index] = Outcome(
                rollout: attempt.rollout(
                    index: index, start: start, episodeID: episodeIDs[attempt.prepared.task.key]),
                steps: attempt.steps)
        }
        return group.compactMap { outcomes[$0] }
    }

    /// - Returns: False when it was stopped.
    private func run(
        _ attempts: [Attempt], _ agent: Agent, _ shouldStop: () -> Bool, didStep: (Int) throws -> Void
    ) rethrows -> Bool {
        switch agent {
        case .policy(let actor, let words, _): return try run(attempts, actor, words, shouldStop, didStep)
        case .expert, .random:
            let isStopped = Atomic(false)
            pool.forEach(attempts.count) { index in
                let attempt = attempts[index]
                if case .expert = agent {
                    while !attempt.isExpertDone { attempt.stepAsExpert() }
                } else {
                    while !attempt.isDone { attempt.stepAtRandom() }
                }
            }
            if shouldStop() { isStopped.store(true, ordering: .relaxed) }
            try didStep(attempts.reduce(0) { $0 + $1.steps.count })
            return !isStopped.load(ordering: .relaxed)
        }
    }

    private func run(
        _ attempts: [Attempt], _ actor: PolicyActor, _ words: (String) -> [Int32], _ shouldStop: () -> Bool,
        _ didStep: (Int) throws -> Void
    ) rethrows -> Bool {
        actor.begin(Array(attempts.indices), words: attempts.map { words($0.prepared.task.instruction) })
        pool.forEach(attempts.count) { attempts[$0].look() }
        var active = attempts.indices.filter { !attempts[$0].isDone }
        var actions = [Int](repeating: 0, count: attempts.count)
        while !active.isEmpty {
            guard !shouldStop() else { return false }
            actor.act(active, frames: active.map { attempts[$0].frame })
            let (actionScores, objectScores) = (actor.actionScores, actor.objectScores)
            let places = active
            actions.withUnsafeMutableBufferPointer { actions in
                nonisolated(unsafe) let actions = actions
                pool.forEach(places.count) { index in
                    let attempt = attempts[places[index]]
                    let (a, o) = (NetworkShape.actionCount, NetworkShape.objectClassCount)
                    actions[index] = attempt.step(
                        actions: actionScores[index * a..<(index + 1) * a],
                        objects: objectScores[index * o..<(index + 1) * o])
                    if !attempt.isDone { attempt.look() }
                }
            }
            for (index, place) in places.enumerated() { actor.note(actions[index], at: place) }
            active = active.filter { !attempts[$0].isDone }
            try didStep(places.count)
        }
        return true
    }
}

extension Rollout.Start {
    init(_ start: TaskSet.Start) {
        self =
            switch start {
            case .recorded: .recorded
            case .random: .random
            }
    }
}

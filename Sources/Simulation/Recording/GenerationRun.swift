package import ALFRED
internal import Dispatch
package import Episodes
internal import Ground
internal import Household
internal import Rooms
internal import Synchronization

/// Makes a whole dataset: scenes, tasks, episodes of a mix of policies, on all cores. The same options give the same
/// files.
///
/// Episodes that are there already are kept, so that a run that was stopped is continued by the same options.
package struct GenerationRun: Sendable {
    /// What is generated.
    package struct Options: Sendable, Equatable {
        /// Everything follows from it.
        package var seed: UInt64 = 0
        /// Rooms, over the four kinds in turn; a fifth of them, at least one, are seen in `valid_unseen` only.
        package var scenes = 12
        /// How many are wanted in the train split.
        package var episodes = 100
        /// Of the training episodes; the validation splits hold the expert's.
        package var mix = PolicyMix.expertOnly
        /// The task types wanted.
        package var taskTypes = TaskType.allCases
        /// Side of the pictures in pixels.
        package var side = 300

        package init() {}
    }

    /// What became of an episode.
    package struct Outcome: Sendable, Equatable {
        /// The split it was written to.
        package var split: String
        /// `<task>/<trial>`.
        package var key: String
        /// Its task's type.
        package var taskType: TaskType
        /// Who acted.
        package var policy: Behaviour
        /// Whether the goal held at the end.
        package var isSuccess: Bool
        /// Low actions taken.
        package var steps: Int
        /// It was there before.
        package var isKept = false
    }

    /// What was generated.
    package struct Report: Sendable {
        /// In the order of the episodes' numbers.
        package var outcomes: [Outcome] = []
        /// Episodes that could not be made, and why.
        package var problems: [String] = []
        /// False when it was stopped.
        package var isComplete = true
        /// By split the scenes used, in order.
        package var sceneNumbers: [String: [Int]] = [:]
    }

    /// Sentences of goal and steps a trajectory gets.
    static let annotationCount = 3
    /// Seeds tried for an episode whose task cannot be set up.
    private static let attempts = 4

    /// What is generated.
    package let options: Options
    /// Where it is written.
    package let dataset: GeneratedDataset

    package init(_ options: Options, _ dataset: GeneratedDataset) {
        self.options = options
        self.dataset = dataset
    }

    /// An episode to make.
    private struct Order: Sendable {
        var number: Int
        var split: String
        var room: FurnishedRoom
        var options: [TaskOption]
        var seed: UInt64
    }

    /// Runs it.
    ///
    /// - Parameters:
    ///   - onProgress: Called from any thread with the number of episodes done and the number of all.
    ///   - shouldStop: Asked between episodes.
    /// - Throws: ``GenerationError`` when a room cannot be made, ``GeneratedDataset/WriteError`` for splits and
    ///   layouts.
    package func run(
        onProgress: @Sendable (Int, Int) -> Void = { _, _ in }, shouldStop: @Sendable () -> Bool = { false }
    ) throws -> Report {
        var report = Report()
        let orders = try orders(&report)
        let known = existing()
        let done = Atomic(0)
        let results = Mutex([Result<Outcome, Problem>?](repeating: nil, count: orders.count))
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: max(1, min(orders.count, activeCores()))) { _ in
            let renderer = Renderer()
            let painter = options.side == renderer.width ? nil : Renderer(width: options.side, height: options.side)
            while !shouldStop() {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < orders.count else { return }
                let result = make(orders[index], known, renderer, painter)
                results.withLock { $0[index] = result }
                onProgress(done.add(1, ordering: .relaxed).newValue, orders.count)
            }
        }
        for result in results.withLock({ $0 }) {
            switch result {
            case .success(let outcome): report.outcomes.append(outcome)
            case .failure(let problem): report.problems.append(problem.description)
            case nil: report.isComplete = false
            }
        }
        guard report.isComplete else { return report }
        try finish(report)
        return report
    }

    private struct Problem: Error {
        var description: String
    }

    // MARK: What to make

    private func orders(_ report: inout Report) throws -> [Order] {
        let unseenScenes = options.scenes > 1 ? max(1, options.scenes / 5) : 0
        let validation = options.episodes >= 10 ? options.episodes / 10 : 0
        let seen = try rooms(.seen, count: options.scenes - unseenScenes)
        let unseen = try rooms(.validUnseen, count: unseenScenes)
        let unseenEpisodes = unseen.isEmpty ? 0 : validation
        let splits = [
            ("train", seen, options.episodes - validation - unseenEpisodes), ("valid_seen", seen, validation),
            ("valid_unseen", unseen, unseenEpisodes),
        ]
        var orders: [Order] = []
        for (position, (split, rooms, count)) in splits.enumerated() where count > 0 {
            report.sceneNumbers[split] = rooms.map(\.number)
            var sampler = TaskSampler(seed: SeededGenerator.mixed(options.seed, UInt64(position)))
            for _ in 0..<count {
                let number = orders.count
                guard let (room, tasks) = sampler.next(among: rooms, types: options.taskTypes) else {
                    let types = options.taskTypes.map(\.rawValue).joined(separator: ", ")
                    throw GenerationError.malformedRequest("none of the rooms \(rooms.map(\.number)) allows \(types)")
                }
                orders.append(
                    Order(
                        number: number, split: split, room: rooms[room], options: tasks,
                        seed: SeededGenerator.mixed(options.seed, UInt64(number) &+ 0x1_0000)))
            }
        }
        return orders
    }

    private func rooms(_ part: SceneGenerator.Part, count: Int) throws(GenerationError) -> [FurnishedRoom] {
        var numbers: [Int] = []
        for (position, room) in Room.allCases.enumerated() {
            let share = count / 4 + (position < count % 4 ? 1 : 0)
            numbers += SceneGenerator.numbers(of: room, in: part, count: share)
        }
        var rooms: [FurnishedRoom] = []
        for number in numbers.sorted() { rooms.append(try FurnishedRoom(number: number)) }
        return rooms
    }

    /// Trajectories on disk by the name of their trial.
    private func existing() -> [String: TrajectoryLocation] {
        guard let release = try? Release(root: dataset.root) else { return [:] }
        var known: [String: TrajectoryLocation] = [:]
        for location in release.splits.flatMap({ release.trajectories(in: $0).trajectories }) {
            if let trial = location.key.split(separator: "/").last { known[String(trial)] = location }
        }
        return known
    }

    // MARK: Making it

    private func make(
        _ order: Order, _ known: [String: TrajectoryLocation], _ renderer: Renderer, _ painter: Renderer?
    ) -> Result<Outcome, Problem> {
        if let location = known[GeneratedEpisode.trial(order.number)], location.split == order.split,
            let kept = keep(location)
        {
            return .success(kept)
        }
        do {
            let episode = try play(order, renderer, painter)
            let world = try GeneratedEpisode.world(of: episode.trajectory)
            let check = ReplayCheck(
                episode.trajectory, in: world, frames: painter == nil ? episode.frames : [], renderer: renderer)
            if let difference = check.differences.first {
                return .failure(Problem(description: "\(order.split)/\(episode.key): \(difference)"))
            }
            try dataset.write(episode, split: order.split)
            return .success(
                Outcome(
                    split: order.split, key: episode.key, taskType: HouseTask(episode.trajectory)?.type ?? .simple,
                    policy: episode.policy, isSuccess: episode.isSuccess, steps: episode.trajectory.actionCount))
        } catch {
            return .failure(Problem(description: "\(order.split), episode \(order.number): \(error)"))
        }
    }

    private func play(_ order: Order, _ renderer: Renderer, _ painter: Renderer?) throws -> GeneratedEpisode {
        var refusal: EpisodeSetup.Refusal?
        for attempt in 0..<Self.attempts {
            let seed = SeededGenerator.mixed(order.seed, UInt64(attempt))
            let setup: EpisodeSetup
            do throws(EpisodeSetup.Refusal) {
                setup = try EpisodeSetup(order.room, options: order.options, seed: seed, renderer: renderer)
            } catch {
                refusal = error
                continue
            }
            let policy = order.split == "train" ? options.mix.policy(seed: order.seed) : .expert
            var run = try EpisodeRun(setup, policy: policy, renderer: renderer, painter: painter)
            run.play()
            return GeneratedEpisode(
                run, number: order.number, annotationCount: Self.annotationCount,
                mix: order.split == "train" ? options.mix : nil, frameWidth: options.side, frameHeight: options.side)
        }
        throw Problem(description: refusal?.description ?? "no task could be set up")
    }

    /// What an episode on disk says of itself; nil when it is not whole.
    private func keep(_ location: TrajectoryLocation) -> Outcome? {
        var reader = TrajectoryReader()
        guard let trajectory = try? reader.read(location.file), let task = HouseTask(trajectory),
            let (policy, isSuccess) = GeneratedEpisode.outcome(of: trajectory)
        else { return nil }
        return Outcome(
            split: location.split, key: location.key, taskType: task.type, policy: policy, isSuccess: isSuccess,
            steps: trajectory.actionCount, isKept: true)
    }

    private func finish(_ report: Report) throws {
        var samples: [String: [Splits.Sample]] = [:]
        for outcome in report.outcomes {
            samples[outcome.split, default: []] += (0..<Self.annotationCount).map {
                Splits.Sample(task: outcome.key, repeatIndex: $0)
            }
        }
        try dataset.write(Splits(samples: samples))
        for number in Set(report.sceneNumbers.values.flatMap { $0 }).sorted() {
            guard !exists("\(dataset.root)/gen/layouts/FloorPlan\(number)-openable.json") else { continue }
            let room = try FurnishedRoom(number: number)
            let scene = try room.populated(seed: options.seed)
            try dataset.write(room.layout(of: scene), sceneNumber: number)
        }
    }
}

internal import Episodes
internal import Frames
internal import Ground

/// Takes the episodes of one selection of data, one by one, and makes all that is said of it.
struct SelectionReader {
    private let proxyWindows: [Int]
    private let recordCount: Int
    private var counters: [LeverageCounter]
    private var builders: [TabularProblem.Builder]
    private var makers: [RewardMaker]
    private var ends: [(steps: Int, isFulfilled: Bool)] = []
    private var content = ContentHash()
    private var episodes = 0
    /// Instructions left out because a frame of theirs is not there.
    private(set) var withoutFrames = 0

    /// - Parameters:
    ///   - rows: That learn from these data.
    ///   - windows: Whose leverage is counted.
    ///   - frames: What is seen.
    init(_ rows: [CheckedRow], proxyWindows: [Int], windows: [Int], frames: FrameStore) {
        self.proxyWindows = proxyWindows
        recordCount = frames.count
        counters = windows.map { LeverageCounter(window: $0) }
        builders = proxyWindows.map { _ in TabularProblem.Builder() }
        makers = rows.map { row in
            RewardMaker(row.reward, gamma: row.iql.discount, isWeighing: row.algorithm.isWeighing) { record in
                frames.look(at: record)
            }
        }
    }

    mutating func add(_ episode: TrainingEpisode, _ hashes: inout FrameHashes) {
        let chosen = episode.choice(fulfilledOnly: false, recordCount: recordCount)
        withoutFrames += chosen.withoutFrames
        guard !chosen.instructions.isEmpty else { return }
        episodes += 1
        for place in makers.indices { makers[place].add(chosen.instructions, of: episode) }
        for numbered in chosen.instructions {
            let walk = Walk(numbered.instruction, of: episode) { hashes.hash($0) }
            content.add(walk.context(before: walk.choices.count, window: .max))
            content.add(walk.isFulfilled ? 1 : 0)
            ends.append((walk.choices.count, walk.isFulfilled))
            for place in counters.indices { counters[place].add(walk, episode: episode.id) }
            for (place, window) in proxyWindows.enumerated() {
                builders[place].add(walk.contexts(window: window), walk.choices, isFulfilled: walk.isFulfilled)
            }
        }
    }

    /// What was read; `rows` are those of the initializer.
    consuming func finish(
        _ rows: [CheckedRow], selection: Int
    ) -> (selection: DataCheck.Selection, rows: [DataCheck.Row]) {
        let found = DataCheck.Selection(
            episodes: episodes, instructions: ends.count, unfulfilled: ends.count { !$0.isFulfilled },
            steps: ends.reduce(0) { $0 + $1.steps }, leverage: counters.map(\.leverage),
            content: String(content.value, radix: 16))
        let (ends, windows) = (ends, proxyWindows)
        counters = []
        let problems = builders.map { $0.problem() }
        builders = []
        let checked = zip(rows, makers).map { row, maker in
            let series = maker.series()
            return DataCheck.Row(
                name: row.name, title: row.title, selection: selection, algorithm: row.algorithm.rawValue,
                dawdling: row.algorithm.hasCritic && row.reward.source != .none
                    ? Dawdling(series, ends, mix: row.reward, discount: Double(row.iql.discount)) : nil,
                proxy: zip(windows, problems).map { window, problem in
                    let policy = row.policy(problem, series)
                    return DataCheck.Proxy(
                        window: window, completed: problem.completion(of: policy),
                        best: problem.completion(of: policy.best(problem)), starts: problem.startCount)
                })
        }
        return (found, checked)
    }
}

extension Walk {
    /// The steps of an instruction.
    ///
    /// - Parameters:
    ///   - instruction: All its frames are there.
    ///   - hash: Of a record of the frame store.
    init(_ instruction: Instruction, of episode: TrainingEpisode, hash: (Int) -> UInt64) {
        let steps = instruction.steps
        self.init(
            sentence: ContentHash.of(instruction.text),
            frames: episode.records[steps.lowerBound...steps.upperBound].map { $0.map(hash) ?? 0 },
            choices: steps.map { t in
                let (action, object) = (episode.actions[t], episode.objectClasses[t])
                return UInt16(action.rawValue) << 8 | (action.isInteraction ? UInt16(object.id) : 0)
            }, isFulfilled: instruction.isFulfilled)
    }
}

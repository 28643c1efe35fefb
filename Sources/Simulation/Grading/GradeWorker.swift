internal import ALFRED
internal import Dispatch
internal import Episodes
internal import Foundation
internal import Ground
internal import Household
internal import Rooms
internal import Synchronization

/// Shares sources out among threads, each with eyes of its own.
struct GradeCrew {
    let threads: Int

    /// The results in the order of the sources.
    func map<T: Sendable>(
        _ sources: [TrajectoryLocation], side: Int,
        _ body: @Sendable (TrajectoryLocation, GradeEyes, inout TrajectoryReader) -> T,
        onDone: @Sendable (Int) -> Void
    ) -> [T] {
        let results = Mutex([T?](repeating: nil, count: sources.count))
        let next = Atomic(0)
        let done = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: max(1, min(sources.count, threads))) { _ in
            let eyes = GradeEyes(side: side)
            var reader = TrajectoryReader()
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < sources.count else { return }
                let result = body(sources[index], eyes, &reader)
                results.withLock { $0[index] = result }
                onDone(done.add(1, ordering: .relaxed).newValue)
            }
        }
        return results.withLock { $0.compactMap { $0 } }
    }
}

/// Makes the episodes of one source after the other.
struct GradeWorker: Sendable {
    let options: GradeRun.Options
    /// What the release's splits file says.
    let samples: Splits?
    /// Where the episodes are written.
    let root: String
    let library: SceneLibrary
    let shouldStop: @Sendable () -> Bool

    /// An episode to make.
    private struct Order {
        var number: Int
        var behaviour: Behaviour
        /// Its place among the `count` episodes of its behaviour.
        var place, count: Int
        var startsAnywhere: Bool
    }

    func grade(
        _ location: TrajectoryLocation, _ eyes: GradeEyes, _ reader: inout TrajectoryReader
    ) -> GradeRun.Report {
        var report = GradeRun.Report()
        let name = "\(location.split)/\(location.key)"
        guard !shouldStop() else {
            report.isComplete = false
            return report
        }
        let orders = orders(for: location)
        var missing: [Order] = []
        for order in orders {
            if let kept = kept(order, location, &reader) { report.outcomes.append(kept) } else { missing.append(order) }
        }
        guard !missing.isEmpty else { return report }
        do {
            let trajectory = try reader.read(location.file)
            try trajectory.validate()
            let source = try GradeSource(location, trajectory, in: try library.world(of: trajectory))
            var players = Players(source, seed: seed(of: location), eyes)
            for order in missing {
                guard !shouldStop() else {
                    report.isComplete = false
                    return report
                }
                let player = try players.player(at: order.startsAnywhere ? order.place : nil)
                try make(order, player, location, &report)
            }
        } catch let error as GradeSource.Refusal {
            report.skipped.append("\(name): \(error)")
        } catch {
            report.problems.append("\(name): \(error)")
        }
        report.outcomes.sort { $0.key < $1.key }
        return report
    }

    private func make(
        _ order: Order, _ player: GradedPlayer, _ location: TrajectoryLocation, _ report: inout GradeRun.Report
    ) throws {
        var random = SeededGenerator(seed(of: location), UInt64(order.number), 0xAC7)
        let key = GradedEpisode.key(location.key, options.recipe, order.number)
        guard let played = player.play(order.behaviour, place: order.place, of: order.count, &random) else {
            report.unplayable.append("\(location.split)/\(key): the room allows no \(order.behaviour.rawValue)")
            return
        }
        let episode = GradedEpisode(
            played, order.behaviour, recipe: options.recipe, number: order.number, frameSide: options.side)
        let place = self.place(of: key, location.split)
        // What is there could not be kept.
        if FileManager.default.fileExists(atPath: place.folder) {
            try FileManager.default.removeItem(atPath: place.folder)
        }
        try TrajectoryFolder.write(episode.trajectory, to: place, images: episode.images)
        if let outcome = outcome(episode.trajectory, key, location) { report.outcomes.append(outcome) }
    }

    private func place(of key: String, _ split: String) -> TrajectoryLocation {
        TrajectoryLocation(
            split: split, key: key, folder: "\(root)/data/\(GeneratedDataset.flavour)/\(split)/\(key)")
    }

    private func outcome(_ trajectory: Trajectory, _ key: String, _ source: TrajectoryLocation) -> GradeRun.Outcome? {
        guard let record = GradedRecord(trajectory) else { return nil }
        let chosen =
            samples?.samples[source.split] == nil
            ? Set(trajectory.annotations.indices)
            : samples?.repeatIndices(of: source.split)[source.key] ?? []
        return GradeRun.Outcome(
            split: source.split, key: key, scene: trajectory.scene.number, behaviour: record.behaviour,
            isSuccess: record.isSuccess,
            steps: trajectory.actionCount, asked: record.done.count, begun: record.attempts.count,
            done: record.attempts.count(where: \.isDone), samples: chosen.sorted())
    }

    /// An episode that is on disk and whole; nil else.
    private func kept(
        _ order: Order, _ location: TrajectoryLocation, _ reader: inout TrajectoryReader
    ) -> GradeRun.Outcome? {
        let key = GradedEpisode.key(location.key, options.recipe, order.number)
        let place = place(of: key, location.split)
        guard exists(place.file), let trajectory = try? reader.read(place.file), (try? trajectory.validate()) != nil,
            GradedRecord(trajectory)?.behaviour == order.behaviour,
            (0...trajectory.actionCount).allSatisfy({
                exists("\(place.folder)/\(RawImages.folderName)/\(GeneratedEpisode.frameName($0, "png"))")
            })
        else { return nil }
        var outcome = outcome(trajectory, key, location)
        outcome?.isKept = true
        return outcome
    }

    // MARK: What to make

    /// FNV-1a over the trajectory's name, with the seed.
    private func seed(of location: TrajectoryLocation) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in "\(location.split)/\(location.key)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return SeededGenerator.mixed(options.seed, hash)
    }

    private func orders(for location: TrajectoryLocation) -> [Order] {
        var random = SeededGenerator(seed(of: location), 0x09DE)
        let behaviours = options.recipe.behaviours(&random)
        // The n-th episodes of all behaviours begin at the same place, so that there is something to compare.
        let offset = random.fraction()
        let share = options.recipe.randomStarts
        var places: [Behaviour: Int] = [:]
        return behaviours.enumerated().map { number, behaviour in
            let place = places[behaviour, default: 0]
            places[behaviour] = place + 1
            let isAnywhere = floor(Double(place + 1) * share + offset) > floor(Double(place) * share + offset)
            return Order(
                number: number, behaviour: behaviour, place: place, count: behaviours.count { $0 == behaviour },
                startsAnywhere: behaviour == .start || isAnywhere)
        }
    }

    /// The players of one source by where they start, made when they are needed.
    private struct Players {
        private let source: GradeSource
        private let seed: UInt64
        private let eyes: GradeEyes
        private let plans = GradePlans()
        private var known: [Int?: GradedPlayer] = [:]
        /// Places tried until one is found that the expert can begin from.
        private static let attempts = 4

        init(_ source: GradeSource, seed: UInt64, _ eyes: GradeEyes) {
            self.source = source
            self.seed = seed
            self.eyes = eyes
        }

        /// - Parameter place: Of the random places; nil for where the trajectory starts.
        mutating func player(at place: Int?) throws(GradeSource.Refusal) -> GradedPlayer {
            if let player = known[place] { return player }
            let player = try make(place)
            known[place] = player
            return player
        }

        private func make(_ place: Int?) throws(GradeSource.Refusal) -> GradedPlayer {
            guard let place else { return try GradedPlayer(source, from: nil, plans: plans, eyes) }
            var random = SeededGenerator(seed, UInt64(place), 0x57A7)
            var last = GradeSource.Refusal(description: "the room has no other place to begin")
            for _ in 0..<Self.attempts {
                guard let start = source.randomPlace(&random) else { throw last }
                do throws(GradeSource.Refusal) {
                    return try GradedPlayer(source, from: start, plans: plans, eyes)
                } catch { last = error }
            }
            throw last
        }
    }
}

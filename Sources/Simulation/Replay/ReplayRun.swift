package import ALFRED
internal import Household
internal import Rooms
internal import Synchronization

/// The replay of whole splits: floor plans are estimated from every trajectory of the release in them, then the chosen
/// splits' trajectories are carried out. Floor plans are worked on in parallel; the report does not depend on how many.
package struct ReplayRun: Sendable {
    /// One trajectory's outcome.
    package struct Entry: Sendable, Equatable {
        /// The split it is in.
        package var split: String
        /// `<task>/<trial>`.
        package var key: String
        /// Its floor plan.
        package var sceneNumber: Int
        /// Nil when there was no scene to replay it in.
        package var replay: ReplayOutcome?
        /// Why there was none.
        package var problem: String?
    }

    /// What came of all trajectories.
    package struct Report: Sendable {
        /// In the order of split and key.
        package var entries: [Entry] = []
        /// The counts over all entries.
        package var summary = ReplaySummary()
        /// Filled when asked for.
        package var fidelity = MaskFidelity()
        /// Whether every floor plan was done.
        package var isComplete = true
    }

    /// Where the trajectories are read from.
    package var release: Release
    /// The splits to replay.
    package var splits: [String]
    /// The splits whose recordings the floor plans are estimated from; nil for all there are.
    package var evidenceSplits: [String]?
    /// Whether to resolve every recorded mask in the simulator's picture as well.
    package var measuresMasks = false

    package init(_ release: Release, splits: [String]) {
        self.release = release
        self.splits = splits
    }

    /// Trajectories to replay.
    package var trajectoryCount: Int {
        FloorPlanFiles(release, splits: splits).locations.values.reduce(0) { $0 + $1.count }
    }

    /// Runs it.
    ///
    /// - Parameters:
    ///   - onProgress: Called from any thread with the number of trajectories done.
    ///   - shouldStop: Asked between floor plans.
    package func run(
        onProgress: @Sendable (Int) -> Void = { _ in }, shouldStop: @Sendable () -> Bool = { false }
    ) -> Report {
        let library = SceneLibrary(release, evidenceSplits: evidenceSplits)
        let chosen = FloorPlanFiles(release, splits: splits)
        let scenes = chosen.sceneNumbers
        let done = Atomic(0)
        let parts = onAllCores(scenes.count) { index, reader in
            guard !shouldStop() else { return nil as Report? }
            let number = scenes[index]
            let part = replay(sceneNumber: number, chosen.locations[number] ?? [], library, &reader)
            let count = part.entries.count
            onProgress(done.add(count, ordering: .relaxed).newValue)
            return part
        }
        var report = Report()
        for part in parts {
            guard let part else {
                report.isComplete = false
                continue
            }
            report.entries += part.entries
            report.summary.merge(part.summary)
            report.fidelity.merge(part.fidelity)
        }
        report.entries.sort { ($0.split, $0.key) < ($1.split, $1.key) }
        return report
    }

    private func replay(
        sceneNumber: Int, _ files: [TrajectoryLocation], _ library: SceneLibrary, _ reader: inout TrajectoryReader
    ) -> Report {
        var report = Report()
        let renderer = Renderer()
        for location in files {
            var entry = Entry(split: location.split, key: location.key, sceneNumber: sceneNumber)
            do throws(ALFREDError) {
                let trajectory = try reader.read(location.file)
                try trajectory.validate()
                var fidelity = MaskFidelity()
                let replay = ReplayOutcome(trajectory, in: try library.world(of: trajectory), renderer: renderer) {
                    low, world in
                    if measuresMasks { fidelity.add(low, world, renderer) }
                }
                report.summary.add(replay)
                report.fidelity.merge(fidelity)
                entry.replay = replay
            } catch {
                entry.problem = error.description
            }
            report.entries.append(entry)
        }
        return report
    }
}

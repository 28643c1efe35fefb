package import Ground
package import ALFRED
internal import Episodes
package import ExperimentStore
internal import Foundation
package import Simulation

/// Reads an ALFRED release into the store: streaming, on all cores, and idempotent.
///
/// Files are read and converted in parallel; rows are written in the order of the files, a few hundred trajectories a
/// transaction, so that the same data gives the same store on any number of cores. Whatever ends the process, the store
/// holds whole transactions, and the next run goes on from there.
package struct ALFREDIngest: Sendable {
    package struct Options: Sendable {
        /// The release's root, its data folder, or the folder of the splits (``ALFRED/Release``).
        package var root: String
        /// The splits to read, or nil for all that are there.
        package var splits: [String]?
        /// The dataset's name in the store; see ``hasUsableName``.
        package var dataset: String
        /// Whether to stop at the first problem.
        package var isStrict = false
        /// Side of the pictures copied to the frame store, or nil for none. Only for recordings with pictures.
        package var frameSide: Int? = 56
        /// Whether the simulator draws the frames of trajectories that came without pictures.
        package var drawsMissingFrames = false
        /// Nil for all trajectories.
        package var selection: TrajectorySelection?
        /// Trajectories converted at once.
        package var workers = ProcessInfo.processInfo.activeProcessorCount

        /// All of a release.
        package init(root: String, dataset: String = "alfred") {
            self.root = root
            self.dataset = dataset
        }

        /// Whether ``dataset`` can be part of a file name: letters, digits, `.`, `_` and `-`, not starting with a dot.
        package var hasUsableName: Bool {
            dataset.wholeMatch(of: /[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}/) != nil
        }
    }

    /// What happens during a run.
    package enum Event: Sendable {
        case began(split: String)
        case progress(split: String, done: Int, total: Int)
        case problem(IngestReport.Problem)
    }

    /// Why an ingest could not begin.
    package struct Refusal: ExitCoded {
        /// Why, and what to do.
        package var description: String
        package var exit = StageExit.badInput
    }

    /// What to read, and how.
    package let options: Options
    /// The release that was found.
    package let release: Release

    /// Finds the release.
    ///
    /// - Throws: ``ALFREDError`` when there is none at the root, or a split is not there.
    package init(_ options: Options) throws {
        self.options = options
        release = try Release(root: options.root)
        if let splits = options.splits { _ = try release.splits(named: splits) }
    }

    /// Runs the ingest.
    ///
    /// - Parameters:
    ///   - onEvent: Called on the caller's task.
    ///   - shouldStop: Asked between transactions; what was read until then is kept.
    package func run(
        into store: ExperimentStore, onEvent: (Event) -> Void = { _ in }, shouldStop: @Sendable () -> Bool = { false }
    ) async throws -> IngestReport {
        let clock = ContinuousClock()
        let start = clock.now
        var destination = try IngestDestination(store, release: release, options: options)
        var report = IngestReport(dataset: options.dataset, root: release.dataFolder)
        for name in options.splits ?? release.splits where report.isComplete {
            var split = SplitIngest(name, self, try destination.storedEpisodes(split: name))
            onEvent(.began(split: name))
            try await split.run(&destination, &report, onEvent, shouldStop)
            report.splits.append(IngestReport.Split(name: name, counts: split.counts))
        }
        try await destination.finish()
        report.seconds = (clock.now - start) / .seconds(1)
        return report
    }
}

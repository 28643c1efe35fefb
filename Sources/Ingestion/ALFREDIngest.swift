public import ALFRED
internal import Episodes
public import ExperimentStore
internal import Foundation

/// Reads an ALFRED release into the store: streaming, on all cores, and idempotent.
///
/// Files are read and converted in parallel; rows are written in the order of the files, a few hundred trajectories a
/// transaction, so that the same data gives the same store on any number of cores. Whatever ends the process, the store
/// holds whole transactions, and the next run goes on from there.
public struct ALFREDIngest: Sendable {
    public struct Options: Sendable {
        /// The release's root, its data folder, or the folder of the splits (``ALFRED/Release``).
        public var root: String
        /// The splits to read, or nil for all that are there.
        public var splits: [String]?
        /// The dataset's name in the store: letters, digits, `.`, `_` and `-`.
        public var dataset: String
        /// Whether to stop at the first problem.
        public var isStrict = false
        /// Side of the pictures copied to the frame store, or nil for none. Only for recordings with pictures.
        public var frameSide: Int? = 56
        public var workers = ProcessInfo.processInfo.activeProcessorCount

        public init(root: String, dataset: String = "alfred") {
            self.root = root
            self.dataset = dataset
        }
    }

    public struct Progress: Sendable {
        public var split: String
        public var done: Int
        public var total: Int
        public var transitions: Int
    }

    /// Why an ingest could not begin.
    public struct Refusal: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    public let options: Options
    public let release: Release

    /// Finds the release.
    ///
    /// - Throws: ``ALFREDError`` when there is none at the root, ``Refusal`` for a split that is not there.
    public init(_ options: Options) throws {
        self.options = options
        release = try Release(root: options.root)
        if let missing = options.splits?.first(where: { !release.splits.contains($0) }) {
            throw Refusal(
                description:
                    "\(release.dataFolder): has no split \(missing); it has \(release.splits.joined(separator: ", "))")
        }
    }

    /// Trajectories a worker takes at a time, and trajectories a transaction.
    private static let chunkSize = 8
    private static let batchSize = 64

    /// Runs the ingest.
    ///
    /// - Parameters:
    ///   - progress: Called now and then, on the caller's task.
    ///   - shouldStop: Asked between batches; what was read until then is kept.
    public func run(
        into store: ExperimentStore, progress: (Progress) -> Void = { _ in },
        shouldStop: @Sendable () -> Bool = { false }
    ) async throws -> IngestReport {
        let clock = ContinuousClock()
        let start = clock.now
        let splitsFile = try release.splitsFile.map { try Splits(contentsOf: $0) }
        var destination = try IngestDestination(store, release: release, options: options)
        var report = IngestReport(dataset: options.dataset, root: release.dataFolder)
        for split in options.splits ?? release.splits {
            var counts = IngestReport.SplitCounts()
            try await run(split, splitsFile, &destination, &report, &counts, progress, shouldStop)
            report.splits.append((split, counts))
            if !report.isComplete { break }
        }
        try destination.finish()
        report.seconds = (clock.now - start) / .seconds(1)
        return report
    }

    private func run(
        _ split: String, _ splitsFile: Splits?, _ destination: inout IngestDestination, _ report: inout IngestReport,
        _ counts: inout IngestReport.SplitCounts, _ progress: (Progress) -> Void,
        _ shouldStop: @Sendable () -> Bool
    ) async throws {
        let listing = release.trajectories(in: split)
        let listed = splitsFile?.samples[split] == nil ? nil : splitsFile?.repeatIndices(of: split)
        let stored = try destination.storedEpisodes(split: split)
        let locations = listing.trajectories
        let onDisk = Set(locations.map(\.key))
        counts.trajectories = locations.count
        counts.absent = listed?.keys.filter { !onDisk.contains($0) }.count ?? 0
        counts.gone = stored.keys.filter { !onDisk.contains($0) }.count
        report.problems += listing.problems.map { problem(relative($0)) }
        counts.failed += listing.problems.count
        if options.isStrict, !listing.problems.isEmpty {
            report.isComplete = false
            return
        }

        let settings = EpisodePreparation.Settings(frameSide: options.frameSide, dataFolder: release.dataFolder)
        let pool = WorkerPool(settings)
        let chunks = stride(from: 0, to: locations.count, by: Self.chunkSize).map {
            $0..<min($0 + Self.chunkSize, locations.count)
        }
        var batch: [EpisodePreparation.Result] = []
        var done = 0
        var transitions = 0
        try await withThrowingTaskGroup(of: (Int, [EpisodePreparation.Result]).self) { group in
            func submit(_ index: Int) {
                guard index < chunks.count else { return }
                let range = chunks[index]
                group.addTask {
                    let worker = try pool.take()
                    defer { pool.giveBack(worker) }
                    return (
                        index,
                        locations[range].map { location in
                            worker.prepare(
                                location, samples: listed.map { $0[location.key] ?? [] }, stored: stored[location.key])
                        }
                    )
                }
            }
            // Enough that reading goes on while a batch is written; a bound on what waits in memory.
            let ahead = options.workers * 8
            for index in 0..<ahead { submit(index) }
            var expected = 0
            var early: [Int: [EpisodePreparation.Result]] = [:]
            reading: while expected < chunks.count, let (index, results) = try await group.next() {
                early[index] = results
                while let results = early.removeValue(forKey: expected) {
                    submit(expected + ahead)
                    expected += 1
                    for result in results {
                        batch.append(result)
                        if options.isStrict, !result.problems.isEmpty {
                            report.isComplete = false
                            group.cancelAll()
                            break reading
                        }
                    }
                }
                if batch.count >= Self.batchSize {
                    try flush(&batch, &destination, &report, &counts, &done, &transitions)
                    progress(Progress(split: split, done: done, total: locations.count, transitions: transitions))
                    if shouldStop() {
                        report.isComplete = false
                        group.cancelAll()
                        break reading
                    }
                }
            }
        }
        try flush(&batch, &destination, &report, &counts, &done, &transitions)
        progress(Progress(split: split, done: done, total: locations.count, transitions: transitions))
        if done < locations.count || shouldStop() { report.isComplete = false }
    }

    private func flush(
        _ batch: inout [EpisodePreparation.Result], _ destination: inout IngestDestination,
        _ report: inout IngestReport,
        _ counts: inout IngestReport.SplitCounts, _ done: inout Int, _ transitions: inout Int
    ) throws {
        try destination.write(batch)
        for result in batch {
            report.problems += result.problems.map(problem)
            report.notes += result.notes
            switch result.outcome {
            case .unchanged, .restamped: counts.unchanged += 1
            case .failed: counts.failed += 1
            case .ready(_, _, let replacing):
                if replacing == nil { counts.new += 1 } else { counts.changed += 1 }
                counts.transitions += result.transitionCount
            }
            transitions += result.transitionCount
        }
        done += batch.count
        batch.removeAll(keepingCapacity: true)
    }

    private func relative(_ error: ALFREDError) -> ALFREDError {
        var error = error
        if let file = error.file, file.hasPrefix(release.dataFolder + "/") {
            error.file = String(file.dropFirst(release.dataFolder.count + 1))
        }
        return error
    }

    private func problem(_ error: ALFREDError) -> IngestReport.Problem {
        IngestReport.Problem(
            path: error.file ?? release.dataFolder,
            reason: [error.location, error.message].compactMap { $0 }.joined(separator: ": "))
    }
}

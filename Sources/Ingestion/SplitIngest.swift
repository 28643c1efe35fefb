internal import ALFRED
internal import ExperimentStore

/// The ingest of one split: workers read ahead in parallel, this writes in order.
struct SplitIngest {
    /// Trajectories a worker takes at a time.
    private static let chunkSize = 8
    /// Trajectories a transaction.
    private static let batchSize = 64

    private(set) var counts = IngestReport.Counts()
    private let name: String
    private let ingest: ALFREDIngest
    private let listing: Release.Listing
    /// Annotations by trajectory that are samples; nil when the splits file does not know the split.
    private let samples: [String: Set<Int>]?
    private let stored: [String: StoredEpisode]
    private var batch: [EpisodePreparation.Result] = []
    private var done = 0

    init(_ name: String, _ ingest: ALFREDIngest, _ splitsFile: Splits?, _ stored: [String: StoredEpisode]) {
        self.name = name
        self.ingest = ingest
        self.stored = stored
        listing = ingest.release.trajectories(in: name)
        samples = splitsFile?.samples[name] == nil ? nil : splitsFile?.repeatIndices(of: name)
        let onDisk = Set(listing.trajectories.map(\.key))
        counts.trajectories = onDisk.count
        counts.absent = samples?.keys.count { !onDisk.contains($0) } ?? 0
        counts.gone = stored.keys.count { !onDisk.contains($0) }
    }

    mutating func run(
        _ destination: inout IngestDestination, _ report: inout IngestReport,
        _ onEvent: (ALFREDIngest.Event) -> Void, _ shouldStop: @Sendable () -> Bool
    ) async throws {
        counts.skipped += listing.problems.count
        note(listing.problems, &report, onEvent)
        if ingest.options.isStrict, !listing.problems.isEmpty {
            report.isComplete = false
            return
        }
        let locations = listing.trajectories
        let chunks = stride(from: 0, to: locations.count, by: Self.chunkSize).map {
            $0..<min($0 + Self.chunkSize, locations.count)
        }
        let pool = WorkerPool(
            EpisodePreparation.Settings(
                frameSide: ingest.options.frameSide, dataFolder: ingest.release.dataFolder))
        // Enough that reading goes on while a batch is written; a bound on what waits in memory.
        let ahead = ingest.options.workers * 8
        try await withThrowingTaskGroup(of: (Int, [EpisodePreparation.Result]).self) { group in
            func submit(_ index: Int) {
                guard index < chunks.count else { return }
                let (range, samples, stored) = (chunks[index], samples, stored)
                group.addTask {
                    let worker = try pool.take()
                    defer { pool.giveBack(worker) }
                    return (
                        index,
                        locations[range].map { location in
                            worker.prepare(
                                location, samples: samples.map { $0[location.key] ?? [] }, stored: stored[location.key])
                        }
                    )
                }
            }
            for index in 0..<ahead { submit(index) }
            var expected = 0
            var early: [Int: [EpisodePreparation.Result]] = [:]
            while report.isComplete, expected < chunks.count, let (index, results) = try await group.next() {
                early[index] = results
                while report.isComplete, let results = early.removeValue(forKey: expected) {
                    submit(expected + ahead)
                    expected += 1
                    take(results, &report)
                }
                if batch.count >= Self.batchSize {
                    try await write(&destination, &report, onEvent)
                    onEvent(.progress(split: name, done: done, total: locations.count))
                }
                if shouldStop() {
                    report.isComplete = false
                    report.wasInterrupted = true
                }
            }
            group.cancelAll()
        }
        try await write(&destination, &report, onEvent)
        onEvent(.progress(split: name, done: done, total: locations.count))
    }

    /// Adds results to the batch; under `strict` only up to the first problem.
    private mutating func take(_ results: [EpisodePreparation.Result], _ report: inout IngestReport) {
        for result in results {
            batch.append(result)
            if ingest.options.isStrict, !result.problems.isEmpty {
                report.isComplete = false
                return
            }
        }
    }

    private mutating func write(
        _ destination: inout IngestDestination, _ report: inout IngestReport, _ onEvent: (ALFREDIngest.Event) -> Void
    ) async throws {
        try await destination.write(batch)
        for result in batch {
            note(result.problems, &report, onEvent)
            report.notes += result.notes
            switch result.outcome {
            case .unchanged, .restamped: counts.unchanged += 1
            case .failed: counts.skipped += 1
            case .ready(_, _, let replacing):
                if replacing == nil { counts.new += 1 } else { counts.changed += 1 }
                counts.transitions += result.transitionCount
            }
        }
        done += batch.count
        batch.removeAll(keepingCapacity: true)
    }

    private func note(
        _ errors: [ALFREDError], _ report: inout IngestReport, _ onEvent: (ALFREDIngest.Event) -> Void
    ) {
        let root = ingest.release.dataFolder + "/"
        for error in errors {
            let file = error.file ?? ""
            let problem = IngestReport.Problem(
                path: file.hasPrefix(root) ? String(file.dropFirst(root.count)) : file,
                reason: [error.location, error.message].compactMap { $0 }.joined(separator: ": "))
            report.problems.append(problem)
            onEvent(.problem(problem))
        }
    }
}

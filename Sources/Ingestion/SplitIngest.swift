internal import ALFRED
internal import ExperimentStore
internal import Rooms
internal import Simulation

/// The ingest of one split: workers read ahead in parallel, this writes in order.
struct SplitIngest {
    /// Trajectories a worker takes at a time: 8, fewer when their pictures are large.
    private var chunkSize: Int {
        let side = ingest.options.frameSide ?? 0
        let usualLength = 64
        return max(1, min(8, (16 << 20) / max(1, usualLength * side * side * 3)))
    }
    /// Trajectories a transaction.
    private static let batchSize = 128
    /// Bytes of pictures that may wait to be written.
    private static let pixelBytesAhead = 64 << 20

    private(set) var counts = IngestReport.Counts()
    private let name: String
    private let ingest: ALFREDIngest
    private let listing: Release.Listing
    /// Annotations by trajectory that are samples; nil when the splits file does not know the split.
    private let samples: [String: Set<Int>]?
    private let stored: [ExactName: StoredEpisode]
    private var batch: [EpisodePreparation.Result] = []
    private var done = 0
    /// Bytes of pictures in the largest chunk so far; nil before the first.
    private var largestChunk: Int?

    /// Chunks that may be under way or wait for the writer: enough that reading goes on while a batch is written, and a
    /// bound on what waits in memory. Until the first chunk tells how large the pictures are, one a worker.
    private var readAhead: Int {
        let workers = max(1, ingest.options.workers)
        guard let largestChunk else { return workers }
        return max(workers, min(workers * 12, Self.pixelBytesAhead / max(1, largestChunk)))
    }

    init(_ name: String, _ ingest: ALFREDIngest, _ stored: [ExactName: StoredEpisode]) {
        self.name = name
        self.ingest = ingest
        self.stored = stored
        let whole = ingest.release.trajectories(in: name)
        var chosen = whole
        if let selection = ingest.options.selection { chosen.trajectories = selection.choose(whole.trajectories) }
        listing = chosen
        let splits = ingest.release.samples
        samples = splits?.samples[name] == nil ? nil : splits?.repeatIndices(of: name)
        let onDisk = Set(whole.trajectories.map { ExactName($0.key) })
        counts.trajectories = chosen.trajectories.count
        counts.absent = samples?.keys.count { !onDisk.contains(ExactName($0)) } ?? 0
        counts.gone = stored.keys.count { !onDisk.contains($0) }
    }

    mutating func run(
        _ destination: inout IngestDestination, _ report: inout IngestReport,
        _ onEvent: (ALFREDIngest.Event) -> Void, _ shouldStop: @Sendable () -> Bool
    ) async throws {
        if ingest.options.isStrict, let first = listing.problems.first {
            counts.skipped += 1
            note([first], &report, onEvent)
            report.isComplete = false
            return
        }
        counts.skipped += listing.problems.count
        note(listing.problems, &report, onEvent)
        let locations = listing.trajectories
        let chunks = stride(from: 0, to: locations.count, by: chunkSize).map {
            $0..<min($0 + chunkSize, locations.count)
        }
        let pool = WorkerPool(
            EpisodePreparation.Settings(
                frameSide: ingest.options.frameSide,
                scenes: ingest.options.drawsMissingFrames ? SceneLibrary(ingest.release) : nil))
        try await withThrowingTaskGroup(of: (Int, [EpisodePreparation.Result]).self) { group in
            var submitted = 0
            var expected = 0
            func submit() {
                while submitted < min(chunks.count, expected + readAhead) {
                    let (index, range, samples, stored) = (submitted, chunks[submitted], samples, stored)
                    submitted += 1
                    group.addTask {
                        let worker = try pool.take()
                        defer { pool.giveBack(worker) }
                        return (
                            index,
                            locations[range].compactMap { location in
                                Task.isCancelled
                                    ? nil
                                    : worker.prepare(
                                        location, samples: samples.map { $0[location.key] ?? [] },
                                        stored: stored[ExactName(location.key)])
                            }
                        )
                    }
                }
            }
            submit()
            var early: [Int: [EpisodePreparation.Result]] = [:]
            while report.isComplete, expected < chunks.count, let (index, results) = try await group.next() {
                early[index] = results
                largestChunk = max(largestChunk ?? 0, results.reduce(0) { $0 + $1.pixelBytes })
                while report.isComplete, let results = early.removeValue(forKey: expected) {
                    expected += 1
                    take(results, &report)
                }
                submit()
                if batch.count >= Self.batchSize || batch.reduce(0, { $0 + $1.pixelBytes }) >= Self.pixelBytesAhead {
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

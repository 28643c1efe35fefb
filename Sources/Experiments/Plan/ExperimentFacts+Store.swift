internal import ExperimentStore
internal import Foundation
package import StageSupport

extension ExperimentFacts {
    /// What the configuration's store says, and what there is to say about one that says nothing: a store that is not
    /// there yet, or not made up yet.
    ///
    /// - Parameter withEstimates: Also what only an estimate needs.
    /// - Throws: `StoreError` for a store that cannot be read.
    package static func read(
        _ configuration: StageSupport.Configuration, withEstimates: Bool
    ) throws -> (facts: ExperimentFacts, note: String?) {
        do {
            let store = try ExperimentStore(configuration.store, access: .read)
            return (try ExperimentFacts(store, configuration, withEstimates: withEstimates), nil)
        } catch let error as StoreError where [.missing, .notAStore, .older].contains(error.code) {
            return (ExperimentFacts(), error.code == .missing ? nil : "\(error.description); nothing counts as done")
        }
    }

    /// What the disk of `path` has left, in bytes; folders that are not there yet will be on their parent's.
    package static func freeBytes(_ path: String) -> Double? {
        var folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
            folder.deleteLastPathComponent()
        }
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)
        return (attributes?[.systemFreeSize] as? NSNumber)?.doubleValue
    }

    private init(_ store: ExperimentStore, _ configuration: StageSupport.Configuration, withEstimates: Bool) throws {
        self.init()
        try store.read { db in
            hasData = try !DatasetRow.all(db).isEmpty
            for run in try TrainRun.all(db) {
                trainings[run.identity.name] = Training(
                    Training.Status(run.status), step: run.step, bestStep: run.bestStep)
            }
            let wanted = configuration.wantedEvaluations
            for (name, runs) in Dictionary(
                grouping: try EvalRun.all(db).filter { $0.status == .done },
                by: {
                    $0.identity.name
                })
            {
                guard let run = EvalRun.counting(runs, runs.first.flatMap { wanted[$0.identity.shownSet] }) else {
                    continue
                }
                evaluations[name] = .some(run.identity.checkpointStep)
            }
            guard withEstimates else { return }
            evaluationSeconds = Self.mean(try EvalRun.all(db).compactMap(\.seconds))
            labels = try Self.scores(configuration.label, db)
            try measure(TrainRun.all(db), store, db)
        }
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    private static func scores(_ label: StageSupport.Configuration.Label, _ db: StoreConnection) throws -> Labels? {
        let runs = try LabelRun.all(db)
        let name = label.runName
        guard let run = name.map({ name in runs.first { $0.name == name } }) ?? (runs.count == 1 ? runs.first : nil)
        else { return nil }
        let counts = try run.spanCounts(db)
        let spans = counts.values.reduce(0, +)
        return Labels(
            isVLM: run.annotator == "vlm", dollars: Double(try run.spent(db)) / 1e9, spans: spans,
            settled: spans - (counts[.pending] ?? 0))
    }

    /// Speed and size of the runs, from their checkpoints' files. The store's times do not tell: they go on while a run
    /// is interrupted.
    private mutating func measure(_ runs: [TrainRun], _ store: ExperimentStore, _ db: StoreConnection) throws {
        var speeds: [String: [Double]] = [:]
        var sizes: [Double] = []
        for run in runs {
            let saved = try run.checkpoints(db).compactMap { checkpoint in
                Self.savedAt(checkpoint.path).map { (step: checkpoint.step, time: $0) }
            }
            if let last = saved.last {
                let before = saved.dropLast().last ?? (0, try? Date(run.startedAt, strategy: .iso8601))
                if let start = before.time, let end = last.time, end > start {
                    speeds["\(run.identity.algorithm) \(run.identity.preset)", default: []].append(
                        Double(last.step - before.step) / end.timeIntervalSince(start))
                }
            }
            if run.status == .done { sizes.append(Self.size("\(store.file).runs/\(run.identity.name)")) }
        }
        rates = speeds.mapValues { $0.sorted()[$0.count / 2] }
        runBytes = Self.mean(sizes)
    }

    /// When a checkpoint was written; nil when it is no longer there.
    private static func savedAt(_ path: String) -> Date?? {
        let file = path + "/checkpoint.json"
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: file) else { return nil }
        return .some(attributes[.modificationDate] as? Date)
    }

    private static func size(_ folder: String) -> Double {
        let files = FileManager.default.enumerator(
            at: URL(fileURLWithPath: folder), includingPropertiesForKeys: [.fileSizeKey])
        var bytes = 0.0
        while let file = files?.nextObject() as? URL {
            bytes += Double((try? file.resourceValues(forKeys: [.fileSizeKey]))?.fileSize ?? 0)
        }
        return bytes
    }
}

extension ExperimentFacts.Training.Status {
    init(_ status: TrainRun.Status) {
        switch status {
        case .running: self = .running
        case .done: self = .done
        case .failed: self = .failed
        }
    }
}

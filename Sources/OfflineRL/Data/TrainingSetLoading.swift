internal import Episodes
package import ExperimentStore
package import Frames
internal import GRDB
internal import Tensors

extension TrainingSet {
    /// Reads a set from the store.
    ///
    /// - Parameters:
    ///   - vocabulary: Of the run; nil makes one from all instructions of the splits.
    ///   - frames: The frame store, or the features made from it; nil for the one beside the store.
    /// - Throws: ``TrainingDataError``, `FrameStoreError` or `StoreError`.
    package init(
        _ store: ExperimentStore, _ options: Options, vocabulary: Vocabulary? = nil, frames: FrameStore? = nil
    ) throws {
        let (dataset, labelRunID) = try store.read { db in
            let dataset = try Self.dataset(options.dataset, db)
            return (dataset, try Self.labelRun(options.reward.source.labelRun, dataset, db))
        }
        guard let identifier = dataset.frameStoreID else {
            throw TrainingDataError(
                .frames,
                "dataset \(quoted(dataset.name)) has no frames; run rgvlm-ingest with its pictures, or rgvlm-simulate")
        }
        let frameStore = try frames ?? FrameStore(store.frameStorePath(dataset: dataset.name))
        guard frameStore.identifier == identifier else {
            throw TrainingDataError(.frames, "\(frameStore.path): does not belong to dataset \(quoted(dataset.name))")
        }
        guard let format = FeatureFormat(frameStore.format) else {
            throw TrainingDataError(
                .frames,
                "\(frameStore.path): holds \(frameStore.format); a network reads uint8 [56, 56, 3] or [C, 7, 7]")
        }
        let words = try vocabulary ?? store.read { try Self.vocabulary(dataset, splits: options.splits, $0) }
        var lists = TrainingLists()
        let filter = TrainingEpisode.Filter(
            datasetID: dataset.id, splits: options.splits,
            kinds: Instruction.Kind.allCases.filter { options.kinds.contains($0) }.map(\.rawValue),
            labelRunID: labelRunID)
        try store.read { db in
            var count = 0
            try TrainingEpisode.forEach(filter, db) {
                guard count < options.episodeLimit ?? .max else { return }
                count += 1
                lists.add($0, recordCount: frameStore.count, vocabulary: words, options: options)
            }
        }
        (lists.counts.flaggedEpisodes, lists.counts.flaggedTransitions) = try store.read {
            try TrainingEpisode.flagged(filter, $0)
        }
        lists.finish(options.reward, gamma: options.gamma)
        guard !lists.items.isEmpty else { throw Self.empty(dataset, options, lists.counts) }
        self.init(
            vocabulary: words, frameStore: frameStore, format: format, counts: lists.counts, labelRunID: labelRunID,
            datasetID: dataset.id, lists: lists)
    }

    private static func dataset(_ name: String?, _ db: Database) throws -> DatasetRow {
        let all = try DatasetRow.all(db)
        let names = all.map { quoted($0.name) }.joined(separator: ", ")
        if let name {
            guard let dataset = all.first(where: { $0.name == name }) else {
                throw TrainingDataError(.dataset, "there is no dataset \(quoted(name)); the store has \(names)")
            }
            return dataset
        }
        guard let only = all.first else {
            throw TrainingDataError(.dataset, "the store has no dataset; run rgvlm-ingest on it first")
        }
        guard all.count == 1 else {
            throw TrainingDataError(.dataset, "the store has the datasets \(names); say which one to train on")
        }
        return only
    }

    private static func labelRun(_ name: String?, _ dataset: DatasetRow, _ db: Database) throws -> Int64? {
        guard let name else { return nil }
        let runs = try LabelRun.all(db).filter { $0.datasetID == dataset.id }
        if let run = runs.first(where: { $0.name == name }) { return run.id }
        let hint =
            runs.isEmpty
            ? "it has none; run rgvlm-label first" : "it has " + runs.map { quoted($0.name) }.joined(separator: ", ")
        throw TrainingDataError(
            .labelRun, "dataset \(quoted(dataset.name)) has no label run \(quoted(name)); \(hint)")
    }

    private static func vocabulary(_ dataset: DatasetRow, splits: [String], _ db: Database) throws -> Vocabulary {
        var counter = Vocabulary.Counter()
        try TrainingEpisode.forEachText(datasetID: dataset.id, splits: splits, db) { counter.add($0) }
        return counter.vocabulary()
    }

    private static func empty(_ dataset: DatasetRow, _ options: Options, _ counts: Counts) -> TrainingDataError {
        let splits = options.splits.map(quoted).joined(separator: ", ")
        if counts.withoutFrames > 0 {
            return TrainingDataError(
                .empty,
                """
                all \(counts.withoutFrames) instructions of \(splits) lack frames; run rgvlm-ingest with the pictures, \
                or rgvlm-simulate to draw them
                """)
        }
        let kinds = Instruction.Kind.allCases.filter { options.kinds.contains($0) }.map(\.rawValue)
        return TrainingDataError(
            .empty,
            """
            dataset \(quoted(dataset.name)) has no \(options.fulfilledOnly ? "fulfilled " : "")instruction of kind \
            \(kinds.joined(separator: ", ")) in \(splits); ingest these splits, or choose others with the settings \
            for splits and kinds
            """)
    }
}

/// A name from the store as it may be shown: on one line, without control characters.
private func quoted(_ name: String) -> String {
    "\""
        + String(
            String.UnicodeScalarView(name.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
        + "\""
}

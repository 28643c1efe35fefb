internal import Episodes
package import ExperimentStore
package import Frames
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
        let dataset = try store.dataset(named: options.dataset)
        let labelRun = try options.reward.source.labelRun.map { try store.labelRun(named: $0, of: dataset) }
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
        var pictures: FrameStore?
        if options.reward.source == .minimumDistance {
            pictures = frames == nil ? frameStore : try FrameStore(store.frameStorePath(dataset: dataset.name))
        }
        var lists = TrainingLists(options, recordCount: frameStore.count, vocabulary: words) { [pictures] record in
            pictures?.look(at: record)
        }
        let filter = TrainingEpisode.Filter(
            datasetID: dataset.id, splits: options.splits,
            kinds: Instruction.Kind.allCases.filter { options.kinds.contains($0) }, labelRunID: labelRun?.id,
            behaviours: options.behaviours, episodeLimit: options.episodeLimit)
        try store.read { db in try TrainingEpisode.forEach(filter, db) { lists.add($0) } }
        let flagged = try store.read { try TrainingEpisode.flagged(filter, $0) }
        (lists.counts.flaggedEpisodes, lists.counts.flaggedTransitions) = (flagged.episodes, flagged.transitions)
        lists.finish()
        guard !lists.items.isEmpty else { throw Self.empty(dataset, options, lists.counts) }
        self.init(
            vocabulary: words, frameStore: frameStore, format: format, counts: lists.counts, labelRunID: labelRun?.id,
            datasetID: dataset.id, lists: lists)
    }

    private static func vocabulary(
        _ dataset: DatasetRow, splits: [String], _ db: StoreConnection
    ) throws -> Vocabulary {
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

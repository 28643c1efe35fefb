package import Episodes
package import ExperimentStore
internal import Frames
package import Ground

/// Why a store cannot be checked.
package struct DataCheckError: ExitCoded, Equatable {
    /// What is wrong, and what to do.
    package var description: String
    /// How a stage ends that meets it.
    package var exit: StageExit
}

extension DataCheck {
    /// Windows whose leverage is always told.
    static let usualWindows = [1, 4, 8, 17]

    /// Checks rows that learn from a store: each selection of data is read once, and once more walked through for each
    /// row.
    ///
    /// - Parameters:
    ///   - rows: With what they learn from; rows of equal filters share a selection.
    ///   - window: Pictures that the trained policies see.
    ///   - acting: How policies act in the evaluation that counts.
    ///   - progress: Told what is under way.
    /// - Throws: ``DataCheckError``, `StoreError` or `FrameStoreError` for data that cannot be learned from.
    package init(
        _ rows: [(row: CheckedRow, filter: TrainingEpisode.Filter)], window: Int, acting: Acting = .best,
        of dataset: DatasetRow, in store: ExperimentStore, progress: (String) -> Void = { _ in }
    ) throws {
        guard dataset.frameStoreID != nil else {
            throw DataCheckError(
                description:
                    """
                    \(store.file): its dataset has no frames, so that nothing is known of what a policy sees; run \
                    rgvlm-ingest with its pictures or with --render
                    """, exit: .inputMissing)
        }
        let frames = try FrameStore(store.frameStorePath(dataset: dataset.name))
        var hashes = FrameHashes(frames)
        self.window = window
        self.acting = acting
        windows = window > 1 ? [1, window] : [1]
        let counted = Set(Self.usualWindows + [window]).sorted()
        selections = []
        var checked: [String: Row] = [:]
        let rows = Self.sharingScores(rows)
        var filters: [TrainingEpisode.Filter] = []
        for entry in rows where !filters.contains(entry.filter) { filters.append(entry.filter) }
        for filter in filters {
            let own = rows.filter { $0.filter == filter }.map(\.row)
            progress("reading what \(own.map(\.name).joined(separator: ", ")) learn from")
            var reader = SelectionReader(own, proxyWindows: windows, windows: counted, frames: frames)
            try store.read { db in
                try TrainingEpisode.forEach(filter, db) { reader.add($0, &hashes) }
            }
            let withoutFrames = reader.withoutFrames
            progress("learning with a table")
            let (selection, found) = reader.finish(own, selection: selections.count)
            guard selection.instructions > 0 else {
                throw DataCheckError(
                    description:
                        """
                        \(store.file): there is nothing that \(own.map(\.name).joined(separator: ", ")) can learn \
                        from\(withoutFrames > 0 ? "; \(withoutFrames) instructions lack frames" : "")
                        """, exit: .inputMissing)
            }
            selections.append(selection)
            for row in found { checked[row.name] = row }
        }
        self.rows = rows.compactMap { checked[$0.row.name] }
    }

    /// The rows, those without scores reading what others of the same episodes read, so that both are one selection.
    private static func sharingScores(
        _ rows: [(row: CheckedRow, filter: TrainingEpisode.Filter)]
    ) -> [(row: CheckedRow, filter: TrainingEpisode.Filter)] {
        rows.map { row, filter in
            let others = rows.map(\.filter).filter { other in
                var plain = other
                plain.labelRunID = filter.labelRunID
                return plain == filter
            }
            var filter = filter
            filter.labelRunID = filter.labelRunID ?? others.lazy.compactMap(\.labelRunID).first
            return (row, filter)
        }
    }
}

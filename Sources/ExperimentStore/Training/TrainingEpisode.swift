package import Episodes
package import GRDB

extension TrainingEpisode {
    /// Which episodes and instructions.
    package struct Filter: Sendable, Equatable {
        /// Whose episodes.
        package var datasetID: Int64
        /// Of these splits.
        package var splits: [String]
        /// Of these kinds.
        package var kinds: [Instruction.Kind]
        /// Episodes of these behaviours; a recording that names none is the expert's. Nil for all.
        package var behaviours: [Behaviour]?
        /// The run whose scores are read, if any.
        package var labelRunID: Int64?
        /// Reads the first episodes only that have such an instruction; nil for all.
        package var episodeLimit: Int?

        /// A filter; without a label run no scores are read.
        package init(
            datasetID: Int64, splits: [String], kinds: [Instruction.Kind], labelRunID: Int64?,
            behaviours: [Behaviour]? = nil, episodeLimit: Int? = nil
        ) {
            self.behaviours = behaviours
            self.datasetID = datasetID
            self.splits = splits
            self.kinds = kinds
            self.labelRunID = labelRunID
            self.episodeLimit = episodeLimit
        }
    }

    /// Calls `body` with each episode that has such an instruction, in the order of ids; not with those that are
    /// flagged (``EpisodeFlag``).
    ///
    /// - Throws: ``StoreError`` for rows that do not fit together, and what `body` throws.
    package static func forEach(
        _ filter: Filter, _ db: Database, _ body: (TrainingEpisode) throws -> Void
    ) throws {
        struct Head: QueryRow {
            var id: Int64
            var stepCount: Int
        }
        let heads = try Head.fetchAll(
            db,
            sql: """
                SELECT id, step_count FROM episodes
                WHERE dataset_id = :dataset AND split IN (SELECT value FROM json_each(:splits))
                    AND id NOT IN (SELECT episode_id FROM flags WHERE t IS NULL)
                    AND (:behaviours IS NULL
                        OR coalesce(policy, 'expert') IN (SELECT value FROM json_each(:behaviours)))
                ORDER BY id
                """,
            arguments: [
                "dataset": filter.datasetID, "splits": NameList(filter.splits),
                "behaviours": filter.behaviours.map { NameList($0) },
            ])
        let reader = try EpisodeReader(filter, db)
        var left = filter.episodeLimit ?? .max
        for head in heads where left > 0 {
            guard let episode = try reader.episode(head.id, stepCount: head.stepCount) else { continue }
            left -= 1
            try body(episode)
        }
    }

    /// How many episodes of a dataset's splits are flagged and left out, and how many transitions of others are, whose
    /// scores are.
    package struct Flagged: QueryRow, Equatable {
        /// Those left out.
        package var episodes: Int
        /// Those of other episodes, whose scores are left out.
        package var transitions: Int
    }

    /// Counts the flags that ``forEach(_:_:_:)`` heeds.
    package static func flagged(_ filter: Filter, _ db: Database) throws -> Flagged {
        try Flagged.fetchOne(
            db,
            sql: """
                SELECT count(iif(f.t IS NULL, 1, NULL)) AS episodes, count(iif(f.t IS NOT NULL AND NOT EXISTS
                    (SELECT 1 FROM flags w WHERE w.episode_id = f.episode_id AND w.t IS NULL), 1, NULL)) AS transitions
                FROM flags f JOIN episodes e ON e.id = f.episode_id
                WHERE e.dataset_id = :dataset AND e.split IN (SELECT value FROM json_each(:splits))
                """, arguments: ["dataset": filter.datasetID, "splits": NameList(filter.splits)])
            ?? Flagged(episodes: 0, transitions: 0)
    }

    /// Calls `body` with each text of a dataset's instructions in these splits, of annotations in the split.
    package static func forEachText(
        datasetID: Int64, splits: [String], _ db: Database, _ body: (String) throws -> Void
    ) throws {
        let texts = try String.fetchCursor(
            db,
            sql: """
                SELECT i.text FROM instructions i
                JOIN annotations a ON a.episode_id = i.episode_id AND a.repeat_idx = i.repeat_idx AND a.in_split = 1
                JOIN episodes e ON e.id = i.episode_id
                WHERE e.dataset_id = :dataset AND e.split IN (SELECT value FROM json_each(:splits))
                """, arguments: ["dataset": datasetID, "splits": NameList(splits)])
        while let text = try texts.next() { try body(text) }
    }
}

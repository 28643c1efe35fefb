package import Episodes
internal import Foundation
package import GRDB

/// An episode with all that training reads of it.
package struct TrainingEpisode: Sendable, Equatable {
    /// An instruction of the episode with its number in the store.
    package struct Instruction: Sendable, Equatable {
        /// The store's number of the instruction.
        package var id: Int64
        /// Whose words these are.
        package var annotation: Int
        /// What it covers.
        package var kind: Episodes.Instruction.Kind
        /// The sub-tasks covered.
        package var subTasks: Range<Int>
        /// The transitions covered.
        package var steps: Range<Int>
        /// Whether the steps end with what the text asks for.
        package var isFulfilled: Bool
        /// The sentence.
        package var text: String
    }

    /// A sub-task of the episode.
    package struct SubTask: Sendable, Equatable {
        /// What it does; navigation only where nothing follows.
        package var kind: SubTaskKind
        /// Its transitions.
        package var steps: Range<Int>
    }

    /// An instruction that a label run has scored.
    package struct Scored: Sendable, Equatable {
        /// The store's number of the instruction.
        package var instructionID: Int64
        /// Whose words the instruction is.
        package var annotation: Int
        /// What the instruction covers.
        package var kind: Episodes.Instruction.Kind
        /// The transitions covered.
        package var steps: Range<Int>
        /// Per step 0 to 10, or nil.
        package var scores: [Int?]
    }

    /// Which episodes and instructions.
    package struct Filter: Sendable {
        /// Whose episodes.
        package var datasetID: Int64
        /// Of these splits.
        package var splits: [String]
        /// Of these kinds.
        package var kinds: [Episodes.Instruction.Kind]
        /// The run whose scores are read, if any.
        package var labelRunID: Int64?

        /// A filter; without a label run no scores are read.
        package init(datasetID: Int64, splits: [String], kinds: [Episodes.Instruction.Kind], labelRunID: Int64?) {
            self.datasetID = datasetID
            self.splits = splits
            self.kinds = kinds
            self.labelRunID = labelRunID
        }
    }

    /// The store's number of the episode.
    package var id: Int64
    /// Per step the action's id.
    package var actions: [Int]
    /// Per step the object's class; 0 for navigation and for classes outside the list.
    package var objectClasses: [Int]
    /// Per observation, one more than steps, its record in the frame store, or nil.
    package var records: [Int?]
    /// In order; together they cover all steps.
    package var subTasks: [SubTask]
    /// Those of annotations in the split, in the order of their ids.
    package var instructions: [Instruction]
    /// Genuine spans only, no controls; by annotation and id.
    package var scored: [Scored]

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
                ORDER BY id
                """, arguments: ["dataset": filter.datasetID, "splits": NameList(filter.splits)])
        let reader = try EpisodeReader(filter, db)
        for head in heads {
            if let episode = try reader.episode(head.id, stepCount: head.stepCount) { try body(episode) }
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

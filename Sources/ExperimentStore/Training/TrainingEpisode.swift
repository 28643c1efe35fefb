internal import Episodes
internal import Foundation
package import GRDB

/// An episode with all that training reads of it.
package struct TrainingEpisode: Sendable, Equatable {
    package struct Instruction: Sendable, Equatable {
        package var id: Int64
        package var annotation: Int
        package var kind: String
        package var subTasks: Range<Int>
        package var steps: Range<Int>
        package var isFulfilled: Bool
        package var text: String
    }

    package struct SubTask: Sendable, Equatable {
        package var kind: String
        package var steps: Range<Int>
    }

    /// An instruction that a label run has scored.
    package struct Scored: Sendable, Equatable {
        package var instructionID: Int64
        package var annotation: Int
        package var kind: String
        package var steps: Range<Int>
        /// Per step 0 to 10, or nil.
        package var scores: [Int?]
    }

    /// Which episodes and instructions.
    package struct Filter: Sendable {
        package var datasetID: Int64
        package var splits: [String]
        /// `primitive`, `composite`, `task`.
        package var kinds: [String]
        /// The run whose scores are read, if any.
        package var labelRunID: Int64?

        package init(datasetID: Int64, splits: [String], kinds: [String], labelRunID: Int64?) {
            self.datasetID = datasetID
            self.splits = splits
            self.kinds = kinds
            self.labelRunID = labelRunID
        }
    }

    package var id: Int64
    /// Per step the action's id.
    package var actions: [Int]
    /// Per step the object's class; 0 for navigation and for classes outside the list.
    package var objectClasses: [Int]
    /// Per observation, one more than steps, its record in the frame store, or nil.
    package var records: [Int?]
    package var subTasks: [SubTask]
    /// Those of annotations in the split, in the order of their ids.
    package var instructions: [Instruction]
    /// Genuine spans only, no controls; by annotation and id.
    package var scored: [Scored]

    /// Calls `body` with each episode that has such an instruction, in the order of ids; not with those that are flagged
    /// (``EpisodeFlag``).
    package static func forEach(
        _ filter: Filter, _ db: Database, _ body: (TrainingEpisode) throws -> Void
    ) throws {
        let episodes = try Row.fetchAll(
            db,
            sql: """
                SELECT id, step_count FROM episodes
                WHERE dataset_id = ? AND split IN (SELECT value FROM json_each(?))
                    AND id NOT IN (SELECT episode_id FROM flags WHERE t IS NULL)
                ORDER BY id
                """, arguments: [filter.datasetID, json(filter.splits)])
        let kinds = try json(filter.kinds)
        for row in episodes {
            let instructions = try instructions(row[0], kinds: kinds, db)
            guard !instructions.isEmpty else { continue }
            try body(try episode(row[0], stepCount: row[1], instructions, labelRunID: filter.labelRunID, db))
        }
    }

    /// How many episodes of the splits are flagged and left out, and how many transitions of others are, whose scores are.
    package static func flagged(_ filter: Filter, _ db: Database) throws -> (episodes: Int, transitions: Int) {
        let rows = try Row.fetchOne(
            db,
            sql: """
                SELECT count(iif(f.t IS NULL, 1, NULL)), count(iif(f.t IS NOT NULL AND NOT EXISTS
                    (SELECT 1 FROM flags w WHERE w.episode_id = f.episode_id AND w.t IS NULL), 1, NULL))
                FROM flags f JOIN episodes e ON e.id = f.episode_id
                WHERE e.dataset_id = ? AND e.split IN (SELECT value FROM json_each(?))
                """, arguments: [filter.datasetID, json(filter.splits)])
        return rows.map { ($0[0], $0[1]) } ?? (0, 0)
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
                WHERE e.dataset_id = ? AND e.split IN (SELECT value FROM json_each(?))
                """, arguments: [datasetID, json(splits)])
        while let text = try texts.next() { try body(text) }
    }

    private static func json(_ names: [String]) throws -> String {
        String(decoding: try JSONEncoder().encode(names), as: UTF8.self)
    }

    private static func instructions(_ episode: Int64, kinds: String, _ db: Database) throws -> [Instruction] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT i.id, i.repeat_idx, i.kind, i.first_subtask, i.subtask_count, i.first_step, i.step_count,
                    i.fulfilled, i.text
                FROM instructions i
                JOIN annotations a ON a.episode_id = i.episode_id AND a.repeat_idx = i.repeat_idx AND a.in_split = 1
                WHERE i.episode_id = ? AND i.kind IN (SELECT value FROM json_each(?)) ORDER BY i.id
                """)
        return try Row.fetchAll(statement, arguments: [episode, kinds]).map {
            Instruction(
                id: $0[0], annotation: $0[1], kind: $0[2], subTasks: range($0[3], $0[4]), steps: range($0[5], $0[6]),
                isFulfilled: $0[7], text: $0[8])
        }
    }

    private static func range(_ first: Int, _ count: Int) -> Range<Int> { first..<(first + max(0, count)) }

    private static func episode(
        _ id: Int64, stepCount: Int, _ instructions: [Instruction], labelRunID: Int64?, _ db: Database
    ) throws -> TrainingEpisode {
        var episode = TrainingEpisode(
            id: id, actions: [], objectClasses: [], records: [Int?](repeating: nil, count: stepCount + 1), subTasks: [],
            instructions: instructions, scored: [])
        episode.actions.reserveCapacity(stepCount)
        episode.objectClasses.reserveCapacity(stepCount)
        let steps = try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT t, action, object_class FROM transitions WHERE episode_id = ? ORDER BY t"),
            arguments: [id])
        while let row = try steps.next() {
            guard row[0] == episode.actions.count else { throw damaged(id, "its transitions have a gap") }
            episode.actions.append(row[1])
            episode.objectClasses.append(row[2])
        }
        guard episode.actions.count == stepCount else { throw damaged(id, "it has not as many transitions as it says") }
        let frames = try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT t, record FROM frames WHERE episode_id = ? AND t <= ?"),
            arguments: [id, stepCount])
        while let row = try frames.next() { episode.records[row[0]] = row[1] }
        episode.subTasks = try Row.fetchAll(
            db.cachedStatement(
                sql: "SELECT kind, first_step, step_count FROM subtasks WHERE episode_id = ? ORDER BY idx"),
            arguments: [id]
        ).map { SubTask(kind: $0[0], steps: range($0[1], $0[2])) }
        for instruction in instructions
        where instruction.steps.isEmpty || instruction.steps.upperBound > stepCount || instruction.steps.lowerBound < 0
            || instruction.subTasks.upperBound > episode.subTasks.count || instruction.subTasks.lowerBound < 0
        {
            throw damaged(id, "instruction \(instruction.id) reaches beyond it")
        }
        if let labelRunID { episode.scored = try scored(id, stepCount: stepCount, run: labelRunID, db) }
        return episode
    }

    private static func scored(_ id: Int64, stepCount: Int, run: Int64, _ db: Database) throws -> [Scored] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT i.id, i.repeat_idx, i.kind, i.first_step, i.step_count, c.t,
                        iif(EXISTS (SELECT 1 FROM flags f WHERE f.episode_id = i.episode_id AND f.t = c.t), NULL, c.score)
                    FROM instructions i
                    JOIN label_spans s ON s.run_id = ? AND s.instruction_id = i.id AND s.control = 'none'
                        AND s.status = 'scored'
                    JOIN label_scores c ON c.span_id = s.id
                    WHERE i.episode_id = ? ORDER BY i.repeat_idx, i.id, c.position
                    """), arguments: [run, id])
        var spans: [Scored] = []
        while let row = try rows.next() {
            if spans.last?.instructionID != row[0] {
                let steps = range(row[3], row[4])
                spans.append(
                    Scored(
                        instructionID: row[0], annotation: row[1], kind: row[2], steps: steps,
                        scores: [Int?](repeating: nil, count: steps.count)))
            }
            let span = spans.count - 1
            let t: Int = row[5]
            guard spans[span].steps.contains(t) else { throw damaged(id, "a score lies outside its instruction") }
            spans[span].scores[t - spans[span].steps.lowerBound] = row[6]
        }
        return spans
    }

    private static func damaged(_ episode: Int64, _ what: String) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: "episode \(episode) is damaged: \(what)")
    }
}

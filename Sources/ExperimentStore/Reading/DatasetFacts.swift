package import Episodes
internal import GRDB

/// What a dataset holds to learn from, as a report names it.
package struct DatasetFacts: Sendable, Equatable {
    /// Nil where no dataset is meant.
    package var dataset: String?
    /// Episodes by split, of all splits.
    package var episodes: [String: Int] = [:]
    /// Instructions of the splits and kinds asked for, of annotations in the split.
    package var instructions: [Instruction.Kind: Int] = [:]
    /// How many of them their recording does not fulfil.
    package var unfulfilled = 0
    /// Transitions of the splits asked for.
    package var transitions = 0
    /// Observations of the splits asked for that the simulator drew.
    package var renderedFrames = 0
    /// Those that are pictures of the dataset.
    package var recordedFrames = 0
    /// Whether there are rooms of the release.
    package var hasRealRooms = false
    /// Whether there are generated rooms.
    package var hasGeneratedRooms = false
    /// When the flags on episodes of the splits were set, ascending; ISO 8601 in UTC.
    package var flaggedAt: [String] = []

    /// Of a dataset without anything.
    package init(dataset: String? = nil) { self.dataset = dataset }
}

extension DatasetRow {
    /// What the dataset holds of these splits and kinds of instructions.
    package func facts(
        splits: [String], kinds: [Instruction.Kind], _ db: StoreConnection
    ) throws -> DatasetFacts {
        struct Instructions: QueryRow {
            var kind: Instruction.Kind
            var count: Int
            var unfulfilled: Int
        }
        struct Frames: QueryRow {
            var rendered: Int
            var recorded: Int
        }
        struct Rooms: QueryRow {
            var real: Int
            var generated: Int
        }
        let own: StatementArguments = ["id": id]
        let chosen: StatementArguments = ["id": id, "splits": NameList(splits)]
        let ofSplits = "e.dataset_id = :id AND e.split IN (SELECT value FROM json_each(:splits))"
        var facts = DatasetFacts(dataset: name)
        facts.episodes = try NameCount.all(
            db, sql: "SELECT split AS name, count(*) AS count FROM episodes WHERE dataset_id = :id GROUP BY split",
            arguments: own)
        for row in try Instructions.fetchAll(
            db,
            sql: """
                SELECT i.kind, count(*) AS count, count(*) FILTER (WHERE i.fulfilled = 0) AS unfulfilled
                FROM instructions i JOIN episodes e ON e.id = i.episode_id
                JOIN annotations a ON a.episode_id = i.episode_id AND a.repeat_idx = i.repeat_idx AND a.in_split = 1
                WHERE \(ofSplits) GROUP BY i.kind
                """, arguments: chosen) where kinds.contains(row.kind)
        {
            facts.instructions[row.kind] = row.count
            facts.unfulfilled += row.unfulfilled
        }
        facts.transitions =
            try Int.fetchOne(db, sql: "SELECT sum(step_count) FROM episodes e WHERE \(ofSplits)", arguments: chosen)
            ?? 0
        let frames = try Frames.fetchOne(
            db,
            sql: """
                SELECT count(*) FILTER (WHERE f.status = 'rendered') AS rendered,
                    count(*) FILTER (WHERE f.status = 'present') AS recorded
                FROM frames f JOIN episodes e ON e.id = f.episode_id WHERE \(ofSplits)
                """, arguments: chosen)
        (facts.renderedFrames, facts.recordedFrames) = (frames?.rendered ?? 0, frames?.recorded ?? 0)
        // Generated rooms are numbered from 1001.
        let rooms = try Rooms.fetchOne(
            db,
            sql: """
                SELECT count(*) FILTER (WHERE number < 1001) AS real, count(*) FILTER (WHERE number >= 1001) AS \
                generated
                FROM scenes WHERE dataset_id = :id
                """, arguments: own)
        (facts.hasRealRooms, facts.hasGeneratedRooms) = ((rooms?.real ?? 0) > 0, (rooms?.generated ?? 0) > 0)
        facts.flaggedAt = try String.fetchAll(
            db,
            sql: """
                SELECT f.created_at FROM flags f JOIN episodes e ON e.id = f.episode_id WHERE \(ofSplits)
                ORDER BY f.created_at
                """, arguments: chosen)
        return facts
    }
}

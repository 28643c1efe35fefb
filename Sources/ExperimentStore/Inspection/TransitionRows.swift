package import Episodes
package import GRDB

/// The steps of some instructions of a dataset, one row for each step of each instruction, in the order of instructions
/// and then of t.
///
/// An index of a few bytes a transition and some tens an instruction is held; texts and scores are read when they are
/// asked for. An export reads millions of rows, so their columns are read by position: a record decoded by Codable
/// takes four times as long. To be used inside the ``ExperimentStore/read(_:)`` that it was made in.
package final class TransitionRows {
    /// Which rows.
    package struct Selection: Sendable {
        /// Whose episodes.
        package var dataset: DatasetRow
        /// Their names; an episode's split is an index into these.
        package var splits: [String]
        /// Those of instructions; an instruction's kind is an index into these.
        package var kinds: [Episodes.Instruction.Kind]
        /// The run whose scores are asked for.
        package var run: LabelRun?
        /// Of episodes of these behaviours only; nil for all.
        package var behaviours: [Behaviour]?

        /// A selection; without a run there are no scores.
        package init(
            dataset: DatasetRow, splits: [String], kinds: [Episodes.Instruction.Kind], run: LabelRun? = nil,
            behaviours: [Behaviour]? = nil
        ) {
            self.behaviours = behaviours
            self.dataset = dataset
            self.splits = splits
            self.kinds = kinds
            self.run = run
        }
    }

    /// An episode with rows.
    package struct Episode: Sendable, Equatable {
        /// The store's number of the episode.
        package var id: Int64
        /// Index into the selection's splits.
        package var split: Int
        /// Where its transitions begin in ``actions`` and ``objects``.
        package var firstTransition: Int
        /// Where its observations begin in ``records``.
        package var firstObservation: Int
        /// Transitions; there is one observation more.
        package var stepCount: Int
    }

    /// An instruction of the selected kinds.
    package struct Instruction: Sendable, Equatable, GoalSpan {
        /// The store's number of the instruction.
        package var id: Int64
        /// Index into ``episodes``.
        package var episode: Int
        /// Index into the selection's kinds.
        package var kind: Int
        /// Transitions of the episode.
        package var steps: Range<Int>
        /// Whether the steps end with what the text asks for.
        package var isFulfilled: Bool
        fileprivate var span: Int64?
    }

    /// What was asked for.
    package let selection: Selection
    /// Those with rows, in the order of their numbers.
    package private(set) var episodes: [Episode] = []
    /// In the order of their numbers.
    package private(set) var instructions: [Instruction] = []
    /// Ids of actions and object classes by transition.
    package private(set) var actions: [UInt8] = []
    /// By transition: the object's class, 0 for none.
    package private(set) var objects: [UInt8] = []
    /// By observation: its record in the dataset's frame store, -1 where there is none.
    package private(set) var records: [Int] = []
    /// Rows altogether.
    package private(set) var count = 0
    private let db: Database

    /// Reads the index.
    ///
    /// - Throws: ``StoreError`` for rows that do not fit together.
    package init(_ selection: Selection, _ db: Database) throws {
        self.selection = selection
        self.db = db
        let spans = try selection.run.map { try Self.spans(of: $0, db) }
        let found = try Row.fetchCursor(
            db,
            sql: """
                SELECT id, split, step_count FROM episodes WHERE dataset_id = :dataset
                    AND (:behaviours IS NULL
                        OR coalesce(policy, 'expert') IN (SELECT value FROM json_each(:behaviours))) ORDER BY id
                """,
            arguments: [
                "dataset": selection.dataset.id, "behaviours": selection.behaviours.map { NameList($0) },
            ])
        while let row = try found.next() {
            guard let split = selection.splits.firstIndex(of: row[1]) else { continue }
            try add(
                Episode(
                    id: row[0], split: split, firstTransition: actions.count, firstObservation: records.count,
                    stepCount: row[2]), spans)
        }
        instructions.sort { $0.id < $1.id }
    }

    private static func spans(of run: LabelRun, _ db: Database) throws -> [Int64: Int64] {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT instruction_id, id FROM label_spans WHERE run_id = :run AND control = 'none'",
            arguments: ["run": run.id])
        var spans: [Int64: Int64] = [:]
        while let row = try rows.next() { spans[row[0]] = row[1] }
        return spans
    }

    private func add(_ episode: Episode, _ spans: [Int64: Int64]?) throws {
        let begin = instructions.count
        let found = try Row.fetchCursor(
            try db.cachedStatement(
                sql: """
                    SELECT id, kind, first_step, step_count, fulfilled FROM instructions WHERE episode_id = :episode
                    """), arguments: ["episode": episode.id])
        let kinds = selection.kinds.map(\.rawValue)
        while let row = try found.next() {
            guard let kind = kinds.firstIndex(of: row[1]) else { continue }
            let (id, first, count) = (row[0] as Int64, row[2] as Int, row[3] as Int)
            guard first >= 0, count > 0, first <= episode.stepCount, count <= episode.stepCount - first else {
                throw broken("instruction \(id) covers steps that episode \(episode.id) does not have")
            }
            instructions.append(
                Instruction(
                    id: id, episode: episodes.count, kind: kind, steps: first..<(first + count), isFulfilled: row[4],
                    span: spans?[id]))
            self.count += count
        }
        guard instructions.count > begin else { return }
        episodes.append(episode)
        let steps = try Row.fetchCursor(
            try db.cachedStatement(
                sql: "SELECT action, object_class FROM transitions WHERE episode_id = :episode ORDER BY t"),
            arguments: ["episode": episode.id])
        while let row = try steps.next() {
            actions.append(row[0])
            objects.append(row[1])
        }
        guard actions.count == episode.firstTransition + episode.stepCount else {
            throw broken("episode \(episode.id) does not have its \(episode.stepCount) transitions")
        }
        records += repeatElement(-1, count: episode.stepCount + 1)
        let frames = try Row.fetchCursor(
            try db.cachedStatement(
                sql: "SELECT t, record FROM frames WHERE episode_id = :episode AND record IS NOT NULL"),
            arguments: ["episode": episode.id])
        while let row = try frames.next() {
            let t: Int = row[0]
            if t <= episode.stepCount { records[episode.firstObservation + t] = row[1] }
        }
    }

    private func broken(_ message: String) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: message)
    }

    /// The words of an instruction.
    package func text(of instruction: Instruction) throws -> String {
        try String.fetchOne(
            try db.cachedStatement(sql: "SELECT text FROM instructions WHERE id = :id"),
            arguments: ["id": instruction.id]) ?? ""
    }

    /// The key of an episode, as in `<task>/<trial>`.
    package func key(of episode: Episode) throws -> String {
        try String.fetchOne(
            try db.cachedStatement(sql: "SELECT key FROM episodes WHERE id = :id"), arguments: ["id": episode.id]) ?? ""
    }

    /// The selected run's scores, 0 to 10, of the instruction's steps; NaN where a transition has none.
    package func scores(of instruction: Instruction) throws -> [Float] {
        var scores = [Float](repeating: .nan, count: instruction.steps.count)
        guard let span = instruction.span else { return scores }
        let rows = try Row.fetchCursor(
            try db.cachedStatement(sql: "SELECT t, score FROM label_scores WHERE span_id = :span"),
            arguments: ["span": span])
        while let row = try rows.next() {
            let t: Int = row[0]
            if instruction.steps.contains(t) { scores[t - instruction.steps.lowerBound] = row[1] }
        }
        return scores
    }
}

internal import Episodes
internal import GRDB

/// Reads ``TrainingEpisode``s: millions of rows before a training begins, so columns are read by position. A record
/// decoded by Codable takes four times as long.
struct EpisodeReader {
    private let labelRunID: Int64?
    private let kinds: NameList
    private let instructions: Statement
    private let transitions: Statement
    private let frames: Statement
    private let subTasks: Statement
    private let scores: Statement

    init(_ filter: TrainingEpisode.Filter, _ db: Database) throws {
        labelRunID = filter.labelRunID
        kinds = NameList(filter.kinds)
        instructions = try db.cachedStatement(
            sql: """
                SELECT i.id, i.repeat_idx, i.kind, i.first_subtask, i.subtask_count, i.first_step, i.step_count,
                    i.fulfilled, i.text
                FROM instructions i
                JOIN annotations a ON a.episode_id = i.episode_id AND a.repeat_idx = i.repeat_idx AND a.in_split = 1
                WHERE i.episode_id = :episode AND i.kind IN (SELECT value FROM json_each(:kinds)) ORDER BY i.id
                """)
        transitions = try db.cachedStatement(
            sql: "SELECT t, action, object_class FROM transitions WHERE episode_id = :episode ORDER BY t")
        frames = try db.cachedStatement(sql: "SELECT t, record FROM frames WHERE episode_id = :episode AND t <= :last")
        subTasks = try db.cachedStatement(
            sql: "SELECT kind, first_step, step_count, done FROM subtasks WHERE episode_id = :episode ORDER BY idx")
        scores = try db.cachedStatement(
            sql: """
                SELECT i.id, i.repeat_idx, i.kind, i.first_step, i.step_count, c.t,
                    iif(EXISTS (SELECT 1 FROM flags f WHERE f.episode_id = i.episode_id AND f.t = c.t), NULL, c.score),
                    s.start_score
                FROM instructions i
                JOIN label_spans s ON s.run_id = :run AND s.instruction_id = i.id AND s.control = 'none'
                    AND s.status = 'scored'
                JOIN label_scores c ON c.span_id = s.id
                WHERE i.episode_id = :episode ORDER BY i.repeat_idx, i.id, c.position
                """)
    }

    /// Nil for an episode without an instruction of these kinds.
    func episode(_ id: Int64, stepCount: Int) throws -> TrainingEpisode? {
        let found = try Row.fetchAll(instructions, arguments: ["episode": id, "kinds": kinds]).map { row in
            TrainingEpisode.NumberedInstruction(
                id: row[0],
                Instruction(
                    kind: try kind(row[2], id), annotation: row[1], subTasks: range(row[3], row[4]),
                    steps: range(row[5], row[6]), text: row[8], isFulfilled: row[7]))
        }
        guard !found.isEmpty else { return nil }
        var episode = TrainingEpisode(
            id: id, records: [Int?](repeating: nil, count: stepCount + 1), instructions: found)
        episode.actions.reserveCapacity(stepCount)
        episode.objectClasses.reserveCapacity(stepCount)
        let steps = try Row.fetchCursor(transitions, arguments: ["episode": id])
        while let row = try steps.next() {
            guard row[0] == episode.actions.count else { throw damaged(id, "its transitions have a gap") }
            guard let action = Action(rawValue: row[1]), let object = ObjectClass(id: row[2]) else {
                throw damaged(id, "transition \(episode.actions.count) has an unknown action or object class")
            }
            episode.actions.append(action)
            episode.objectClasses.append(object)
        }
        guard episode.actions.count == stepCount else { throw damaged(id, "it has not as many transitions as it says") }
        let pictures = try Row.fetchCursor(frames, arguments: ["episode": id, "last": stepCount])
        while let row = try pictures.next() { episode.records[row[0]] = row[1] }
        episode.subTasks = try Row.fetchAll(subTasks, arguments: ["episode": id]).map {
            TrainingEpisode.SubTask(kind: try kind($0[0], id), steps: range($0[1], $0[2]), isDone: $0[3])
        }
        for numbered in found {
            let (steps, subTasks) = (numbered.instruction.steps, numbered.instruction.subTasks)
            guard !steps.isEmpty, steps.lowerBound >= 0, steps.upperBound <= stepCount, subTasks.lowerBound >= 0,
                subTasks.upperBound <= episode.subTasks.count
            else { throw damaged(id, "instruction \(numbered.id) reaches beyond it") }
        }
        if let labelRunID { episode.scored = try scored(id, run: labelRunID) }
        return episode
    }

    private func scored(_ id: Int64, run: Int64) throws -> [ScoredSpan] {
        let rows = try Row.fetchCursor(scores, arguments: ["run": run, "episode": id])
        var spans: [ScoredSpan] = []
        while let row = try rows.next() {
            if spans.last?.instructionID != row[0] {
                let steps = range(row[3], row[4])
                spans.append(
                    ScoredSpan(
                        instructionID: row[0], annotation: row[1], kind: try kind(row[2], id), steps: steps,
                        scores: [Float?](repeating: nil, count: steps.count), start: row[7]))
            }
            let span = spans.count - 1
            let t: Int = row[5]
            guard spans[span].steps.contains(t) else { throw damaged(id, "a score lies outside its instruction") }
            spans[span].scores[t - spans[span].steps.lowerBound] = row[6]
        }
        return spans
    }

    private func range(_ first: Int, _ count: Int) -> Range<Int> { first..<(first + max(0, count)) }

    private func kind<Kind: RawRepresentable<String>>(_ name: String, _ episode: Int64) throws -> Kind {
        guard let kind = Kind(rawValue: name) else { throw damaged(episode, "\"\(name)\" is no kind") }
        return kind
    }

    private func damaged(_ episode: Int64, _ what: String) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: "episode \(episode) is damaged: \(what)")
    }
}

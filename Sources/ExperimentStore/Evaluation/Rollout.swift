package import GRDB

/// One task as an agent went through it.
package struct Rollout: Sendable, Equatable {
    package enum Start: String, Sendable, CaseIterable {
        /// As the trajectory began.
        case recorded
        /// The agent elsewhere in the room.
        case random
    }

    package struct Step: Sendable, Equatable {
        /// 1 to 12.
        package var action: Int
        /// 0 for navigation.
        package var objectClass: Int
        /// The instance acted on.
        package var objectID: String?
        /// Why the action failed; nil when it did not.
        package var failure: String?
        /// Whether it completed the sub-task under way.
        package var completed: Bool

        package init(action: Int, objectClass: Int, objectID: String?, failure: String?, completed: Bool) {
            self.action = action
            self.objectClass = objectClass
            self.objectID = objectID
            self.failure = failure
            self.completed = completed
        }
    }

    /// Place in the set.
    package var index: Int
    /// The trajectory's folder, and the annotation the instruction belongs to.
    package var key: String
    package var annotation: Int
    package var subTasks: Range<Int>
    /// The trajectory's episode, where the store has it.
    package var episodeID: Int64?
    package var scene: Int
    package var taskType: String?
    package var instruction: String
    package var start: Start
    /// The expert's low actions.
    package var expertSteps: Int
    package var stepLimit: Int
    package var stepCount: Int
    /// Sub-tasks completed in order: the return.
    package var completed: Int
    /// Of ALFRED's goal, at the end; nil for tasks without one.
    package var conditions: GoalCount?
    /// Why the task could not be set up; nothing was done then.
    package var problem: String?

    package struct GoalCount: Sendable, Equatable {
        package var met: Int
        package var total: Int

        package init(met: Int, total: Int) {
            self.met = met
            self.total = total
        }
    }

    package init(
        index: Int, key: String, annotation: Int, subTasks: Range<Int>, episodeID: Int64?, scene: Int,
        taskType: String?, instruction: String, start: Start, expertSteps: Int, stepLimit: Int, stepCount: Int,
        completed: Int, conditions: GoalCount?, problem: String?
    ) {
        self.index = index
        self.key = key
        self.annotation = annotation
        self.subTasks = subTasks
        self.episodeID = episodeID
        self.scene = scene
        self.taskType = taskType
        self.instruction = instruction
        self.start = start
        self.expertSteps = expertSteps
        self.stepLimit = stepLimit
        self.stepCount = stepCount
        self.completed = completed
        self.conditions = conditions
        self.problem = problem
    }

    /// Completed sub-tasks over all.
    package var proportion: Double { Double(completed) / Double(max(subTasks.count, 1)) }
    package var isSuccess: Bool { completed == subTasks.count }
}

extension EvalRun {
    /// Stores a rollout with its steps; one of the same index is replaced.
    package func record(_ rollout: Rollout, steps: [Rollout.Step], _ db: Database) throws {
        try db.execute(
            sql: "DELETE FROM rollouts WHERE eval_run_id = ? AND idx = ?", arguments: [id, rollout.index])
        try db.execute(
            sql: """
                INSERT INTO rollouts (eval_run_id, idx, key, repeat_idx, first_subtask, subtask_count, episode_id, scene,
                    task_type, instruction, start, expert_steps, step_limit, steps, completed, conditions_met,
                    conditions_total, problem)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id, rollout.index, rollout.key, rollout.annotation, rollout.subTasks.lowerBound, rollout.subTasks.count,
                rollout.episodeID, rollout.scene, rollout.taskType, rollout.instruction, rollout.start.rawValue,
                rollout.expertSteps, rollout.stepLimit, rollout.stepCount, rollout.completed, rollout.conditions?.met,
                rollout.conditions?.total, rollout.problem,
            ])
        let rolloutID = db.lastInsertedRowID
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO rollout_steps (rollout_id, t, action, object_class, object_id, failure, completed)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """)
        for (t, step) in steps.enumerated() {
            try statement.execute(arguments: [
                rolloutID, t, step.action, step.objectClass, step.objectID, step.failure, step.completed ? 1 : 0,
            ])
        }
    }

    /// The rollouts in the order of the set, with their ids in the store.
    package func rollouts(_ db: Database) throws -> [(id: Int64, rollout: Rollout)] {
        try Row.fetchAll(db, sql: "SELECT * FROM rollouts WHERE eval_run_id = ? ORDER BY idx", arguments: [id]).map {
            ($0["id"], try Rollout($0))
        }
    }
}

extension Rollout {
    fileprivate init(_ row: Row) throws {
        let name: String = row["start"]
        guard let start = Start(rawValue: name) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "\"\(name)\" is no start of a rollout")
        }
        let (first, count): (Int, Int) = (row["first_subtask"], row["subtask_count"])
        let (met, total): (Int?, Int?) = (row["conditions_met"], row["conditions_total"])
        self.init(
            index: row["idx"], key: row["key"], annotation: row["repeat_idx"], subTasks: first..<(first + count),
            episodeID: row["episode_id"], scene: row["scene"], taskType: row["task_type"],
            instruction: row["instruction"], start: start, expertSteps: row["expert_steps"],
            stepLimit: row["step_limit"], stepCount: row["steps"], completed: row["completed"],
            conditions: met.flatMap { met in total.map { GoalCount(met: met, total: $0) } }, problem: row["problem"])
    }

    /// The rollout with an id, and the name of its run; nil where there is none.
    package static func withID(_ id: Int64, _ db: Database) throws -> (run: String, rollout: Rollout)? {
        try Row.fetchOne(
            db,
            sql: "SELECT o.*, v.name AS run FROM rollouts o JOIN eval_runs v ON v.id = o.eval_run_id WHERE o.id = ?",
            arguments: [id]
        ).map { ($0["run"], try Rollout($0)) }
    }

    /// The steps of the rollout with an id.
    package static func steps(_ id: Int64, _ db: Database) throws -> [Step] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT action, object_class, object_id, failure, completed FROM rollout_steps WHERE rollout_id = ?
                ORDER BY t
                """, arguments: [id]
        ).map { Step(action: $0[0], objectClass: $0[1], objectID: $0[2], failure: $0[3], completed: $0[4]) }
    }
}

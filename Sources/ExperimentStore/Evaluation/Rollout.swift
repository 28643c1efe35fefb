package import GRDB

/// One task as an agent went through it.
package struct Rollout: TableRow, Equatable {
    /// Where rollouts are kept.
    package static let databaseTableName = "rollouts"

    /// Where the agent stood at first.
    package enum Start: String, Codable, Sendable, CaseIterable {
        /// As the trajectory began.
        case recorded
        /// The agent elsewhere in the room.
        case random
    }

    /// One action of the agent.
    package struct Step: TableRow, Equatable {
        /// Where the steps of rollouts are kept.
        package static let databaseTableName = "rollout_steps"

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

        /// An action and what came of it.
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
    /// Of the trajectory, whose words the instruction is.
    package var annotation: Int
    private var firstSubTask: Int
    private var subTaskCount: Int
    /// The trajectory's episode, where the store has it.
    package var episodeID: Int64?
    /// The number of the floor plan.
    package var scene: Int
    /// As in `pick_and_place_simple`; nil where the trajectory names none.
    package var taskType: String?
    /// What the agent was asked to do.
    package var instruction: String
    /// Where the agent stood at first.
    package var start: Start
    /// The expert's low actions.
    package var expertSteps: Int
    /// Actions after which the agent was stopped.
    package var stepLimit: Int
    /// Actions the agent took.
    package var stepCount: Int
    /// Sub-tasks completed in order: the return.
    package var completed: Int
    private var conditionsMet: Int?
    private var conditionsTotal: Int?
    /// Why the task could not be set up; nothing was done then.
    package var problem: String?

    private enum CodingKeys: String, CodingKey {
        case index = "idx"
        case annotation = "repeatIdx"
        case firstSubTask = "firstSubtask"
        case subTaskCount = "subtaskCount"
        case stepCount = "steps"
        case key, episodeID, scene, taskType, instruction, start, expertSteps, stepLimit, completed, conditionsMet
        case conditionsTotal, problem
    }

    /// Conditions of a goal.
    package struct GoalCount: Sendable, Equatable {
        /// Conditions that hold at the end.
        package var met: Int
        /// All conditions.
        package var total: Int

        /// A count.
        package init(met: Int, total: Int) {
            self.met = met
            self.total = total
        }
    }

    /// A rollout; `subTasks` are those of the trajectory that the task asks for.
    package init(
        index: Int, key: String, annotation: Int, subTasks: Range<Int>, episodeID: Int64?, scene: Int,
        taskType: String?, instruction: String, start: Start, expertSteps: Int, stepLimit: Int, stepCount: Int,
        completed: Int, conditions: GoalCount?, problem: String?
    ) {
        self.index = index
        self.key = key
        self.annotation = annotation
        firstSubTask = subTasks.lowerBound
        subTaskCount = subTasks.count
        self.episodeID = episodeID
        self.scene = scene
        self.taskType = taskType
        self.instruction = instruction
        self.start = start
        self.expertSteps = expertSteps
        self.stepLimit = stepLimit
        self.stepCount = stepCount
        self.completed = completed
        conditionsMet = conditions?.met
        conditionsTotal = conditions?.total
        self.problem = problem
    }

    /// The sub-tasks of the trajectory that the task asks for.
    package var subTasks: Range<Int> { firstSubTask..<(firstSubTask + subTaskCount) }
    /// Of ALFRED's goal, at the end; nil for tasks without one.
    package var conditions: GoalCount? {
        conditionsMet.flatMap { met in conditionsTotal.map { GoalCount(met: met, total: $0) } }
    }
    /// Completed sub-tasks over all.
    package var proportion: Double { Double(completed) / Double(max(subTaskCount, 1)) }
    /// Whether all sub-tasks were completed.
    package var isSuccess: Bool { completed == subTaskCount }
}

extension EvalRun {
    /// A rollout with its number in the store.
    package struct Stored: QueryRow, Equatable {
        /// The store's number of the rollout.
        package var id: Int64
        /// Columns of the same row.
        package var rollout: Rollout
    }

    /// Stores a rollout with its steps; one of the same index is replaced.
    package func record(_ rollout: Rollout, steps: [Rollout.Step], _ db: Database) throws {
        try db.execute(
            sql: "DELETE FROM rollouts WHERE eval_run_id = :run AND idx = :index",
            arguments: ["run": id, "index": rollout.index])
        try rollout.insert(db, adding: ["eval_run_id": id])
        let rolloutID = db.lastInsertedRowID
        for (t, step) in steps.enumerated() { try step.insert(db, adding: ["rollout_id": rolloutID, "t": t]) }
    }

    /// The rollouts in the order of the set.
    package func rollouts(_ db: Database) throws -> [Stored] {
        try Stored.fetchAll(
            db, sql: "SELECT * FROM rollouts WHERE eval_run_id = :run ORDER BY idx", arguments: ["run": id])
    }
}

extension Rollout {
    /// A rollout with the name of its run and its neighbours there.
    package struct Page: QueryRow {
        /// The name of the evaluation.
        package var run: String
        /// The number of the rollout before it in the set.
        package var previousID: Int64?
        /// The number of the rollout after it in the set.
        package var nextID: Int64?
        /// Columns of the same row.
        package var rollout: Rollout
    }

    /// The rollout with an id; nil where there is none.
    package static func withID(_ id: Int64, _ db: Database) throws -> Page? {
        try Page.fetchOne(
            db,
            sql: """
                SELECT o.*, v.name AS run,
                    (SELECT p.id FROM rollouts p WHERE p.eval_run_id = v.id AND p.idx = o.idx - 1) AS previous_id,
                    (SELECT p.id FROM rollouts p WHERE p.eval_run_id = v.id AND p.idx = o.idx + 1) AS next_id
                FROM rollouts o JOIN eval_runs v ON v.id = o.eval_run_id WHERE o.id = :id
                """, arguments: ["id": id])
    }

    /// The steps of the rollout with an id.
    package static func steps(_ id: Int64, _ db: Database) throws -> [Step] {
        try Step.fetchAll(
            db,
            sql: """
                SELECT action, object_class, object_id, failure, completed FROM rollout_steps
                WHERE rollout_id = :id ORDER BY t
                """, arguments: ["id": id])
    }

    /// A rollout of an episode, for lists.
    package struct Line: QueryRow {
        /// The store's number of the rollout.
        package var id: Int64
        /// The name of the evaluation.
        package var run: String
        /// What the agent was asked to do.
        package var instruction: String
        /// How many sub-tasks there were.
        package var subTasks: Int
        /// How many of them were completed, in order.
        package var completed: Int
        /// Actions the agent took.
        package var steps: Int
        /// Why the task could not be set up.
        package var problem: String?
    }

    /// Evaluations' ways through an episode of the store, at most 500.
    package static func lines(episode: Int64, _ db: Database) throws -> [Line] {
        try Line.fetchAll(
            db,
            sql: """
                SELECT o.id, v.name AS run, o.instruction, o.subtask_count AS sub_tasks, o.completed, o.steps, o.problem
                FROM rollouts o JOIN eval_runs v ON v.id = o.eval_run_id WHERE o.episode_id = :episode
                ORDER BY v.id, o.idx LIMIT 500
                """, arguments: ["episode": episode])
    }
}

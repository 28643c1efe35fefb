package import GRDB
internal import Foundation
internal import Ground

/// An evaluation and what came of it, for people and as JSON.
package struct EvalStatus: Encodable, Sendable, Equatable {
    /// As in `sparse-s1@valid_seen+masked`.
    package var name: String
    /// Tells evaluations of one name apart: `frames --run name#content`.
    package var content: String
    /// The training run, or another agent.
    package var run: String
    package var checkpointStep: Int?
    /// The set's name.
    package var set: String
    package var rules: EvalRun.Rules
    package var start: String?
    package var seed: String
    package var status: EvalRun.Status
    /// Tasks done, and in all where that is known.
    package var tasks: Int
    package var tasksInAll: Int?
    /// Of the tasks done: the mean share of sub-tasks completed, and of tasks with all of them.
    package var proportion: Double?
    package var success: Double?
    package var notSetUp: Int
    package var seconds: Double?
    package var updatedAt: String

    /// All evaluations in the order in which they were made.
    ///
    /// - Parameter name: Only of this name, or of this agent or training run; nil for all.
    package static func all(_ name: String? = nil, _ db: Database) throws -> [EvalStatus] {
        struct Figures: QueryRow {
            var evalRunID: Int64
            var tasks: Int
            var proportion: Double
            var success: Double
            var notSetUp: Int
        }
        let figures = try Figures.fetchAll(
            db,
            sql: """
                SELECT eval_run_id, count(*) AS tasks, avg(1.0 * completed / subtask_count) AS proportion,
                    avg(completed = subtask_count) AS success, count(problem) AS not_set_up
                FROM rollouts GROUP BY eval_run_id
                """)
        let byRun = Dictionary(figures.map { ($0.evalRunID, $0) }, uniquingKeysWith: { $1 })
        return try EvalRun.all(db).map { run in
            let (identity, settings, figures) = (run.identity, run.settings, byRun[run.id])
            return EvalStatus(
                name: identity.name, content: run.shortContent,
                run: String(identity.name.prefix { $0 != "@" }), checkpointStep: identity.checkpointStep,
                set: identity.taskSet, rules: identity.rules, start: settings?.set.start,
                seed: String(UInt64(bitPattern: identity.seed)), status: run.status, tasks: figures?.tasks ?? 0,
                tasksInAll: settings?.tasks, proportion: figures?.proportion, success: figures?.success,
                notSetUp: figures?.notSetUp ?? 0, seconds: run.seconds, updatedAt: run.updatedAt)
        }.filter { name == nil || $0.name == name || $0.run == name }
    }
}

extension [EvalStatus] {
    /// A table, a line an evaluation.
    package var text: String {
        guard !isEmpty else { return "The store holds no evaluations yet; rgvlm-evaluate run makes some.\n" }
        var table = TextTable([
            ("evaluation", .left), ("content", .left), ("updates", .right), ("rules", .left), ("start", .left),
            ("seed", .right), ("tasks", .right), ("proportion", .right), ("success", .right), ("when", .left),
        ])
        for status in self {
            let done = status.tasksInAll.map { $0 == status.tasks ? "" : " of \($0.grouped)" } ?? ""
            table.add([
                TextTable.printable(status.name), status.content, status.checkpointStep?.grouped ?? "",
                status.rules.rawValue, status.start ?? "", status.seed, status.tasks.grouped + done,
                status.proportion.map { String(format: "%.3f", $0) } ?? "",
                status.success.map { String(format: "%.3f", $0) } ?? "",
                status.updatedAt + (status.status == .done ? "" : " (not done)"),
            ])
        }
        return table.text
    }
}

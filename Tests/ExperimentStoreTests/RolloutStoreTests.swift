import Foundation
import GRDB
import TestSupport
import Testing

@testable import ExperimentStore

@Suite struct RolloutStoreTests {
    private func rollout(_ index: Int, _ subTasks: Range<Int>, done: Int, steps: Int, expert: Int) -> Rollout {
        Rollout(
            index: index, key: "a/b", annotation: 1, subTasks: subTasks, episodeID: nil, scene: 7, taskType: "t",
            instruction: "do it", start: .recorded, expertSteps: expert, stepLimit: 2 * expert, stepCount: steps,
            completed: done, conditions: .init(met: done, total: 3), problem: nil)
    }

    @Test func figures() {
        let rollouts = [
            rollout(0, 0..<1, done: 1, steps: 20, expert: 10), rollout(1, 2..<3, done: 0, steps: 20, expert: 10),
            rollout(2, 0..<4, done: 3, steps: 8, expert: 10), rollout(3, 1..<5, done: 4, steps: 10, expert: 10),
        ]
        let summary = RolloutSummary(rollouts)
        #expect(summary.all.tasks == 4)
        #expect(summary.all.meanReturn == 2)
        #expect(summary.all.proportion == 2.75 / 4)
        #expect(summary.all.success == 0.5)
        #expect(summary.all.weightedProportion == 2.25 / 4)
        #expect(summary.all.weightedSuccess == 1.5 / 4)
        #expect(summary.byLength.keys.sorted() == [1, 4])
        #expect(summary.byLength[4]?.meanReturn == 3.5)
        #expect(summary.goalConditions == 8.0 / 12)
        #expect(summary.goals == 0.25)
        #expect(RolloutSummary([]).all.proportion == 0)
    }

    @Test func whatIsStoredComesBack() throws {
        let folder = try TemporaryFolder()
        let store = try ExperimentStore(folder("x.sqlite"), access: .write)
        let identity = EvalRun.Identity(
            name: "expert@x", agent: .expert, taskSet: "x", taskSetSHA256: Array(repeating: 3, count: 32), seed: -5,
            config: "{}")
        let steps = [
            Rollout.Step(action: 2, objectClass: 0, objectID: nil, failure: "blocked", completed: false),
            Rollout.Step(action: 4, objectClass: 2, objectID: "Apple|1", failure: nil, completed: true),
        ]
        let first = rollout(0, 0..<1, done: 1, steps: 2, expert: 2)
        try store.write { db in
            var run = try EvalRun.create(identity, db)
            try run.record(first, steps: [], db)
            try run.record(first, steps: steps, db)
            try run.record(rollout(1, 0..<2, done: 0, steps: 0, expert: 4), steps: [], db)
            try run.finish(seconds: 1.5, db)
            #expect(throws: DatabaseError.self) { try EvalRun.create(identity, db) }
        }
        try store.read { db in
            let run = try #require(try EvalRun.named("expert@x", db))
            #expect(run.identity == identity)
            #expect(run.status == .done && run.seconds == 1.5)
            #expect(try EvalRun.all(db) == [run])
            let stored = try run.rollouts(db)
            #expect(stored.map(\.rollout.index) == [0, 1])
            #expect(stored[0].rollout == first)
            #expect(try Rollout.steps(stored[0].id, db) == steps)
            #expect(try Rollout.withID(stored[0].id, db)?.run == "expert@x")
            #expect(try Rollout.withID(stored[0].id, db)?.rollout == first)
            #expect(try Rollout.withID(stored[0].id, db)?.previousID == nil)
            #expect(try Rollout.withID(stored[0].id, db)?.nextID == stored[1].id)
            #expect(try Rollout.withID(stored[1].id, db)?.previousID == stored[0].id)
            #expect(try Rollout.withID(999, db)?.run == nil)
            let row = try #require(try Row.fetchOne(db, sql: "SELECT * FROM eval_list"))
            let (rollouts, success, meanReturn): (Int, Double, Double) = (
                row["rollouts"], row["success"], row["mean_return"]
            )
            #expect(rollouts == 2 && success == 0.5 && meanReturn == 0.5)
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM rollout_step_list") == 2)
        }
        try store.write { db in try EvalRun.named("expert@x", db)?.delete(db) }
        #expect(try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM rollout_steps") } == 0)
    }
}

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

    /// Whatever decides what comes of an evaluation is in its content, and nothing else.
    @Test func contentIsWhatDecides() {
        func identity(
            _ name: String = "r@x", _ agent: EvalRun.Agent = .policy, run: Int64? = 1, step: Int? = 2,
            weights: UInt8 = 3, set: UInt8 = 4, rules: EvalRun.Rules = .sprint, seed: Int64 = 5, config: String = "{}"
        ) -> EvalRun.Identity {
            EvalRun.Identity(
                name: name, agent: agent, trainRunID: run, checkpointStep: step,
                checkpointSHA256: [UInt8](repeating: weights, count: 32), taskSet: "x",
                taskSetSHA256: [UInt8](repeating: set, count: 32), rules: rules, seed: seed, config: config)
        }
        let all = [
            identity(), identity("s@x"), identity("r@x", .random), identity(step: 3), identity(weights: 4),
            identity(set: 5), identity(rules: .masked), identity(seed: 6), identity(config: "{\"side\":56}"),
        ]
        #expect(Set(all.map(\.contentSHA256)).count == all.count)
        #expect(identity(run: 9).contentSHA256 == identity().contentSHA256, "numbers differ from store to store")
    }

    private func settings(_ set: EvalRun.SetDefinition) -> EvalRun.Settings {
        EvalRun.Settings(
            dataset: "d", drawnSide: 112, side: 56, encoder: "patches", weightsSHA256: nil, window: 8, stepRatio: 2,
            revision: 1, set: set, tasks: 3)
    }

    /// The newest that is done, of the latest checkpoint, among those that an experiment means.
    @Test func theOneThatCounts() throws {
        let folder = try TemporaryFolder()
        let store = try ExperimentStore(folder("x.sqlite"), access: .write)
        let near = EvalRun.SetDefinition(file: nil, split: "near", count: nil, lengths: nil, start: "recorded")
        #expect(near.count == 100 && near.lengths == [1, 2, 3, 4, 5, 6] && near.source == "split near")
        let many = EvalRun.SetDefinition(file: nil, split: "near", count: 400, lengths: [2, 1], start: "recorded")
        #expect(many.lengths == [1, 2])
        let file = EvalRun.SetDefinition(file: "/a/b/eval.json", split: "", count: nil, lengths: nil, start: "random")
        #expect(file.source == "file eval.json" && file.count == nil && file.lengths == nil)
        let runs = try store.write { db in
            try [(near, 1, 2, true), (many, 1, 3, true), (near, 2, 2, true), (near, 1, 5, true), (near, 1, 9, false)]
                .map {
                    set, seed, step, isDone in
                    var run = try EvalRun.create(
                        EvalRun.Identity(
                            name: "random@near", agent: .random, checkpointStep: step, taskSet: "near",
                            taskSetSHA256: [UInt8](repeating: 1, count: 32), seed: Int64(seed),
                            config: settings(set).json), db)
                    if isDone { try run.finish(seconds: 1, db) }
                    return run
                }
        }
        #expect(runs[0].settings == settings(near))
        #expect(EvalRun.counting(runs, EvalRun.Wanted(set: near, seed: 1)) == runs[3])
        #expect(EvalRun.counting(runs, EvalRun.Wanted(set: many, seed: 1)) == runs[1])
        #expect(EvalRun.counting(runs, EvalRun.Wanted(set: near, seed: 2)) == runs[2])
        #expect(EvalRun.counting(runs, EvalRun.Wanted(set: file, seed: 1)) == nil)
        #expect(EvalRun.counting([runs[4]], EvalRun.Wanted(set: near, seed: 1)) == runs[4])
        #expect(EvalRun.counting(runs, nil) == runs[3] && EvalRun.counting([], nil) == nil)

        let statuses = try store.read { try EvalStatus.all(nil, $0) }
        #expect(statuses.count == 5 && statuses.map(\.status).count(where: { $0 == .done }) == 4)
        #expect(Set(statuses.map(\.content)).count == 5 && statuses.allSatisfy { $0.tasksInAll == 3 && $0.tasks == 0 })
        #expect(statuses.text.contains("(not done)") && [EvalStatus]().text.contains("no evaluations yet"))
        #expect(try store.read { try EvalStatus.all("random", $0) }.count == 5)
        #expect(try store.read { try EvalStatus.all("rand", $0) }.isEmpty)
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
        // Another seed is another evaluation of the name, which takes nothing's place; the newest done is meant by it.
        var other = EvalRun.Identity(
            name: "expert@x", agent: .expert, taskSet: "x", taskSetSHA256: Array(repeating: 3, count: 32), seed: 6,
            config: "{}")
        #expect(other.contentSHA256 != identity.contentSHA256 && other.shownSet == "x")
        try store.write { db in
            var run = try EvalRun.create(other, db)
            #expect(try EvalRun.named("expert@x", db)?.identity == identity, "the one that is done")
            try run.finish(seconds: 2, db)
            #expect(try EvalRun.named("expert@x", db)?.identity == other)
            let first = try #require(try EvalRun.of(identity, db))
            #expect(try EvalRun.named("expert@x#\(first.shortContent.uppercased())", db) == first)
            #expect(try EvalRun.named("expert@x#zz", db) == nil && EvalRun.named("expert", db) == nil)
            #expect(try EvalRun.count(named: "expert@x", db) == 2 && first.rollouts(db).count == 2)
            try run.delete(db)
        }
        other.rules = .masked
        #expect(other.shownSet == "x+masked" && EvalRun.name(of: "a", on: "x", .masked) == "a@x+masked")
        try store.write { db in try EvalRun.named("expert@x", db)?.delete(db) }
        #expect(try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM rollout_steps") } == 0)
    }
}

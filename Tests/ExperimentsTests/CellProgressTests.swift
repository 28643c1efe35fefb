import StageSupport
import Testing

@testable import Experiments

@Suite struct CellProgressTests {
    private func plan(_ steps: String = "steps: 100") throws -> ExperimentPlan {
        try ExperimentPlan(
            Configuration(
                file: nil,
                overrides: [
                    "train={\(steps)}", "evaluate.sets=[{name: near, split: valid_seen}]",
                    "experiment={seeds: [1], rows: [{name: a}, {name: b}, {name: c}]}",
                ].map { .init($0) }),
            ExperimentPlan.Places(config: nil, store: "s"))
    }

    private func facts(_ steps: [String: Int], done: Set<String> = []) -> ExperimentFacts {
        var facts = ExperimentFacts()
        for (run, step) in steps { facts.trainings[run] = .init(done.contains(run) ? .done : .running, step: step) }
        return facts
    }

    @Test func aLineSaysWhatIsDoneRunsAndIsLeft() throws {
        let plan = try plan()
        let facts = facts(["a-s1": 100, "b-s1": 40], done: ["a-s1"])
        func line(_ seconds: Double, _ before: Int = 0) -> String {
            plan.progress(.cells, facts, running: ["b-s1", "c-s1"], seconds: seconds, before: before)
        }
        let start = "cells 1/3 done, 2 running (b-s1 40 %, c-s1 0 %)"
        #expect(line(0) == start)
        #expect(line(10, 140) == start)
        #expect(line(10) == start + ", 14/s, 11 s left")
        #expect(line(100) == start + ", 1.4/s, 2 min left")
        #expect(line(10000) == start + ", 0.0/s, 3 h 10 min left")
        #expect(line(10, 40) == start + ", 10/s, 16 s left")
    }

    @Test func evaluationsHaveNoRate() throws {
        var facts = facts(["a-s1": 100, "b-s1": 100], done: ["a-s1", "b-s1"])
        facts.evaluations["a-s1@near"] = .some(100)
        let plan = try plan()
        #expect(
            plan.progress(.evaluations, facts, running: ["b-s1"], seconds: 9, before: 0)
                == "evaluations 1/3 done, 1 running (b-s1)")
        #expect(
            plan.progress(.evaluations, facts, running: ["references-1"], seconds: 9, before: 0)
                == "evaluations 1/3 done, 1 running")
    }

    @Test func epochsHaveNoEnd() throws {
        let line = try plan("epochs: 3").progress(
            .cells, facts(["a-s1": 40]), running: ["a-s1"], seconds: 10, before: 20)
        #expect(line == "cells 0/3 done, 1 running (a-s1), 2.0/s")
    }

    @Test func whatWasTrainedForLongerCountsAsPlanned() throws {
        let plan = try plan()
        #expect(plan.updatesDone(facts(["a-s1": 250, "b-s1": 3, "other": 9])) == 103)
    }
}

import Episodes
import ExperimentStore
import Foundation
import TestSupport
import StoreFixture
import Testing

@testable import Evaluation

@Suite struct TaskSetTests {
    private func read(_ json: String) throws -> TaskSet {
        try TaskSet(sprint: Data(json.utf8), file: "tasks.json", name: "tasks")
    }

    @Test func readsWhatSPRINTWrites() throws {
        let set = try read(
            """
            [{"task": "a-B-None-C-1/trial_T1", "repeat_id": 2, "subgoal_ids": [1, 2], "extra": null,
              "primitive_skills": [{"api_action": ["MoveAhead_25"]}, {"annotations": 3}], "annotation": "Do both."}]
            """)
        #expect(
            set.tasks == [
                EvalTask(
                    key: "a-B-None-C-1/trial_T1", split: nil, annotation: 2, subTasks: 1..<3, instruction: "Do both.")
            ])
        #expect(set.start == .recorded)
    }

    @Test(arguments: [
        ("", "is not a list"), ("{}", "is not a list"), ("[]", "holds no tasks"), ("[1]", "item 0"),
        (#"[{"task": "a/b", "repeat_id": 0, "subgoal_ids": [0]}]"#, "annotation"),
        (#"[{"task": "a/b", "repeat_id": 0, "subgoal_ids": ["0"], "annotation": ""}]"#, "item 0"),
        (#"[{"task": "../b", "repeat_id": 0, "subgoal_ids": [0], "annotation": ""}]"#, "names no trajectory folder"),
        (#"[{"task": "a/../../b", "repeat_id": 0, "subgoal_ids": [0], "annotation": ""}]"#, "names no trajectory"),
        (#"[{"task": "/etc/passwd", "repeat_id": 0, "subgoal_ids": [0], "annotation": ""}]"#, "names no trajectory"),
        (#"[{"task": "a/b\u0000", "repeat_id": 0, "subgoal_ids": [0], "annotation": ""}]"#, "names no trajectory"),
        (#"[{"task": "", "repeat_id": 0, "subgoal_ids": [0], "annotation": ""}]"#, "names no trajectory folder"),
        (#"[{"task": "a/b", "repeat_id": 0, "subgoal_ids": [], "annotation": ""}]"#, "not consecutive"),
        (#"[{"task": "a/b", "repeat_id": 0, "subgoal_ids": [0, 2], "annotation": ""}]"#, "not consecutive"),
        (#"[{"task": "a/b", "repeat_id": 0, "subgoal_ids": [-1, 0], "annotation": ""}]"#, "not consecutive"),
        (#"[{"task": "a/b", "repeat_id": 0, "subgoal_ids": [9223372036854775807], "annotation": ""}]"#, "consecutive"),
        (#"[{"task": "a/b", "repeat_id": -1, "subgoal_ids": [0], "annotation": ""}]"#, "negative"),
        (
            #"[{"task": "a/b", "repeat_id": 0, "subgoal_ids": [0], "primitive_skills": [{}, {}], "annotation": ""}]"#,
            "2 primitive skills for 1 sub-goals"
        ),
    ])
    func saysWhatIsWrong(_ json: String, _ expected: String) throws {
        let error = #expect(throws: TaskSetError.self) { try read(json) }
        #expect(error?.description.contains(expected) == true, "\(String(describing: error))")
        #expect(error?.description.hasPrefix("tasks.json") == true)
    }

    @Test func aFileThatIsNotThere() {
        #expect(throws: TaskSetError.self) { try TaskSet(sprint: "/nonexistent/x.json", name: "x") }
    }

    /// A part of a set has all its lengths, and tasks in their order.
    @Test func aLimitedSetIsSpreadOverItsLengths() {
        let tasks = [1, 1, 1, 1, 2, 2, 2, 5].enumerated().map {
            EvalTask(key: "k\($0)", split: nil, annotation: 0, subTasks: 0..<$1, instruction: "")
        }
        let set = TaskSet(name: "s", tasks: tasks)
        #expect(set.limited(to: 4).tasks.map(\.key) == ["k0", "k1", "k4", "k7"])
        #expect(set.limited(to: 6).tasks.map(\.key) == ["k0", "k1", "k2", "k4", "k5", "k7"])
        #expect(set.limited(to: 8) == set && set.limited(to: 99) == set)
    }

    @Test func sharesAreEven() {
        #expect(TaskSet.shares(of: 10, available: [9, 9, 9]) == [4, 3, 3])
        #expect(TaskSet.shares(of: 10, available: [9, 1, 0, 9]) == [5, 1, 0, 4])
        #expect(TaskSet.shares(of: 99, available: [2, 0, 3]) == [2, 0, 3])
        #expect(TaskSet.shares(of: 0, available: [2]) == [0])
    }

    @Test func samplesAreOfTheSplitAndItsLengths() async throws {
        let bench = try await EvaluationBench.make()
        let set = try bench.set(12)
        let (again, elsewhere, other) = (
            try bench.set(12), try bench.set(12, start: .random), try bench.set(12, seed: 2)
        )
        #expect(set == again && set.sha256 == again.sha256)
        #expect(set.sha256 != elsewhere.sha256)
        #expect(other.tasks != set.tasks)
        #expect(set.tasks.count == 12)
        let ids = set.tasks.map { "\($0.key) \($0.annotation) \($0.subTasks)" }
        #expect(Set(ids).count == ids.count, "a task is drawn twice")
        let lengths = Dictionary(grouping: set.tasks) { $0.subTasks.count }.mapValues(\.count)
        #expect(lengths.keys.allSatisfy { (1...6).contains($0) })
        // Sorted by length, and as even as the split allows.
        #expect(set.tasks.map(\.subTasks.count) == set.tasks.map(\.subTasks.count).sorted())
        let singles = lengths[1, default: 0]
        #expect(singles >= 2)
        let store = try bench.read()
        for task in set.tasks {
            #expect(task.split == "train")
            let texts = try store.texts(
                """
                SELECT i.text FROM instructions i JOIN episodes e ON e.id = i.episode_id
                WHERE e.key = '\(task.key)' AND e.split = 'train' AND i.repeat_idx = \(task.annotation)
                    AND i.first_subtask = \(task.subTasks.lowerBound) AND i.subtask_count = \(task.subTasks.count)
                    AND i.fulfilled = 1
                """)
            #expect(texts.contains(task.instruction))
        }
        // More than there are: all, once.
        let all = try bench.set(100_000)
        #expect(all.tasks.count > 12 && all.tasks.count < 100_000)
        #expect(Set(all.tasks.map { "\($0)" }).count == all.tasks.count)
        let error = #expect(throws: TaskSetError.self) { try bench.set(3, split: "nowhere") }
        #expect(error?.description.contains("nowhere") == true)
    }

    /// Tasks of the kind `task` are whole, under the sentence of their goal.
    @Test func samplesAreOfTheirKinds() async throws {
        let store = try await EvaluationBench.make().read()
        func set(_ kinds: [Instruction.Kind]) throws -> TaskSet {
            try TaskSet(
                TaskSet.Sample(dataset: nil, split: "train", count: 100_000, kinds: kinds, seed: 1), from: store,
                name: "train")
        }
        let goals = try set([.task])
        #expect(goals.tasks.count > 1 && goals.tasks.allSatisfy { $0.subTasks.lowerBound == 0 })
        let sentences = try store.texts(
            "SELECT e.key || i.repeat_idx || i.text FROM instructions i JOIN episodes e ON e.id = i.episode_id "
                + "WHERE i.kind = 'task' AND i.fulfilled = 1 AND e.split = 'train'")
        #expect(goals.tasks.allSatisfy { sentences.contains("\($0.key)\($0.annotation)\($0.instruction)") })
        #expect(try set([.primitive]).tasks.allSatisfy { $0.subTasks.count == 1 })
        let (composites, steps) = (try set([.composite]), try set([.primitive, .composite]))
        #expect(composites.tasks.allSatisfy { $0.subTasks.count > 1 })
        #expect(try set([.primitive]).tasks.count + composites.tasks.count == steps.tasks.count)
        #expect(throws: TaskSetError.self) { try set([]) }
    }
}

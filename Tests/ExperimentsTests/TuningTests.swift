import FakeStage
import Episodes
import ExperimentStore
import Foundation
import StageSupport
import StoreFixture
import TestSupport
import Testing

@testable import Experiments

@Suite struct TuningTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let yaml = """
        train: {steps: 10}
        evaluate:
          sets: [{name: main, split: valid_seen}, {name: held, split: train}, {name: far, split: valid_unseen}]
        experiment:
          seeds: [1, 2]
          tune: {settings: {learning.temperature: [2, 5], reward: {generated: [0.1, 0.3]}}, set: held, seeds: [8, 9]}
          rows: [{name: a, set: [train.reward.source=none]}, {name: b}]
        """

    private func configuration(_ yaml: String = yaml) throws -> Configuration {
        try Configuration(file: try folder.write(yaml, to: "c.yaml"), overrides: [])
    }

    private var places: ExperimentPlan.Places { ExperimentPlan.Places(config: "c.yaml", store: "s.sqlite") }

    private func tuning() throws -> Tuning { try #require(try Tuning(configuration())) }

    /// Every row with every combination and every seed, on the set that decides alone.
    @Test func allRowsAreTriedAlike() throws {
        let tuning = try tuning()
        #expect(tuning.trials.map(\.name) == (1...4).map { "a-tune\($0)" } + (1...4).map { "b-tune\($0)" })
        #expect(
            tuning.trials.prefix(4).map(\.settings) == [
                ["train.learning.temperature=2", "train.reward.generated=0.1"],
                ["train.learning.temperature=2", "train.reward.generated=0.3"],
                ["train.learning.temperature=5", "train.reward.generated=0.1"],
                ["train.learning.temperature=5", "train.reward.generated=0.3"],
            ])
        let plan = try tuning.plan(places)
        #expect(plan.cells.count == 16 && plan.seeds == [8, 9])
        #expect(plan.cells.allSatisfy { $0.evaluations == ["\($0.run)@held"] })
        let cell = try #require(plan.cells.first { $0.run == "a-tune3-s9" })
        let words = cell.trainCommand.joined(separator: " ")
        #expect(
            words.contains(
                "train.reward.source=none --set train.learning.temperature=5 --set train.reward.generated=0.1"))
        #expect(cell.evaluateCommand.joined(separator: " ").contains(" --set evaluate.only=[held]"))
    }

    /// The best mean over seeds; of equal ones the first; nobody before all are there.
    @Test func eachRowHasItsBest() throws {
        let tuning = try tuning()
        var scores = [
            "a-tune1": [0.2, 0.4], "a-tune2": [0.5, 0.5], "a-tune3": [0.9, 0.1], "a-tune4": [0, 0.6],
            "b-tune1": [0.1, 0.1], "b-tune2": [0.1, 0.2], "b-tune3": [0.1, 0.1], "b-tune4": [0.7],
        ]
        var results = tuning.results(scores)
        #expect(results.filter(\.isChosen).map(\.settings) == [tuning.trials[1].settings])
        #expect(tuning.tuned(try configuration(), results) == nil)
        scores["b-tune4"] = [0.7, 0]
        results = tuning.results(scores)
        #expect(results.filter(\.isChosen).map(\.row) == ["a", "b"])
        let tuned = try #require(tuning.tuned(try configuration(), results))
        #expect(tuned.experiment.rows[0].set == ["train.reward.source=none"] + tuning.trials[1].settings)
        #expect(tuned.experiment.rows[1].set == tuning.trials[7].settings)
        #expect(tuned.evaluate.sets.map(\.name) == ["main", "far"] && tuned.experiment.tune == .init())
        #expect(Tuning.text(results).split(separator: "\n").count { $0.hasSuffix("chosen") } == 2)
    }

    @Test func whatIsNoTuningIsNamed() throws {
        #expect(try Tuning(configuration("experiment: {rows: [{name: a}]}")) == nil)
        for (tune, what) in [
            ("{settings: {learning.temperature: [2]}, set: nowhere}", "has to be one of evaluate.sets"),
            ("{settings: {learning.temperature: [2]}}", "set is missing"),
            ("{settings: {learning.temperature: {}}, set: main}", ""),
            ("{settings: {learning.temperature: [[2]]}, set: main}", "a list of values to try"),
            ("{settings: {learning.temperature: [2]}, set: main, seeds: [1, 1]}", "seeds is not a list"),
            ("{settings: {learning.temperature: [2]}, set: main}", "not the only one"),
        ] {
            let yaml = "evaluate: {sets: [{name: main, split: train}]}\nexperiment: {rows: [{name: a}], tune: \(tune)}"
            do {
                let tuning = try Tuning(configuration(yaml))
                #expect(what.isEmpty && tuning == nil, "\(tune)")
            } catch let error as StageError {
                #expect(!what.isEmpty && error.description.contains(what), "\(error.description)")
            }
        }
        let unknown = try configuration(Self.yaml.replacing("temperature", with: "temprature"))
        #expect(throws: StageError.self) { try Tuning(unknown)?.plan(places) }
    }

    @Test func onlySomeSetsAreMeant() throws {
        let sets = "{sets: [{name: a, split: train}, {name: b, split: train}], only: [b]}"
        #expect(try configuration("evaluate: \(sets)").evaluate.sets.map(\.name) == ["b"])
        #expect(throws: StageError.self) {
            try configuration("evaluate: {sets: [{name: a, split: train}], only: [c]}")
        }
    }
}

/// What a store's evaluations choose.
@Suite struct TunedExperimentTests {
    private let fixture: StoreFixture

    init() throws { fixture = try StoreFixture([EpisodePlan(subTasks: [(.pickup, 2)])]) }

    private static let yaml = """
        train: {steps: 300}
        evaluate: {sets: [{name: main, split: valid_seen}, {name: held, split: train}]}
        experiment:
          seeds: [1, 2]
          tune: {settings: {learning.temperature: [2, 5]}, set: held}
          rows: [{name: a}, {name: b}]
        """

    private func tuned() throws -> TunedExperiment {
        var configuration = try Configuration(
            file: try fixture.folder.write(Self.yaml, to: "c.yaml"), overrides: [])
        configuration.store = fixture.store.file
        return try TunedExperiment(
            configuration, ExperimentPlan.Places(config: "c.yaml", store: fixture.store.file, overrides: ["seed=3"]))
    }

    /// - Parameter completed: Of four sub-tasks, by the trajectory's name.
    private func evaluate(
        _ run: String, on set: String, steps: Int = 300, _ completed: KeyValuePairs<String, Int>
    ) throws {
        let training = try fixture.train(run, steps: steps)
        try fixture.evaluate(
            "\(run)@\(set)", of: training, taskSet: set,
            completed.enumerated().map { place, task in
                let rollout = Rollout(
                    index: place, key: task.key, annotation: 0, subTasks: 0..<4, episodeID: nil, scene: 1,
                    taskType: nil,
                    instruction: "", start: .recorded, expertSteps: 4, stepLimit: 8, stepCount: 5,
                    completed: task.value, conditions: nil, problem: nil)
                return (rollout, [])
            })
    }

    /// A row has its best when all its trials are there; until all rows have theirs the experiment is not tuned.
    @Test func theStoreChooses() throws {
        try evaluate("a-tune1-s1", on: "held", ["t": 1, "u": 1])
        try evaluate("a-tune2-s1", on: "held", ["t": 2, "u": 1])
        try evaluate("b-tune1-s1", on: "held", ["t": 3, "u": 0])
        var experiment = try tuned()
        #expect(!experiment.isTuned && experiment.configuration.experiment.rows.allSatisfy { $0.set.isEmpty })
        #expect(experiment.lines.first == "tuning on held: 3 of 4 rows with settings tried")
        #expect(experiment.results.map(\.completed) == [0.25, 0.375, 0.375, nil])
        try evaluate("b-tune2-s1", on: "held", ["t": 1, "u": 1])
        experiment = try tuned()
        #expect(experiment.isTuned)
        #expect(
            experiment.configuration.experiment.rows.map(\.set) == [
                ["train.learning.temperature=5"], ["train.learning.temperature=2"],
            ])
        #expect(experiment.configuration.evaluate.sets.map(\.name) == ["main"])
        #expect(experiment.places.overrides == ["seed=3", "evaluate.only=[main]"])
        let plan = try ExperimentPlan(experiment.configuration, experiment.places)
        #expect(plan.cells.map(\.run) == ["a-s1", "b-s1", "a-s2", "b-s2"])
        #expect(plan.cells[0].trainCommand.contains("train.learning.temperature=5"))
    }

    /// What is reported decides nothing: tasks of its trajectories do not count, and the choice is another one.
    @Test func reportedTrajectoriesDecideNothing() throws {
        for (run, t, u) in [("a-tune1", 4, 0), ("a-tune2", 0, 1), ("b-tune1", 0, 3), ("b-tune2", 4, 2)] {
            try evaluate("\(run)-s1", on: "held", ["t": t, "u": u])
        }
        #expect(try tuned().results.filter(\.isChosen).map(\.settings.first?.last) == ["2", "5"])
        try evaluate("somebody", on: "main", ["t": 4])
        #expect(try tuned().results.filter(\.isChosen).map(\.settings.first?.last) == ["5", "2"])
        // Where nothing else is left there is no choice to make.
        try evaluate("somebody-else", on: "main", ["t": 4, "u": 1])
        let error = #expect(throws: StageError.self) { try tuned() }
        #expect(error?.description.contains("all its trajectories are in the reported sets main too") == true)
    }

    /// Evaluations of fewer updates than the run has do not count.
    @Test func onlyLastWeightsCount() throws {
        try evaluate("a-tune1-s1", on: "held", ["t": 1])
        try fixture.store.write { db in
            guard var run = try TrainRun.named("a-tune1-s1", db) else { return }
            try run.update(status: .done, step: 400, db)
        }
        #expect(try tuned().results.allSatisfy { $0.completed == nil && $0.seeds == 0 })
    }

    @Test func withoutATuningNothingChanges() throws {
        var configuration = Configuration()
        configuration.store = fixture.store.file
        let places = ExperimentPlan.Places(config: nil, store: fixture.store.file)
        let experiment = try TunedExperiment(configuration, places)
        #expect(experiment.isTuned && experiment.configuration == configuration && experiment.places == places)
        #expect(experiment.lines.isEmpty && experiment.results.isEmpty)
    }
}

/// The driver tunes before it trains, with stages that only pretend.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TuningDriverTests {
    @Test func rowsAreTrainedWithTheirBest() throws {
        let experiment = try FakeExperiment()
        experiment.yaml = """
            train: {steps: 10}
            evaluate: {sets: [{name: near, split: valid_seen}, {name: held, split: train}]}
            experiment:
              seeds: [1, 2]
              tune: {settings: {learning.temperature: [2, 5]}, set: held}
              rows: [{name: a}, {name: b}]
            """
        experiment.fake.completed = ["a-tune1-s1": 3, "a-tune2-s1": 7, "b-tune1-s1": 6, "b-tune2-s1": 6]
        #expect(try experiment.run("--steps", "data,ingest,train").status == 65)
        let result = try experiment.run()
        #expect(result.status == 0, "\(result.errors)")
        let runs = try experiment.starts("rgvlm-train")
        #expect(Set(runs.prefix(4)) == ["a-tune1-s1", "a-tune2-s1", "b-tune1-s1", "b-tune2-s1"])
        #expect(Set(runs.dropFirst(4)) == ["a-s1", "a-s2", "b-s1", "b-s2"])
        let text = try String(contentsOfFile: experiment("out/tuning.txt"), encoding: .utf8)
        let chosen = text.split(separator: "\n").filter { $0.hasSuffix("chosen") }
        #expect(chosen.count == 2 && chosen[0].contains("temperature=5") && chosen[1].contains("temperature=2"))
        // Again: nothing is tried or trained anew.
        let before = try experiment.history().count
        #expect(try experiment.run().status == 0)
        let again = try experiment.history().dropFirst(before).filter { $0.kind == .start && $0.text == "0" }
        #expect(again.isEmpty)
    }
}

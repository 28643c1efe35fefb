import Episodes
import ExperimentStore
import Foundation
import Ground
import Instrument
import StageSupport
import Statistics
import StoreFixture
import TestSupport
import Testing

@testable import Experiments

/// What a plan says of the differences it can find.
@Suite struct OutlookTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func configuration(seeds: String, tasks: Int, rows: Int, store: String = "nowhere.sqlite") throws
        -> Configuration
    {
        let names = (0..<rows).map { "{name: \($0 == 0 ? "sparse" : "row\($0)")}" }.joined(separator: ", ")
        let yaml = """
            train: {steps: 10}
            evaluate: {sets: [{name: main, split: train, tasks: \(tasks)}, {name: file, file: f.json}]}
            experiment: {seeds: [\(seeds)], rows: [\(names)]}
            """
        var configuration = try Configuration(file: try folder.write(yaml, to: "c.yaml"), overrides: [])
        configuration.store = store
        return configuration
    }

    private func plan(_ configuration: Configuration) throws -> ExperimentPlan {
        try ExperimentPlan(configuration, ExperimentPlan.Places(config: "c.yaml", store: configuration.store))
    }

    /// Before anything is there: by the pilot, .086 for three seeds and 100 tasks, .112 among ten rows.
    @Test func withoutAPilotTheMeasuredVariancesPlan() throws {
        let configuration = try configuration(seeds: "1, 2, 3", tasks: 100, rows: 11)
        let outlook = try Outlook(try plan(configuration), configuration)
        let set = try #require(outlook.sets.first)
        #expect(abs(set.detectable - 0.086) < 5e-4 && abs(set.corrected - 0.112) < 5e-4)
        #expect(set.comparisons == 10 && set.seeds == 3 && set.trajectories == 65 && !set.isMeasured)
        #expect(outlook.sets.last?.tasks == 100)
        #expect(outlook.lines[0].contains("main at 80 % power: a difference of 0.086, among 10 rows 0.112"))
        #expect(outlook.lines[0].contains("of about 65 trajectories, variances of a pilot"))
    }

    /// With evaluations in the store: by their own variances and trajectories.
    @Test func evaluationsInTheStoreAreThePilot() throws {
        let fixture = try StoreFixture([EpisodePlan(subTasks: [(.pickup, 2)])])
        var random = SplitMix64(seed: 4)
        var scores: [String: [Int: [Double]]] = [:]
        for row in ["sparse", "row1"] {
            for seed in 1...3 {
                let run = try fixture.train("\(row)-s\(seed)", seed: Int64(seed))
                let done = (0..<40).map { _ in random.below(5) }
                scores[row, default: [:]][seed] = done.map { Double($0) / 4 }
                try fixture.evaluate(
                    "\(row)-s\(seed)@main", of: run,
                    done.enumerated().map { place, completed in
                        (
                            Rollout(
                                index: place, key: "t\(place / 2)", annotation: 0, subTasks: 0..<4, episodeID: nil,
                                scene: 1, taskType: nil, instruction: "", start: .recorded, expertSteps: 4,
                                stepLimit: 8, stepCount: 5, completed: completed, conditions: nil, problem: nil), []
                        )
                    })
            }
        }
        let configuration = try configuration(seeds: "1, 2, 3, 4, 5", tasks: 100, rows: 2, store: fixture.store.file)
        let set = try #require(try Outlook(try plan(configuration), configuration).sets.first)
        #expect(set.isMeasured && set.tasks == 40 && set.trajectories == 20 && set.seeds == 5)
        func matrix(_ row: String) throws -> ScoreMatrix {
            try ScoreMatrix(runs: (1...3).compactMap { scores[row]?[$0] })
        }
        let expected = try PairedDifference(
            try matrix("row1"), less: try matrix("sparse"), trajectories: (0..<40).map { $0 / 2 }
        ).components
        #expect(set.components == expected)
        #expect(
            set.detectable
                == Power.detectable(standardError: expected.standardError(seeds: 5, tasks: 40, trajectories: 20)))
    }

    /// One seed has no spread to learn from.
    @Test func oneSeedIsNoPilot() {
        let one = Outlook.Evaluated(scores: ["sparse": [1: [0, 1]], "a": [1: [1, 1]]], trajectories: [0, 1])
        #expect(one.components(rows: ["sparse", "a"]) == nil)
        let apart = Outlook.Evaluated(
            scores: ["sparse": [1: [0, 1], 2: [1, 1]], "a": [3: [1, 1], 4: [0, 0]]], trajectories: [0, 1])
        #expect(apart.components(rows: ["sparse", "a"]) == nil)
        #expect(apart.components(rows: []) == nil)
    }

    /// The check's file is read back; what is none of its own is no check.
    @Test func checksAreReadFromTheirFile() throws {
        let json = """
            {"window": 4, "acting": "drawn", "windows": [1, 4],
             "selections": [{"episodes": 2, "instructions": 3, "unfulfilled": 1,
              "steps": 200, "content": "ab", "leverage": [{"window": 4, "steps": 200, "contested": 30}]}],
             "rows": [{"name": "a", "title": "A", "selection": 0, "algorithm": "iql",
               "dawdling": {"per_step": 0.06, "for_ever": 2, "finishing": 1},
               "proxy": [{"window": 4, "completed": 0.25, "best": 0.75, "starts": 4}]},
              {"name": "b", "title": "B", "selection": 0, "algorithm": "bc",
               "proxy": [{"window": 4, "completed": 0.5, "best": 0.5, "starts": 4}]}]}
            """
        let check = try #require(PlannedCheck.read(try folder.write(json, to: "check.json")))
        #expect(check.leverage?.percent == 15 && check.canTell && check.order.map(\.name) == ["b", "a"])
        #expect(check.dawdlers.map(\.name) == ["a"])
        #expect(
            check.shortText == [
                "leverage with 4 pictures: 15.0 %", "predicted order, actions drawn: b 0.50, a 0.25",
                "a: its reward pays for dawdling: bad steps for ever are worth 2.00, finishing 1.00",
            ])
        for text in ["", "{}", "[1]", json.replacing("\"steps\"", with: "\"stops\"")] {
            #expect(PlannedCheck.read(try folder.write(text, to: "other.json")) == nil)
        }
        #expect(PlannedCheck.read(folder("nowhere.json")) == nil)
    }

    /// A check that cannot be made says why, in the stage's last words.
    @Test func whatCannotBeCheckedIsSaid() throws {
        let script = "#!/bin/sh\necho 'first words' >&2\necho 'error: no frames here' >&2\nexit 66\n"
        let path = try folder.write(script, to: "bin/rgvlm-train")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        let places = ExperimentPlan.Places(config: nil, store: "x.sqlite", programs: folder("bin"))
        let (check, problem) = PlannedCheck.make(places)
        #expect(check == nil && problem == "error: no frames here")
    }
}

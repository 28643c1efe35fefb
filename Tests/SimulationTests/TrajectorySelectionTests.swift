import ALFRED
import TestSupport
import Testing

@testable import Simulation

@Suite struct SelectionTests {
    private let all = (0..<40).map { TrajectoryLocation(split: "train", key: "t/\($0)", folder: "f/\($0)") }

    @Test func namedOnesFirstThenDrawnOnes() {
        let named: Set<String> = ["t/3", "t/17", "t/99"]
        var before: [TrajectoryLocation] = []
        for limit in 0...45 {
            let chosen = TrajectorySelection(limit: limit, named: named, seed: 4).choose(all)
            #expect(chosen.count == min(40, max(2, limit)))
            #expect(chosen.contains(all[3]) && chosen.contains(all[17]))
            #expect(chosen == all.filter(chosen.contains), "their order changed")
            #expect(before.allSatisfy(chosen.contains), "a larger choice lost some")
            before = chosen
        }
        let one = TrajectorySelection(limit: 20, seed: 1).choose(all)
        #expect(one == TrajectorySelection(limit: 20, seed: 1).choose(all))
        #expect(one != TrajectorySelection(limit: 20, seed: 2).choose(all))
    }

    @Test func namesFromFiles() throws {
        let folder = try TemporaryFolder()
        let lines = try folder.write("# list\na/b\n\n  c/d  \n", to: "x.txt")
        #expect(try TrajectorySelection.names(in: lines) == ["a/b", "c/d"])
        let tasks = try folder.write(#"[{"task": "a/b", "n": 1}, {"task": "a/b"}, {"task": "e/f"}]"#, to: "x.json")
        #expect(try TrajectorySelection.names(in: tasks) == ["a/b", "e/f"])
        #expect(try TrajectorySelection.names(in: try folder.write(#"["g/h"]"#, to: "y.json")) == ["g/h"])
        for text in ["[{\"tsk\": 1}]", "{}", "[1", "\u{FF}"] {
            let file = try folder.write(text == "\u{FF}" ? [0xFF, 0xFE] : Array(text.utf8), to: "bad")
            #expect(throws: TrajectorySelection.Refusal.self) { try TrajectorySelection.names(in: file) }
        }
        #expect(throws: TrajectorySelection.Refusal.self) { try TrajectorySelection.names(in: folder("none")) }
    }
}

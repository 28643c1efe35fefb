import Testing

@testable import Episodes

/// Sub-goals of the given kinds, each of three steps.
private func subgoals(_ kinds: [SubTaskKind]) -> [Subgoal] {
    kinds.enumerated().map { Subgoal(kind: $1, steps: ($0 * 3)..<($0 * 3 + 3)) }
}

private func labels(_ kinds: [SubTaskKind], _ sentences: [String]) -> Instruction.Labels {
    Instruction.labels(subgoals: subgoals(kinds), goal: " Do  it\n", sentences: sentences, annotation: 2)
}

@Suite struct SubTaskTests {
    @Test func navigationJoinsWhatFollows() {
        let tasks = SubTask.merging(subgoals([.goto, .pickup, .goto, .goto, .put, .slice]))
        #expect(tasks.map(\.kind) == [.pickup, .put, .slice])
        #expect(tasks.map(\.steps) == [0..<6, 6..<15, 15..<18])
        #expect(tasks.map(\.subgoals) == [0..<2, 2..<5, 5..<6])
    }

    @Test func navigationAtTheEndStaysASubTask() {
        let tasks = SubTask.merging(subgoals([.goto, .pickup, .goto]))
        #expect(tasks.map(\.kind) == [.pickup, .goto])
        #expect(SubTask.merging(subgoals([.goto])).map(\.steps) == [0..<3])
        #expect(SubTask.merging([]).isEmpty)
    }

    /// Over every sequence of up to six sub-goals: each belongs to one sub-task, in order.
    @Test func everySequenceIsCovered() throws {
        let kinds: [SubTaskKind] = [.goto, .pickup, .put]
        var sequences: [[SubTaskKind]] = [[]]
        for _ in 0..<6 { sequences = sequences + sequences.flatMap { s in kinds.map { s + [$0] } } }
        for sequence in Set(sequences) where !sequence.isEmpty {
            let tasks = SubTask.merging(subgoals(sequence))
            try #require(tasks.flatMap { Array($0.subgoals) } == Array(sequence.indices))
            try #require(tasks.flatMap { Array($0.steps) } == Array(0..<(sequence.count * 3)))
        }
    }
}

@Suite struct InstructionTests {
    @Test func aligned() {
        let result = labels([.goto, .pickup, .goto, .put], ["walk", "Take it.", "go", "put  it\ndown"])
        #expect(result.isAligned)
        #expect(
            result.instructions == [
                Instruction(kind: .task, annotation: 2, subTasks: 0..<2, steps: 0..<12, text: "Do it"),
                Instruction(kind: .primitive, annotation: 2, subTasks: 0..<1, steps: 0..<6, text: "Take it."),
                Instruction(kind: .primitive, annotation: 2, subTasks: 1..<2, steps: 6..<12, text: "put it down"),
                Instruction(
                    kind: .composite, annotation: 2, subTasks: 0..<2, steps: 0..<12, text: "Take it. put it down."),
            ])
    }

    @Test func compositesAreAllRunsOfTwoOrMore() {
        let kinds: [SubTaskKind] = [.pickup, .slice, .put, .toggle]
        let composites = labels(kinds, ["a", "b", "c", "d"]).instructions.filter { $0.kind == .composite }
        #expect(composites.map(\.subTasks) == [0..<2, 0..<3, 0..<4, 1..<3, 1..<4, 2..<4])
        #expect(composites.map(\.text) == ["a. b.", "a. b. c.", "a. b. c. d.", "b. c.", "b. c. d.", "c. d."])
    }

    /// The last sentence describes the last two sub-goals: 21 annotations of the release.
    @Test func oneSentenceFewer() {
        let slices = labels([.goto, .pickup, .goto, .slice, .slice], ["w", "take", "w", "slice both"])
        #expect(slices.isAligned)
        #expect(slices.instructions.filter { $0.kind == .primitive }.map(\.subTasks) == [0..<1, 1..<3])
        #expect(slices.instructions.filter { $0.kind == .primitive }.map(\.steps) == [0..<6, 6..<15])
        #expect(slices.instructions.filter { $0.kind == .primitive }.map(\.text) == ["take", "slice both"])
        // With navigation as the last but one the merge has already happened.
        let put = labels([.pickup, .goto, .put], ["take", "put it there"])
        #expect(put.instructions.filter { $0.kind == .primitive }.map(\.subTasks) == [0..<1, 1..<2])
        #expect(put.instructions.filter { $0.kind == .primitive }.map(\.text) == ["take", "put it there"])
    }

    @Test(arguments: [["a"], [], ["a", "b", "c", "d", "e"]])
    func otherCountsYieldTheTaskOnly(_ sentences: [String]) {
        let result = labels([.goto, .pickup, .goto, .put], sentences)
        #expect(!result.isAligned)
        #expect(result.instructions.map(\.kind) == [.task])
    }

    /// Whatever the plan and the number of sentences: spans are those of whole sub-tasks, primitives cover the episode.
    @Test func spansAlwaysFitTheSubTasks() throws {
        let kinds: [SubTaskKind] = [.goto, .pickup, .slice]
        var sequences: [[SubTaskKind]] = [[]]
        for _ in 0..<5 { sequences += sequences.flatMap { s in kinds.map { s + [$0] } } }
        for sequence in Set(sequences) where !sequence.isEmpty {
            for missing in 0...1 where sequence.count > missing {
                let sentences = (0..<(sequence.count - missing)).map { "s\($0)" }
                let tasks = SubTask.merging(subgoals(sequence))
                let result = labels(sequence, sentences)
                try #require(result.isAligned)
                let primitives = result.instructions.filter { $0.kind == .primitive }
                try #require(
                    primitives.flatMap { Array($0.subTasks) } == Array(tasks.indices), "\(sequence) \(missing)")
                for instruction in result.instructions {
                    try #require(
                        instruction.steps.lowerBound == tasks[instruction.subTasks.lowerBound].steps.lowerBound)
                    try #require(
                        instruction.steps.upperBound == tasks[instruction.subTasks.upperBound - 1].steps.upperBound)
                }
                let runs = primitives.count * (primitives.count - 1) / 2
                try #require(result.instructions.count == 1 + primitives.count + runs)
            }
        }
    }

    @Test func theSparseRewardIsOneOnTheLastStepOfTheSpan() {
        let instruction = Instruction(kind: .primitive, annotation: 0, subTasks: 1..<2, steps: 4..<9, text: "x")
        #expect((0..<12).map { instruction.sparseReward(at: $0) } == [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0])
        #expect((0..<12).filter(instruction.isTerminal) == [8])
    }

    @Test(arguments: [("a b", "a b"), ("  a\t b\n", "a b"), ("", ""), ("\u{A0}é  ü ", "é ü"), ("a ", "a")])
    func tidying(_ text: String, _ expected: String) {
        #expect(Instruction.tidied(text) == expected)
    }
}

import ALFRED
import ExperimentStore
import Foundation
import Ground
import Household
@testable import Simulation
import Tensors
import TestSupport
import Testing

@testable import Evaluation

@Suite struct EvaluatorTests {
    private let drawing = FrameDrawing(side: 56)

    private func run(
        _ set: TaskSet, _ bench: EvaluationBench, _ agent: (CPUBackend) -> Agent, threads: Int = 2, seed: UInt64 = 0,
        rules: EvalRun.Rules = .sprint
    ) throws -> [Evaluator.Outcome] {
        let backend = CPUBackend(threadCount: threads)
        let prepared = try #require(
            PreparedSet(set, preparation: bench.preparation(), seed: seed, pool: backend.pool))
        return try #require(
            try Evaluator(pool: backend.pool, drawing: drawing).run(prepared, agent: agent(backend), rules: rules))
    }

    /// A draw takes each as often as the softmax says, and never what has no probability.
    @Test func drawsFollowTheProbabilities() {
        let scores: [Float] = [0, log(2), log(5), -.infinity]
        var counts = [0, 0, 0, 0]
        var random = SeededGenerator(3)
        for _ in 0..<20_000 {
            let drawn = Array(Attempt.drawn(scores[...], &random))
            counts[drawn.indices.max { drawn[$0] < drawn[$1] } ?? 0] += 1
        }
        for (count, share) in zip(counts, [0.125, 0.25, 0.625, 0]) {
            #expect(abs(Double(count) / 20_000 - share) < 0.015)
        }
        #expect(counts[3] == 0)
    }

    /// Drawn actions are the same again, on any number of threads, and others by another seed or by SPRINT's rules.
    @Test func drawnActionsAreByTheSeed() async throws {
        let bench = try await EvaluationBench.make()
        let set = try bench.set(4)
        func actions(_ rules: EvalRun.Rules, threads: Int = 2, seed: UInt64 = 1) throws -> [[Int]] {
            try run(set, bench, EvaluationBench.policy, threads: threads, seed: seed, rules: rules)
                .map { $0.steps.map(\.action) }
        }
        let drawn = try actions(.sampled)
        #expect(try drawn == actions(.sampled, threads: 1))
        #expect(try drawn != actions(.sampled, seed: 2) && drawn != actions(.sprint))
        #expect(try actions(.sprint) == actions(.sprint, seed: 2))
    }

    /// Whatever a recording fulfils, its actions complete when they are taken again, but for two rules of SPRINT's:
    /// what the expert closes has to be closed last, even where that comes first, and nothing counts once the goal
    /// holds, not even closing what the object was put into.
    @Test func theExpertDoesAllThatTheRulesLetAnybodyDo() async throws {
        let bench = try await EvaluationBench.make()
        let set = try bench.set(50)
        let outcomes = try run(set, bench) { _ in .expert }
        #expect(outcomes.count == 50)
        let preparation = try bench.preparation()
        for (index, outcome) in outcomes.enumerated() {
            let subTasks = try preparation.prepare(
                set.tasks[index], start: .recorded, seed: 0, index: index, renderer: Renderer(width: 8, height: 8)
            ).subTasks
            let isImpossible =
                outcome.rollout.completed < subTasks.count && subTasks[outcome.rollout.completed].closes != nil
            #expect(
                outcome.rollout.isSuccess || isImpossible, "\(outcome.rollout.key) \(outcome.rollout.subTasks)")
            #expect(outcome.rollout.stepCount <= outcome.rollout.expertSteps)
            #expect(outcome.steps.count == outcome.rollout.stepCount)
            #expect(outcome.steps.count(where: \.completed) == outcome.rollout.completed)
        }
        #expect(RolloutSummary(outcomes.map(\.rollout)).all.proportion > 0.9)
    }

    @Test func chanceDoesLittleWithinTheLimit() async throws {
        let bench = try await EvaluationBench.make()
        let set = try bench.set(40)
        let outcomes = try run(set, bench) { _ in .random }
        for outcome in outcomes {
            #expect(outcome.rollout.stepLimit == 2 * outcome.rollout.expertSteps)
            #expect(outcome.rollout.isSuccess || outcome.rollout.stepCount == outcome.rollout.stepLimit)
        }
        #expect(RolloutSummary(outcomes.map(\.rollout)).all.proportion < 0.5)
        let again = try run(set, bench, { _ in .random }, threads: 1)
        #expect(again.map(\.steps) == outcomes.map(\.steps))
        let other = try run(set, bench, { _ in .random }, seed: 9)
        #expect(other.map(\.steps) != outcomes.map(\.steps))
    }

    /// The same policy on the same tasks takes the same steps, on any number of threads.
    @Test func policiesRepeatThemselves() async throws {
        let bench = try await EvaluationBench.make()
        let set = try bench.set(30)
        let outcomes = try run(set, bench, EvaluationBench.policy)
        #expect(outcomes.contains { $0.steps.contains { $0.action != outcomes[0].steps[0].action } })
        let again = try run(set, bench, EvaluationBench.policy, threads: 1)
        #expect(again.map(\.steps) == outcomes.map(\.steps))
        #expect(again.map(\.rollout) == outcomes.map(\.rollout))
        // Legal actions only: what fails, fails for what the rules do not look at.
        let reasons = Set(outcomes.flatMap { $0.steps.compactMap(\.failure) })
        let allowed: [ActionError] = [
            .blocked, .horizonLimit, .noRoom, .restricted, .mustBeClosedToToggle, .notVisible, .notReceptacle, .tooFar,
        ]
        #expect(reasons.isSubset(of: Set(allowed.map(\.message))), "\(reasons)")
    }

    @Test func randomStartsAreElsewhereAndRepeatable() async throws {
        let bench = try await EvaluationBench.make()
        let set = try bench.set(20, start: .random)
        let preparation = try bench.preparation()
        let renderer = Renderer(width: 8, height: 8)
        var moved = 0
        for (index, task) in set.tasks.enumerated() {
            let recorded = try preparation.prepare(task, start: .recorded, seed: 5, index: index, renderer: renderer)
            let random = try preparation.prepare(task, start: .random, seed: 5, index: index, renderer: renderer)
            let again = try preparation.prepare(task, start: .random, seed: 5, index: index, renderer: renderer)
            #expect(random.start.world.agent == again.start.world.agent)
            #expect(random.start.world.held == recorded.start.world.held)
            #expect(random.subTasks == recorded.subTasks)
            moved += random.start.world.agent == recorded.start.world.agent ? 0 : 1
            // The expert walks back, and what it does then is what it did.
            var world = random.start.world
            for step in random.expert[..<random.approach] { try world.step(step.action, sight: renderer) }
            #expect(world.agent == recorded.start.world.agent)
            #expect(random.expert.count == random.approach + recorded.expert.count && recorded.approach == 0)
        }
        #expect(moved > 15)
        let outcomes = try run(set, bench, EvaluationBench.policy)
        #expect(outcomes.allSatisfy { $0.rollout.start == .random })
        let experts = try run(set, bench) { _ in .expert }
        let recorded = try run(try bench.set(20), bench) { _ in .expert }
        #expect(experts.map(\.rollout.completed) == recorded.map(\.rollout.completed))
        #expect(experts.allSatisfy { $0.rollout.stepLimit == 2 * $0.rollout.expertSteps })
    }

    /// A rollout is drawn from its stored steps; changed steps are noticed.
    @Test func rolloutsCanBeDrawnAgain() async throws {
        let bench = try await EvaluationBench.make()
        let set = try bench.set(6, start: .random)
        let outcomes = try run(set, bench, EvaluationBench.policy, seed: 7)
        let preparation = try bench.preparation()
        for (index, outcome) in outcomes.enumerated() {
            let pictures = try RolloutPictures.draw(
                set.tasks[index], start: .random, seed: 7, index: index, outcome.steps, preparation: preparation,
                side: 32)
            #expect(pictures.count == outcome.steps.count + 1)
        }
        var changed = outcomes[0].steps
        changed[0].failure = "something else"
        #expect(throws: TaskSetError.self) {
            try RolloutPictures.draw(
                set.tasks[0], start: .random, seed: 7, index: 0, changed, preparation: preparation, side: 32)
        }
    }

    @Test func tasksThatCannotBeSetUpAreListed() async throws {
        let bench = try await EvaluationBench.make()
        var set = try bench.set(3)
        set.tasks[1].key = "nothing/here"
        set.tasks[2].subTasks = 3..<90
        let outcomes = try run(set, bench) { _ in .expert }
        #expect(outcomes.map { $0.rollout.problem == nil } == [true, false, false])
        #expect(outcomes[1].rollout.problem?.contains("no such trajectory") == true)
        #expect(outcomes[2].rollout.problem?.contains("sub-tasks, not 90") == true)
        let summary = RolloutSummary(outcomes.map(\.rollout))
        #expect(summary.notSetUp == 2)
        #expect(summary.all.tasks == 3)
        #expect(abs(summary.all.success - 1.0 / 3) < 1e-12)
    }

    @Test func stopsWhenAsked() async throws {
        let bench = try await EvaluationBench.make()
        let backend = CPUBackend(threadCount: 1)
        let prepared = try #require(
            PreparedSet(try bench.set(5), preparation: bench.preparation(), seed: 0, pool: backend.pool))
        var asked = 0
        let outcomes = try Evaluator(pool: backend.pool, drawing: drawing).run(
            prepared, agent: EvaluationBench.policy(backend),
            shouldStop: {
                asked += 1
                return asked > 3
            })
        #expect(outcomes == nil)
        let stopped = PreparedSet(
            try bench.set(5), preparation: try bench.preparation(), seed: 0, pool: backend.pool, shouldStop: { true })
        #expect(stopped == nil)
    }
}

@Suite struct EvalInstructTests {
    /// SPRINT's own tasks, where they and the release are at hand.
    @Test(
        .enabled(
            if: alfredRoot != nil && ProcessInfo.processInfo.environment["EVAL_INSTRUCT"] != nil,
            "ALFRED_ROOT and EVAL_INSTRUCT, the path of SPRINT's file, are not both set"))
    func theExpertDoesNearlyAll() throws {
        let file = try #require(ProcessInfo.processInfo.environment["EVAL_INSTRUCT"])
        let set = try TaskSet(sprint: file, name: "eval_instruct")
        #expect(set.tasks.count == 100)
        let backend = CPUBackend()
        let preparation = TaskPreparation(try Release(root: alfredRoot ?? ""))
        let prepared = try #require(PreparedSet(set, preparation: preparation, seed: 0, pool: backend.pool))
        let outcomes = try #require(
            try Evaluator(pool: backend.pool, drawing: .averaged(side: 56)).run(
                prepared, agent: .expert))
        let summary = RolloutSummary(outcomes.map(\.rollout))
        #expect(summary.notSetUp == 0)
        // As counted in SPRINT's file.
        #expect(outcomes.reduce(0) { $0 + $1.rollout.expertSteps } == 3910)
        #expect(summary.byLength[1]?.success == 1)
        #expect(summary.all.proportion > 0.94)
    }
}

import Episodes
import Household
@testable import Simulation
import Testing

@testable import ScriptedAnnotator

@Suite struct DistanceToGoTests {
    private func episodes(_ policy: Behaviour) throws -> [ScriptedEpisode] {
        try ScriptedEpisode.all.get().filter { $0.policy == policy }
    }

    private func distances(_ episode: ScriptedEpisode, _ kind: Instruction.Kind) throws -> [Double?] {
        episode.truth.actionsToGo(for: try episode.goal(kind), at: Array(episode.truth.facts.indices))
    }

    /// Nobody is quicker than the shortest way, and experts follow it: what is left falls with time, to nothing where
    /// the instruction is fulfilled. They are slower, as they look at a thing from where they see most of it.
    @Test func expertsComeNearerAndAreNoQuicker() throws {
        var (early, count): (Int, Int) = (0, 0)
        for episode in try episodes(.expert) {
            for kind in [Instruction.Kind.task, .composite] {
                let found = try distances(episode, kind)
                let known = found.compactMap { $0 }
                #expect(known.count == found.count, "\(episode.key): there is always a way")
                // The task's goal may hold before a last door is shut.
                #expect(known.last == 0 && (kind == .task || known.dropLast().allSatisfy { $0 > 0 }), "\(episode.key)")
                for (t, distance) in known.enumerated() {
                    if distance > Double(known.count - 1 - t) + 3 { early += 1 }
                    count += 1
                }
                let half = known.count / 2
                func mean(_ part: ArraySlice<Double>) -> Double { part.reduce(0, +) / Double(max(1, part.count)) }
                #expect(mean(known[..<half]) > mean(known[half...]) + 3, "\(episode.key) \(kind)")
            }
        }
        #expect(Double(early) < 0.05 * Double(count), "\(early) of \(count)")
    }

    /// Between two interactions a step changes what is left by one, and by the looks that it makes needless.
    @Test func aStepChangesTheDistanceByOne() throws {
        for episode in try ScriptedEpisode.all.get() {
            let found = try distances(episode, .composite)
            for (t, facts) in episode.truth.facts.enumerated().dropLast() {
                guard facts.epoch == episode.truth.facts[t + 1].epoch, let from = found[t], let to = found[t + 1] else {
                    continue
                }
                #expect(abs(from - to) <= 4, "\(episode.key) \(t): \(from), \(to)")
            }
        }
    }

    /// A way through two places satisfies Bellman's equation at every pose: it is a shortest one.
    @Test func waysAreShortest() throws {
        let scene = try #require(try episodes(.expert).first).truth.scene
        let grid = scene.grid
        let world = try #require(try episodes(.expert).first).truth.facts[0].world
        let boxes = scene.objects.indices.filter { world.states[$0].isPresent }.prefix(12).map(world.bounds(of:))
        let (first, second) = (Array(boxes.prefix(3)), Array(boxes.suffix(2)))
        var later = WayToGoal(on: grid)
        #expect(later.actions(from: world.agent) == 0)
        later.precede(places: second.map { ($0, 2) })
        var way = later
        way.precede(actions: 1)
        way.precede(places: first.map { ($0, 3) })
        let stations = Dictionary(
            ApproachField.sources(first, grid, within: ApproachField.reach(first, grid)).map { ($0.node, $0.cost) },
            uniquingKeysWith: min)
        var reached = 0
        for cell in grid.cells {
            for heading in 0..<4 {
                let pose = AgentPose(x: cell.x, z: cell.y, heading: heading, horizon: 0)
                guard let left = way.actions(from: pose), let index = grid.index(x: pose.x, z: pose.z) else { continue }
                reached += 1
                let here = stations[index * 4 + heading].flatMap { cost in
                    later.actions(from: pose).map { Double(cost) / 4 + 3 + $0 }
                }
                let next = [Action.moveAhead, .rotateLeft, .rotateRight].map { pose.after($0) }.filter { next in
                    grid.index(x: next.x, z: next.z).map(grid.isFree) ?? false
                }
                let best =
                    (next.compactMap { way.actions(from: $0) }.map { $0 + 1 }
                    + [here.map { $0 + 1 }]
                    .compactMap { $0 }).min()
                #expect(best == left, "\(pose)")
            }
        }
        #expect(reached > 100)
    }

    /// Who acts by chance comes no nearer, and an action that does nothing changes nothing.
    @Test func chanceLeadsNowhere() throws {
        var gains: [Double] = []
        for episode in try episodes(.random) {
            let found = try distances(episode, .task)
            if let first = found.first ?? nil, let last = found.last ?? nil { gains.append(first - last) }
            for (index, pair) in zip(episode.truth.facts, episode.truth.facts.dropFirst()).enumerated()
            where pair.0.looksLike(pair.1) {
                #expect(found[index] == found[index + 1])
            }
        }
        #expect(!gains.isEmpty && gains.reduce(0, +) / Double(gains.count) < 4)
    }

    /// Scores are the values of states: full at the goal, less with every step from it, none without a way.
    @Test func scoresAreDiscountedDistances() {
        #expect(DistanceToGo.score(0) == 10 && DistanceToGo.score(nil) == 0)
        let scores = (0...100).map { DistanceToGo.score(Double($0)) }
        for (near, far) in zip(scores, scores.dropFirst()) { #expect(abs(far - 0.97 * near) < 1e-9) }
    }

    /// What is done in an appliance is done in order, one interaction after another.
    @Test func appliancesAreLeftStepByStep() {
        for (kind, phases) in [
            (.clean, [0.5, 0.75, 0.85]), (.heat, [0.5, 0.6, 0.75, 0.82, 0.9]), (.cool, [0.5, 0.75, 0.9]),
        ] as [(SubTaskKind, [Double])] {
            let left = phases.map { GoalInRoom.actionsInAppliance(kind, $0) }
            #expect(zip(left, left.dropFirst()).allSatisfy { $0 - $1 == 1 } && left.last! >= 1)
        }
    }
}

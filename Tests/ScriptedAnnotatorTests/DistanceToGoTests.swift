import Episodes
@testable import Simulation
import Testing

@testable import ScriptedAnnotator

@Suite struct DistanceToGoTests {
    private func episodes(_ policy: BehaviourPolicy) throws -> [ScriptedEpisode] {
        try ScriptedEpisode.all.get().filter { $0.policy == policy }
    }

    private func distances(_ episode: ScriptedEpisode, _ kind: Instruction.Kind) throws -> [Double?] {
        episode.truth.actionsToGo(for: try episode.goal(kind), at: Array(episode.truth.facts.indices))
    }

    /// Along an expert's way the distance is what is left of it, to within a few steps: it looks at a thing from where it
    /// sees most of it, which is not the nearest place.
    @Test func expertsComeNearerStepByStep() throws {
        var (errors, count, falling): (Double, Int, Int) = (0, 0, 0)
        for episode in try episodes(.expert) {
            for kind in [Instruction.Kind.task, .composite] {
                let found = try distances(episode, kind)
                let known = found.compactMap { $0 }
                #expect(known.count == found.count, "\(episode.key): there is always a way")
                #expect(known.last == 0 && known.dropLast().allSatisfy { $0 > 0 }, "\(episode.key) \(kind)")
                for (t, distance) in known.enumerated() {
                    errors += abs(distance - Double(known.count - 1 - t))
                    count += 1
                    if t > 0, distance < known[t - 1] { falling += 1 }
                }
            }
        }
        #expect(errors / Double(count) < 6, "\(errors / Double(count))")
        #expect(Double(falling) / Double(count) > 0.8, "\(Double(falling) / Double(count))")
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

package import ExperimentStore
internal import Episodes
internal import Foundation
internal import Household
internal import Simulation
package import RewardLabeling

/// The true distance to go as scores: an oracle for potential-based rewards.
///
/// The score of a state is `10 * 0.97^d`, d being the actions that are left until the instruction is fulfilled: ten times
/// the value that the state has under the sparse reward and IQL's discount, which is the potential that helps most (Ng,
/// Harada and Russell 1999, section 5). No picture is looked at and nothing is drawn by chance.
package struct DistanceToGo: Sendable {
    /// The discount of the potential.
    package static let discount = 0.97
    private let resolver: ScriptedResolver
    private let truths: TruthLibrary

    /// For the spans of the label runs in `store`.
    package init(_ store: ExperimentStore) {
        resolver = ScriptedResolver(store)
        truths = TruthLibrary()
    }

    /// The scores of a span's states.
    ///
    /// - Throws: ``StoreError``; ``ScriptedError`` where the recording cannot be replayed.
    package func scores(of span: Span) async throws -> SpanScores {
        let query = try resolver.query(
            CallReference(runID: span.runID, spanID: span.id, stage: .scoring, window: 0))
        let truth = try await truths.truth(root: query.root, key: query.episodeKey)
        let goal = try await truths.goal(query.goal, root: query.root)
        guard let last = span.observations.max(), truth.facts.count > last else {
            throw ScriptedError("the recording of episode \(query.episodeKey) is shorter than the span")
        }
        let scores = truth.actionsToGo(for: goal, at: span.observations).map(Self.score)
        return SpanScores(start: scores[0], scores: Array(scores.dropFirst()))
    }

    /// Of a state with so many actions to go, 0 to 10; nil for no way at all.
    package static func score(_ actions: Double?) -> Double { actions.map { 10 * pow(discount, $0) } ?? 0 }
}

extension EpisodeTruth {
    /// Actions that are left until a goal is reached, at some observations; nil where it cannot be.
    ///
    /// - Parameter observations: Indices into ``facts``.
    package func actionsToGo(for goal: ScriptedGoal, at observations: [Int]) -> [Double?] {
        let room = room(for: goal)
        return observations.map { room.actionsToGo(from: facts[$0]) }
    }
}

extension GoalInRoom {
    /// Actions that are left until the goal is reached: moves, turns and looks to where each sub-goal can be worked on,
    /// by Dijkstra's algorithm on the room's grid, and the interactions that the expert makes there. The way from one
    /// sub-goal to the next begins at the best of the places where the first can be done. Nil where something that the
    /// goal is about is not in the room or cannot be reached.
    func actionsToGo(from facts: StateFacts) -> Double? {
        let standing = standing(of: facts)
        if standing.isDone { return 0 }
        guard standing.isPossible else { return nil }
        let door: Double = standing.isTidy ? 0 : 1
        guard let current = standing.current else { return max(door, 1) }
        var sum = door
        var place: [Int] = []
        for index in current..<goal.subGoals.count {
            let targets = workplaces(of: index, standing.binding, facts)
            if index == current {
                if standing.isInAppliance {
                    sum += Self.actionsInAppliance(goal.subGoals[index].kind, standing.phase)
                } else {
                    guard let way = standing.distance ?? (targets.isEmpty ? 0 : nil) else { return nil }
                    sum += way + interactions(of: index, targets, facts, standing)
                }
            } else {
                sum += way(from: place, to: targets, facts) + interactions(of: index, targets, facts, nil)
            }
            if !targets.isEmpty { place = targets }
        }
        return sum
    }

    /// From where one sub-goal is done to where the next can be; 0 where either is nowhere in particular.
    private func way(from here: [Int], to there: [Int], _ facts: StateFacts) -> Double {
        guard !here.isEmpty, !there.isEmpty, here != there else { return 0 }
        return field(to: there, in: facts).cost(fromSourcesOf: field(to: here, in: facts)) ?? Standing.farAway
    }

    /// The objects at which a sub-goal is worked on.
    private func workplaces(of index: Int, _ binding: Binding, _ facts: StateFacts) -> [Int] {
        let subGoal = goal.subGoals[index]
        switch subGoal.kind {
        case .pickup, .slice, .toggle, .open, .close:
            return (subGoal.object.map { objects($0, binding, in: facts) } ?? []).filter { !facts.world.isCarried($0) }
        case .put, .clean, .heat, .cool:
            return places(of: index, binding, facts).filter { !facts.world.isCarried($0) }
        case .goto: return []
        }
    }

    /// Interactions of a sub-goal that has not begun, doors included.
    ///
    /// - Parameter standing: Of the sub-goal under way; nil for a later one, before which the hand is as it should be.
    private func interactions(
        of index: Int, _ targets: [Int], _ facts: StateFacts, _ standing: Standing?
    ) -> Double {
        let nearest = standing?.focus ?? targets.first
        let doors = nearest.map { doorActions($0, goal.subGoals[index].kind, facts) } ?? 0
        switch goal.subGoals[index].kind {
        case .pickup:
            let isHandFull = standing != nil && facts.world.held != nil
            return 1 + doors + (isHandFull ? Self.freeingTheHand : 0)
        case .slice, .put: return 1 + doors
        case .toggle, .open, .close: return 1
        case .clean: return 4
        case .heat: return 7 + (nearest.map(facts.isOpen) == true ? 0 : 1)
        case .cool: return 5 + (nearest.map(facts.isOpen) == true ? 0 : 1)
        case .goto: return 0
        }
    }

    /// Putting down what is in the hand.
    private static let freeingTheHand = 2.0

    /// Opening what is shut and shutting it again; shutting alone what stands open.
    private func doorActions(_ object: Int, _ kind: SubTaskKind, _ facts: StateFacts) -> Double {
        let containers = (kind == .put ? [object] : []) + facts.world.receptacles(holding: object)
        let doors = containers.filter { scene.objects[$0].type.traits.contains(.mustBeOpen) }
        return doors.reduce(0) { $0 + (facts.isOpen($1) ? 1 : 2) }
    }

    /// What is left of a treatment once the object is in the appliance, by ``Standing/phase``: washing and taking out;
    /// shutting, heating, taking out and shutting; the same without heating.
    static func actionsInAppliance(_ kind: SubTaskKind, _ phase: Double) -> Double {
        switch kind {
        case .clean: phase >= 0.85 ? 1 : phase >= 0.75 ? 2 : 3
        case .heat: phase >= 0.9 ? 2 : phase >= 0.82 ? 3 : phase >= 0.75 ? 4 : phase >= 0.6 ? 5 : 6
        default: phase >= 0.9 ? 2 : phase >= 0.75 ? 3 : 4
        }
    }
}

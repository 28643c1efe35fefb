import Episodes
import Foundation
import TestSupport
import Testing

@testable import ALFRED

private func action(_ action: Action, _ object: String, into receptacle: String? = nil) -> LowAction {
    LowAction(
        highIndex: 0, action: action,
        api: APIAction(action: action.apiName, objectID: object, receptacleObjectID: receptacle))
}

private func facts(_ actions: [LowAction]) -> WorldFacts {
    var facts = WorldFacts()
    for action in actions { facts.apply(action) }
    return facts
}

private let apple = "Apple|+00.00|+00.90|+00.00"
private let fork = "Fork|+00.00|+00.90|+00.10"
private let plate = "Plate|+00.50|+00.90|+00.00"
private let fridge = "Fridge|+02.00|00.00|+00.00"
private let microwave = "Microwave|-02.00|+01.00|+00.00"
private let nearBasin = "Sink|+01.00|+00.90|+01.00|SinkBasin"
private let farBasin = "Sink|+05.00|+00.90|+05.00|SinkBasin"
private let faucet = "Faucet|+01.00|+01.10|+01.20"
private let table = "DiningTable|+03.00|00.00|+00.00"

@Suite struct WorldFactsTests {
    /// Cleaned when the faucet is switched on, in the nearest basin only; not when it is switched off or picked up.
    @Test func theFaucetCleans() {
        var state = facts([
            action(.put, fork, into: nearBasin), action(.put, apple, into: farBasin),
        ])
        #expect(state.cleaned.isEmpty)
        state.apply(action(.toggleOn, faucet))
        #expect(state.cleaned == [fork])
        state.apply(action(.toggleOff, faucet))
        state.apply(action(.pickup, fork))
        state.apply(action(.put, fork, into: table))
        #expect(state.cleaned == [fork], "the sets never shrink")
    }

    /// Heated when the microwave is switched on, not when it is opened or closed.
    @Test func theMicrowaveHeats() {
        var state = facts([action(.put, apple, into: microwave), action(.close, microwave)])
        #expect(state.heated.isEmpty)
        state.apply(action(.toggleOn, microwave))
        #expect(state.heated == [apple] && state.cooled.isEmpty && state.cleaned.isEmpty)
    }

    /// Cooled when the fridge is closed, not when something is put in.
    @Test func theFridgeCools() {
        var state = facts([action(.open, fridge), action(.put, apple, into: fridge)])
        #expect(state.cooled.isEmpty)
        state.apply(action(.close, fridge))
        #expect(state.cooled == [apple])
    }

    @Test func whatLiesOnAPlateGoesWithIt() {
        let state = facts([
            action(.put, apple, into: plate), action(.pickup, plate), action(.put, plate, into: fridge),
            action(.close, fridge),
        ])
        #expect(state.cooled == [apple, plate])
        #expect(state.receptacles(holding: apple) == [plate, fridge])
    }

    @Test func slicesLieWhereTheWholeLay() {
        let state = facts([action(.put, apple, into: table), action(.slice, apple)])
        #expect(state.receptacles(holding: apple + "|AppleSliced_1") == [table])
        #expect(state.known.filter { $0.contains("AppleSliced") }.count == 2)
        #expect(state.sliced == [apple])
    }

    @Test func theHand() {
        var state = facts([action(.pickup, apple)])
        #expect(state.held == apple)
        state.apply(action(.put, apple, into: table))
        #expect(state.held == nil)
    }

    /// A damaged recording may put two receptacles into each other.
    @Test func circlesEnd() {
        let state = facts([action(.put, plate, into: apple), action(.put, apple, into: plate)])
        #expect(state.receptacles(holding: apple) == [plate, apple])
    }
}

@Suite struct GoalConditionsTests {
    private func count(_ type: TaskType, _ goal: GoalParameters, _ actions: [LowAction]) -> String {
        let conditions = GoalConditions(type, goal, in: facts(actions))
        return "\(conditions.met)/\(conditions.total)"
    }

    /// `Pot` is also found in `Potato`.
    @Test func targetsAreSubstrings() {
        let goal = GoalParameters(objectTarget: "Pot", parentTarget: "Table")
        #expect(count(.simple, goal, [action(.put, "Potato|1|2|3", into: table)]) == "1/1")
        #expect(count(.simple, goal, [action(.put, apple, into: table)]) == "0/1")
    }

    @Test func treatedAndPlaced() {
        let goal = GoalParameters(objectTarget: "Apple", parentTarget: "DiningTable")
        let heat = [action(.put, apple, into: microwave), action(.toggleOn, microwave)]
        let place = [action(.pickup, apple), action(.put, apple, into: table)]
        #expect(count(.heat, goal, []) == "0/3")
        #expect(count(.heat, goal, heat) == "1/3")
        #expect(count(.heat, goal, place) == "1/3")
        #expect(count(.heat, goal, heat + place) == "3/3")
        #expect(count(.cool, goal, heat + place) == "1/3")
        // One apple is hot, another is in place.
        let other = "Apple|+09.00|+00.90|+00.00"
        #expect(count(.heat, goal, heat + [action(.put, other, into: table)]) == "2/3")
    }

    @Test func twoMustShareTheirReceptacle() {
        let goal = GoalParameters(objectTarget: "Apple", parentTarget: "Table")
        let other = "Apple|+09.00|+00.90|+00.00"
        let second = "SideTable|+09.00|+00.90|+00.00"
        #expect(count(.two, goal, [action(.put, apple, into: table)]) == "1/2")
        #expect(count(.two, goal, [action(.put, apple, into: table), action(.put, other, into: second)]) == "1/2")
        #expect(count(.two, goal, [action(.put, apple, into: table), action(.put, other, into: table)]) == "2/2")
    }

    @Test func theLampAndTheHand() {
        let goal = GoalParameters(objectTarget: "Book", toggleTarget: "DeskLamp")
        let lamp = action(.toggleOn, "DeskLamp|1|2|3")
        #expect(count(.light, goal, [action(.pickup, "Book|1|2|3")]) == "1/2")
        #expect(count(.light, goal, [lamp]) == "1/2")
        #expect(count(.light, goal, [lamp, action(.pickup, "Book|1|2|3")]) == "2/2")
    }

    @Test func carriers() {
        let goal = GoalParameters(objectTarget: "Fork", parentTarget: "Table", movableTarget: "Plate")
        let load = action(.put, fork, into: plate)
        #expect(count(.movable, goal, [load]) == "1/3")
        #expect(count(.movable, goal, [action(.put, plate, into: table)]) == "1/3")
        #expect(count(.movable, goal, [load, action(.put, plate, into: table)]) == "3/3")
        #expect(count(.movable, goal, [action(.put, fork, into: table), action(.put, plate, into: table)]) == "1/3")
    }

    @Test func slicesAreAskedFor() {
        let goal = GoalParameters(objectTarget: "Apple", objectSliced: true, parentTarget: "Table")
        let piece = apple + "|AppleSliced_1"
        #expect(count(.simple, goal, [action(.put, apple, into: table)]) == "0/2")
        #expect(count(.simple, goal, [action(.slice, apple)]) == "1/2")
        #expect(count(.simple, goal, [action(.slice, apple), action(.put, piece, into: table)]) == "2/2")
    }

    /// Stopping at once does not divide by zero, and the sample is not lost.
    @Test func anEmptyEpisodeCounts() {
        let goal = GoalParameters(objectTarget: "Apple", parentTarget: "Table")
        let lost = GoalConditions(.simple, goal, in: WorldFacts())
        let won = GoalConditions(.simple, goal, in: facts([action(.put, apple, into: table)]))
        let none = EpisodeScore(conditions: lost, steps: 0, expertSteps: 10)
        #expect(none.pathWeight == 1)
        let summary = EpisodeScore.summary([none, EpisodeScore(conditions: won, steps: 40, expertSteps: 10)])
        #expect(summary?.success == 0.5 && summary?.goalConditions == 0.5)
        #expect(summary?.weightedSuccess == 0.125 && summary?.weightedGoalConditions == 0.125)
        #expect(EpisodeScore.summary([]) == nil)
    }
}

/// Following the recorded actions reaches the recorded goal: the book-keeping of ALFRED without its simulator.
@Suite(.enabled(if: alfredRoot != nil, "\(alfredHint)"))
struct GoalReplayTests {
    /// Containers begin empty, so a few trajectories whose objects start in place fall short.
    @Test func recordedTrajectoriesReachTheirGoals() throws {
        let release = try Release(root: try #require(alfredRoot))
        var reached: [TaskType: Int] = [:]
        var total: [TaskType: Int] = [:]
        let file = FileBytes()
        let reader = try JSONReader()
        for split in ["train", "valid_seen"] {
            for location in release.trajectories(in: split).trajectories {
                try file.load(location.file, limit: Trajectory.byteLimit)
                let trajectory = try Trajectory(file, reader: reader)
                let type = try #require(trajectory.taskType.flatMap(TaskType.init(rawValue:)))
                let state = facts(trajectory.plan?.lowActions ?? [])
                total[type, default: 0] += 1
                reached[type, default: 0] +=
                    GoalConditions(type, try #require(trajectory.goal), in: state).isSatisfied ? 1 : 0
            }
        }
        let missed = total.mapValues { $0 }.merging(reached) { $0 - $1 }
        #expect(total.values.reduce(0, +) == 6825)
        #expect(missed == [.simple: 18, .movable: 17, .two: 0, .light: 0, .clean: 0, .heat: 0, .cool: 0])
    }
}

@Suite struct DenseRewardTests {
    /// The sub-goal is over before the agent is there; the rest of the way is punished by the next one.
    @Test func gotoEndsEarly() {
        var reward = DenseReward(subgoals: [.goto, .pickup])
        #expect(reward.reward(for: .init(action: .moveAhead, distanceBefore: 5, distanceAfter: 4)) == 0.2)
        #expect(reward.reward(for: .init(action: .rotateLeft, distanceBefore: 4, distanceAfter: 5)) == -0.2)
        #expect(reward.reward(for: .init(action: .moveAhead, distanceBefore: 5, distanceAfter: 3)) == 0.4)
        #expect(reward.current == 0)
        #expect(reward.reward(for: .init(action: .moveAhead, distanceBefore: 3, distanceAfter: 2)) == 4.2)
        #expect(reward.current == 1)
        #expect(reward.reward(for: .init(action: .moveAhead, distanceBefore: 2, distanceAfter: 1)) == -0.1)
        #expect(reward.reward(for: .init(action: .lookDown, distanceBefore: 1, distanceAfter: 0)) == -0.1)
        #expect(reward.reward(for: .init(action: .pickup, isAchieved: true)) == 2)
        #expect(reward.isFinished && reward.reward(for: .init(action: .pickup)) == 0)
    }

    /// Opening the container on the way costs as much as a mistake.
    @Test(arguments: [(HighAction.put, Action.put, -1.0, 2.0), (.slice, .slice, -4, 1)])
    func openingIsPunished(_ kind: HighAction, _ action: Action, _ penalty: Double, _ success: Double) {
        var reward = DenseReward(subgoals: [kind])
        #expect(reward.reward(for: .init(action: .open)) == penalty)
        #expect(reward.reward(for: .init(action: action, isAchieved: true)) == success)
        #expect(reward.isFinished)
    }

    @Test func otherSubgoalsWaitWithoutPenalty() {
        var heat = DenseReward(subgoals: [.heat])
        for action in [Action.open, .put, .close] { #expect(heat.reward(for: .init(action: action)) == 0) }
        #expect(heat.reward(for: .init(action: .toggleOn, isAchieved: true)) == 2)
        var pickup = DenseReward(subgoals: [.pickup])
        #expect(pickup.reward(for: .init(action: .open)) == 0)
        #expect(pickup.reward(for: .init(action: .pickup, holdsOther: true)) == -1)
        var toggle = DenseReward(subgoals: [.toggle])
        #expect(toggle.reward(for: .init(action: .toggleOff)) == -1)
        #expect(toggle.reward(for: .init(action: .pickup)) == -0.1)
    }

    /// One action completes one sub-goal, even when the next one's condition holds already.
    @Test func oneSubgoalAnAction() {
        var reward = DenseReward(subgoals: [.pickup, .pickup])
        #expect(reward.reward(for: .init(action: .pickup, isAchieved: true)) == 2)
        #expect(reward.current == 1)
    }
}

import Episodes
import Testing

@testable import ALFRED

@Suite struct ValidationTests {
    private func problem(_ change: (inout Trajectory) throws -> Void) throws -> String? {
        var trajectory = try sampleTrajectory()
        try change(&trajectory)
        do {
            try trajectory.validate()
            return nil
        } catch {
            return (error as ALFREDError).description
        }
    }

    @Test func theSampleIsValid() throws {
        #expect(try problem { _ in } == nil)
    }

    @Test func imagesMustNotOutnumberThePlan() throws {
        let count = try sampleTrajectory().actionCount
        #expect(
            try problem { $0.images?.append(ImageEntry(highIndex: 3, lowIndex: count, name: "x.png")) }
                == "images[\(count)]: the images list is longer than the plan: low_idx is \(count), but the plan has "
                + "\(count) low actions")
    }

    @Test func everyActionNeedsAnImage() throws {
        let count = try sampleTrajectory().actionCount
        #expect(
            try problem { $0.images?.removeLast() }
                == "images: the images list is shorter than the plan: no image for low action \(count - 1) of \(count)")
        #expect(
            try problem { $0.images?.removeAll() }
                == "images: the images list is shorter than the plan: no image for low action 0 of \(count)")
        #expect(try problem { $0.images?.remove(at: 1) } == "images[1]: low_idx is 2, expected 0 or 1")
        #expect(try problem { $0.images?[0].lowIndex = -1 } == "images[0]: low_idx is -1, expected 0 or 0")
    }

    @Test func posesMustBeFinite() throws {
        #expect(
            try problem { $0.scene.initialAction.position.x = .nan } == "scene.init_action: the pose is not finite")
        #expect(
            try problem { $0.scene.objectPoses[0].rotation.y = .infinity }?.hasPrefix(
                "scene.object_poses[0]: the pose of ")
                == true)
    }

    @Test func masksMustLieInTheFrame() throws {
        let t = try #require(try sampleTrajectory().plan?.lowActions.firstIndex { $0.action.isInteraction })
        #expect(
            try problem { $0.plan?.lowActions[t].target?.mask.runs.append(.init(start: 89_990, length: 20)) }?
                .hasSuffix("run [89990, 20] leaves the frame of 90000 pixels") == true)
    }

    @Test func subgoalsMustBeServedInOrder() throws {
        let count = try sampleTrajectory().actionCount
        #expect(
            try problem { $0.plan?.lowActions[count - 1].highIndex = 4 }
                == "plan.low_actions[\(count - 1)]: high_idx is 4, but the plan has 4 sub-goals")
        #expect(
            try problem { $0.plan?.lowActions[count - 1].highIndex = 0 }
                == "plan.low_actions[\(count - 1)]: high_idx is 0, after 2")
        #expect(
            try problem { $0.plan?.lowActions[0].highIndex = -1 }
                == "plan.low_actions[0]: high_idx is -1, after 0")
        #expect(
            try problem { trajectory in
                for t in 0..<count where trajectory.plan?.lowActions[t].highIndex == 1 {
                    trajectory.plan?.lowActions[t].highIndex = 0
                }
            } == "plan.low_actions: no low action serves sub-goal 1 (PickupObject)")
        #expect(
            try problem { $0.plan?.highLevel[2].index = 7 }
                == "plan.high_pddl[2]: high_idx is 7, but the entry is number 2")
        #expect(try problem { $0.plan?.lowActions = [] } == "plan.low_actions: the plan has no low actions")
    }

    @Test func plansAreBounded() throws {
        #expect(
            try problem { $0.plan?.highLevel[0].action = .noOp }
                == "plan.high_pddl[0]: NoOp stands before the end of the plan")
        #expect(
            try problem { trajectory in
                let step = trajectory.plan!.highLevel[0]
                trajectory.plan?.highLevel = (0..<201).map {
                    HighLevelStep(index: $0, action: step.action, planner: step.planner)
                }
            } == "plan.high_pddl: has 201 sub-goals; up to 200 are read")
    }

    @Test func nothingNonFiniteIsWritten() throws {
        var trajectory = try sampleTrajectory()
        trajectory.extras["x"] = .array([.double(.nan)])
        #expect(throws: ALFREDError(.invalidValue, "a number is not finite")) { try trajectory.json() }
    }

    @Test func interactionsNameTheirObject() throws {
        let plan = try #require(try sampleTrajectory().plan)
        let pickup = try #require(plan.lowActions.firstIndex { $0.action == .pickup })
        let put = try #require(plan.lowActions.firstIndex { $0.action == .put })
        #expect(
            try problem { $0.plan?.lowActions[pickup].api.objectID = nil }
                == "plan.low_actions[\(pickup)].api_action: missing key \"objectId\": PickupObject needs the object "
                + "it acts on"
        )
        #expect(
            try problem { $0.plan?.lowActions[put].api.receptacleObjectID = nil }
                == "plan.low_actions[\(put)].api_action: missing key \"receptacleObjectId\": PutObject needs the "
                + "receptacle"
        )
    }

    @Test func rewardsBelongToActions() throws {
        let count = try sampleTrajectory().actionCount
        #expect(
            try problem { $0.recordedRewards?.rewards.append(1) }
                == "task.rewards: has \(count + 1) rewards for \(count) low actions")
        #expect(try problem { $0.recordedRewards?.rewards[0] = .nan } == "task.rewards: a reward is not finite")
    }

    /// 1,149 released trajectories end without NoOp.
    @Test func theClosingNoOpMayBeMissing() throws {
        var trajectory = try sampleTrajectory()
        let with = trajectory.plan?.subgoals.map(\.action)
        trajectory.plan?.highLevel.removeLast()
        try trajectory.validate()
        #expect(trajectory.plan?.subgoals.map(\.action) == with)
        #expect(try parse(try trajectory.json()) == trajectory)
    }

    @Test func nothingInvalidIsWritten() throws {
        var trajectory = try sampleTrajectory()
        trajectory.scene.objectPoses[0].position.z = .nan
        #expect(throws: ALFREDError.self) { try trajectory.json() }
    }
}

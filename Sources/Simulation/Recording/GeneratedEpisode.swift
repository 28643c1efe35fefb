package import ALFRED
package import Episodes
internal import Ground
internal import Household
internal import Rooms

/// A played episode in the release's format.
package struct GeneratedEpisode: Sendable {
    /// `<task>/<trial>`.
    package let key: String
    /// Everything the format records.
    package let trajectory: Trajectory
    /// L + 1 pictures of ``frameWidth`` x ``frameHeight``, red, green, blue, row by row; empty when none were kept.
    package let frames: [[UInt8]]
    let frameWidth, frameHeight: Int
    /// Who acted.
    package let policy: Behaviour
    /// Whether the goal held at the end.
    package let isSuccess: Bool

    /// Version of what is written under ``extrasKey``, and of the generator's choices.
    package static let generatorVersion = 1
    /// The key of the trajectory's extras that holds what the release has no place for.
    static let extrasKey = "xsim"

    /// - Parameters:
    ///   - run: Played to its end.
    ///   - number: Of the episode in its dataset; with it the trial's name is unique.
    ///   - annotationCount: At least 3 in ALFRED.
    ///   - mix: The mix the policy was drawn from, for the record.
    package init(
        _ run: EpisodeRun, number: Int, annotationCount: Int = 3, mix: PolicyMix? = nil, frameWidth: Int = 300,
        frameHeight: Int = 300
    ) {
        let setup = run.setup
        let recorder = run.recorder
        let trial = Self.trial(number)
        var random = SeededGenerator(setup.seed, UInt64(number), 0x1A06)
        let grammar = AnnotationGrammar(task: setup.task, objects: setup.scene.objects)
        var made = Trajectory(
            taskID: trial, scene: Self.scene(setup),
            annotations: grammar.annotations(
                recorder.segments, recorder.lowActions, count: max(1, annotationCount), random: &random))
        made.taskType = setup.option.type.rawValue
        made.goal = setup.task.goal
        made.plan = recorder.plan
        made.images = recorder.lowActions.enumerated().map {
            ImageEntry(highIndex: $1.highIndex, lowIndex: $0, name: Self.frameName($0, "png"))
        }
        made.recordedRewards = RecordedRewards(rewards: recorder.rewards, upperBound: Self.expertReturn(setup, run))
        made.extras[Self.extrasKey] = Self.extras(run, mix)
        trajectory = made
        key = "\(setup.task.folderName(sceneNumber: setup.sceneNumber))/\(trial)"
        frames = recorder.frames
        self.frameWidth = frameWidth
        self.frameHeight = frameHeight
        policy = run.policy
        isSuccess = run.isSuccess
    }

    /// `trial_T20260101_<HHMMSS>_<six digits>`: the release's pattern, with the number in place of a time.
    static func trial(_ number: Int) -> String {
        let seconds = number % 86_400
        let time = padded(seconds / 3600, 2) + padded(seconds / 60 % 60, 2) + padded(seconds % 60, 2)
        return "trial_T20260101_\(time)_\(padded(number, 6))"
    }

    static func frameName(_ index: Int, _ suffix: String) -> String { padded(index, 9) + "." + suffix }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    // MARK: The scene at the start

    private static func scene(_ setup: EpisodeSetup) -> Scene {
        let scene = setup.scene
        let start = setup.start
        let toggles = setup.option.lamp.map { [ObjectToggle(objectType: $0.rawValue, isOn: false)] } ?? []
        return Scene(
            floorPlan: "FloorPlan\(setup.sceneNumber)", number: setup.sceneNumber,
            randomSeed: Int(setup.seed & 0xFFFF_FFFF), dirtyAndEmpty: setup.option.type == .clean,
            initialAction: InitialAction(
                position: Vector3(
                    x: Double(start.x) / 4, y: Double(scene.room.floorY) + 0.901, z: Double(start.z) / 4),
                rotation: start.heading * 90, horizon: start.horizon),
            objectToggles: toggles,
            objectPoses: scene.objects.filter { $0.sliceOf == nil && $0.type.traits.contains(.pickupable) }.map {
                ObjectPose(
                    objectName: "\($0.type.rawValue)_\(hash($0.id))",
                    position: Vector3(
                        x: Double($0.position.x), y: Double($0.position.y), z: Double($0.position.z)),
                    rotation: Vector3(x: 0, y: Double($0.yaw), z: 0))
            })
    }

    /// Eight hex digits (FNV-1a).
    private static func hash(_ text: String) -> String {
        var hash: UInt32 = 2_166_136_261
        for byte in text.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return hash.hex
    }

    // MARK: Rewards and extras

    /// What the expert gets from the start; nil if its plan cannot be replayed.
    private static func expertReturn(_ setup: EpisodeSetup, _ run: EpisodeRun) -> Double? {
        var environment = TaskEnvironment(setup.task, in: setup.world, renderer: run.recorder.environment.renderer)
        let plan = setup.expert.plan
        guard (try? environment.follow(plan.subgoals, expertSteps: plan.lowActions.count)) != nil else { return nil }
        var sum = 0.0
        for (low, target) in zip(plan.lowActions, setup.expert.targets) {
            sum += environment.step(low.action, target: target).reward
        }
        return sum
    }

    private static func extras(_ run: EpisodeRun, _ mix: PolicyMix?) -> JSONTree {
        let setup = run.setup
        let conditions = run.recorder.environment.state.conditions
        var members: [String: JSONTree] = [
            "generator": .string("rgvlm-simulate"), "version": .int(generatorVersion),
            "policy": .string(run.policy.rawValue), "success": .bool(run.isSuccess),
            "goal_conditions_met": .int(conditions.met), "goal_conditions_total": .int(conditions.total),
            "episode_seed": .string(String(setup.seed)), "placement": setup.placement.json,
            "action_success": .array(run.recorder.failures.map { .bool($0 == nil) }),
            "action_errors": .object(
                Dictionary(
                    uniqueKeysWithValues: run.recorder.failures.enumerated().compactMap { index, failure in
                        failure.map { (String(index), .string($0.message)) }
                    })),
            "expert_steps": .int(setup.expert.plan.lowActions.count),
            "expert_subgoals": .array(
                setup.expert.plan.subgoals.map { step in
                    let about = [step.planner.location ?? step.targetObjectID, step.receptacleObjectID]
                    return .array(([step.action.rawValue] + about.compactMap { $0 }).map { .string($0) })
                }),
        ]
        if let mix { members["mix"] = .string(mix.description) }
        if run.policy == .noisy { members["noise"] = .double(Double(run.settings.noise)) }
        if let count = run.stoppedAfter { members["stopped_after_subgoals"] = .int(count) }
        if let reason = run.giveUp { members["broken_off"] = .string(reason) }
        return .object(members)
    }
}

@testable import ALFRED
import Episodes
import Ground
import Household
@testable import Rooms
import Simulation
import TestSupport
import Testing

@testable import Simulation

@Suite struct SimulationEpisodeTests {
    private func episode(
        _ setup: EpisodeSetup, _ policy: Behaviour, number: Int, keepsFrames: Bool = false
    ) throws -> GeneratedEpisode {
        var run = try EpisodeRun(setup, policy: policy, renderer: Renderer(), keepsFrames: keepsFrames)
        run.play()
        return GeneratedEpisode(run, number: number, mix: .expertOnly)
    }

    /// What a reader of the dataset needs is there, and a reader gets back what was written, for every policy.
    @Test(arguments: PolicyMix.known)
    func recordsAreWholeAndReadBack(policy: Behaviour) throws {
        let reader = try JSONReader()
        for (number, setup) in try GeneratedEpisodes.setups.get().enumerated() {
            let made = try episode(setup, policy, number: number).trajectory
            let json = try made.json()
            let read = try json.withUnsafeBytes { try Trajectory(FileBytes($0), reader: reader) }
            #expect(read == made)
            let plan = try #require(made.plan)
            #expect(made.annotations.count >= 3)
            for annotation in made.annotations {
                #expect(annotation.stepDescriptions.count == plan.subgoals.count)
                #expect(annotation.votes == [1, 1])
            }
            #expect(made.recordedRewards?.rewards.count == plan.lowActions.count)
            #expect(made.images?.map(\.lowIndex) == Array(plan.lowActions.indices))
            #expect(plan.lowActions.allSatisfy { $0.action.isInteraction == ($0.target != nil) })
            #expect(Room(sceneNumber: made.scene.number) != nil && made.scene.number > 1000)
            let names = made.scene.objectPoses.map(\.objectName)
            #expect(Set(names).count == names.count && !names.isEmpty)
            #expect(made.recordedSuccess?.count == plan.lowActions.count)
            guard case .object(let extras)? = made.extras[GeneratedEpisode.extrasKey] else {
                Issue.record("no extras")
                return
            }
            #expect(extras["policy"] == .string(policy.rawValue))
            guard policy == .expert else { continue }
            #expect(extras["success"] == .bool(true))
            #expect(made.recordedRewards?.rewards.reduce(0, +) == made.recordedRewards?.upperBound)
        }
    }

    /// Through the masks, twice, the states and the pictures are those of the record, failed actions included.
    @Test(arguments: PolicyMix.known)
    func replaysAreBitIdentical(policy: Behaviour) throws {
        for (number, setup) in try GeneratedEpisodes.setups.get().enumerated() where number % 3 == 0 {
            let made = try episode(setup, policy, number: number, keepsFrames: true)
            #expect(made.frames.count == made.trajectory.actionCount + 1)
            let check = ReplayCheck(
                made.trajectory, in: setup.world, frames: made.frames, renderer: Renderer())
            #expect(check.differences == [], "\(setup.task)")
            #expect(check.isGoalSatisfied == made.isSuccess)
        }
    }

    @Test func replayNoticesWhatWasTamperedWith() throws {
        let setup = try #require(try GeneratedEpisodes.setups.get().first)
        let made = try episode(setup, .expert, number: 0, keepsFrames: true)
        let index = try #require(made.trajectory.plan?.lowActions.firstIndex { $0.action.isInteraction })
        var frames = made.frames
        frames[3][100] ^= 1
        var check = ReplayCheck(made.trajectory, in: setup.world, frames: frames, renderer: Renderer())
        #expect(check.differences == ["frame 3 differs from the recorded one"])
        var changed = made.trajectory
        changed.plan?.lowActions[index].target?.mask = Mask(runs: [])
        check = ReplayCheck(changed, in: setup.world, frames: [], renderer: Renderer())
        #expect(!check.isIdentical)
    }

    @Test func sameSeedSameBytes() throws {
        let setup = try #require(try GeneratedEpisodes.setups.get().last)
        for policy in PolicyMix.known {
            let first = try episode(setup, policy, number: 7)
            let second = try episode(setup, policy, number: 7)
            #expect(try first.trajectory.json() == second.trajectory.json())
        }
    }

    @Test func policiesDoWhatTheyAreCalled() throws {
        var failures = 0
        for (number, setup) in try GeneratedEpisodes.setups.get().enumerated() {
            let expert = try episode(setup, .expert, number: number)
            #expect(expert.isSuccess)
            #expect(expert.trajectory.plan?.lowActions.map(\.action) == setup.expert.plan.lowActions.map(\.action))
            let partial = try episode(setup, .partial, number: number).trajectory
            let subgoals = try #require(partial.plan?.subgoals.map(\.action))
            #expect(subgoals.count < setup.expert.plan.subgoals.count)
            #expect(Array(setup.expert.plan.subgoals.map(\.action).prefix(subgoals.count)) == subgoals)
            let random = try episode(setup, .random, number: number).trajectory
            #expect(EpisodeRun.Settings().randomSteps.contains(random.actionCount))
            failures += random.recordedSuccess?.count { !$0 } ?? 0
            let noisy = try episode(setup, .noisy, number: number)
            #expect(noisy.isSuccess || noisy.trajectory.actionCount > 0)
        }
        #expect(failures > 0, "random actions never fail")
    }

    /// Bookkeeping under random actions: the sets only grow, what is in them once was an object, and conditions kept
    /// from step to step are those of a fresh look.
    @Test func bookkeepingHoldsUnderRandomActions() throws {
        for setup in try GeneratedEpisodes.setups.get() {
            let renderer = Renderer()
            var environment = TaskEnvironment(setup.task, in: setup.world, renderer: renderer)
            try environment.follow(setup.expert.plan.subgoals, expertSteps: setup.expert.plan.lowActions.count)
            var behaviour = RandomBehaviour(random: SeededGenerator(setup.seed, 99))
            var before = environment.state
            for _ in 0..<150 {
                let picture = renderer.instancePicture(of: environment.world)
                let choice = behaviour.action(in: environment.world, picture: picture, sight: renderer)
                let step = environment.step(choice.action, target: choice.target)
                let state = environment.state
                #expect(state.treatments.cleaned.isSuperset(of: before.treatments.cleaned))
                #expect(state.treatments.heated.isSuperset(of: before.treatments.heated))
                #expect(state.treatments.cooled.isSuperset(of: before.treatments.cooled))
                if !step.isSuccess { #expect(state.world.states == before.world.states) }
                let fresh = HouseholdFacts(state.world, state.treatments, goal: setup.task.goal, sight: renderer)
                #expect(state.conditions == GoalConditions(setup.task.type, setup.task.goal, in: fresh))
                #expect(step.reward.isFinite)
                before = state
            }
        }
    }

    @Test func datasetsAreFoundAsReleases() throws {
        let folder = try TemporaryFolder()
        let dataset = GeneratedDataset(root: folder.path, suffix: "png") { pixels, width, height in
            #expect(pixels.count == width * height * 3)
            return [1, 2, 3]
        }
        var samples: [Splits.Sample] = []
        for (number, setup) in try GeneratedEpisodes.setups.get().prefix(2).enumerated() {
            samples += try dataset.write(
                try episode(setup, .expert, number: number, keepsFrames: true), split: "train")
        }
        try dataset.write(Splits(samples: ["train": samples]))
        let release = try Release(root: folder.path)
        #expect(release.samples?.samples["train"]?.count == 6)
        let listing = release.trajectories(in: "train")
        #expect(listing.trajectories.count == 2 && listing.problems.isEmpty)
        for location in listing.trajectories {
            let trajectory = try Trajectory(contentsOf: location.file)
            let observations = ObservationFrames(trajectory)
            let images = try #require(try RawImages(trajectoryFolder: location.folder))
            #expect(observations.names.allSatisfy { images.path(forFrameNamed: $0) != nil })
        }
    }
}

@Suite struct PolicyMixTests {
    @Test func readsShares() throws {
        let mix = try PolicyMix(parsing: "random:1, expert:3")
        #expect(mix.shares.map(\.policy) == [.expert, .random])
        #expect(mix.shares.map(\.share) == [3, 1])
        #expect(try PolicyMix(parsing: mix.description) == mix)
        let counts = (0..<4000).reduce(into: [Behaviour: Int]()) {
            $0[mix.policy(seed: UInt64($1)), default: 0] += 1
        }
        #expect(abs((counts[.expert] ?? 0) - 3000) < 150)
        #expect(counts.values.reduce(0, +) == 4000)
    }

    @Test(arguments: [
        ("", "name is missing"), ("expert:0.5,", "name is missing"), ("exprt:1", "no policy \"exprt\""),
        ("expert:x", "no number"), ("expert:nan", "no number"), ("expert:-1", "negative"),
        ("expert:1,expert:2", "twice"), ("expert:1:2", "more than one colon"), ("expert:0", "above 0"),
    ])
    func saysWhatIsWrong(text: String, reason: String) {
        do {
            let mix = try PolicyMix(parsing: text)
            Issue.record("\(text) was read as \(mix)")
        } catch {
            #expect(error.description.contains(reason), "\(error)")
            #expect(error.description.contains("expected for example"))
        }
    }
}

@Suite struct AnnotationTests {
    /// Every task a room allows, and every kind of sub-goal with and without what can be said of places.
    @Test func sentencesAreWellFormedAndDiffer() throws {
        let room = try FurnishedRoom(number: 1001)
        let scene = try room.populated(seed: 1)
        let living = try FurnishedRoom(number: 1201)
        var random = SeededGenerator(4)
        let options = Array(Set(TaskSampler.options(in: room) + TaskSampler.options(in: living))).sorted {
            "\($0)" < "\($1)"
        }
        #expect(options.count > 100)
        let kinds = HighAction.allCases.filter { $0 != .noOp }
        for option in options {
            let subgoals = kinds.flatMap { kind in
                [nil, 0].map { place in
                    var subgoal = RecordedSubgoal(kind: kind, object: 3, receptacle: place ?? 1, source: place)
                    subgoal.turn = place == nil ? nil : .left
                    subgoal.end = 1
                    return subgoal
                }
            }
            let move = LowAction(highIndex: 0, action: .moveAhead, api: APIAction(action: "MoveAhead"))
            let annotations = AnnotationGrammar(task: option.task, objects: scene.objects)
                .annotations(subgoals, [move], count: 4, random: &random)
            #expect(Set(annotations.map(\.taskDescription)).count == 4)
            #expect(Set(annotations.map(\.stepDescriptions)).count == 4)
            for step in subgoals.indices {
                #expect(Set(annotations.prefix(3).map { $0.stepDescriptions[step] }).count >= 2)
            }
            for text in annotations.flatMap({ [$0.taskDescription] + $0.stepDescriptions }) {
                #expect(text.first?.isUppercase == true && text.hasSuffix(".") && !text.hasSuffix(".."), "\(text)")
                #expect(!text.contains("  ") && !text.contains(" .") && !text.contains("the the"), "\(text)")
                #expect(!text.contains("a a ") && text.count > 8, "\(text)")
            }
        }
    }

    /// A landmark is mentioned on the side where it is in the picture.
    @Test func landmarksAreBesideTheThing() throws {
        var builder = SceneBuilder()
        let table = builder.add(.sideTable, at: SIMD3(-0.5, 0, 1.2), size: SIMD3(0.4, 0.6, 0.4))
        let fridge = builder.add(.fridge, at: SIMD3(0.7, 0, 1.4), yaw: 180)
        let world = try builder.world(AgentPose(x: 0, z: -2, heading: 0, horizon: 30))
        let picture = Renderer().instancePicture(of: world)
        #expect(Landmark(beside: table, in: picture, of: world).map { [$0.object] } == [fridge])
        #expect(Landmark(beside: table, in: picture, of: world)?.side == .left)
        #expect(Landmark(beside: fridge, in: picture, of: world) == nil, "a side table is no landmark")
    }

    @Test func turnsAreThoseBeforeTheFirstStep() throws {
        for (actions, turn) in [
            ([Action.lookDown, .rotateLeft, .moveAhead, .rotateRight], RecordedSubgoal.Turn.left),
            ([.rotateRight], .right), ([.rotateLeft, .rotateLeft, .moveAhead], .around),
            ([.rotateLeft, .rotateLeft, .rotateLeft], .right),
        ] {
            let world = try SceneBuilder(objects: []).world()
            var recorder = EpisodeRecorder(
                TaskEnvironment(.simple("Apple", in: "SideTable"), in: world, renderer: Renderer()),
                keepsFrames: false)
            for action in actions { recorder.act(action) }
            #expect(recorder.turnOfSubgoal == turn)
        }
    }
}

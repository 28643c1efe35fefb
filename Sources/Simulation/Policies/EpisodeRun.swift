internal import ALFRED
package import Episodes
internal import Ground
package import Household
internal import Rooms

/// Plays an episode of a prepared task with a behaviour policy.
package struct EpisodeRun {
    /// How a policy is drawn out.
    package struct Settings: Sendable, Equatable {
        /// Probability of a random action before each of the expert's, for the noisy policy.
        var noise: Float = 0.12
        /// Steps of a random episode.
        var randomSteps = 15...60
        /// Steps after which a noisy episode is broken off: so many times the expert's, and 50 more.
        package var stepRatio = 4

        package init() {}
    }

    let setup: EpisodeSetup
    /// Who acts.
    package let policy: Behaviour
    /// How the policy is drawn out.
    package let settings: Settings
    private(set) var recorder: EpisodeRecorder
    /// The number of sub-goals a partial episode stopped after.
    private(set) var stoppedAfter: Int?
    /// Why a noisy episode was broken off, if it was.
    private(set) var giveUp: String?
    private var random: SeededGenerator

    /// - Parameters:
    ///   - renderer: 300 x 300; sight, masks, and frames if there is no painter.
    ///   - painter: Draws the frames in another size.
    package init(
        _ setup: EpisodeSetup, policy: Behaviour, settings: Settings = Settings(), renderer: Renderer,
        painter: Renderer? = nil, keepsFrames: Bool = true
    ) throws(TaskError) {
        self.setup = setup
        self.policy = policy
        self.settings = settings
        random = SeededGenerator(setup.seed, UInt64(setup.sceneNumber), 0xAC7)
        var environment = TaskEnvironment(setup.task, in: setup.world, renderer: renderer)
        try environment.follow(setup.expert.plan.subgoals, expertSteps: setup.expert.plan.lowActions.count)
        recorder = EpisodeRecorder(environment, painter: painter, keepsFrames: keepsFrames)
    }

    /// Plays the whole episode.
    mutating func play() {
        switch policy {
        case .expert: follow(setup.expert, noise: 0, stoppingAfter: nil)
        case .noisy: follow(setup.expert, noise: settings.noise, stoppingAfter: nil)
        case .partial:
            let count = setup.expert.plan.subgoals.count
            stoppedAfter = count > 1 ? random.int(1...(count - 1)) : 1
            follow(setup.expert, noise: 0, stoppingAfter: stoppedAfter)
        default: wander()
        }
        recorder.finish()
    }

    /// Whether the goal holds now.
    package var isSuccess: Bool { recorder.environment.isGoalSatisfied }

    // MARK: Expert with noise

    private mutating func follow(_ first: Expert.Solution, noise: Float, stoppingAfter limit: Int?) {
        let stepLimit = settings.stepRatio * first.plan.lowActions.count + 50
        var solution = first
        var next = 0
        var done = 0
        while next < solution.plan.lowActions.count {
            if recorder.lowActions.count >= stepLimit {
                giveUp = "more than \(stepLimit) steps"
                return
            }
            if noise > 0, random.chance(noise) {
                let before = recorder.lowActions.count
                takeRandomAction()
                if recorder.lowActions.count > before { noteWhatHappened() }
                guard let again = replan() else { return }
                solution = again
                next = 0
                continue
            }
            let low = solution.plan.lowActions[next]
            let step = recorder.act(low.action, solution.targets[next])
            guard step?.isSuccess == true else {
                // The plan was made in this very state, so this does not happen; noise may have shown us wrong.
                guard let again = replan() else { return }
                solution = again
                next = 0
                continue
            }
            next += 1
            let isLast =
                next == solution.plan.lowActions.count
                || solution.plan.lowActions[next].highIndex != low.highIndex
            guard isLast else { continue }
            complete(solution, low.highIndex)
            done += 1
            if let limit, done >= limit { return }
        }
    }

    private mutating func replan() -> Expert.Solution? {
        do throws(ExpertError) {
            return try Expert.plan(from: recorder.environment)
        } catch {
            giveUp = "\(error)"
            return nil
        }
    }

    private mutating func takeRandomAction() {
        var behaviour = RandomBehaviour(random: random)
        let picture = recorder.look()
        let choice = behaviour.action(
            in: recorder.environment.world, picture: picture, sight: recorder.environment.renderer)
        random = behaviour.random
        recorder.act(choice.action, choice.target)
    }

    /// Notes a sub-goal of a plan that was just carried out to its last action.
    private mutating func complete(_ solution: Expert.Solution, _ index: Int) {
        let world = recorder.environment.world
        let step = solution.plan.highLevel[index]
        let scene = world.scene
        var subgoal = RecordedSubgoal(
            kind: step.action, object: step.targetObjectID.flatMap(scene.index(ofID:)),
            receptacle: step.receptacleObjectID.flatMap(scene.index(ofID:)))
        switch step.action {
        case .goto:
            let following = solution.plan.highLevel[(index + 1)...].first
            subgoal = gotoSubgoal(for: following, named: step.arguments.first)
        case .heat, .cool: subgoal.object = world.held
        case .pickup, .slice: subgoal.source = source(of: subgoal.object)
        default: break
        }
        recorder.complete(subgoal)
    }

    /// Where an object lay before the actions of the running sub-goal.
    private func source(of object: Int?) -> Int? {
        guard let object else { return nil }
        return recorder.startOfSubgoal.parent(of: object)
    }

    /// A GotoLocation that has just ended, with what can be said about the place.
    private mutating func gotoSubgoal(for following: HighLevelStep?, named name: String?) -> RecordedSubgoal {
        let world = recorder.environment.world
        let scene = world.scene
        let target = following.flatMap { $0.receptacleObjectID ?? $0.targetObjectID }.flatMap(scene.index(ofID:))
        var place = target
        if following?.receptacleObjectID == nil, let target {
            place = world.receptacles(holding: target).last ?? target
        }
        if following == nil || following?.action == .noOp {
            place = scene.objects.indices.first { scene.objects[$0].type.rawValue.lowercased() == name }
        }
        var subgoal = RecordedSubgoal.goto(world.agent, place)
        if let place { subgoal.landmark = Landmark(beside: place, in: recorder.look(), of: world) }
        subgoal.turn = recorder.turnOfSubgoal
        return subgoal
    }

    // MARK: Random

    private mutating func wander() {
        let steps = random.int(settings.randomSteps)
        while recorder.lowActions.count < steps {
            let before = recorder.lowActions.count
            takeRandomAction()
            guard recorder.lowActions.count > before else { continue }
            noteWhatHappened()
        }
    }

    /// An interaction that succeeded is a sub-goal, and the way to it one before.
    private mutating func noteWhatHappened() {
        guard let low = recorder.lowActions.last, low.action.isInteraction, recorder.failures.last == .some(nil)
        else { return }
        let world = recorder.environment.world
        let object = low.api.objectID.flatMap(world.scene.index(ofID:))
        let receptacle = low.api.receptacleObjectID.flatMap(world.scene.index(ofID:))
        let kind: HighAction
        switch low.action {
        case .pickup: kind = .pickup
        case .put: kind = .put
        case .open: kind = .open
        case .close: kind = .close
        case .toggleOn: kind = .toggle
        case .slice: kind = .slice
        default: return
        }
        var subgoal = RecordedSubgoal(kind: kind, object: object, receptacle: receptacle)
        subgoal.source = object.flatMap(recorder.lastWorld.parent(of:))
        recorder.completeLastAction(subgoal, comingFrom: .goto(recorder.lastWorld.agent, receptacle ?? object))
    }
}

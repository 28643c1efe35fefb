internal import ALFRED
internal import Episodes
internal import Ground
internal import Household

/// Acts the episodes of one source from one start, each with a behaviour. What the expert does is planned, seen and
/// drawn once; the others begin as it does or plan from where they are.
struct GradedPlayer {
    /// How behaviours are drawn out.
    enum Settings {
        /// Probability of a random action before each of the expert's, for the noisy behaviour.
        static let noise: Float = 0.25
        /// Steps after which a noisy episode is broken off, for each of the expert's.
        static let noisyBudget = 1.5
        /// Steps after which an expert that recovers is broken off, for each of the expert's.
        static let recoveryBudget = 3.0
        /// Steps of a walk to somewhere else.
        static let detour = 4...14
        /// Random actions after the sub-tasks that a partial episode does.
        static let partialSteps = 4...12
        /// Random actions at a branch.
        static let branchSteps = 2...5
        /// States or objects tried before a behaviour is given up.
        static let attempts = 6
    }

    /// The expert's episode, which every other is measured by.
    let expert: GradedRun
    private let plans: GradePlans

    /// Plans and acts the expert's episode.
    ///
    /// - Throws: ``GradeSource/Refusal`` where the expert cannot do what the trajectory's sentences say.
    init(
        _ source: GradeSource, from start: AgentPose?, plans: GradePlans, _ eyes: GradeEyes
    ) throws(GradeSource.Refusal) {
        self.plans = plans
        var run = try GradedRun(source, from: start, eyes)
        var random = SeededGenerator(0)
        func fail(_ reason: String) -> GradeSource.Refusal {
            let subTask = source.subTasks[min(run.current, source.subTasks.count - 1)]
            return GradeSource.Refusal(
                description: "the expert cannot do sub-task \(run.current) (\(subTask.kind.rawValue)): \(reason)")
        }
        while !run.isOver {
            let isDone: Bool
            do throws(ExpertError) {
                isDone = try run.pursue(plans: plans, &random)
            } catch { throw fail(error.description) }
            guard isDone else { throw fail("what was planned does not complete it") }
        }
        guard run.isSuccess else {
            throw GradeSource.Refusal(description: "the goal does not hold when the expert has done all sub-tasks")
        }
        run.finish()
        expert = run
    }

    /// An episode with a behaviour; nil where the room does not let it be, as one without another object to take.
    ///
    /// - Parameter place: The episode's number among the `count` of its behaviour; branches are spread over the way.
    func play(
        _ behaviour: Behaviour, place: Int = 0, of count: Int = 1, _ random: inout SeededGenerator
    ) -> Played? {
        var played: Played?
        switch behaviour {
        case .expert, .start: played = Played(run: expert)
        case .noisy: played = noisy(&random)
        case .detour: played = detour(&random)
        case .wrongObject: played = wrongObject(&random)
        case .partial: played = partial(&random)
        case .aimless: played = aimless(&random)
        case .branch: played = branch(place, count, &random)
        case .recovery: played = recovery(&random)
        case .random: played = nil
        }
        played?.run.finish()
        guard let run = played?.run, run.count > 0 else { return nil }
        return played
    }

    /// An episode and where it left the expert's way.
    struct Played {
        var run: GradedRun
        /// The steps it shares with the expert's episode, where that was meant.
        var branchedAt: Int?
        /// The step from which the expert acts again.
        var recoversAt: Int?
    }

    private var length: Int { expert.count }

    private func share(_ part: Double) -> Int { Int((Double(length) * part).rounded(.up)) }

    /// Does what is left to do, until it is done, the budget is spent or there is no way.
    private func pursue(
        _ run: inout GradedRun, noise: Float = 0, budget: Int = .max, _ random: inout SeededGenerator
    ) {
        while !run.isOver {
            do throws(ExpertError) {
                guard try run.pursue(plans: plans, noise: noise, budget: budget, &random) else { return }
            } catch { return }
        }
    }

    // MARK: Behaviours

    private func noisy(_ random: inout SeededGenerator) -> Played {
        var run = expert.prefix(0)
        pursue(&run, noise: Settings.noise, budget: max(4, share(Settings.noisyBudget)), &random)
        return Played(run: run)
    }

    /// Before some of the sub-tasks, at least one, a walk to somewhere else.
    private func detour(_ random: inout SeededGenerator) -> Played? {
        let count = expert.source.subTasks.count
        let certain = random.below(count)
        let strays = (0..<count).map { $0 == certain || random.chance(0.3) }
        var run = expert.prefix(0)
        while !run.isOver {
            let wanted = run.current
            if strays[wanted] {
                let home = NavigationField(to: run.world.agent, on: run.world.scene.grid)
                let poses = run.world.scene.grid.cells.map {
                    AgentPose(
                        x: $0.x, z: $0.y, heading: random.below(4), horizon: PlanDraft.walkingHorizon)
                }
                let far = poses.filter { home.steps(from: $0).map(Settings.detour.contains) ?? false }
                guard let pose = random.pick(far) else { return nil }
                run.walk(to: pose)
            }
            guard run.current == wanted else { continue }
            guard (try? run.pursue(plans: plans, &random)) == true else { return nil }
        }
        return run.isSuccess ? Played(run: run) : nil
    }

    /// The first sub-tasks, then nothing or random actions. Of a single sub-task, half of the way.
    private func partial(_ random: inout SeededGenerator) -> Played {
        let count = expert.source.subTasks.count
        guard count > 1 else {
            var run = expert.prefix(max(1, length * random.int(3...7) / 10))
            run.wander(steps: random.int(Settings.partialSteps), &random)
            return Played(run: run)
        }
        let done = random.int(1...(count - 1))
        var run = expert.prefix(expert.attempts[done - 1].steps.upperBound)
        if !random.chance(0.34) { run.wander(steps: random.int(Settings.partialSteps), &random) }
        return Played(run: run)
    }

    private func aimless(_ random: inout SeededGenerator) -> Played {
        var run = expert.prefix(0)
        run.wander(steps: random.int(max(2, share(0.7))...max(3, share(1.3))), &random)
        return Played(run: run)
    }

    /// The expert's way up to a state, then other actions, then random ones or the expert from there.
    private func branch(_ place: Int, _ count: Int, _ random: inout SeededGenerator) -> Played? {
        let part = (Double(place) + random.fraction()) / Double(max(1, count))
        let fork = min(length - 1, Int(part * Double(length)))
        let recovers = random.chance(0.5)
        let others = random.int(Settings.branchSteps)
        for _ in 0..<Settings.attempts {
            var run = expert.prefix(fork)
            run.wander(steps: 1, &random)
            let isOther =
                run.count == fork + 1
                && (run.lowActions[fork].action != expert.lowActions[fork].action
                    || run.targets[fork] != expert.targets[fork])
            guard isOther else { continue }
            run.wander(steps: others - 1, &random)
            let left = run.count
            if recovers {
                pursue(&run, budget: left + share(Settings.recoveryBudget), &random)
            } else {
                run.wander(steps: random.int(max(2, share(0.2))...max(3, share(0.5))), &random)
            }
            return Played(run: run, branchedAt: fork, recoversAt: recovers ? left : nil)
        }
        return nil
    }

    /// Random actions, alone or between the expert's, and from where they lead the expert.
    private func recovery(_ random: inout SeededGenerator) -> Played? {
        for _ in 0..<Settings.attempts {
            var run = expert.prefix(0)
            let steps = random.int(max(2, share(0.25))...max(3, share(0.75)))
            if random.chance(0.5) {
                run.wander(steps: steps, &random)
            } else {
                pursue(&run, noise: 0.6, budget: steps, &random)
            }
            guard !run.isOver else { continue }
            let from = run.count
            pursue(&run, budget: from + share(Settings.recoveryBudget), &random)
            if run.isOver, run.isSuccess { return Played(run: run, recoversAt: from) }
        }
        return nil
    }
}

// MARK: - Other objects

extension GradedPlayer {
    /// One sub-task with an object or place of another class; then, as long as there is a way, the rest with that.
    private func wrongObject(_ random: inout SeededGenerator) -> Played? {
        let kinds: Set<HighAction> = [.pickup, .put, .slice, .toggle]
        let subTasks = expert.source.subTasks
        let places = random.shuffled(subTasks.indices.filter { kinds.contains(subTasks[$0].kind) })
        for place in places {
            let fork = expert.attempts[place].steps.lowerBound
            for other in random.shuffled(alternatives(to: subTasks[place], in: expert.prefix(fork).world))
                .prefix(Settings.attempts)
            {
                var run = expert.prefix(fork)
                guard run.carryOut(subTasks[place], with: other), run.current == place else { continue }
                run.giveUp()
                if subTasks[place].kind == .pickup { goOn(&run, with: other) }
                return Played(run: run, branchedAt: fork)
            }
        }
        return nil
    }

    /// The sub-tasks that are left, with another object in the hand.
    private func goOn(_ run: inout GradedRun, with other: Int) {
        while !run.isOver, run.world.held == other {
            let wanted = run.current
            let subTask = expert.source.subTasks[wanted]
            guard subTask.kind != .pickup, subTask.kind != .slice, run.carryOut(subTask, item: other) else { return }
            if run.current == wanted { run.giveUp() }
        }
    }

    /// Objects of other classes that the sub-task could be done with as well.
    private func alternatives(to subTask: SprintSubTask, in world: World) -> [Int] {
        func type(_ object: Int) -> ObjectType { world.scene.objects[object].type }
        guard let meant = subTask.kind == .put ? subTask.receptacle : subTask.object else { return [] }
        let classes = Set([meant, world.scene.objects[meant].sliceOf ?? meant].map(type))
        return world.scene.objects.indices.filter { object in
            let traits = type(object).traits
            guard !classes.contains(type(object)), world.states[object].isPresent, object != world.held,
                world.scene.objects[object].objectClass != world.scene.objects[meant].objectClass
            else { return false }
            switch subTask.kind {
            case .pickup: return traits.contains(.pickupable) && world.scene.objects[object].sliceOf == nil
            case .put: return traits.contains(.receptacle) && traits.isDisjoint(with: [.pickupable, .restricted])
            case .slice: return traits.contains(.sliceable)
            case .toggle: return traits.contains(.toggleable) && type(object) != .faucet
            default: return false
            }
        }
    }
}

extension GradedRun {
    /// Does a sub-task with something else in place of what it is about: for Put the receptacle, else the object. False
    /// where there is no way, before anything is done.
    fileprivate mutating func carryOut(_ subTask: SprintSubTask, with other: Int) -> Bool {
        var changed = subTask
        changed.closes = nil
        if subTask.kind == .put { changed.receptacle = other } else { changed.object = other }
        guard let plan = try? SubTaskPlan(changed, from: environment) else { return false }
        return carryOut(plan)
    }

    /// Does a sub-task with another object in the hand.
    fileprivate mutating func carryOut(_ subTask: SprintSubTask, item: Int) -> Bool {
        var changed = subTask
        changed.closes = nil
        guard let plan = try? SubTaskPlan(changed, from: environment, with: subTask.kind == .toggle ? nil : item)
        else { return false }
        return carryOut(plan)
    }

    private mutating func carryOut(_ plan: SubTaskPlan) -> Bool {
        let (begin, wanted) = (count, current)
        for leg in plan.legs {
            walk(to: leg.pose)
            for interaction in leg.interactions where current == wanted {
                guard act(interaction.action, interaction.target) == true else { return count > begin }
            }
        }
        return count > begin
    }
}

internal import ALFRED
internal import Episodes
internal import ExperimentStore
internal import Features
internal import Foundation
internal import Ground
internal import Household
internal import Images
internal import Rooms
internal import Simulation

/// One task under way. Belongs to one thread at a time.
final class Attempt {
    let prepared: PreparedTask
    private var environment: TaskEnvironment
    private(set) var progress: SubTaskProgress
    private(set) var steps: [Rollout.Step] = []
    private let rules = SprintRules()
    private let drawing: FrameDrawing
    private let sight: Sight
    private let view: UnsafeMutableRawPointer
    private var random: SeededGenerator
    /// What the simulator has refused since an action succeeded last, and what is not tried again meanwhile; nil where
    /// the rules let everything be tried again.
    private var refused: RefusedActions?
    /// Whether a policy's actions are drawn by its probabilities.
    private let isDrawing: Bool

    init(
        _ prepared: PreparedTask, drawing: FrameDrawing, sight: Sight = .pictures, rules: EvalRun.Rules, seed: UInt64,
        index: Int
    ) {
        self.prepared = prepared
        self.sight = sight
        self.drawing = drawing
        refused = rules == .masked ? RefusedActions() : nil
        isDrawing = rules == .sampled
        environment = prepared.environment(drawing.makeRenderer())
        progress = SubTaskProgress(prepared.subTasks, approach: prepared.approach)
        view = .allocate(byteCount: sight.byteCount(drawing), alignment: 64)
        random = SeededGenerator(seed, UInt64(index), 0xA6E)
    }

    deinit { view.deallocate() }

    var isDone: Bool { progress.isDone }
    var world: World { environment.world }
    /// The last frame.
    var frame: UnsafeRawPointer { UnsafeRawPointer(view) }

    func look() {
        if case .features(let encoder) = sight { return encoder.encode(environment.world, to: view) }
        let picture = drawing.frame(of: environment.world, by: environment.renderer)
        picture.pixels.withUnsafeBytes { view.copyMemory(from: $0.baseAddress!, byteCount: drawing.byteCount) }
    }

    /// Takes the best legal action by its score, on the nearest object of the best class that is legal for it. What is
    /// masked counts as not legal. Where actions are drawn, so are classes, by their probabilities among what is legal.
    ///
    /// - Parameters:
    ///   - actions: Logarithms of odds by action id, 13 of them.
    ///   - objects: The same by object class, 82 of them.
    /// - Returns: The action's id.
    func step(actions: ArraySlice<Float>, objects: ArraySlice<Float>) -> Int {
        let world = environment.world
        let (actions, objects) =
            isDrawing ? (Self.drawn(actions, &random), Self.drawn(objects, &random)) : (actions, objects)
        func score(_ action: Action) -> Float { actions[actions.startIndex + Int(action.rawValue)] }
        let ranked = Action.allCases.sorted {
            let (a, b) = (score($0), score($1))
            return a != b ? a > b : $0.rawValue < $1.rawValue
        }
        var nearby: [Int]?
        for action in ranked {
            guard action.isInteraction else {
                if isMasked(action, nil) { continue }
                return take(action, target: nil)
            }
            let near = nearby ?? rules.nearby(in: world)
            nearby = near
            let targets = rules.legalTargets(
                of: action, nearby: near, in: world, sight: environment.renderer
            ).filter { !isMasked(action, $0) }
            var best: (score: Float, object: ObjectClass)?
            for target in targets {
                guard let object = world.scene.objects[target].objectClass else { continue }
                let score = objects[objects.startIndex + Int(object.id)]
                if best.map({ score > $0.score || score == $0.score && object.name < $0.object.name }) ?? true {
                    best = (score, object)
                }
            }
            if let best, let target = rules.nearest(best.object, among: targets, in: world) {
                return take(action, target: target)
            }
        }
        return take(.rotateRight, target: nil)
    }

    /// Scores with Gumbel noise: the best of any of them is a draw from the softmax over these.
    static func drawn(_ scores: ArraySlice<Float>, _ random: inout SeededGenerator) -> ArraySlice<Float> {
        ArraySlice(scores.map { $0 - Float(log(-log(max(random.fraction(), .leastNormalMagnitude)))) })
    }

    /// Takes a legal action at random, on a legal object at random.
    func stepAtRandom() {
        var legal = rules.legalActions(in: environment.world, sight: environment.renderer)
        if refused != nil {
            for (action, targets) in legal where !action.isInteraction || !targets.isEmpty {
                let open = targets.filter { !isMasked(action, $0) }
                legal[action] = (action.isInteraction ? open.isEmpty : isMasked(action, nil)) ? nil : open
            }
        }
        let choices = Action.allCases.filter { legal[$0] != nil }
        let action = random.pick(choices) ?? .rotateRight
        _ = take(action, target: random.pick(legal[action] ?? []))
    }

    /// Takes the expert's next action.
    func stepAsExpert() {
        let next = prepared.expert[progress.steps]
        let target = next.objectID.flatMap { environment.world.scene.index(ofID: $0) }
        _ = take(next.action, target: target)
    }

    private func isMasked(_ action: Action, _ target: Int?) -> Bool { refused?.contains(action, target) ?? false }

    private func take(_ action: Action, target: Int?) -> Int {
        let step = environment.step(action, target: target)
        refused?.note(action, target, isRefused: step.failure != nil)
        let reward = progress.note(action, in: environment)
        let number = Int(action.rawValue)
        let object = target.map { environment.world.scene.objects[$0] }
        steps.append(
            Rollout.Step(
                action: number,
                objectClass: Int(object?.objectClass?.id ?? 0),
                objectID: object?.id, failure: step.failure.map(\.message), completed: reward > 0))
        return number
    }

    /// Whether the expert has no action left.
    var isExpertDone: Bool { isDone || progress.steps >= prepared.expert.count }

    func rollout(index: Int, start: Rollout.Start, episodeID: Int64?) -> Rollout {
        let conditions = environment.state.conditions
        return Rollout(
            index: index, key: prepared.task.key, annotation: prepared.task.annotation,
            subTasks: prepared.task.subTasks, episodeID: episodeID, scene: prepared.sceneNumber,
            taskType: prepared.taskType, instruction: prepared.task.instruction, start: start,
            expertSteps: prepared.expertSteps, stepLimit: progress.stepLimit, stepCount: progress.steps,
            completed: progress.completed, conditions: .init(met: conditions.met, total: conditions.total), problem: nil
        )
    }
}

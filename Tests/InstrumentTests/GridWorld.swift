import Episodes
import Ground
import Instrument

/// A room of 6 x 6 places in which something has to be picked up at one place and put down at another: the smallest
/// world with sub-tasks, detours and dead ends, for learners with a table.
struct GridWorld {
    /// How somebody acts.
    enum Behaviour: CaseIterable { case expert, noisy, detour, wrong, partial, aimless }

    struct State: Hashable {
        var x: Int
        var y: Int
        var isCarrying = false
    }

    struct Task {
        var number: Int
        var start: State
        var item: (x: Int, y: Int)
        var goal: (x: Int, y: Int)
    }

    /// A walk with a score from 0 to 10 a step.
    struct Episode {
        var task: Task
        var states: [State]
        var actions: [UInt16]
        var scores: [Float]
        var isFulfilled: Bool
    }

    static let side = 6
    static let moves = [(1, 0), (-1, 0), (0, 1), (0, -1)]
    static let pick: UInt16 = 4
    static let put: UInt16 = 5

    /// Steps that are left to do at best.
    static func distance(_ state: State, _ task: Task) -> Int {
        func between(_ a: (x: Int, y: Int), _ b: (x: Int, y: Int)) -> Int { abs(a.x - b.x) + abs(a.y - b.y) }
        let here = (x: state.x, y: state.y)
        return state.isCarrying
            ? between(here, task.goal) + 1 : between(here, task.item) + between(task.item, task.goal) + 2
    }

    static func after(_ state: State, _ action: UInt16, _ task: Task) -> State {
        var next = state
        switch action {
        case pick: if state.x == task.item.x, state.y == task.item.y { next.isCarrying = true }
        case put: break
        default:
            next.x = min(side - 1, max(0, state.x + moves[Int(action)].0))
            next.y = min(side - 1, max(0, state.y + moves[Int(action)].1))
        }
        return next
    }

    /// A step on a shortest way to a place.
    static func step(_ state: State, towards place: (x: Int, y: Int), _ random: inout SplitMix64) -> UInt16? {
        var better: [UInt16] = []
        if place.x > state.x { better.append(0) }
        if place.x < state.x { better.append(1) }
        if place.y > state.y { better.append(2) }
        if place.y < state.y { better.append(3) }
        return better.isEmpty ? nil : better[random.below(better.count)]
    }

    static func best(_ state: State, _ task: Task, _ random: inout SplitMix64) -> UInt16 {
        step(state, towards: state.isCarrying ? task.goal : task.item, &random) ?? (state.isCarrying ? put : pick)
    }

    static func isDone(_ state: State, _ action: UInt16, _ task: Task) -> Bool {
        action == put && state.isCarrying && state.x == task.goal.x && state.y == task.goal.y
    }

    static func tasks(_ count: Int, _ random: inout SplitMix64) -> [Task] {
        func place() -> (x: Int, y: Int) { (random.below(side), random.below(side)) }
        return (0..<count).map { number in
            let start = place()
            return Task(number: number, start: State(x: start.x, y: start.y), item: place(), goal: place())
        }
    }

    /// - Parameter errors: The share of scores that are drawn from `wrong` in place of the true ones.
    static func episode(
        _ task: Task, _ behaviour: Behaviour, _ random: inout SplitMix64, errors: Double = 0.05,
        wrong: ClosedRange<Int> = 0...10
    ) -> Episode {
        var state = task.start
        let limit = 2 * distance(state, task) + 8
        var (states, actions, scores) = ([state], [UInt16](), [Float]())
        var isFulfilled = false
        let stray = (x: random.below(side), y: random.below(side))
        var hasStrayed = false
        var picked = 0
        while actions.count < limit, !isFulfilled {
            var action = best(state, task, &random)
            switch behaviour {
            case .expert: break
            case .noisy: if random.fraction() < 0.25 { action = UInt16(random.below(6)) }
            case .detour:
                if !hasStrayed {
                    if let way = step(state, towards: stray, &random) { action = way } else { hasStrayed = true }
                }
            case .wrong: action = step(state, towards: stray, &random) ?? (random.below(2) == 0 ? pick : put)
            case .partial:
                if state.isCarrying {
                    picked += 1
                    action = UInt16(random.below(4))
                }
            case .aimless: action = UInt16(random.below(6))
            }
            if picked > 6 { break }
            let next = after(state, action, task)
            isFulfilled = isDone(state, action, task)
            let gain = isFulfilled ? 1 : distance(state, task) - distance(next, task)
            var score = gain > 0 ? 7 + random.below(3) : gain < 0 ? 1 + random.below(3) : 3 + random.below(2)
            if random.fraction() < errors { score = wrong.lowerBound + random.below(wrong.count) }
            actions.append(action)
            scores.append(Float(score))
            states.append(next)
            state = next
        }
        return Episode(task: task, states: states, actions: actions, scores: scores, isFulfilled: isFulfilled)
    }

    /// Episodes of each behaviour from the starts of all tasks, as a recipe names them.
    static func episodes(
        _ recipe: [Behaviour], tasks count: Int = 24, seed: UInt64, errors: Double = 0.05,
        wrong: ClosedRange<Int> = 0...10
    ) -> [Episode] {
        var random = SplitMix64(seed: seed)
        let tasks = tasks(count, &random)
        return tasks.flatMap { task in
            recipe.map { episode(task, $0, &random, errors: errors, wrong: wrong) }
        }
    }

    static func problem(_ episodes: [Episode]) -> TabularProblem {
        var builder = TabularProblem.Builder()
        for episode in episodes {
            builder.add(
                episode.states.map { state in
                    UInt64(((episode.task.number * side + state.x) * side + state.y) * 2 + (state.isCarrying ? 1 : 0))
                }, episode.actions, isFulfilled: episode.isFulfilled)
        }
        return builder.problem()
    }

    /// The sparse reward plus `weight * (score - centre) / 10`, step by step.
    static func rewards(_ episodes: [Episode], scores: [[Float]], weight: Float, centre: Float) -> [Float] {
        zip(episodes, scores).flatMap { episode, scores in
            scores.enumerated().map { t, score in
                (episode.isFulfilled && t == scores.count - 1 ? 1 : 0) + weight * (score - centre) / 10
            }
        }
    }
}

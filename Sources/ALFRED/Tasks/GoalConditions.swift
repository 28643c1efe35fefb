/// The seven task types.
public enum TaskType: String, Sendable, CaseIterable {
    case simple = "pick_and_place_simple"
    case two = "pick_two_obj_and_place"
    case light = "look_at_obj_in_light"
    case clean = "pick_clean_then_place_in_recep"
    case heat = "pick_heat_then_place_in_recep"
    case cool = "pick_cool_then_place_in_recep"
    case movable = "pick_and_place_with_movable_recep"
}

/// How much of a task's goal holds, condition by condition, as ALFRED's goal check counts (`env/tasks.py`).
public struct GoalConditions: Sendable, Equatable {
    /// Conditions that hold, of ``total``.
    public let met: Int
    public let total: Int

    public var isSatisfied: Bool { met == total }

    /// Counts the conditions of `type` for `goal` in the present state.
    ///
    /// Objects are matched by substring of their id, as the reference does: a `Pot` to place may be a `Potato`.
    public init(_ type: TaskType, _ goal: GoalParameters, in facts: WorldFacts) {
        let target = goal.objectSliced ? goal.objectTarget + "Sliced" : goal.objectTarget
        let objects = facts.known.filter { ObjectID.goalCheckMatches($0, name: target) }
        let placed = objects.filter { object in
            facts.receptacles(holding: object).contains { ObjectID.goalCheckMatches($0, name: goal.parentTarget) }
        }
        var conditions: [Bool]
        switch type {
        case .simple: conditions = [!placed.isEmpty]
        case .two:
            let counts = Dictionary(
                placed.flatMap { object in
                    Set(facts.receptacles(holding: object))
                        .filter { ObjectID.goalCheckMatches($0, name: goal.parentTarget) }.map { ($0, 1) }
                }, uniquingKeysWith: +)
            let most = counts.values.max() ?? 0
            conditions = [most >= 1, most >= 2]
        case .light:
            let lamp = facts.toggledOn.contains { ObjectID.goalCheckMatches($0, name: goal.toggleTarget) }
            conditions = [facts.held.map(objects.contains) ?? false, lamp]
        case .clean: conditions = Self.treated(placed, objects, facts.cleaned)
        case .heat: conditions = Self.treated(placed, objects, facts.heated)
        case .cool: conditions = Self.treated(placed, objects, facts.cooled)
        case .movable:
            func isMovable(_ id: String) -> Bool { ObjectID.goalCheckMatches(id, name: goal.movableTarget) }
            func isPlaced(_ id: String) -> Bool {
                facts.receptacles(holding: id).contains { ObjectID.goalCheckMatches($0, name: goal.parentTarget) }
            }
            let carriers = Set(objects.flatMap { facts.receptacles(holding: $0).filter(isMovable) })
            conditions = [
                !carriers.isEmpty, facts.known.contains { isMovable($0) && isPlaced($0) },
                carriers.contains(where: isPlaced),
            ]
        }
        if goal.objectSliced {
            let slices = facts.known.count { ObjectID.goalCheckMatches($0, name: target) }
            conditions += type == .two ? [slices >= 1, slices >= 2] : [slices >= 1]
        }
        met = conditions.count { $0 }
        total = conditions.count
    }

    /// In place; treated; in place and treated.
    private static func treated(_ placed: Set<String>, _ objects: Set<String>, _ done: Set<String>) -> [Bool] {
        [!placed.isEmpty, !objects.isDisjoint(with: done), !placed.isDisjoint(with: done)]
    }
}

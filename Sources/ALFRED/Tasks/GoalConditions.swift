/// The seven task types.
package enum TaskType: String, Sendable, CaseIterable {
    case simple = "pick_and_place_simple"
    case two = "pick_two_obj_and_place"
    case light = "look_at_obj_in_light"
    case clean = "pick_clean_then_place_in_recep"
    case heat = "pick_heat_then_place_in_recep"
    case cool = "pick_cool_then_place_in_recep"
    case movable = "pick_and_place_with_movable_recep"

    /// The type of a name.
    ///
    /// - Throws: ``ALFREDError`` that lists what there is.
    package init(named name: String) throws(ALFREDError) {
        guard let type = TaskType(rawValue: name) else {
            let known = TaskType.allCases.map(\.rawValue).joined(separator: ", ")
            throw ALFREDError(.ambiguous, "there is no task type \(name); known are \(known)", file: nil)
        }
        self = type
    }
}

/// How much of a task's goal holds, condition by condition, as ALFRED's goal check counts (`env/tasks.py`).
package struct GoalConditions: Sendable, Equatable {
    /// Conditions that hold, of ``total``.
    package let met: Int
    /// How many conditions the goal has.
    package let total: Int

    /// Whether all of them hold.
    package var isSatisfied: Bool { met == total }

    /// Counts the conditions of `type` for `goal` in the present state.
    ///
    /// Objects are matched by substring of their id, as the reference does: a `Pot` to place may be a `Potato`.
    package init(_ type: TaskType, _ goal: GoalParameters, in facts: some GoalFacts) {
        let objects = facts.objects(named: goal.targetName, .pickupable)
        var conditions = Self.conditions(type, goal, objects, facts)
        if goal.objectSliced {
            conditions += type == .two ? [objects.count >= 1, objects.count >= 2] : [objects.count >= 1]
        }
        met = conditions.count { $0 }
        total = conditions.count
    }

    private static func conditions<Facts: GoalFacts>(
        _ type: TaskType, _ goal: GoalParameters, _ objects: [Facts.Object], _ facts: Facts
    ) -> [Bool] {
        if type == .light {
            let lamps = facts.objects(named: goal.toggleTarget, .toggleable)
            return [facts.heldObject.map(objects.contains) ?? false, lamps.contains(where: facts.isLit)]
        }
        let destinations = Set(facts.objects(named: goal.parentTarget, .receptacle))
        func places(_ object: Facts.Object) -> [Facts.Object] {
            facts.receptacles(holding: object).filter(destinations.contains)
        }
        func treated(_ treatment: Treatment) -> [Bool] {
            let placed = objects.filter { !places($0).isEmpty }
            return [
                !placed.isEmpty, objects.contains { facts.isTreated($0, treatment) },
                placed.contains { facts.isTreated($0, treatment) },
            ]
        }
        switch type {
        case .simple, .light: return [objects.contains { !places($0).isEmpty }]
        case .two:
            let counts = Dictionary(objects.flatMap { Set(places($0)) }.map { ($0, 1) }, uniquingKeysWith: +)
            let most = counts.values.max() ?? 0
            return [most >= 1, most >= 2]
        case .clean: return treated(.cleaned)
        case .heat: return treated(.heated)
        case .cool: return treated(.cooled)
        case .movable:
            let movables = facts.objects(named: goal.movableTarget, .pickupable)
            let carriers = Set(objects.flatMap(facts.receptacles(holding:)))
            let loaded = movables.filter(carriers.contains)
            return [
                !loaded.isEmpty, movables.contains { !places($0).isEmpty }, loaded.contains { !places($0).isEmpty },
            ]
        }
    }
}

extension GoalParameters {
    /// What ids of the object to move contain: the pieces' class when it has to be sliced.
    package var targetName: String { objectSliced ? objectTarget + "Sliced" : objectTarget }
}

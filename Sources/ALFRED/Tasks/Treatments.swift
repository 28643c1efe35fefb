package import Episodes

/// What was cleaned, heated and cooled since the scene began: the environment's own bookkeeping (`env/thor_env.py`),
/// which the simulator's metadata does not hold. The sets never shrink.
package struct Treatments<Object: Hashable & Sendable>: Sendable, Equatable {
    /// Objects that a running faucet has cleaned.
    package private(set) var cleaned: Set<Object> = []
    /// Objects that were in a running microwave.
    package private(set) var heated: Set<Object> = []
    /// Objects that were in a closed fridge.
    package private(set) var cooled: Set<Object> = []

    package init() {}

    /// Whether an object had the treatment.
    package func contains(_ object: Object, _ treatment: Treatment) -> Bool {
        switch treatment {
        case .cleaned: cleaned.contains(object)
        case .heated: heated.contains(object)
        case .cooled: cooled.contains(object)
        }
    }

    /// Takes note of an action that succeeded.
    ///
    /// - A faucet switched on cleans what is in the visible sink basin nearest to it.
    /// - A microwave switched on heats what is in the scene's first microwave, whichever it is.
    /// - A fridge closed cools what is in the scene's first fridge.
    ///
    /// - Parameters:
    ///   - object: The target of the action.
    ///   - facts: The state after the action.
    /// - Returns: Whether a set grew.
    @discardableResult
    package mutating func note<Facts: ApplianceFacts<Object>>(
        _ action: Action, on object: Object, in facts: Facts
    ) -> Bool {
        let before = cleaned.count + heated.count + cooled.count
        switch action {
        case .toggleOn:
            let id = facts.objectID(of: object)
            if id.contains("Faucet") {
                let basins = facts.appliances(named: "SinkBasin").filter(facts.isVisible)
                let distances = basins.map { facts.squaredDistance($0, object) }
                if let least = distances.min(), let index = distances.firstIndex(of: least) {
                    cleaned.formUnion(facts.contents(ofAppliance: basins[index]))
                }
            }
            if id.contains("Microwave"), let first = facts.appliances(named: "Microwave").first {
                heated.formUnion(facts.contents(ofAppliance: first))
            }
        case .close:
            if facts.objectID(of: object).contains("Fridge"), let first = facts.appliances(named: "Fridge").first {
                cooled.formUnion(facts.contents(ofAppliance: first))
            }
        default: break
        }
        return cleaned.count + heated.count + cooled.count > before
    }
}

/// What ``Treatments`` asks of a state.
package protocol ApplianceFacts<Object> {
    associatedtype Object: Hashable & Sendable

    func objectID(of object: Object) -> String
    /// The objects of the class, in the scene's order.
    func appliances(named name: String) -> [Object]
    func isVisible(_ object: Object) -> Bool
    /// Square of the distance between the objects' positions, in square metres.
    func squaredDistance(_ first: Object, _ second: Object) -> Double
    /// What the object lists as its contents: THOR's `receptacleObjectIds`.
    func contents(ofAppliance object: Object) -> [Object]
}

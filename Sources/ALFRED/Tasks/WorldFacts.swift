internal import Episodes

/// What ALFRED's goals look at: where objects are, what is held, what is on, and what was ever cleaned, heated or
/// cooled.
///
/// It follows the recorded or simulated actions that succeeded, as the reference environment's bookkeeping does
/// (`env/thor_env.py`), and knows nothing of geometry but the positions in object ids. Containers begin empty: only
/// what the actions move is known.
package struct WorldFacts: Sendable, Equatable {
    /// The object in the hand.
    package private(set) var held: String?
    /// The receptacle an object was put into, by object id.
    package private(set) var container: [String: String] = [:]
    private(set) var toggledOn: Set<String> = []
    /// The whole objects that were sliced.
    package private(set) var sliced: Set<String> = []
    /// Objects that were under a running faucet. Like the next two it never shrinks.
    package private(set) var cleaned: Set<String> = []
    /// Objects that were in a microwave when it was switched on.
    package private(set) var heated: Set<String> = []
    /// Objects that were in a fridge when it was closed.
    package private(set) var cooled: Set<String> = []
    /// Every object the actions have named, slices included.
    package private(set) var known: Set<String> = []

    /// The facts before any action: nothing is known.
    package init() {}

    /// Begins with things that are known to be in receptacles.
    package init(known: some Sequence<String>, containers: [String: String]) {
        self.known = Set(known)
        container = containers
    }

    /// Pieces a sliced object falls into, by class. The first has number 1.
    static let sliceCounts = ["Apple": 2, "Bread": 8, "Lettuce": 7, "Potato": 8, "Tomato": 6]

    /// Takes note of an action that succeeded.
    package mutating func apply(_ low: LowAction) {
        guard let object = low.api.objectID else { return }
        known.insert(object)
        switch low.action {
        case .pickup:
            held = object
            container[object] = nil
        case .put:
            if let receptacle = low.api.receptacleObjectID {
                known.insert(receptacle)
                container[object] = receptacle
            }
            held = nil
        case .slice: slice(object)
        case .toggleOn:
            toggledOn.insert(object)
            if object.contains("Faucet") { clean(under: object) }
            if object.contains("Microwave") { heated.formUnion(contents { $0.contains("Microwave") }) }
        case .toggleOff: toggledOn.remove(object)
        case .close where object.contains("Fridge"): cooled.formUnion(contents { $0.contains("Fridge") })
        default: break
        }
    }

    /// The pieces lie where the whole lay.
    private mutating func slice(_ object: String) {
        sliced.insert(object)
        let base = ObjectID(object).baseType
        for number in 1...(Self.sliceCounts[String(base)] ?? 1) {
            let piece = "\(object)|\(base)Sliced_\(number)"
            known.insert(piece)
            container[piece] = container[object]
        }
    }

    /// Cleans what is in the sink basin nearest to the faucet.
    private mutating func clean(under faucet: String) {
        let basins = Set(container.values.filter { $0.contains("SinkBasin") })
        guard let here = ObjectID(faucet).position else { return }
        func distance(_ id: String) -> Double {
            guard let there = ObjectID(id).position else { return .infinity }
            let (dx, dy, dz) = (here.x - there.x, here.y - there.y, here.z - there.z)
            return dx * dx + dy * dy + dz * dz
        }
        guard let nearest = basins.min(by: { (distance($0), $0) < (distance($1), $1) }) else { return }
        cleaned.formUnion(contents { $0 == nearest })
    }

    /// The objects in receptacles that meet `condition`, and what is in those in turn: a plate in the fridge brings
    /// what lies on it.
    private func contents(where condition: (String) -> Bool) -> Set<String> {
        known.filter { object in receptacles(holding: object).contains(where: condition) }
    }

    /// The receptacle an object is in, the one that is in, and so on.
    package func receptacles(holding object: String) -> [String] {
        var chain: [String] = []
        var current = object
        while let next = container[current], !chain.contains(next) {
            chain.append(next)
            current = next
        }
        return chain
    }
}

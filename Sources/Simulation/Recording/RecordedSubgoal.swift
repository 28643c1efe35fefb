internal import ALFRED
internal import Household
internal import Rooms

/// A sub-goal that an episode completed, with what a sentence about it can truthfully say.
struct RecordedSubgoal: Equatable {
    var kind: HighAction
    /// The object it is about; for a GotoLocation what the agent goes to.
    var object: Int?
    /// Put's destination, the appliance of Clean, Heat and Cool.
    var receptacle: Int?
    /// Where the object lay before.
    var source: Int?
    /// Where a GotoLocation ended.
    var location: AgentPose?
    /// What is beside the thing the agent went to, as the agent sees it at the end.
    var landmark: Landmark?
    /// How the agent turned before its first step.
    var turn: Turn?
    /// Low actions.
    var start = 0
    var end = 0

    enum Turn: Equatable { case left, right, around }

    static func goto(_ location: AgentPose, _ object: Int?) -> RecordedSubgoal {
        RecordedSubgoal(kind: .goto, object: object, location: location)
    }

    func step(index: Int, _ objects: [SceneObject]) -> HighLevelStep {
        func id(_ index: Int?) -> String? { index.map { objects[$0].id } }
        func name(_ index: Int) -> String {
            objects[objects[index].sliceOf ?? index].type.rawValue.lowercased()
        }
        var planner = PlannerAction(action: kind.rawValue)
        switch kind {
        case .goto: planner.location = location?.location
        case .clean:
            planner.objectID = id(receptacle)
            planner.cleanObjectID = id(object)
        case .heat, .cool: planner.objectID = id(receptacle)
        case .put:
            planner.objectID = id(object)
            planner.receptacleObjectID = id(receptacle)
        default: planner.objectID = id(object)
        }
        if kind != .goto { planner.extras["forceVisible"] = .bool(true) }
        let arguments = [object, kind == .put ? receptacle : nil].compactMap { $0 }.map(name)
        return HighLevelStep(
            index: index, action: kind, arguments: arguments.isEmpty && kind == .goto ? ["place"] : arguments,
            planner: planner)
    }
}

/// Something big beside the thing an agent looks at.
struct Landmark: Equatable {
    enum Side: Equatable {
        /// The thing is to the left of the landmark.
        case left
        case right
    }

    var object: Int
    var side: Side

    /// Pixels a landmark has at least.
    static let minimumPixels = 900

    /// The largest piece of furniture in a picture that is wholly beside an object; nil when there is none.
    ///
    /// - Parameter picture: Instance ids, 300 x 300.
    init?(beside object: Int, in picture: [UInt16], of world: World) {
        let count = world.scene.objects.count + 1
        var sizes = [Int](repeating: 0, count: count)
        var left = [Int](repeating: .max, count: count)
        var right = [Int](repeating: -1, count: count)
        for (index, id) in picture.enumerated() {
            let column = index % Mask.frameSide
            sizes[Int(id)] += 1
            left[Int(id)] = min(left[Int(id)], column)
            right[Int(id)] = max(right[Int(id)], column)
        }
        let own = object + 1
        guard sizes[own] > 0 else { return nil }
        let around = Set(world.receptacles(holding: object) + world.allContents(of: object))
        var best: (id: Int, side: Side)?
        for id in 1..<count where sizes[id] >= Self.minimumPixels && id != own && !around.contains(id - 1) {
            let type = world.scene.objects[id - 1].type
            guard Wording.isLandmark(type), type != world.scene.objects[object].type else { continue }
            let side: Side? = right[own] < left[id] ? .left : left[own] > right[id] ? .right : nil
            guard let side, sizes[id] > best.map({ sizes[$0.id] }) ?? 0 else { continue }
            best = (id, side)
        }
        guard let best else { return nil }
        self.object = best.id - 1
        side = best.side
    }
}

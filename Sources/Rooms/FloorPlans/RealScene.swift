package import ALFRED
package import Household

/// The simulator's scene of a recorded trajectory: the floor plan's furniture and the trajectory's things.
package struct RealScene: Sendable {
    /// The floor plan with the trajectory's things in it.
    package let scene: HouseScene
    /// Where the trajectory begins.
    package let start: AgentPose
    /// What could not be placed and why.
    package let notes: [String]

    /// - Throws: ``ALFREDError`` when the start is off the grid or the scene cannot be (``SceneError``).
    ///
    /// - Parameter recordedIDs: Ids as the recording writes them. THOR numbers a thing before it comes to rest, so that
    ///   its id may be a centimetre off its recorded pose.
    package init(
        _ estimate: FloorPlanEstimate, _ recorded: Scene, recordedIDs: some Sequence<String> = []
    ) throws(ALFREDError) {
        guard let start = AgentPose(recorded.initialAction) else {
            throw ALFREDError(.invalidValue, "the start pose is off the grid", location: "scene.init_action")
        }
        var builder = RealSceneBuilder(estimate)
        builder.recordedIDs = Set(recordedIDs).filter { ObjectID($0).part == nil }.sorted()
        for pose in recorded.objectPoses { builder.add(pose, dirty: recorded.dirtyAndEmpty) }
        builder.putIntoTableware()
        builder.setToggles(recorded.objectToggles)
        builder.addPieces()
        self.start = start
        notes = builder.notes
        do {
            scene = try HouseScene(
                room: builder.room, objects: builder.objects, grid: CellGrid(cells: estimate.cells),
                seed: UInt64(truncatingIfNeeded: recorded.number))
        } catch {
            throw ALFREDError(.invalidValue, error.message)
        }
    }

    /// The scene of a trajectory, with the ids of its plan.
    package init(_ estimate: FloorPlanEstimate, _ trajectory: Trajectory) throws(ALFREDError) {
        let ids = (trajectory.plan?.lowActions ?? []).flatMap {
            [$0.api.objectID, $0.api.receptacleObjectID].compactMap { $0 }
        }
        try self.init(estimate, trajectory.scene, recordedIDs: ids)
    }

    /// The world before the first action.
    package var world: World { World(scene, agent: start) }
}

/// Collects the objects of a ``RealScene``.
struct RealSceneBuilder {
    private let estimate: FloorPlanEstimate
    private(set) var objects: [SceneObject] = []
    private(set) var notes: [String] = []
    private var ids: Set<String> = []
    /// Recorded poses of things, by index.
    private var poses: [Int: ObjectPose] = [:]
    /// Ids without a part, as the recording writes them.
    var recordedIDs: [String] = []

    init(_ estimate: FloorPlanEstimate) {
        self.estimate = estimate
        for furniture in estimate.furniture {
            guard ids.insert(furniture.id).inserted else { continue }
            objects.append(
                SceneObject(
                    id: furniture.id, type: furniture.type, size: furniture.size, position: furniture.position,
                    yaw: furniture.yaw, surfaces: furniture.surfaces, opening: furniture.opening,
                    variant: UInt32(truncatingIfNeeded: objects.count)))
        }
    }

    /// Adds a thing at its recorded pose.
    mutating func add(_ pose: ObjectPose, dirty: Bool) {
        let name = pose.objectName
        guard let type = ObjectType(rawValue: String(name.prefix { $0 != "_" })) else {
            notes.append("\(name) is of no known type")
            return
        }
        guard pose.position.isFinite, pose.rotation.isFinite, abs(pose.position.x) < 1000,
            abs(pose.position.y) < 1000, abs(pose.position.z) < 1000
        else {
            notes.append("\(name) has no place")
            return
        }
        let anchor = SIMD3(Float(pose.position.x), Float(pose.position.y), Float(pose.position.z))
        let usual = SceneObject.id(type, at: anchor)
        let id =
            recordedIDs.contains(usual)
            ? usual
            : recordedIDs.first { !ids.contains($0) && FloorPlanEvidence.names($0, pose) } ?? usual
        guard ids.insert(id).inserted else {
            notes.append("\(id) occurs twice")
            return
        }
        var upright = UprightBox(pose, estimate.box(ofPrefab: name, type: type))
        let support = support(of: upright.bounds)
        if let support { upright.rest(on: support) }
        if !type.traits.contains(.openable) { upright.lieAlongX() }
        var flags: ObjectFlags = type.startsOpen ? .open : []
        if dirty, type.traits.contains(.dirtyable) { flags.insert(.dirty) }
        poses[objects.count] = pose
        objects.append(
            SceneObject(
                id: id, type: type, size: upright.size, position: upright.position, yaw: upright.yaw,
                surfaces: Looks.surfaces(of: type, size: upright.size),
                opening: Looks.opening(of: type, size: upright.size), parent: support?.index,
                variant: name.utf8.reduce(5381) { $0 &* 33 &+ UInt32($1) }, initialFlags: flags))
    }

    /// The furniture a thing stands on or in: the surface nearest below its base, among those under its middle. Else
    /// the hollow furniture whose box its middle is in or nearly in: what lies there cannot be anywhere else.
    private func support(of box: Bounds) -> ThingSupport? {
        let middle = SIMD3(box.centre.x, box.min.y, box.centre.z)
        var best: (gap: Float, support: ThingSupport)?
        var fallback: (gap: Float, support: ThingSupport)?
        var beside: (distance: Float, support: ThingSupport)?
        for (index, furniture) in estimate.furniture.enumerated() where index < objects.count {
            let placement = Placement(position: furniture.position, yaw: furniture.yaw)
            let local = placement.inverseDirection(middle - placement.position)
            // What holds one thing holds it in its middle.
            if furniture.type.traits.contains(.restricted), max(abs(local.x), abs(local.z)) > 0.09 { continue }
            let kind = SupportHeights.kind(of: furniture.type)
            let isHollow = kind == .interior || kind == .basin || kind == .seat
            let ceiling = kind == .seat ? (furniture.surfaces.first?.y ?? 0) + 0.15 : furniture.size.y
            for surface in furniture.surfaces {
                let gap = local.y - surface.y
                // What reaches over a drawer's rim stands on what the drawer is in.
                if furniture.type == .drawer, local.y > 0.7 * furniture.size.y { continue }
                let support = ThingSupport(
                    index: index, placement: placement, surface: surface, isHollow: isHollow,
                    isOverhead: furniture.position.y > estimate.floorY + HouseScene.eyeAboveFloor - 0.15,
                    isDeep: furniture.type == .cabinet)
                let margin: Float = surface.isInterior ? -0.01 : 0.05
                if local.x > surface.minX - margin, local.x < surface.maxX + margin, local.z > surface.minZ - margin,
                    local.z < surface.maxZ + margin, gap > -0.08, gap < min(surface.clearance, 0.2),
                    best.map({ abs(gap) < $0.gap }) ?? true
                {
                    best = (abs(gap), support)
                }
                // Tops are found too small rather than too big: what lies level with one beside it lies on it.
                if kind == .top, abs(gap) < 0.03 {
                    let dx = max(surface.minX - local.x, 0, local.x - surface.maxX)
                    let dz = max(surface.minZ - local.z, 0, local.z - surface.maxZ)
                    let distance = max(dx, dz)
                    if distance < 0.4, beside.map({ distance < $0.distance }) ?? true { beside = (distance, support) }
                }
                // What stands beside an appliance on the same counter is not in it.
                let half = furniture.size / 2 + (furniture.type == .microwave || furniture.type == .safe ? -0.02 : 0.04)
                // Masks show a cabinet's front only.
                let back = furniture.type == .cabinet ? max(half.z, 0.5 - furniture.size.z / 2) : half.z
                let outside = max(abs(local.x) - furniture.size.x / 2, abs(local.z) - furniture.size.z / 2, 0)
                let misfit = abs(gap) + 5 * outside
                if isHollow, abs(local.x) < half.x, local.z < half.z, local.z > -back, local.y > -0.06,
                    local.y < ceiling,
                    fallback.map({ misfit < $0.gap }) ?? true
                {
                    fallback = (misfit, support)
                }
            }
        }
        return best?.support ?? fallback?.support ?? beside?.support
    }

    /// Things that start in cups, on plates and in boxes: a point of their long axis is inside the other's box.
    mutating func putIntoTableware() {
        let carriers = objects.indices.filter {
            poses[$0] != nil && objects[$0].type.traits.contains(.movableReceptacle)
        }
        for index in objects.indices where poses[index] != nil && objects[index].sliceOf == nil {
            let thing = objects[index]
            func area(_ object: SceneObject) -> Float { object.size.x * object.size.z }
            let found = carriers.filter { carrier in
                let other = objects[carrier]
                guard carrier != index, other.parent != index, area(other) * other.size.y > area(thing) * thing.size.y
                else { return false }
                let (into, out) = (
                    Placement(position: other.position, yaw: other.yaw),
                    Placement(position: thing.position, yaw: thing.yaw)
                )
                let axis = thing.size.x > thing.size.z ? SIMD3(thing.size.x, 0, 0) : SIMD3(0, 0, thing.size.z)
                return [-0.4, -0.2, 0, 0.2, 0.4].contains { (part: Float) in
                    let point = out.point(axis * part + SIMD3(0, thing.size.y / 2, 0))
                    let local = into.inverseDirection(point - other.position)
                    return abs(local.x) < 0.4 * other.size.x && abs(local.z) < 0.4 * other.size.z && local.y > 0
                        && local.y < other.size.y + 0.02
                }
            }
            if let carrier = found.min(by: { area(objects[$0]) < area(objects[$1]) }) {
                objects[index].parent = carrier
            }
        }
    }

    mutating func setToggles(_ toggles: [ObjectToggle]) {
        for toggle in toggles where toggle.isOn {
            for index in objects.indices where objects[index].type.rawValue == toggle.objectType {
                objects[index].initialFlags.insert(.on)
            }
        }
    }

    /// The pieces of everything that can be cut, ids as THOR's: the whole's, then `AppleSliced_1`.
    mutating func addPieces() {
        for index in objects.indices {
            guard let (type, count) = objects[index].type.slices else { continue }
            let whole = objects[index]
            let pieces = ClassPriors.pieces(of: whole.type)
            for number in 1...count {
                let id = "\(whole.id)|\(type.rawValue)_\(number)"
                guard ids.insert(id).inserted else { continue }
                var piece = SceneObject(
                    id: id, type: type, size: whole.size, position: whole.position, yaw: whole.yaw, sliceOf: index,
                    variant: whole.variant)
                piece.size.x = max(0.01, whole.size.x / Float(count))
                if let pieces, let pose = poses[index] {
                    let frame = Placement(
                        position: SIMD3(Float(pose.position.x), whole.position.y, Float(pose.position.z)),
                        yaw: Float(pose.rotation.y))
                    piece.position = frame.point(pieces.first + pieces.step * Float(number - 1))
                    piece.size = pieces.size
                    piece.yaw = Float(pose.rotation.y)
                }
                objects.append(piece)
            }
        }
    }

    /// A rectangle around all cells and everything that stands there, with the floor plan's number for its colours.
    var room: RoomShape {
        var low = SIMD3<Float>(repeating: .infinity), high = SIMD3<Float>(repeating: -.infinity)
        for cell in estimate.cells {
            let p = SIMD3(Float(cell.x), 0, Float(cell.y)) * AgentPose.cell
            low = pointwiseMin(low, p - 0.3)
            high = pointwiseMax(high, p + 0.3)
        }
        for object in objects where object.sliceOf == nil {
            let box = Placement(position: object.position, yaw: object.yaw).bounds(object.localBounds)
            low = pointwiseMin(low, box.min - 0.01)
            high = pointwiseMax(high, box.max + 0.01)
        }
        return RoomShape(
            floor: [RoomShape.Rectangle(minX: low.x, maxX: high.x, minZ: low.z, maxZ: high.z)],
            floorY: estimate.floorY, height: max(2.7, high.y + 0.1 - estimate.floorY),
            floorMaterial: Material(SIMD3(170, 140, 110), .planks), wallMaterial: Material(SIMD3(214, 208, 196)),
            ceilingMaterial: Material(SIMD3(235, 235, 232)))
    }
}

/// What a thing stands on or in.
struct ThingSupport {
    var index: Int
    var placement: Placement
    var surface: SceneObject.Surface
    /// Whether walls around it would hide what reaches into them.
    var isHollow: Bool
    /// Whether agents look up to it, so that they see what is at its front only.
    var isOverhead: Bool
    /// Whether its depth is not known from masks.
    var isDeep: Bool
}

/// A box on its base around a thing that may lie tilted.
struct UprightBox {
    var position: SIMD3<Float>
    var size: SIMD3<Float>
    /// Degrees.
    var yaw: Float

    init(_ pose: ObjectPose, _ box: Bounds) {
        let anchor = SIMD3(Float(pose.position.x), Float(pose.position.y), Float(pose.position.z))
        let tilt = Frame3(origin: .zero, euler: SIMD3(Float(pose.rotation.x), 0, Float(pose.rotation.z)))
        let local = tilt.bounds(box)
        let turn = Placement(position: anchor, yaw: Float(pose.rotation.y))
        position = turn.point(SIMD3(local.centre.x, local.min.y, local.centre.z))
        size = pointwiseMax(local.size, SIMD3(repeating: 0.004))
        yaw = Float(pose.rotation.y)
        isFrontHeavy = local.max.z > -local.min.z
    }

    /// Whether the thing reaches further from its pivot towards +z than towards -z.
    private var isFrontHeavy: Bool

    /// Lifts the thing on the surface if it sinks into it, where it would not be seen, and moves it away from walls.
    mutating func rest(on support: ThingSupport) {
        var local = support.placement.inverseDirection(position - support.placement.position)
        local.y = max(local.y, support.surface.y)
        if support.isHollow {
            func clamped(_ value: Float, _ low: Float, _ high: Float, _ half: Float) -> Float {
                low + half < high - half ? min(max(value, low + half), high - half) : (low + high) / 2
            }
            let half = min(size.x, size.z) / 2
            local.x = clamped(local.x, support.surface.minX, support.surface.maxX, half)
            local.z = clamped(
                support.isOverhead ? .infinity : local.z,
                support.isDeep ? max(support.surface.minZ, support.surface.maxZ - 0.2) : support.surface.minZ,
                support.surface.maxZ, half)
        }
        position = support.placement.point(local)
    }

    /// Turns the frame so that the long side lies along x, as the shapes have it, its far end at +x.
    mutating func lieAlongX() {
        guard size.z > 1.2 * size.x else { return }
        size = SIMD3(size.z, size.y, size.x)
        yaw += isFrontHeavy ? -90 : 90
    }

    var bounds: Bounds {
        Placement(position: position, yaw: yaw).bounds(
            Bounds(min: SIMD3(-size.x / 2, 0, -size.z / 2), max: SIMD3(size.x / 2, size.y, size.z / 2)))
    }
}

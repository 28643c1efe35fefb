internal import CRaster
internal import Ground

/// The meshes of one scene in the state of the world last drawn. Only what changed is built again.
final class SceneMeshes {
    /// What the geometry stage needs room for.
    struct Size {
        var objects = 0
        var faces = 0
        var corners = 0
        var largestVertices = 0
        var largestFaces = 0

        mutating func add(_ mesh: PackedMesh) {
            objects += 1
            faces += Int(mesh.mesh.faceCount)
            corners += mesh.cornerCount
            largestVertices = max(largestVertices, (Int(mesh.mesh.vertexCount) + 7) / 8 * 8)
            largestFaces = max(largestFaces, (Int(mesh.mesh.faceCount) + 7) / 8 * 8)
        }
    }

    let scene: HouseScene
    private let looks: @Sendable (SceneObject, ObjectFlags) -> Mesh
    private let lighting: Lighting
    private let room: PackedMesh
    private var states: [ObjectState] = []
    private var held: Int?
    private var isFilled = false
    private var meshes: [PackedMesh?]
    /// What each mesh was built for; an object that is shut away keeps the mesh it was last seen with.
    private var meshFlags: [ObjectFlags]
    private var isClosable: [Bool]
    private var isDrawn: [Bool]
    /// One for each object; the room's comes last.
    let objects: KernelMemory<CRObject>
    /// Spheres in the room. Those of things that are not in the room have a negative radius.
    let x, y, z, radius: KernelMemory<Float>
    private(set) var inHand: [UInt32] = []
    private(set) var size = Size()

    var count: Int { scene.objects.count }

    init(_ scene: HouseScene, _ looks: @escaping @Sendable (SceneObject, ObjectFlags) -> Mesh) {
        self.scene = scene
        self.looks = looks
        lighting = Lighting(seed: scene.seed)
        let count = scene.objects.count
        let room = PackedMesh(scene.room.mesh, mapping: TextureMapping(darkensBorders: true))
        room.lightRoom(lighting)
        self.room = room
        meshes = [PackedMesh?](repeating: nil, count: count)
        meshFlags = [ObjectFlags](repeating: [], count: count)
        isClosable = scene.objects.map { $0.type.traits.contains(.mustBeOpen) }
        isDrawn = [Bool](repeating: false, count: count)
        objects = KernelMemory(count + 1)
        x = KernelMemory(count + 8)
        y = KernelMemory(count + 8)
        z = KernelMemory(count + 8)
        radius = KernelMemory(count + 8)
        for index in 0..<count + 8 { radius.start[index] = -1 }
        objects.start[count] = CRObject(
            mesh: room.mesh, position: (0, 0, 0), sine: 0, cosine: 1,
            centre: (room.centre.x, room.centre.y, room.centre.z), radius: room.radius, priority: 1, id: 0,
            isInHand: 0, isGrown: 1)
    }

    /// Whether an object is somewhere it could be seen.
    func isDrawn(_ object: Int) -> Bool { isDrawn[object] }

    /// Takes over a world's state.
    func update(_ world: World) {
        let isFirst = !isFilled
        isFilled = true
        guard isFirst || held != world.held || states != world.states else { return }
        let wasHeld = held
        inHand.removeAll(keepingCapacity: true)
        for index in 0..<count {
            let isPresent = isPresent(index, in: world)
            let isCarried = isPresent && world.held != nil && world.isCarried(index)
            let wasCarried = isDrawn[index] && objects.start[index].isInHand != 0
            let isChanged =
                isFirst || !isDrawn[index] || states[index] != world.states[index] || isCarried != wasCarried
                || (isCarried && wasHeld != world.held)
            isDrawn[index] = isPresent
            guard isPresent else {
                radius.start[index] = -1
                continue
            }
            if isChanged { place(index, in: world, isCarried: isCarried) }
            if isCarried { inHand.append(UInt32(index)) }
        }
        states = world.states
        held = world.held
        size = Size()
        size.add(room)
        for mesh in meshes { if let mesh { size.add(mesh) } }
    }

    private func isPresent(_ index: Int, in world: World) -> Bool {
        guard world.states[index].isPresent else { return false }
        var parent = world.states[index].parent
        while parent >= 0 {
            let receptacle = Int(parent)
            if isClosable[receptacle], !world.states[receptacle].flags.contains(.open) { return false }
            parent = world.states[receptacle].parent
        }
        return true
    }

    private func place(_ index: Int, in world: World, isCarried: Bool) {
        let object = scene.objects[index]
        let flags = world.states[index].flags
        var placement = world.placement(of: index)
        if isCarried, let held = world.held {
            let hand = HandPlacement.placement(of: scene.objects[held].size)
            if held == index {
                placement = hand
            } else {
                let holder = world.states[held]
                let origin = Placement(position: holder.position, yaw: holder.yaw)
                placement = Placement(
                    position: hand.point(origin.inverseDirection(placement.position - origin.position)),
                    yaw: HandPlacement.yaw + world.states[index].yaw - holder.yaw)
            }
        }
        // By name, so that the order of objects does not matter.
        let name = object.id.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        var random = SplitMix64(seed: scene.seed ^ name)
        let shift = SIMD2(random.unit(), random.unit())
        let tint = SIMD3(repeating: 0.97 + 0.06 * random.unit())
        let known = meshFlags[index] == flags ? meshes[index] : nil
        let mesh = known ?? PackedMesh(looks(object, flags), mapping: TextureMapping(shift: shift))
        let old = objects.start[index]
        if known == nil || old.sine != placement.sine || old.cosine != placement.cosine
            || (old.isInHand != 0) != isCarried
        {
            mesh.light(lighting, placement, tint: tint)
        }
        meshes[index] = mesh
        meshFlags[index] = flags
        objects.start[index] = CRObject(
            mesh: mesh.mesh, position: (placement.position.x, placement.position.y, placement.position.z),
            sine: placement.sine, cosine: placement.cosine, centre: (mesh.centre.x, mesh.centre.y, mesh.centre.z),
            radius: mesh.radius, priority: isCarried ? HandPlacement.priority : Self.priority(of: object.size),
            id: UInt16(index + 1), isInHand: isCarried ? 1 : 0, isGrown: 0)
        let centre = placement.point(mesh.centre)
        (x.start[index], y.start[index], z.start[index]) = (centre.x, centre.y, centre.z)
        radius.start[index] = isCarried ? -1 : mesh.radius
    }

    /// Of two things with faces in one plane the smaller is seen: a drawer's front on a dresser, a burner on a stove.
    private static func priority(of size: SIMD3<Float>) -> Float {
        let length = (size * size).sum().squareRoot()
        return 1 + 4e-4 / (1 + length)
    }

    var byteCount: Int {
        objects.byteCount + 4 * x.byteCount + room.byteCount + count * (MemoryLayout<ObjectState>.stride + 16)
            + meshes.reduce(0) { $0 + ($1?.byteCount ?? 0) }
    }
}

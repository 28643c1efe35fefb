/// A room with everything in it at the start. Never changes; any number of worlds share it.
package final class HouseScene: Sendable {
    /// Floor, walls, ceiling and openings.
    package let room: RoomShape
    /// Instance id in pictures = index + 1; 0 is the room itself.
    package let objects: [SceneObject]
    /// Where the agent can stand.
    package let grid: CellGrid
    /// Varies light and materials.
    package let seed: UInt64
    /// The agent's centre above the floor is 0.901 m, its eye 0.675 m above that.
    package static let eyeAboveFloor: Float = agentHeight + 0.675
    /// The agent's centre above the floor.
    package static let agentHeight: Float = 0.901

    /// For each object the indices of its pieces.
    let pieces: [[Int]]
    /// For each toggleable object what it works on: a faucet its basin, a knob its burner.
    let effects: [Int?]
    private let indices: [String: Int]

    /// Height of the camera.
    package var eyeY: Float { room.floorY + Self.eyeAboveFloor }

    /// - Throws: ``SceneError`` for ids that repeat, parents that do not exist or are no receptacle, sizes that are not
    ///   positive, and a room where nobody can stand.
    package init(room: RoomShape, objects: [SceneObject], grid: CellGrid, seed: UInt64 = 0) throws(SceneError) {
        var indices: [String: Int] = [:]
        for (index, object) in objects.enumerated() {
            guard indices.updateValue(index, forKey: object.id) == nil else {
                throw SceneError("the id \(object.id) occurs twice")
            }
            guard all(object.size .> 0), object.size.sum().isFinite, object.position.sum().isFinite, object.yaw.isFinite
            else { throw SceneError("\(object.id) has no size or place") }
            if let parent = object.parent {
                guard objects.indices.contains(parent), parent != index else {
                    throw SceneError("\(object.id) is in an object that does not exist")
                }
                guard objects[parent].type.traits.contains(.receptacle) else {
                    throw SceneError("\(object.id) is in \(objects[parent].id), which is no receptacle")
                }
            }
            if let whole = object.sliceOf, !objects.indices.contains(whole) {
                throw SceneError("\(object.id) is a piece of an object that does not exist")
            }
        }
        guard objects.count <= Int(Int16.max) else {
            throw SceneError("there are \(objects.count) objects; 32,767 are the limit")
        }
        guard grid.count > 0 else { throw SceneError("there is no cell where the agent could stand") }
        for index in objects.indices {
            var (current, steps) = (objects[index].parent, 0)
            while let parent = current {
                steps += 1
                guard steps <= objects.count else { throw SceneError("\(objects[index].id) is inside itself") }
                current = objects[parent].parent
            }
        }
        self.room = room
        self.objects = objects
        self.grid = grid
        self.seed = seed
        self.indices = indices
        var pieces = [[Int]](repeating: [], count: objects.count)
        for (index, object) in objects.enumerated() { if let whole = object.sliceOf { pieces[whole].append(index) } }
        self.pieces = pieces
        effects = objects.map { object in
            let wanted: ObjectType
            switch object.type {
            case .faucet: wanted = .sinkBasin
            case .showerHead: wanted = .bathtubBasin
            case .stoveKnob: wanted = .stoveBurner
            default: return nil
            }
            return Self.nearest(wanted, to: object.position, in: objects)
        }
    }

    /// The object with an id; nil when the scene has none.
    package func index(ofID id: String) -> Int? { indices[id] }

    /// The object of a type nearest to a point; the first of several.
    static func nearest(_ type: ObjectType, to point: SIMD3<Float>, in objects: [SceneObject]) -> Int? {
        func distance(_ index: Int) -> Float {
            let d = objects[index].position - point
            return (d * d).sum()
        }
        return objects.indices.filter { objects[$0].type == type }.min { distance($0) < distance($1) }
    }
}

/// Why a scene cannot be.
package struct SceneError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, with the object it is about.
    package var message: String
    package init(_ message: String) { self.message = message }
    package var description: String { message }
}

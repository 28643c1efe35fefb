import Ground

@testable import Household

extension SplitMix64 {
    mutating func float(_ range: ClosedRange<Float>) -> Float { Float.random(in: range, using: &self) }
}

/// Scenes and looks that only the renderer's tests use.
enum RenderScenes {
    static let white = Material(SIMD3(200, 200, 200))

    /// An L of two rectangles that meet along part of an edge: corners lie in the middle of other edges.
    static func room(isL: Bool = true) -> RoomShape {
        var floor = [RoomShape.Rectangle(minX: 0, maxX: 5, minZ: 0, maxZ: 4)]
        if isL { floor.append(.init(minX: 1.3, maxX: 3.9, minZ: 4, maxZ: 6.7)) }
        return RoomShape(
            floor: floor, floorY: 0.1, height: 2.5, floorMaterial: Material(SIMD3(150, 120, 90), .planks),
            wallMaterial: white, ceilingMaterial: white)
    }

    static func scene(_ objects: [SceneObject], room: RoomShape = room(), seed: UInt64 = 3) throws -> HouseScene {
        var cells: [SIMD2<Int>] = []
        for x in 0...20 { for z in 0...16 { cells.append(SIMD2(x, z)) } }
        return try HouseScene(room: room, objects: objects, grid: CellGrid(cells: cells), seed: seed)
    }

    /// Boxes and eight-sided cones anywhere in the room, also in each other, in the walls and where the agent stands.
    static func clutter(_ count: Int, seed: UInt64) -> [SceneObject] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { number in
            let size = SIMD3(random.float(0.02...0.9), random.float(0.02...0.9), random.float(0.02...0.9))
            let position = SIMD3(random.float(0...5), random.float(0.1...1.8), random.float(0...4))
            return SceneObject(
                id: "Apple|\(number)", type: number % 3 == 0 ? .cabinet : .apple, size: size, position: position,
                yaw: number % 4 == 0 ? 90 : random.float(0...360), variant: UInt32(number))
        }
    }

    /// Odd ones are frustums.
    @Sendable static func look(_ object: SceneObject, _ flags: ObjectFlags) -> Mesh {
        var mesh = Mesh()
        let color = SIMD3<UInt8>(
            truncatingIfNeeded: SIMD3(60, 90, 130) &+ SIMD3<Int32>(repeating: Int32(object.variant)))
        if object.variant % 2 == 1 {
            let radii = SIMD2(object.size.x, object.size.z) / 2
            mesh.addFrustum(
                centre: .zero, height: object.size.y, bottom: radii, top: radii / 2, Material(color, .wood),
                hasBottom: true)
        } else {
            mesh.addBox(object.localBounds, Material(color, .tiles, scale: 0.2))
        }
        return mesh
    }

    static func pose(_ random: inout SplitMix64) -> AgentPose {
        AgentPose(
            x: Int.random(in: 1...19, using: &random), z: Int.random(in: 1...15, using: &random),
            heading: Int.random(in: 0...3, using: &random), horizon: 15 * Int.random(in: -2...4, using: &random))
    }
}

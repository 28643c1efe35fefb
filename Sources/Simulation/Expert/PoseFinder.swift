internal import ALFRED
internal import Household

/// Finds where to stand and look to work on an object: the pose from which most of its pixels are seen, among those
/// within reach and at least half a metre away, as ALFRED's precomputed layouts were made.
struct PoseFinder {
    struct Candidate {
        var pose: AgentPose
        var pixels: Int
    }

    /// Metres in the floor plane from the agent to the middle of the object.
    static let minimumDistance: Float = 0.5
    /// Pictures that are drawn for one question at most.
    static let pictureLimit = 160

    let sight: Renderer

    /// Poses from which the object is seen, the best first.
    ///
    /// A pose's projected box bounds how many pixels can be seen; poses are drawn in the order of that bound until it
    /// falls below what was found.
    ///
    /// - Parameters:
    ///   - world: The moment; the agent can be anywhere.
    ///   - minimumPixels: Poses with fewer are left out.
    func ranked(for object: Int, in world: World, minimumPixels: Int, keeping count: Int) -> [Candidate] {
        var poses = bounded(object, world)
        poses.sort { ($0.bound, $1.order) > ($1.bound, $0.order) }
        var found: [(candidate: Candidate, order: Int)] = []
        var moved = world
        var enough = minimumPixels
        for entry in poses.prefix(Self.pictureLimit) {
            if entry.bound < enough { break }
            guard moved.teleport(to: entry.pose) else { continue }
            let pixels = sight.pixelCount(of: object, in: moved)
            guard pixels >= minimumPixels else { continue }
            found.append((Candidate(pose: entry.pose, pixels: pixels), entry.order))
            if found.count >= count {
                found.sort { ($0.candidate.pixels, $1.order) > ($1.candidate.pixels, $0.order) }
                enough = max(enough, found[count - 1].candidate.pixels)
            }
        }
        found.sort { ($0.candidate.pixels, $1.order) > ($1.candidate.pixels, $0.order) }
        return found.prefix(count).map(\.candidate)
    }

    /// Poses within reach that have the object's box in view, with a bound of the pixels it can cover.
    private func bounded(_ object: Int, _ world: World) -> [(pose: AgentPose, bound: Int, order: Int)] {
        let box = world.bounds(of: object)
        let way = NavigationField(to: world.agent, on: world.scene.grid)
        var poses: [(pose: AgentPose, bound: Int, order: Int)] = []
        for cell in world.scene.grid.cells {
            let (x, z) = (Float(cell.x) * AgentPose.cell, Float(cell.y) * AgentPose.cell)
            guard box.horizontalDistance(x: x, z: z) <= World.reach else { continue }
            let (dx, dz) = (box.centre.x - x, box.centre.z - z)
            guard dx * dx + dz * dz >= Self.minimumDistance * Self.minimumDistance else { continue }
            guard way.steps(from: AgentPose(x: cell.x, z: cell.y, heading: 0, horizon: 0)) != nil else { continue }
            for heading in 0..<4 {
                for horizon in stride(
                    from: AgentPose.horizons.lowerBound, through: AgentPose.horizons.upperBound,
                    by: AgentPose.horizonStep)
                {
                    let pose = AgentPose(x: cell.x, z: cell.y, heading: heading, horizon: horizon)
                    let bound = Self.bound(box, Camera(pose, eyeY: world.scene.eyeY))
                    if bound > 0 { poses.append((pose, bound, poses.count)) }
                }
            }
        }
        return poses
    }

    /// Pixels of the rectangle around a projected box; what is behind the near plane is cut off.
    private static func bound(_ box: Bounds, _ camera: Camera) -> Int {
        var (low, high) = (SIMD2<Float>(repeating: .infinity), SIMD2<Float>(repeating: -.infinity))
        func corner(_ index: Int) -> SIMD3<Float> {
            SIMD3(
                index & 1 == 0 ? box.min.x : box.max.x, index & 2 == 0 ? box.min.y : box.max.y,
                index & 4 == 0 ? box.min.z : box.max.z)
        }
        func depth(_ point: SIMD3<Float>) -> Float { ((point - camera.eye) * camera.forward).sum() }
        func take(_ point: SIMD3<Float>) {
            guard let (u, v, _) = camera.project(point) else { return }
            low = pointwiseMin(low, SIMD2(u, v))
            high = pointwiseMax(high, SIMD2(u, v))
        }
        let near = Camera.nearDepth * 1.001
        for index in 0..<8 {
            let (a, here) = (corner(index), depth(corner(index)))
            if here >= near { take(a) }
            for axis in [1, 2, 4] where index & axis == 0 {
                let (b, there) = (corner(index | axis), depth(corner(index | axis)))
                guard (here < near) != (there < near) else { continue }
                take(a + (b - a) * ((near - here) / (there - here)) + camera.forward * 1e-4)
            }
        }
        let side = SIMD2<Float>(repeating: Float(Mask.frameSide))
        let size = pointwiseMin(high, side) - pointwiseMax(low, .zero)
        return size.x > 0 && size.y > 0 ? Int(size.x.rounded(.up)) * Int(size.y.rounded(.up)) : 0
    }
}

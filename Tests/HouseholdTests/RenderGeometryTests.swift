import Ground
import Testing

@testable import Household

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The picture against formulas and against a ray caster that knows nothing of rasters.
@Suite struct RenderGeometryTests {
    @Test(arguments: 0..<200) func cameraIsTheFittedOne(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let pose = RenderScenes.pose(&random)
        let camera = Camera(pose, eyeY: 1.576)
        let point = SIMD3(random.float(-3...8), random.float(0...3), random.float(-3...8))
        let (r, h) = (Double(pose.heading) * .pi / 2, Double(pose.horizon) * .pi / 180)
        let dx = Double(point.x) - Double(pose.x) * 0.25
        let dy = Double(point.y) - 1.576
        let dz = Double(point.z) - Double(pose.z) * 0.25
        let x = cos(r) * dx - sin(r) * dz
        let z = sin(r) * dx + cos(r) * dz
        let depth = cos(h) * z - sin(h) * dy
        let y = cos(h) * dy + sin(h) * z
        guard let projected = camera.project(point) else {
            #expect(depth < 0.0501)
            return
        }
        #expect(depth > 0.0499)
        let scale = max(1, abs(x / depth), abs(y / depth))
        #expect(abs(Double(projected.u) - (150 + 259.81 * x / depth)) < 1e-2 * scale / min(1, depth))
        #expect(abs(Double(projected.v) - (150 - 259.81 * y / depth)) < 1e-2 * scale / min(1, depth))
        #expect(abs(Double(projected.depth) - depth) < 1e-5 * 10)
        let ray = camera.ray(u: projected.u, v: projected.v)
        let back = camera.eye + ray * projected.depth
        #expect(abs(back.x - point.x) + abs(back.y - point.y) + abs(back.z - point.z) < 1e-3 * Float(scale))
    }

    /// Every pixel whose middle is inside the outline of the projected corners, and none outside, give or take a pixel.
    @Test(arguments: 0..<40) func aBoxFillsItsOutline(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let size = SIMD3(random.float(0.1...1), random.float(0.1...1), random.float(0.1...1))
        let box = SceneObject(
            id: "Box", type: .box, size: size,
            position: SIMD3(random.float(1.5...3.5), random.float(0.2...1.5), random.float(2.2...3.2)),
            yaw: random.float(0...360))
        let scene = try RenderScenes.scene([box], room: RenderScenes.room(isL: false))
        let world = World(scene, agent: AgentPose(x: 10, z: 2, heading: 0, horizon: 15))
        let renderer = Renderer { object, _ in
            var mesh = Mesh()
            mesh.addBox(object.localBounds, RenderScenes.white)
            return mesh
        }
        renderer.render(world)
        let camera = Camera(world)
        let placement = world.placement(of: 0)
        let corners = (0..<8).compactMap { corner -> SIMD2<Float>? in
            let local = SIMD3(
                size.x * (corner & 1 == 0 ? -0.5 : 0.5), corner & 2 == 0 ? 0 : size.y,
                size.z * (corner & 4 == 0 ? -0.5 : 0.5))
            return camera.project(placement.point(local)).map { SIMD2($0.u, $0.v) }
        }
        try #require(corners.count == 8)
        // The outline's half planes: pairs of corners that have all others on one side.
        var edges: [(normal: SIMD2<Float>, d: Float)] = []
        for a in corners {
            for b in corners where a != b {
                let along = b - a
                let length = (along * along).sum().squareRoot()
                guard length > 1e-3 else { continue }
                let normal = SIMD2(-along.y, along.x) / length
                if corners.allSatisfy({ (($0 - a) * normal).sum() < 1e-3 }) {
                    edges.append((normal, (a * normal).sum()))
                }
            }
        }
        let ids = renderer.instanceIDs
        var count = 0
        for v in 0..<300 {
            for u in 0..<300 {
                let pixel = SIMD2(Float(u) + 0.5, Float(v) + 0.5)
                let outside = edges.map { (pixel * $0.normal).sum() - $0.d }.max() ?? 0
                let isBox = ids[v * 300 + u] == 1
                count += isBox ? 1 : 0
                if outside < -1 { #expect(isBox) }
                if outside > 1 { #expect(!isBox) }
            }
        }
        #expect(count == renderer.visiblePixels(of: 0))
    }

    @Test(arguments: 0..<30) func floorWallsAndCeilingAreAsFarAsTheyAre(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let scene = try RenderScenes.scene([], room: RenderScenes.room(isL: false))
        let world = World(scene, agent: RenderScenes.pose(&random))
        let renderer = Renderer(width: 120, height: 90)
        renderer.render(world)
        let camera = Camera(world, width: 120, height: 90)
        let (low, high) = (SIMD3<Float>(0, 0.1, 0), SIMD3<Float>(5, 2.6, 4))
        let depth = renderer.depthMetres
        for v in 0..<90 {
            for u in 0..<120 {
                let ray = camera.ray(u: Float(u) + 0.5, v: Float(v) + 0.5)
                var expected = Float.infinity
                for axis in 0..<3 where abs(ray[axis]) > 1e-6 {
                    let side = ray[axis] > 0 ? high[axis] : low[axis]
                    expected = min(expected, (side - camera.eye[axis]) / ray[axis])
                }
                #expect(abs(depth[v * 120 + u] - expected) < 2e-3 * expected)
            }
        }
    }

    /// Objects stand where the agent does, too, so that faces are cut at the near plane and lie behind the camera.
    @Test(arguments: 0..<24) func pictureIsWhatRaysHit(seed: UInt64) throws {
        var random = SplitMix64(seed: seed &+ 1000)
        let scene = try RenderScenes.scene(RenderScenes.clutter(40, seed: seed))
        let world = World(scene, agent: RenderScenes.pose(&random))
        let (width, height) = (48, 40)
        let renderer = Renderer(width: width, height: height, looks: RenderScenes.look)
        renderer.render(world)
        let camera = Camera(world, width: width, height: height)
        let meshes =
            scene.objects.indices.map { RenderScenes.look(scene.objects[$0], []).placed(world.placement(of: $0)) }
            + [scene.room.mesh]
        let (ids, depth) = (renderer.instanceIDs, renderer.depthMetres)
        var (wrongIDs, wrongDepths) = (0, 0)
        for v in 0..<height {
            for u in 0..<width {
                let ray = camera.ray(u: Float(u) + 0.5, v: Float(v) + 0.5)
                var best: (depth: Float, id: Int) = (.infinity, 0)
                for (index, mesh) in meshes.enumerated() {
                    if let hit = Self.hit(mesh, camera.eye, ray), hit < best.depth {
                        best = (hit, index == scene.objects.count ? 0 : index + 1)
                    }
                }
                let pixel = v * width + u
                if Int(ids[pixel]) != best.id { wrongIDs += 1 }
                if abs(depth[pixel] - best.depth) > 2e-3 * best.depth { wrongDepths += 1 }
            }
        }
        // Rays through an edge may go either way.
        #expect(wrongIDs <= 8)
        #expect(wrongDepths <= 8)
    }

    /// The nearest front face along a ray beyond the near plane.
    private static func hit(_ mesh: Mesh, _ eye: SIMD3<Float>, _ ray: SIMD3<Float>) -> Float? {
        var nearest: Float?
        for face in mesh.faces {
            let corners = Array(mesh.vertices[Int(face.first)..<Int(face.first + face.count)])
            let facing = (face.normal * ray).sum()
            guard facing < 0 else { continue }
            let depth = ((corners[0] - eye) * face.normal).sum() / facing
            guard depth >= Camera.nearDepth, depth < nearest ?? .infinity else { continue }
            let point = eye + ray * depth
            let isInside = corners.indices.allSatisfy { index in
                let (a, b) = (corners[index], corners[(index + 1) % corners.count])
                return (cross(b - a, point - a) * face.normal).sum() >= 0
            }
            if isInside { nearest = depth }
        }
        return nearest
    }
}

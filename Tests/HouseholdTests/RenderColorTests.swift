import Testing

@testable import Household

@Suite struct RenderColorTests {
    @Test(arguments: Material.Pattern.allCases) func everyLevelOfAPatternHasItsMean(pattern: Material.Pattern) {
        var level = Textures.start + Int(pattern.rawValue) * 87_424
        var side = 256
        let first = mean(level, side)
        while side > 1 {
            level += side * side
            side /= 2
            #expect(abs(mean(level, side) - first) < 2)
        }
        #expect(first < 180)
    }

    private func mean(_ texture: UnsafePointer<UInt8>, _ side: Int) -> Double {
        Double((0..<side * side).reduce(0) { $0 + Int(texture[$1]) }) / Double(side * side)
    }

    /// Three neighbouring sides of a box differ in brightness in every scene's light, and patterns keep the accent's
    /// hue.
    @Test(arguments: 0..<50) func sidesOfABoxDiffer(seed: UInt64) {
        let lighting = Lighting(seed: seed)
        let normals = [SIMD3<Float>(0, 1, 0), SIMD3(1, 0, 0), SIMD3(0, 0, 1), SIMD3(-1, 0, 0), SIMD3(0, 0, -1)]
        let lights = normals.map { lighting.light(on: $0).y }
        for light in lights { #expect(light > 0.4 && light < 1.15) }
        #expect(lights.dropFirst().allSatisfy { $0 < lights[0] - 0.04 })
        for (a, b) in [(1, 2), (2, 3), (3, 4), (4, 1)] { #expect(abs(lights[a] - lights[b]) > 0.02) }
    }

    /// What shines keeps its colour in any light.
    @Test func luminousFacesKeepTheirColor() throws {
        let box = SceneObject(id: "Lamp", type: .lamp, size: SIMD3(1, 1, 1), position: SIMD3(2.5, 1, 3))
        let renderer = Renderer { object, flags in
            var mesh = Mesh()
            mesh.addBox(object.localBounds, Material(SIMD3(200, 100, 50), isLuminous: flags.contains(.on)))
            return mesh
        }
        var world = World(try RenderScenes.scene([box]), agent: AgentPose(x: 10, z: 4, heading: 0, horizon: 0))
        func middle() -> [UInt8] { Array(renderer.rgbPixels[(3 * (150 * 300 + 150))...].prefix(3)) }
        renderer.render(world)
        let dark = middle()
        world.states[0].flags.insert(.on)
        renderer.render(world)
        let bright = middle()
        #expect(bright[0] >= 190 && bright[0] <= 210)
        #expect(dark != bright)
    }
}

internal import Ground

/// The light of a scene: ambient, a main lamp and a soft second one, all without position.
struct Lighting {
    private let key, fill: SIMD3<Float>
    private let warmth: Float
    private let strength: Float

    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let turn = Double(random.unit()) * 2 * .pi
        func direction(_ azimuth: Double, _ height: Double) -> SIMD3<Float> {
            let level = (1 - height * height).squareRoot()
            return SIMD3(Float(level * azimuth.sine), Float(height), Float(level * azimuth.cosine))
        }
        // Never along a wall, so that the four sides of a box all differ.
        let azimuth = (turn / (.pi / 2)).rounded(.down) * (.pi / 2) + 0.3 + 0.2 * Double(random.unit())
        key = direction(azimuth, 0.70)
        fill = direction(azimuth + 2.2, 0.25)
        warmth = (random.unit() - 0.5) * 0.06
        strength = 0.98 + 0.08 * random.unit()
    }

    /// Per channel, about 0.4-1, for a face with this normal in the room.
    func light(on normal: SIMD3<Float>) -> SIMD3<Float> {
        let keyLight = max(0, (normal * key).sum()) * 0.42
        let fillLight = max(0, (normal * fill).sum()) * 0.20
        let ambient = 0.56 + 0.06 * normal.y
        let white = SIMD3<Float>(repeating: ambient + 0.9 * fillLight + keyLight)
        let tint = SIMD3<Float>(1 + warmth, 1, 1 - warmth) + SIMD3(0.02, 0, -0.03) * keyLight
        return white * tint * strength
    }

    /// Floor, walls and ceiling get light from everywhere.
    func roomLight(on normal: SIMD3<Float>) -> SIMD3<Float> {
        let base: Float = abs(normal.y) > 0.5 ? (normal.y > 0 ? 0.95 : 0.97) : 0.90
        let side = (normal * SIMD3(key.x, 0, key.z)).sum() * 0.10
        return SIMD3(1 + warmth, 1, 1 - warmth) * ((base + side) * strength)
    }
}

/// How a face looks before light falls on it.
package struct Material: Sendable, Hashable {
    /// Procedural patterns, drawn in metres on the face so that they do not swim when the camera moves.
    package enum Pattern: UInt8, Sendable, CaseIterable {
        case plain, wood, planks, tiles, marble, fabric, carpet, brushedMetal, checks, stripes, speckles, bricks,
            leather,
            grass, weave
    }

    /// The main colour, 0-255 each.
    var color: SIMD3<UInt8>
    /// The pattern's second colour: joints, grain, threads.
    package var accent: SIMD3<UInt8>
    var pattern: Pattern
    /// Size of one repeat of the pattern in metres.
    package var scale: Float
    /// Shines by itself: not darkened by the light's direction.
    package var isLuminous: Bool

    package init(
        _ color: SIMD3<UInt8>, accent: SIMD3<UInt8>? = nil, _ pattern: Pattern = .plain, scale: Float = 0.5,
        isLuminous: Bool = false
    ) {
        self.color = color
        self.accent = accent ?? SIMD3(color.x / 4 * 3, color.y / 4 * 3, color.z / 4 * 3)
        self.pattern = pattern
        self.scale = scale
        self.isLuminous = isLuminous
    }
}

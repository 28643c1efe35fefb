internal import CRaster

/// The patterns as textures: one byte a texel, 0 the main colour and 255 the accent, 256 x 256 texels that repeat, and
/// seven smaller levels down to one texel. Made once per process.
enum Textures {
    nonisolated(unsafe) static let start: UnsafePointer<UInt8> = {
        let bytes = Int(CR_TEXTURE_BYTES)
        let count = Material.Pattern.allCases.count
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: count * bytes)
        memory.initialize(repeating: 0, count: count * bytes)
        for pattern in Material.Pattern.allCases { fill(memory + Int(pattern.rawValue) * bytes, pattern) }
        return UnsafePointer(memory)
    }()

    static let side = Int(CR_TEXTURE_SIDE)

    private static func fill(_ texture: UnsafeMutablePointer<UInt8>, _ pattern: Material.Pattern) {
        let noise = PatternNoise(seed: UInt64(pattern.rawValue) + 1)
        for v in 0..<side {
            for u in 0..<side {
                let value = Patterns.value(pattern, u, v, noise)
                texture[v * side + u] = UInt8(max(0, min(255, value * 255 + 0.5)))
            }
        }
        var (level, size) = (texture, side)
        while size > 1 {
            let (next, half) = (level + size * size, size / 2)
            for v in 0..<half {
                for u in 0..<half {
                    let corner = 2 * v * size + 2 * u
                    let sum =
                        Int(level[corner]) + Int(level[corner + 1]) + Int(level[corner + size])
                        + Int(level[corner + size + 1])
                    next[v * half + u] = UInt8((sum + 2) / 4)
                }
            }
            (level, size) = (next, half)
        }
    }
}

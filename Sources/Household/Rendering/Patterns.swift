/// What the patterns look like: 0 is the material's colour, 1 its accent.
enum Patterns {
    static func value(_ pattern: Material.Pattern, _ u: Int, _ v: Int, _ noise: PatternNoise) -> Float {
        switch pattern {
        case .plain: 0.10 * noise.cloud(u, v, columns: 4, rows: 4, octaves: 4)
        case .wood: grain(u, v, noise)
        case .planks: planks(u, v, noise)
        case .tiles: tiles(u, v, noise)
        case .marble: marble(u, v, noise)
        case .fabric:
            0.25 * noise.cloud(u, v, columns: 4, rows: 4, octaves: 3) + 0.45 * noise.cell(u, v / 2)
                * Float((u + v) & 1)
        case .carpet: 0.6 * noise.cell(u ^ (v >> 6), v ^ (u >> 6)) * noise.cloud(u, v, columns: 8, rows: 8, octaves: 3)
        case .brushedMetal:
            0.35 * noise.smooth(u, v, columns: 4, rows: 64) + 0.25 * noise.smooth(u, v, columns: 2, rows: 2)
        case .checks: ((u >> 6) & 1 == 1 ? 0.5 : 0) + ((v >> 6) & 1 == 1 ? 0.5 : 0)
        case .stripes: (u >> 5) & 1 == 1 ? 1 : 0
        case .speckles: speckles(u, v, noise)
        case .bricks: bricks(u, v, noise)
        case .leather: leather(u, v, noise)
        case .grass:
            noise.smooth(u, v, columns: 64, rows: 16) * noise.cloud(u, v, columns: 4, rows: 4, octaves: 2) * 1.6
        case .weave: weave(u, v)
        }
    }

    private static func grain(_ u: Int, _ v: Int, _ noise: PatternNoise) -> Float {
        let bend = noise.smooth(u, v, columns: 2, rows: 2)
        let rings = (Float(v) / 256 * 8 + bend * 1.2).truncatingRemainder(dividingBy: 1)
        let ring = rings < 0.8 ? rings / 0.8 : (1 - rings) / 0.2
        return 0.45 * ring * ring + 0.3 * noise.smooth(u, v, columns: 4, rows: 64)
            + 0.15 * noise.smooth(u, v, columns: 16, rows: 64)
    }

    /// Four boards across, each cut once.
    private static func planks(_ u: Int, _ v: Int, _ noise: PatternNoise) -> Float {
        let board = v >> 6
        let along = (u + [0, 150, 70, 210][board]) & 255
        if v & 63 < 2 || along < 2 { return 1 }
        let tone = noise.cell(board, 7) * 0.35
        return tone + 0.28 * noise.smooth(along, v, columns: 4, rows: 64)
            + 0.12 * noise.smooth(along, v, columns: 2, rows: 16)
    }

    /// Two by two.
    private static func tiles(_ u: Int, _ v: Int, _ noise: PatternNoise) -> Float {
        if u & 127 < 4 || v & 127 < 4 { return 1 }
        return 0.12 * noise.cell(u >> 7, v >> 7) + 0.10 * noise.cloud(u, v, columns: 4, rows: 4, octaves: 3)
    }

    private static func marble(_ u: Int, _ v: Int, _ noise: PatternNoise) -> Float {
        let cloud = noise.cloud(u, v, columns: 2, rows: 2, octaves: 5)
        let vein = 1 - min(1, abs(cloud - 0.5) * 14)
        return 0.25 * noise.cloud(v, u, columns: 2, rows: 4, octaves: 4) + 0.7 * vein * vein
    }

    private static func speckles(_ u: Int, _ v: Int, _ noise: PatternNoise) -> Float {
        let value = noise.cell(u >> 2, v >> 2)
        return value > 0.88 ? 0.9 : value > 0.72 ? 0.4 : 0.12 * noise.cell(v >> 2, u >> 2)
    }

    /// Four courses of two.
    private static func bricks(_ u: Int, _ v: Int, _ noise: PatternNoise) -> Float {
        let course = v >> 6
        let along = (u + (course & 1) * 64) & 255
        if v & 63 < 6 || along & 127 < 6 { return 1 }
        return 0.3 * noise.cell(course, along >> 7) + 0.15 * noise.cloud(u, v, columns: 8, rows: 8, octaves: 3)
    }

    private static func leather(_ u: Int, _ v: Int, _ noise: PatternNoise) -> Float {
        let cloud = noise.cloud(u, v, columns: 16, rows: 16, octaves: 2)
        return 0.15 * noise.smooth(u, v, columns: 2, rows: 2) + 0.5 * (1 - min(1, abs(cloud - 0.5) * 8))
    }

    /// Strips over and under each other, eight by eight.
    private static func weave(_ u: Int, _ v: Int) -> Float {
        let isOver = ((u >> 5) + (v >> 5)) & 1 == 0
        let across = Float(isOver ? v & 31 : u & 31) / 31 * 2 - 1
        let along = Float(isOver ? u & 31 : v & 31) / 31 * 2 - 1
        return 0.15 + 0.6 * across * across * across * across + 0.25 * along * along
    }
}

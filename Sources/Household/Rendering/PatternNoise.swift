internal import Ground

/// Smooth noise that repeats every 256 texels.
struct PatternNoise {
    private let values: [Float]

    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        values = (0..<4096).map { _ in random.unit() }
    }

    /// 0-1, one number for each pair; repeats every 64 in both.
    func cell(_ x: Int, _ y: Int) -> Float { values[(y & 63) << 6 | (x & 63)] }

    /// 0-1; `columns` and `rows` are the bumps per repeat, powers of two up to 64.
    func smooth(_ u: Int, _ v: Int, columns: Int, rows: Int) -> Float {
        let (x, y) = (Float(u) * Float(columns) / 256, Float(v) * Float(rows) / 256)
        let (column, row) = (Int(x), Int(y))
        let (fx, fy) = (x - Float(column), y - Float(row))
        let (sx, sy) = (fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy))
        let (right, below) = ((column + 1) % columns, (row + 1) % rows)
        let top = cell(column, row) + (cell(right, row) - cell(column, row)) * sx
        let bottom = cell(column, below) + (cell(right, below) - cell(column, below)) * sx
        return top + (bottom - top) * sy
    }

    /// 0-1, octaves of ``smooth(_:_:columns:rows:)`` from coarse to fine.
    func cloud(_ u: Int, _ v: Int, columns: Int, rows: Int, octaves: Int) -> Float {
        var (sum, weight, total): (Float, Float, Float) = (0, 1, 0)
        for octave in 0..<octaves {
            sum += weight * smooth(u, v, columns: min(64, columns << octave), rows: min(64, rows << octave))
            total += weight
            weight *= 0.55
        }
        return sum / total
    }
}

package import CKernels

private struct Gather: ParallelTask {
    let sources: (UnsafePointer<Float>, UnsafePointer<Float>?, UnsafePointer<Float>?)
    let rows: UnsafePointer<CKRow>
    let positions: UnsafePointer<Float>?
    let out: Matrix
    let pieces: RowPieces

    func run(_ index: Int, worker: Int) {
        let range = pieces.range(index)
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: 3) { list in
            list[0] = sources.0
            list[1] = sources.1
            list[2] = sources.2
            ck_gather_rows(
                list.baseAddress!, rows + range.lowerBound, positions, out.data + range.lowerBound * out.columns,
                range.count, out.columns)
        }
    }
}

/// All rows, some columns: no two pieces touch the same place.
private struct Scatter: ParallelTask {
    static let width = 32
    let gradients: (UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>?)
    let rows: UnsafePointer<CKRow>
    let dOut: Matrix

    func run(_ index: Int, worker: Int) {
        withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>?.self, capacity: 3) { list in
            list[0] = gradients.0
            list[1] = gradients.1
            list[2] = gradients.2
            ck_scatter_rows(
                list.baseAddress!, rows, dOut.data, dOut.rows, dOut.columns, index * Self.width,
                min((index + 1) * Self.width, dOut.columns))
        }
    }
}

private struct CrossEntropy: ParallelTask {
    let logits: Matrix
    let targets: UnsafePointer<Int32>
    let weights: UnsafePointer<Float>
    let factor: Float
    let losses: UnsafeMutablePointer<Float>
    let dLogits: UnsafeMutablePointer<Float>
    let pieces: RowPieces

    func run(_ index: Int, worker: Int) {
        let rows = pieces.range(index)
        let first = rows.lowerBound * logits.columns
        ck_cross_entropy_forward(
            logits.data + first, targets + rows.lowerBound, weights + rows.lowerBound, losses + rows.lowerBound,
            dLogits + first, rows.count, logits.columns)
        ck_cross_entropy_backward(
            dLogits + first, targets + rows.lowerBound, weights + rows.lowerBound, factor, dLogits + first, rows.count,
            logits.columns)
    }
}

private struct AdamWTask: ParallelTask {
    static let size = 1 << 15
    let values: UnsafeMutablePointer<Float>
    let gradients: UnsafeMutablePointer<Float>
    let moment1: UnsafeMutablePointer<Float>
    let moment2: UnsafeMutablePointer<Float>
    let target: UnsafeMutablePointer<Float>?
    let halves: UnsafeMutablePointer<UInt16>?
    let targetHalves: UnsafeMutablePointer<UInt16>?
    let count: Int
    let settings: CKAdamW

    func run(_ index: Int, worker: Int) {
        let first = index * Self.size
        ck_adamw(
            values + first, gradients + first, moment1 + first, moment2 + first, target.map { $0 + first },
            halves.map { $0 + first }, targetHalves.map { $0 + first }, min(Self.size, count - first), settings)
    }
}

extension CPUBackend {
    package func gather(
        _ sources: (UnsafePointer<Float>, UnsafePointer<Float>?, UnsafePointer<Float>?), _ rows: UnsafePointer<CKRow>,
        positions: UnsafePointer<Float>?, out: Matrix
    ) {
        let pieces = RowPieces(rows: out.rows)
        pool.run(
            pieces.count, Gather(sources: sources, rows: rows, positions: positions, out: out, pieces: pieces))
    }

    package func scatter(
        _ gradients: (UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>?),
        _ rows: UnsafePointer<CKRow>, dOut: Matrix
    ) {
        guard dOut.rows > 0 else { return }
        pool.run(
            (dOut.columns + Scatter.width - 1) / Scatter.width, Scatter(gradients: gradients, rows: rows, dOut: dOut))
    }

    package func add(_ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int) { ck_add(y, x, count) }

    package func crossEntropy(
        _ logits: Matrix, targets: UnsafePointer<Int32>, weights: UnsafePointer<Float>, factor: Float,
        losses: UnsafeMutablePointer<Float>, dLogits: UnsafeMutablePointer<Float>
    ) {
        let pieces = RowPieces(rows: logits.rows)
        pool.run(
            pieces.count,
            CrossEntropy(
                logits: logits, targets: targets, weights: weights, factor: factor, losses: losses, dLogits: dLogits,
                pieces: pieces))
    }

    package func expectile(
        _ predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>, count: Int, expectile: Float?,
        factor: Float,
        losses: UnsafeMutablePointer<Float>, dPredictions: UnsafeMutablePointer<Float>
    ) {
        for index in 0..<count {
            let difference = targets[index] - predictions[index]
            let weight = expectile.map { difference >= 0 ? $0 : 1 - $0 } ?? 1
            losses[index] = weight * difference * difference
            dPredictions[index] = -2 * factor * weight * difference
        }
    }

    package func adamW(
        values: UnsafeMutablePointer<Float>, gradients: UnsafeMutablePointer<Float>,
        moment1: UnsafeMutablePointer<Float>,
        moment2: UnsafeMutablePointer<Float>, target: UnsafeMutablePointer<Float>?,
        halves: UnsafeMutablePointer<UInt16>?, targetHalves: UnsafeMutablePointer<UInt16>?, count: Int,
        _ settings: CKAdamW
    ) {
        pool.run(
            (count + AdamWTask.size - 1) / AdamWTask.size,
            AdamWTask(
                values: values, gradients: gradients, moment1: moment1, moment2: moment2, target: target,
                halves: halves, targetHalves: targetHalves, count: count, settings: settings))
    }

    package func isFinite(_ values: UnsafePointer<Float>, count: Int) -> Bool { ck_all_finite(values, count) != 0 }
}

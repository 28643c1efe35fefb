internal import CKernels

private struct LayerNormForward: ParallelTask {
    let branch: Matrix
    let residual: UnsafePointer<Float>?
    let weight: UnsafePointer<Float>
    let bias: UnsafePointer<Float>
    let relu: Bool
    let dropout: Dropout
    let stats: UnsafeMutablePointer<Float>
    let y: UnsafeMutablePointer<Float>
    let pieces: RowPieces

    func run(_ index: Int, worker: Int) {
        let rows = pieces.range(index)
        let first = rows.lowerBound * branch.columns
        ck_layer_norm_forward(
            branch.data + first, residual.map { $0 + first }, weight, bias, y + first, stats + 2 * rows.lowerBound,
            rows.count, branch.columns, CPUBackend.epsilon, relu ? 1 : 0, dropout, UInt64(first))
    }
}

private struct LayerNormBackward: ParallelTask {
    let sum: Matrix
    let weight: UnsafePointer<Float>
    let relu: Bool
    let dropout: Dropout
    let stats: UnsafePointer<Float>
    let y: UnsafePointer<Float>
    let dy: UnsafePointer<Float>
    let dBranch: GradientSlot
    let dResidual: GradientSlot?
    /// Per piece [2, columns].
    let partials: UnsafeMutablePointer<Float>
    let pieces: RowPieces

    func run(_ index: Int, worker: Int) {
        let rows = pieces.range(index)
        let columns = sum.columns
        let first = rows.lowerBound * columns
        let count = rows.count * columns
        let partial = partials + index * 2 * columns
        partial.update(repeating: 0, count: 2 * columns)
        let dx = dBranch.data + first
        ck_layer_norm_backward(
            dy + first, sum.data + first, y + first, stats + 2 * rows.lowerBound, weight, dx, partial,
            partial + columns,
            rows.count, columns, relu ? 1 : 0)
        if let dResidual {
            if dResidual.isFresh {
                (dResidual.data + first).update(from: dx, count: count)
            } else {
                ck_add(dResidual.data + first, dx, count)
            }
        }
        if dropout.threshold > 0 { ck_dropout_backward(dx, dx, count, dropout, UInt64(first)) }
    }
}

/// Mean and squared deviations of each piece's columns.
private struct ColumnMoments: ParallelTask {
    let x: Matrix
    let partials: UnsafeMutablePointer<Float>
    let pieces: RowPieces

    func run(_ index: Int, worker: Int) {
        let rows = pieces.range(index)
        let partial = partials + index * 2 * x.columns
        ck_column_moments(
            x.data + rows.lowerBound * x.columns, rows.count, x.columns, partial, partial + x.columns)
    }
}

private struct ScaleShift: ParallelTask {
    let x: Matrix
    let stats: UnsafePointer<Float>
    let y: UnsafeMutablePointer<Float>
    let pieces: RowPieces

    func run(_ index: Int, worker: Int) {
        let rows = pieces.range(index)
        let first = rows.lowerBound * x.columns
        ck_scale_shift_forward(
            x.data + first, stats + 2 * x.columns, stats + 3 * x.columns, y + first, rows.count, x.columns, 1)
    }
}

private struct BatchNormSums: ParallelTask {
    let x: Matrix
    let stats: UnsafePointer<Float>
    let dy: UnsafePointer<Float>
    let partials: UnsafeMutablePointer<Float>
    let pieces: RowPieces

    func run(_ index: Int, worker: Int) {
        let rows = pieces.range(index)
        let columns = x.columns
        let first = rows.lowerBound * columns
        let partial = partials + index * 2 * columns
        partial.update(repeating: 0, count: 2 * columns)
        ck_batch_norm_sums(
            dy + first, x.data + first, stats + 2 * columns, stats + 3 * columns, stats, stats + columns, partial,
            partial + columns, rows.count, columns, 1)
    }
}

private struct BatchNormBackward: ParallelTask {
    let x: Matrix
    let stats: UnsafePointer<Float>
    /// [2, columns]: means of dz and of dz * h; zeros where the moments are constants.
    let means: UnsafePointer<Float>
    let dy: UnsafePointer<Float>
    let dx: UnsafeMutablePointer<Float>
    let pieces: RowPieces

    func run(_ index: Int, worker: Int) {
        let rows = pieces.range(index)
        let columns = x.columns
        let first = rows.lowerBound * columns
        ck_batch_norm_backward(
            dy + first, x.data + first, stats + 2 * columns, stats + 3 * columns, stats, stats + columns, means,
            means + columns, dx + first, rows.count, columns, 1)
    }
}

/// Sums of columns, piece by piece.
private struct ColumnSums: ParallelTask {
    let x: Matrix
    let partials: UnsafeMutablePointer<Float>
    let pieces: RowPieces

    func run(_ index: Int, worker: Int) {
        let rows = pieces.range(index)
        let partial = partials + index * x.columns
        partial.update(repeating: 0, count: x.columns)
        ck_bias_backward(
            x.data + rows.lowerBound * x.columns, x.data, partial, rows.count, x.columns, 0, .none, 0)
    }
}

extension CPUBackend {
    static let epsilon: Float = 1e-5

    package func layerNorm(
        branch: Matrix, residual: Matrix?, _ weight: WeightPointer, _ bias: WeightPointer, relu: Bool,
        _ dropout: Dropout,
        stats: UnsafeMutablePointer<Float>, y: Matrix
    ) {
        guard y.rows > 0 else { return }
        let pieces = RowPieces(rows: y.rows)
        pool.run(
            pieces.count,
            LayerNormForward(
                branch: branch, residual: residual.map { UnsafePointer($0.data) }, weight: weight.values,
                bias: bias.values, relu: relu, dropout: dropout, stats: stats, y: y.data, pieces: pieces))
    }

    package func layerNormBackward(
        sum: Matrix, _ weight: WeightPointer, _ bias: WeightPointer, relu: Bool, _ dropout: Dropout,
        stats: UnsafePointer<Float>, y: Matrix, dy: Matrix, dBranch: GradientSlot, dResidual: GradientSlot?
    ) {
        guard y.rows > 0 else { return }
        precondition(dBranch.isFresh, "the branch of a layer norm is used by nothing else")
        let pieces = RowPieces(rows: y.rows)
        let partials = sharedScratch(pieces.count * 2 * y.columns)
        pool.run(
            pieces.count,
            LayerNormBackward(
                sum: sum, weight: weight.values, relu: relu, dropout: dropout, stats: stats, y: y.data, dy: dy.data,
                dBranch: dBranch, dResidual: dResidual, partials: partials, pieces: pieces))
        guard let gradient = weight.gradient, let biasGradient = bias.gradient else { return }
        for piece in 0..<pieces.count {
            ck_add(gradient, partials + piece * 2 * y.columns, y.columns)
            ck_add(biasGradient, partials + (piece * 2 + 1) * y.columns, y.columns)
        }
    }

    /// The mean in stats[0], 1 / deviation in stats[1], and what turns x into the output in stats[2] and [3].
    package func batchNorm(
        _ x: Matrix, _ weight: WeightPointer, _ bias: WeightPointer, runningMean: UnsafeMutablePointer<Float>,
        runningVariance: UnsafeMutablePointer<Float>, isTraining: Bool, momentum: Float,
        stats: UnsafeMutablePointer<Float>, y: Matrix
    ) {
        guard x.rows > 0 else { return }
        let columns = x.columns
        let pieces = RowPieces(rows: x.rows, target: 32, minimum: 128, maximum: 1024)
        if isTraining {
            let partials = sharedScratch(pieces.count * 2 * columns)
            pool.run(pieces.count, ColumnMoments(x: x, partials: partials, pieces: pieces))
            for column in 0..<columns {
                // Chan's rule for the moments of a union.
                var count = 0.0
                var mean = 0.0
                var m2 = 0.0
                for piece in 0..<pieces.count {
                    let rows = Double(pieces.range(piece).count)
                    let delta = Double(partials[piece * 2 * columns + column]) - mean
                    let total = count + rows
                    mean += delta * rows / total
                    m2 += Double(partials[(piece * 2 + 1) * columns + column]) + delta * delta * count * rows / total
                    count = total
                }
                let variance = m2 / count
                stats[column] = Float(mean)
                stats[columns + column] = Float(1 / (variance + Double(Self.epsilon)).squareRoot())
                let unbiased = count > 1 ? m2 / (count - 1) : variance
                runningMean[column] += momentum * (Float(mean) - runningMean[column])
                runningVariance[column] += momentum * (Float(unbiased) - runningVariance[column])
            }
        } else {
            for column in 0..<columns {
                stats[column] = runningMean[column]
                stats[columns + column] = 1 / (runningVariance[column] + Self.epsilon).squareRoot()
            }
        }
        for column in 0..<columns {
            let scale = stats[columns + column] * weight.values[column]
            stats[2 * columns + column] = scale
            stats[3 * columns + column] = bias.values[column] - stats[column] * scale
        }
        pool.run(pieces.count, ScaleShift(x: x, stats: stats, y: y.data, pieces: pieces))
    }

    package func batchNormBackward(
        _ x: Matrix, _ weight: WeightPointer, _ bias: WeightPointer, isTraining: Bool,
        stats: UnsafePointer<Float>, dy: Matrix, dx: GradientSlot
    ) {
        guard x.rows > 0 else { return }
        precondition(dx.isFresh, "the input of a batch norm is used by nothing else")
        let columns = x.columns
        let pieces = RowPieces(rows: x.rows, target: 32, minimum: 128, maximum: 1024)
        let partials = sharedScratch((pieces.count + 1) * 2 * columns)
        let means = partials + pieces.count * 2 * columns
        pool.run(pieces.count, BatchNormSums(x: x, stats: stats, dy: dy.data, partials: partials, pieces: pieces))
        means.update(repeating: 0, count: 2 * columns)
        for piece in 0..<pieces.count { ck_add(means, partials + piece * 2 * columns, 2 * columns) }
        if let gradient = weight.gradient { ck_add(gradient, means + columns, columns) }
        if let gradient = bias.gradient { ck_add(gradient, means, columns) }
        let scale = isTraining ? 1 / Float(x.rows) : 0
        for column in 0..<2 * columns { means[column] *= scale }
        pool.run(
            pieces.count,
            BatchNormBackward(x: x, stats: stats, means: means, dy: dy.data, dx: dx.data, pieces: pieces))
    }

    func addColumnSums(_ x: Matrix, into sums: UnsafeMutablePointer<Float>) {
        let pieces = RowPieces(rows: x.rows, target: 32, minimum: 128, maximum: 1024)
        let partials = sharedScratch(pieces.count * x.columns)
        pool.run(pieces.count, ColumnSums(x: x, partials: partials, pieces: pieces))
        for piece in 0..<pieces.count { ck_add(sums, partials + piece * x.columns, x.columns) }
    }
}

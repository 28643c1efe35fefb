internal import CKernels

/// Writes the cells of one frame: [49, channels].
func writeCells(_ frame: UnsafeRawPointer, _ format: FeatureFormat, _ out: UnsafeMutablePointer<Float>) {
    switch format {
    case .patches:
        ck_patches(
            frame.assumingMemoryBound(to: UInt8.self), FeatureFormat.patchesSide, FeatureFormat.grid, out, 1.0 / 255,
            -0.5)
    case .half(let channels):
        ck_cells_from_half(frame.assumingMemoryBound(to: UInt16.self), channels, FeatureFormat.cells, out)
    case .float(let channels):
        ck_cells_from_float(frame.assumingMemoryBound(to: Float.self), channels, FeatureFormat.cells, out)
    }
}

/// Frames in groups whose cells stay in the cache.
private struct FeatureForward: ParallelTask {
    static let group = 8
    let frames: UnsafePointer<UnsafeRawPointer>
    let count: Int
    let format: FeatureFormat
    /// Transposed: [channels, out].
    let weight: UnsafePointer<Float>
    let bias: UnsafePointer<Float>
    let y: Matrix
    let scratch: UnsafePointer<UnsafeMutablePointer<Float>>

    static func pieces(_ count: Int) -> Int { (count + group - 1) / group }

    func run(_ index: Int, worker: Int) {
        let first = index * Self.group
        let group = min(Self.group, count - first)
        let (cells, channels) = (FeatureFormat.cells, format.channels)
        let x = scratch[worker]
        for frame in 0..<group { writeCells(frames[first + frame], format, x + frame * cells * channels) }
        let out = y.data + first * cells * y.columns
        multiply(
            x, channels, weight, y.columns, into: out, y.columns, m: group * cells, n: y.columns, k: channels,
            adding: false)
        ck_bias_forward(out, bias, group * cells, y.columns, 0, .none, 0)
    }
}

/// Partial sums of dw = dyᵀ cells over ranges of frames.
private struct FeatureBackward: ParallelTask {
    static let group = 8
    let frames: UnsafePointer<UnsafeRawPointer>
    let count: Int
    let format: FeatureFormat
    let dy: Matrix
    let partials: UnsafeMutablePointer<Float>
    let partitionFrames: Int
    let scratch: UnsafePointer<UnsafeMutablePointer<Float>>

    func run(_ index: Int, worker: Int) {
        let (cells, channels) = (FeatureFormat.cells, format.channels)
        let x = scratch[worker]
        let end = min((index + 1) * partitionFrames, count)
        var first = index * partitionFrames
        var isFirst = true
        while first < end {
            let group = min(Self.group, end - first)
            for frame in 0..<group { writeCells(frames[first + frame], format, x + frame * cells * channels) }
            multiply(
                dy.data + first * cells * dy.columns, dy.columns, aTransposed: true, x, channels,
                into: partials + index * dy.columns * channels, channels, m: dy.columns, n: channels, k: group * cells,
                adding: !isFirst)
            first += group
            isFirst = false
        }
    }
}

/// As ``FeatureForward`` with bfloat16 factors.
private struct HalfFeatureForward: ParallelTask {
    let frames: UnsafePointer<UnsafeRawPointer>
    let count: Int
    let format: FeatureFormat
    let weight: UnsafePointer<UInt16>
    let bias: UnsafePointer<Float>
    let y: Matrix
    let products: UnsafePointer<HalfProducts>
    let scratch: UnsafePointer<UnsafeMutablePointer<Float>>

    func run(_ index: Int, worker: Int) {
        let first = index * FeatureForward.group
        let group = min(FeatureForward.group, count - first)
        let (cells, channels) = (FeatureFormat.cells, format.channels)
        let x = scratch[worker]
        let halves = UnsafeMutableRawPointer(x + FeatureForward.group * cells * channels)
            .assumingMemoryBound(to: UInt16.self)
        for frame in 0..<group { writeCells(frames[first + frame], format, x + frame * cells * channels) }
        roundRows(x, rows: group * cells, columns: channels, multiple: 16, into: halves)
        let out = y.data + first * cells * y.columns
        // The cells are not needed any more: their place takes the last rows.
        multiplyRows(
            products[worker], halves, weight, channels, bTransposed: true, into: out, rows: group * cells, n: y.columns,
            k: channels, adding: false, scratch: x)
        ck_bias_forward(out, bias, group * cells, y.columns, 0, .none, 0)
    }
}

/// As ``FeatureBackward`` with bfloat16 factors.
private struct HalfFeatureBackward: ParallelTask {
    let frames: UnsafePointer<UnsafeRawPointer>
    let count: Int
    let format: FeatureFormat
    let dy: Matrix
    let partials: UnsafeMutablePointer<Float>
    let partitionFrames: Int
    let products: UnsafePointer<HalfProducts>
    let scratch: UnsafePointer<UnsafeMutablePointer<Float>>

    func run(_ index: Int, worker: Int) {
        let (cells, channels) = (FeatureFormat.cells, format.channels)
        let rows = FeatureBackward.group * cells
        let x = scratch[worker]
        let xHalves = UnsafeMutableRawPointer(x + rows * channels).assumingMemoryBound(to: UInt16.self)
        let dyHalves = xHalves + rows * channels
        let end = min((index + 1) * partitionFrames, count)
        var first = index * partitionFrames
        var isFirst = true
        while first < end {
            let group = min(FeatureBackward.group, end - first)
            for frame in 0..<group { writeCells(frames[first + frame], format, x + frame * cells * channels) }
            ck_to_bf16(x, xHalves, group * cells * channels)
            ck_to_bf16(dy.data + first * cells * dy.columns, dyHalves, group * cells * dy.columns)
            products[worker].multiply(
                dyHalves, dy.columns, aTransposed: true, xHalves, channels,
                into: partials + index * dy.columns * channels, channels, m: dy.columns, n: channels, k: group * cells,
                adding: !isFirst)
            first += group
            isFirst = false
        }
    }
}

extension CPUBackend {
    package func features(
        _ frames: UnsafePointer<UnsafeRawPointer>, count: Int, format: FeatureFormat, _ weight: WeightPointer,
        _ bias: WeightPointer, y: Matrix
    ) {
        guard count > 0 else { return }
        productOperations += 2 * Double(y.rows) * Double(format.channels) * Double(y.columns)
        reserveScratch(2 * (FeatureForward.group * FeatureFormat.cells + 16) * max(format.channels, y.columns))
        if precision == .bfloat16, let halves = weight.halves {
            withWorkers { products, scratch in
                pool.run(
                    FeatureForward.pieces(count),
                    HalfFeatureForward(
                        frames: frames, count: count, format: format, weight: halves, bias: bias.values, y: y,
                        products: products, scratch: scratch))
            }
            return
        }
        let columns = transposed(weight.values, rows: y.columns, columns: format.channels)
        scratch.withUnsafeBufferPointer { scratch in
            pool.run(
                FeatureForward.pieces(count),
                FeatureForward(
                    frames: frames, count: count, format: format, weight: columns, bias: bias.values, y: y,
                    scratch: scratch.baseAddress!))
        }
    }

    package func featuresBackward(
        _ frames: UnsafePointer<UnsafeRawPointer>, count: Int, format: FeatureFormat, _ weight: WeightPointer,
        _ bias: WeightPointer, dy: Matrix
    ) {
        guard count > 0, let gradient = weight.gradient else { return }
        productOperations += 2 * Double(dy.rows) * Double(format.channels) * Double(dy.columns)
        reserveScratch(FeatureBackward.group * FeatureFormat.cells * (2 * format.channels + dy.columns))
        // 16 pieces at most: each costs a pass over the weights.
        let partitionFrames = max(8, (count + 15) / 16)
        let partitions = (count + partitionFrames - 1) / partitionFrames
        let size = dy.columns * format.channels
        let partials = sharedScratch(partitions * size)
        withWorkers { products, scratch in
            if precision == .bfloat16, weight.halves != nil {
                pool.run(
                    partitions,
                    HalfFeatureBackward(
                        frames: frames, count: count, format: format, dy: dy, partials: partials,
                        partitionFrames: partitionFrames, products: products, scratch: scratch))
            } else {
                pool.run(
                    partitions,
                    FeatureBackward(
                        frames: frames, count: count, format: format, dy: dy, partials: partials,
                        partitionFrames: partitionFrames, scratch: scratch))
            }
        }
        sum(partials, partitions, size, into: gradient)
        if let biasGradient = bias.gradient { addColumnSums(dy, into: biasGradient) }
    }
}

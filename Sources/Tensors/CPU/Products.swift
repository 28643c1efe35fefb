internal import CKernels
internal import COneDNN

/// c = op(a) op(b) + beta c on the calling thread.
@inline(__always)
func multiply(
    _ a: UnsafePointer<Float>, _ lda: Int, aTransposed: Bool = false, _ b: UnsafePointer<Float>, _ ldb: Int,
    bTransposed: Bool = false, into c: UnsafeMutablePointer<Float>, _ ldc: Int, m: Int, n: Int, k: Int,
    adding: Bool
) {
    let status = co_sgemm(
        aTransposed ? 1 : 0, bTransposed ? 1 : 0, m, n, k, 1, a, lda, b, ldb, adding ? 1 : 0, c, ldc)
    precondition(status == 0, "oneDNN refuses a product of \(m)x\(n)x\(k): status \(status)")
}

/// Rows of a weight matrix as columns of its transpose: products read factors that are not transposed some 10 % faster,
/// and each weight is read by many of them.
struct Transpose: ParallelTask {
    static let size = 32
    let weight: UnsafePointer<Float>
    let rows: Int
    let columns: Int
    let out: UnsafeMutablePointer<Float>

    var pieces: Int { (rows + Self.size - 1) / Self.size }

    func run(_ index: Int, worker: Int) {
        let first = index * Self.size
        ck_transpose_matrix(
            weight + first * columns, min(Self.size, rows - first), columns, out + first, rows)
    }
}

/// y rows = relu(x rows wᵀ + bias).
private struct LinearForward: ParallelTask {
    let x: Matrix
    /// Transposed: [in, out].
    let weight: UnsafePointer<Float>
    let bias: UnsafePointer<Float>?
    let relu: Bool
    let dropout: Dropout
    let y: Matrix
    let pieces: RowPieces

    func run(_ index: Int, worker: Int) {
        let rows = pieces.range(index)
        let out = y.data + rows.lowerBound * y.columns
        multiply(
            x.data + rows.lowerBound * x.columns, x.columns, weight, y.columns, into: out, y.columns, m: rows.count,
            n: y.columns, k: x.columns, adding: false)
        if bias != nil || relu || dropout.threshold > 0 {
            ck_bias_forward(
                out, bias, rows.count, y.columns, relu ? 1 : 0, dropout, UInt64(rows.lowerBound * y.columns))
        }
    }
}

/// dy rows become those before relu and bias; dx rows = dy rows w.
private struct LinearBackwardRows: ParallelTask {
    let dy: Matrix
    let y: Matrix
    let weight: UnsafePointer<Float>
    let biasPartials: UnsafeMutablePointer<Float>?
    let relu: Bool
    let dropout: Dropout
    let dx: GradientSlot?
    let inputs: Int
    let pieces: RowPieces

    func run(_ index: Int, worker: Int) {
        let rows = pieces.range(index)
        let gradient = dy.data + rows.lowerBound * dy.columns
        let partial = biasPartials.map { $0 + index * dy.columns }
        partial?.update(repeating: 0, count: dy.columns)
        if partial != nil || relu || dropout.threshold > 0 {
            ck_bias_backward(
                gradient, y.data + rows.lowerBound * dy.columns, partial, rows.count, dy.columns, relu ? 1 : 0, dropout,
                UInt64(rows.lowerBound * dy.columns))
        }
        if let dx {
            multiply(
                gradient, dy.columns, weight, inputs, into: dx.data + rows.lowerBound * inputs, inputs, m: rows.count,
                n: inputs, k: dy.columns, adding: !dx.isFresh)
        }
    }
}

/// Tiles of dw += dyᵀ x; with `partitions` above 1, of partial sums over ranges of rows.
struct WeightGradient: ParallelTask {
    static let partitionRows = 2048
    let dy: Matrix
    let x: Matrix
    let gradient: UnsafeMutablePointer<Float>
    let partials: UnsafeMutablePointer<Float>?
    let partitions: Int
    let tileRows: Int
    let tileColumns: Int

    init(dy: Matrix, x: Matrix, gradient: UnsafeMutablePointer<Float>, backend: CPUBackend, reserving: Int) {
        self.dy = dy
        self.x = x
        self.gradient = gradient
        partitions = dy.rows > 2 * Self.partitionRows ? (dy.rows + Self.partitionRows - 1) / Self.partitionRows : 1
        tileRows = partitions > 1 ? dy.columns : dy.columns >= 256 ? 64 : 32
        tileColumns = partitions > 1 || x.columns <= 1024 ? x.columns : 1024
        partials =
            partitions > 1
            ? backend.sharedScratch(reserving + partitions * dy.columns * x.columns) + reserving : nil
    }

    private var columnTiles: Int { (x.columns + tileColumns - 1) / tileColumns }
    var pieces: Int { partitions * ((dy.columns + tileRows - 1) / tileRows) * columnTiles }

    func run(_ index: Int, worker: Int) {
        if let partials {
            let first = index * Self.partitionRows
            let rows = min(Self.partitionRows, dy.rows - first)
            multiply(
                dy.data + first * dy.columns, dy.columns, aTransposed: true, x.data + first * x.columns, x.columns,
                into: partials + index * dy.columns * x.columns, x.columns, m: dy.columns, n: x.columns, k: rows,
                adding: false)
            return
        }
        let row = index / columnTiles * tileRows
        let column = index % columnTiles * tileColumns
        multiply(
            dy.data + row, dy.columns, aTransposed: true, x.data + column, x.columns,
            into: gradient + row * x.columns + column, x.columns, m: min(tileRows, dy.columns - row),
            n: min(tileColumns, x.columns - column), k: dy.rows, adding: true)
    }
}

extension CPUBackend {
    package func linear(
        _ x: Matrix, _ weight: WeightPointer, _ bias: WeightPointer?, relu: Bool, _ dropout: Dropout, y: Matrix
    ) {
        guard y.rows > 0 else { return }
        productOperations += 2 * Double(x.rows) * Double(x.columns) * Double(y.columns)
        if precision == .bfloat16, let halves = weight.halves {
            linearHalves(x, halves, bias, relu: relu, dropout, y: y)
            return
        }
        let pieces = RowPieces(rows: y.rows)
        pool.run(
            pieces.count,
            LinearForward(
                x: x, weight: transposed(weight.values, rows: y.columns, columns: x.columns), bias: bias?.values,
                relu: relu, dropout: dropout, y: y, pieces: pieces))
    }

    package func linearBackward(
        _ x: Matrix, _ weight: WeightPointer, _ bias: WeightPointer?, relu: Bool, _ dropout: Dropout, y: Matrix,
        dy: Matrix, dx: GradientSlot?
    ) {
        guard y.rows > 0 else { return }
        productOperations += 2 * Double(x.rows) * Double(x.columns) * Double(y.columns) * (dx == nil ? 1 : 2)
        if precision == .bfloat16, let halves = weight.halves {
            linearBackwardHalves(x, halves, weight.gradient, bias, relu: relu, dropout, y: y, dy: dy, dx: dx)
            return
        }
        let pieces = RowPieces(rows: y.rows)
        let biasCount = bias?.gradient == nil ? 0 : pieces.count * y.columns
        var gradient: WeightGradient?
        let partials = sharedScratch(biasCount)
        if let data = weight.gradient {
            gradient = WeightGradient(dy: dy, x: x, gradient: data, backend: self, reserving: biasCount)
        }
        // The scratch may have moved to grow; nothing has been written to it yet.
        let biasPartials = biasCount == 0 ? nil : gradient == nil ? partials : sharedScratch(biasCount)
        pool.run(
            pieces.count,
            LinearBackwardRows(
                dy: dy, y: y, weight: weight.values, biasPartials: biasPartials, relu: relu, dropout: dropout, dx: dx,
                inputs: x.columns, pieces: pieces))
        sum(biasPartials, pieces.count, y.columns, into: bias?.gradient)
        if let gradient { run(gradient) }
    }

    /// [columns, rows] in the shared scratch.
    func transposed(_ weight: UnsafePointer<Float>, rows: Int, columns: Int) -> UnsafePointer<Float> {
        let task = Transpose(weight: weight, rows: rows, columns: columns, out: sharedScratch(rows * columns))
        pool.run(task.pieces, task)
        return UnsafePointer(task.out)
    }

    func run(_ gradient: WeightGradient) {
        pool.run(gradient.pieces, gradient)
        let count = gradient.dy.columns * gradient.x.columns
        sum(gradient.partials, gradient.partitions, count, into: gradient.gradient)
    }

    /// Adds partial sums of `count` floats each, in their order.
    func sum(
        _ partials: UnsafePointer<Float>?, _ partialCount: Int, _ count: Int, into sums: UnsafeMutablePointer<Float>?
    ) {
        guard let partials, let sums else { return }
        pool.run(
            PartialSums.pieces(count),
            PartialSums(partials: partials, partialCount: partialCount, count: count, sums: sums))
    }

    /// Starts `sum` with a mutable pointer.
    func sum(
        _ partials: UnsafeMutablePointer<Float>?, _ partialCount: Int, _ count: Int,
        into sums: UnsafeMutablePointer<Float>?
    ) {
        sum(partials.map { UnsafePointer($0) }, partialCount, count, into: sums)
    }
}

extension CPUBackend {
    /// Floating-point operations a second of one product repeated on the calling thread, for benchmarks: a bound on any
    /// profile.
    package static func productRate(rows: Int, columns: Int, depth: Int, seconds: Double) -> Double {
        co_use_one_thread()
        let memory = UnsafeMutablePointer<Float>.allocate(capacity: rows * depth + depth * columns + rows * columns)
        defer { memory.deallocate() }
        memory.initialize(repeating: 0.5, count: rows * depth + depth * columns + rows * columns)
        let (b, c) = (memory + rows * depth, memory + rows * depth + depth * columns)
        var count = 0
        let start = monotonicNanoseconds()
        while Double(monotonicNanoseconds() - start) < seconds * 1e9 {
            for _ in 0..<64 {
                multiply(
                    memory, depth, b, columns, into: c, columns, m: rows, n: columns, k: depth, adding: false)
            }
            count += 64
        }
        let operations = 2 * Double(rows) * Double(columns) * Double(depth) * Double(count)
        return operations / (Double(monotonicNanoseconds() - start) / 1e9)
    }
}

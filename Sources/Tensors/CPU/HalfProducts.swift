internal import CKernels
internal import COneDNN

/// A worker's products in bfloat16, made once per shape.
///
/// Row counts are rounded up to 16, or 64 where they are summed over, so that there are few shapes.
final class HalfProducts {
    private struct Shape: Hashable {
        var aTransposed: Bool
        var bTransposed: Bool
        var m: Int
        var n: Int
        var k: Int
        var lda: Int
        var ldb: Int
        var ldc: Int
        var isAdding: Bool
    }

    private var products: [Shape: OpaquePointer] = [:]

    deinit { for product in products.values { co_half_destroy(product) } }

    func multiply(
        _ a: UnsafePointer<UInt16>, _ lda: Int, aTransposed: Bool = false, _ b: UnsafePointer<UInt16>, _ ldb: Int,
        bTransposed: Bool = false, into c: UnsafeMutablePointer<Float>, _ ldc: Int, m: Int, n: Int, k: Int, adding: Bool
    ) {
        let shape = Shape(
            aTransposed: aTransposed, bTransposed: bTransposed, m: m, n: n, k: k, lda: lda, ldb: ldb, ldc: ldc,
            isAdding: adding)
        let product: OpaquePointer
        if let known = products[shape] {
            product = known
        } else {
            guard
                let made = co_half_create(
                    aTransposed ? 1 : 0, bTransposed ? 1 : 0, m, n, k, lda, ldb, ldc, adding ? 1 : 0)
            else { preconditionFailure("oneDNN has no bfloat16 product of \(m)x\(n)x\(k)") }
            products[shape] = made
            product = made
        }
        let status = co_half_run(product, a, b, c)
        precondition(status == 0, "oneDNN fails at a bfloat16 product of \(m)x\(n)x\(k): status \(status)")
    }
}

/// Rows of a matrix in bfloat16; the rows up to the next multiple of `multiple` are zero.
func roundRows(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, multiple: Int, into out: UnsafeMutablePointer<UInt16>
) {
    ck_to_bf16(x, out, rows * columns)
    let padded = (rows + multiple - 1) / multiple * multiple
    (out + rows * columns).update(repeating: 0, count: (padded - rows) * columns)
}

/// c rows = a rows op(b), with all rows computed 16 at a time; the rest of the last 16 goes through scratch.
func multiplyRows(
    _ products: HalfProducts, _ a: UnsafePointer<UInt16>, _ b: UnsafePointer<UInt16>, _ ldb: Int, bTransposed: Bool,
    into c: UnsafeMutablePointer<Float>, rows: Int, n: Int, k: Int, adding: Bool, scratch: UnsafeMutablePointer<Float>
) {
    let whole = rows & ~15
    if whole > 0 {
        products.multiply(
            a, k, b, ldb, bTransposed: bTransposed, into: c, n, m: whole, n: n, k: k, adding: adding)
    }
    guard whole < rows else { return }
    products.multiply(
        a + whole * k, k, b, ldb, bTransposed: bTransposed, into: scratch, n, m: 16, n: n, k: k, adding: false)
    let rest = (rows - whole) * n
    if adding { ck_add(c + whole * n, scratch, rest) } else { (c + whole * n).update(from: scratch, count: rest) }
}

private struct HalfForward: ParallelTask {
    let x: Matrix
    let weight: UnsafePointer<UInt16>
    let bias: UnsafePointer<Float>?
    let relu: Bool
    let dropout: Dropout
    let y: Matrix
    let pieces: RowPieces
    let products: UnsafePointer<HalfProducts>
    let scratch: UnsafePointer<UnsafeMutablePointer<Float>>

    func run(_ index: Int, worker: Int) {
        let rows = pieces.range(index)
        let out = y.data + rows.lowerBound * y.columns
        let tail = scratch[worker]
        let halves = UnsafeMutableRawPointer(tail + 16 * y.columns).assumingMemoryBound(to: UInt16.self)
        roundRows(
            x.data + rows.lowerBound * x.columns, rows: rows.count, columns: x.columns, multiple: 16, into: halves)
        multiplyRows(
            products[worker], halves, weight, x.columns, bTransposed: true, into: out, rows: rows.count, n: y.columns,
            k: x.columns, adding: false, scratch: tail)
        if bias != nil || relu || dropout.threshold > 0 {
            ck_bias_forward(
                out, bias, rows.count, y.columns, relu ? 1 : 0, dropout, UInt64(rows.lowerBound * y.columns))
        }
    }
}

/// As ``LinearBackwardRows``; leaves dy and x in bfloat16 for the weights' gradient.
private struct HalfBackwardRows: ParallelTask {
    let x: Matrix
    let dy: Matrix
    let y: Matrix
    let weight: UnsafePointer<UInt16>
    let biasPartials: UnsafeMutablePointer<Float>?
    let relu: Bool
    let dropout: Dropout
    let dx: GradientSlot?
    let pieces: RowPieces
    let dyHalves: UnsafeMutablePointer<UInt16>
    let xHalves: UnsafeMutablePointer<UInt16>?
    let products: UnsafePointer<HalfProducts>
    let scratch: UnsafePointer<UnsafeMutablePointer<Float>>

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
        let halves = dyHalves + rows.lowerBound * dy.columns
        ck_to_bf16(gradient, halves, rows.count * dy.columns)
        if let xHalves {
            ck_to_bf16(
                x.data + rows.lowerBound * x.columns, xHalves + rows.lowerBound * x.columns, rows.count * x.columns)
        }
        if let dx {
            let tail = scratch[worker]
            let last = UnsafeMutableRawPointer(tail + 16 * x.columns).assumingMemoryBound(to: UInt16.self)
            let whole = rows.count & ~15
            let out = dx.data + rows.lowerBound * x.columns
            if whole > 0 {
                products[worker].multiply(
                    halves, dy.columns, weight, x.columns, into: out, x.columns, m: whole, n: x.columns, k: dy.columns,
                    adding: !dx.isFresh)
            }
            guard whole < rows.count else { return }
            // Other pieces write the rows after these: the last 16 are completed elsewhere.
            last.update(from: halves + whole * dy.columns, count: (rows.count - whole) * dy.columns)
            (last + (rows.count - whole) * dy.columns).update(
                repeating: 0, count: (16 - rows.count + whole) * dy.columns)
            multiplyRows(
                products[worker], last, weight, x.columns, bTransposed: false, into: out + whole * x.columns,
                rows: rows.count - whole, n: x.columns, k: dy.columns, adding: !dx.isFresh, scratch: tail)
        }
    }
}

/// Tiles of dw += dyᵀ x over 512 rows at a time, or partial sums where there are many rows.
private struct HalfWeightGradient: ParallelTask {
    static let rowsAtATime = 1024
    let dy: UnsafePointer<UInt16>
    let x: UnsafePointer<UInt16>
    let rows: Int
    let outputs: Int
    let inputs: Int
    let gradient: UnsafeMutablePointer<Float>
    let partials: UnsafeMutablePointer<Float>?
    let partitions: Int
    let tileRows: Int
    let tileColumns: Int
    let products: UnsafePointer<HalfProducts>

    var columnTiles: Int { (inputs + tileColumns - 1) / tileColumns }
    var pieces: Int { partitions * ((outputs + tileRows - 1) / tileRows) * columnTiles }

    func run(_ index: Int, worker: Int) {
        let end: Int
        var first: Int
        var (row, column) = (0, 0)
        var out = gradient
        var isAdding = true
        if let partials {
            first = index * WeightGradient.partitionRows
            end = min(first + WeightGradient.partitionRows, rows)
            out = partials + index * outputs * inputs
            isAdding = false
        } else {
            (first, end) = (0, rows)
            (row, column) = (index / columnTiles * tileRows, index % columnTiles * tileColumns)
        }
        while first < end {
            // The rows after the last are zero up to a multiple of 64.
            let count = min(Self.rowsAtATime, (end - first + 63) & ~63)
            products[worker].multiply(
                dy + first * outputs + row, outputs, aTransposed: true, x + first * inputs + column, inputs,
                into: out + row * inputs + column, inputs, m: min(tileRows, outputs - row),
                n: min(tileColumns, inputs - column), k: count, adding: isAdding)
            isAdding = true
            first += count
        }
    }
}

extension RowPieces {
    /// Fewer and larger ones: oneDNN packs the weights anew for each product.
    static func ofHalves(_ rows: Int) -> RowPieces { RowPieces(rows: rows, target: 8, minimum: 64, maximum: 512) }
}

extension CPUBackend {
    func linearHalves(
        _ x: Matrix, _ weight: UnsafePointer<UInt16>, _ bias: WeightPointer?, relu: Bool, _ dropout: Dropout, y: Matrix
    ) {
        let pieces = RowPieces.ofHalves(y.rows)
        reserveScratch(16 * max(y.columns, x.columns) + (pieces.size + 16) * x.columns)
        withWorkers { products, scratch in
            pool.run(
                pieces.count,
                HalfForward(
                    x: x, weight: weight, bias: bias?.values, relu: relu, dropout: dropout, y: y, pieces: pieces,
                    products: products, scratch: scratch))
        }
    }

    func linearBackwardHalves(
        _ x: Matrix, _ weight: UnsafePointer<UInt16>, _ weightGradient: UnsafeMutablePointer<Float>?,
        _ bias: WeightPointer?, relu: Bool, _ dropout: Dropout, y: Matrix, dy: Matrix, dx: GradientSlot?
    ) {
        let pieces = RowPieces.ofHalves(y.rows)
        let biasCount = bias?.gradient == nil ? 0 : pieces.count * y.columns
        let partitionRows = WeightGradient.partitionRows
        let partitions = dy.rows > 2 * partitionRows ? (dy.rows + partitionRows - 1) / partitionRows : 1
        let padded = (dy.rows + 63) & ~63
        let partialCount = partitions > 1 && weightGradient != nil ? partitions * dy.columns * x.columns : 0
        // Bias partials, weight partials, dy and x in bfloat16; offsets in floats, aligned to a cache line.
        let second = (biasCount + 15) & ~15
        let third = (second + partialCount + 15) & ~15
        let fourth = (third + padded * dy.columns / 2 + 15) & ~15
        let memory = sharedScratch(fourth + (weightGradient == nil ? 0 : padded * x.columns / 2) + 16)
        let dyHalves = UnsafeMutableRawPointer(memory + third).assumingMemoryBound(to: UInt16.self)
        let xHalves = UnsafeMutableRawPointer(memory + fourth).assumingMemoryBound(to: UInt16.self)
        reserveScratch(16 * max(y.columns, x.columns) + 16 * max(y.columns, x.columns))
        withWorkers { products, scratch in
            pool.run(
                pieces.count,
                HalfBackwardRows(
                    x: x, dy: dy, y: y, weight: weight, biasPartials: biasCount == 0 ? nil : memory, relu: relu,
                    dropout: dropout, dx: dx, pieces: pieces, dyHalves: dyHalves,
                    xHalves: weightGradient == nil ? nil : xHalves, products: products, scratch: scratch))
            sum(biasCount == 0 ? nil : memory, pieces.count, y.columns, into: bias?.gradient)
            guard let weightGradient else { return }
            (dyHalves + dy.rows * dy.columns).update(repeating: 0, count: (padded - dy.rows) * dy.columns)
            (xHalves + x.rows * x.columns).update(repeating: 0, count: (padded - x.rows) * x.columns)
            let task = HalfWeightGradient(
                dy: dyHalves, x: xHalves, rows: dy.rows, outputs: dy.columns, inputs: x.columns,
                gradient: weightGradient, partials: partialCount == 0 ? nil : memory + second, partitions: partitions,
                tileRows: partitions > 1 ? dy.columns : dy.columns >= 256 ? 128 : 64,
                tileColumns: partitions > 1 || x.columns <= 1024 ? x.columns : 1024, products: products)
            pool.run(task.pieces, task)
            if partialCount > 0 { sum(memory + second, partitions, dy.columns * x.columns, into: weightGradient) }
        }
    }

    func withWorkers(
        _ body: (UnsafePointer<HalfProducts>, UnsafePointer<UnsafeMutablePointer<Float>>) -> Void
    ) {
        halfProducts.withUnsafeBufferPointer { products in
            scratch.withUnsafeBufferPointer { scratch in body(products.baseAddress!, scratch.baseAddress!) }
        }
    }
}

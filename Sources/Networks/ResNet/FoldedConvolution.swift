internal import COneDNN

/// A square convolution without bias whose batch norm is part of its weights: y = relu(conv(x) + shift + residual).
///
/// Pictures are [batch, height, width, channels]. Some hundred output positions at a time are laid out as rows of all
/// they see, which one matrix product then turns into outputs.
struct FoldedConvolution: Sendable {
    let inputs: Int
    let outputs: Int
    let kernel: Int
    let stride: Int
    let padding: Int
    /// [kernel * kernel * inputs, outputs].
    private let weights: [Float]
    private let shift: [Float]

    private static let batchNormEpsilon = 1e-5
    /// Floats of the rows laid out at a time. They stay in the cache until they are multiplied.
    static let columnsLimit = 1 << 18

    /// - Parameters:
    ///   - weight: [outputs, inputs, kernel, kernel].
    ///   - scale, bias, mean, variance: The batch norm's, [outputs] each.
    init(
        inputs: Int, outputs: Int, kernel: Int, stride: Int, weight: [Float], scale: [Float], bias: [Float],
        mean: [Float], variance: [Float]
    ) {
        self.inputs = inputs
        self.outputs = outputs
        self.kernel = kernel
        self.stride = stride
        padding = kernel / 2
        let factors = (0..<outputs).map {
            Double(scale[$0]) / (Double(variance[$0]) + Self.batchNormEpsilon).squareRoot()
        }
        var weights = [Float](repeating: 0, count: weight.count)
        for output in 0..<outputs {
            for input in 0..<inputs {
                for place in 0..<(kernel * kernel) {
                    let value = weight[(output * inputs + input) * kernel * kernel + place]
                    weights[(place * inputs + input) * outputs + output] = Float(Double(value) * factors[output])
                }
            }
        }
        self.weights = weights
        shift = (0..<outputs).map { Float(Double(bias[$0]) - Double(mean[$0]) * factors[$0]) }
    }

    /// The side of the output for pictures of `side`.
    func outputSide(_ side: Int) -> Int { (side + 2 * padding - kernel) / stride + 1 }

    private var rowSize: Int { kernel * kernel * inputs }
    private var rowsAtATime: Int { max(64, Self.columnsLimit / rowSize) }
    /// Floats of scratch that ``run(_:batch:side:residual:relu:scratch:into:)`` needs.
    var scratchSize: Int { rowsAtATime * rowSize }

    /// Convolves `batch` pictures of `side` x `side`.
    ///
    /// - Parameters:
    ///   - residual: Added before the relu, in the output's layout; it may be the output itself.
    ///   - output: [batch, outputSide, outputSide, outputs].
    func run(
        _ x: UnsafePointer<Float>, batch: Int, side: Int, residual: UnsafePointer<Float>? = nil, relu: Bool,
        scratch: UnsafeMutablePointer<Float>, into output: UnsafeMutablePointer<Float>
    ) {
        let outputSide = outputSide(side)
        let rowCount = batch * outputSide * outputSide
        weights.withUnsafeBufferPointer { weights in
            guard let weights = weights.baseAddress else { return }
            for first in Swift.stride(from: 0, to: rowCount, by: rowsAtATime) {
                let rows = first..<min(first + rowsAtATime, rowCount)
                layOut(x, side: side, rows, into: scratch)
                let tile = output + first * outputs
                let added = residual.map { $0 + first * outputs }
                // A product in place would lose a residual that shares the output's memory.
                let accumulates = added.map { $0 == UnsafePointer(tile) } ?? false
                let status = co_sgemm(
                    0, 0, rows.count, outputs, rowSize, 1, scratch, rowSize, weights, outputs, accumulates ? 1 : 0,
                    tile, outputs)
                precondition(status == 0, "oneDNN refuses a product: status \(status)")
                finish(tile, rows: rows.count, residual: accumulates ? nil : added, relu: relu)
            }
        }
    }

    /// What the output positions `rows` see, one row each: by place in the kernel, then by channel; zero outside.
    private func layOut(
        _ x: UnsafePointer<Float>, side: Int, _ rows: Range<Int>, into columns: UnsafeMutablePointer<Float>
    ) {
        let outputSide = outputSide(side)
        let lineSize = kernel * inputs
        var line = columns
        for row in rows {
            let (position, column) = row.quotientAndRemainder(dividingBy: outputSide)
            let (picture, outputRow) = position.quotientAndRemainder(dividingBy: outputSide)
            let left = column * stride - padding
            let inside = max(0, left)..<min(side, left + kernel)
            let before = (inside.lowerBound - left) * inputs
            let count = inside.count * inputs
            for y in (outputRow * stride - padding)..<(outputRow * stride - padding + kernel) {
                if y < 0 || y >= side {
                    line.update(repeating: 0, count: lineSize)
                } else {
                    if before > 0 { line.update(repeating: 0, count: before) }
                    let source = x + ((picture * side + y) * side + inside.lowerBound) * inputs
                    (line + before).update(from: source, count: count)
                    let after = lineSize - before - count
                    if after > 0 { (line + before + count).update(repeating: 0, count: after) }
                }
                line += lineSize
            }
        }
    }

    /// Adds the shift and the residual and applies the relu. The number of outputs is a multiple of 8.
    private func finish(
        _ tile: UnsafeMutablePointer<Float>, rows: Int, residual: UnsafePointer<Float>?, relu: Bool
    ) {
        typealias Lanes = SIMD8<Float>
        let target = UnsafeMutableRawPointer(tile)
        let added = residual.map { UnsafeRawPointer($0) }
        let least = Lanes(repeating: relu ? 0 : -.infinity)
        shift.withUnsafeBytes { shift in
            for row in 0..<rows {
                let rowStart = row * outputs * 4
                for offset in Swift.stride(from: 0, to: outputs * 4, by: 32) {
                    var value = target.loadUnaligned(fromByteOffset: rowStart + offset, as: Lanes.self)
                    value += shift.loadUnaligned(fromByteOffset: offset, as: Lanes.self)
                    if let added { value += added.loadUnaligned(fromByteOffset: rowStart + offset, as: Lanes.self) }
                    // Keeps NaN, so that broken weights show.
                    value.replace(with: least, where: value .< least)
                    target.storeBytes(of: value, toByteOffset: rowStart + offset, as: Lanes.self)
                }
            }
        }
    }
}

import Testing

@testable import Tensors

/// Products in bfloat16 beside those in float32, for shapes that fit no tile.
@Suite(.serialized, .enabled(if: CPUBackend.hasBFloat16, "this processor has no bfloat16"))
struct HalfProductTests {
    private struct Outcome {
        var y: [Float]
        var dx: [Float]
        var parameters: [Float]
    }

    /// A number whose bfloat16 is itself.
    private static func rounded(_ x: Float) -> Float { Float(bitPattern: x.bitPattern & 0xFFFF_0000) }

    /// Root of the summed squares of differences, over that of `expected`.
    private static func distance(_ actual: ArraySlice<Float>, _ expected: ArraySlice<Float>) -> Double {
        var (difference, size) = (0.0, 0.0)
        for (a, e) in zip(actual, expected) {
            difference += (Double(a) - Double(e)) * (Double(a) - Double(e))
            size += Double(e) * Double(e)
        }
        return (difference / max(size, .leastNormalMagnitude)).squareRoot()
    }

    /// y = relu(x wᵀ + b), and its gradients on top of others: those of x, and those the parameters have.
    private static func run(
        _ backend: CPUBackend, rows: Int, inputs: Int, outputs: Int, relu: Bool, isFresh: Bool, isExact: Bool
    ) -> Outcome {
        var stream = Stream(state: UInt64(rows * 1_000_000 + inputs * 1000 + outputs))
        func floats(_ count: Int) -> [Float] { isExact ? stream.floats(count).map(rounded) : stream.floats(count) }
        var layout = ParameterLayout()
        let (w, b) = (layout.matrix("w", outputs, inputs), layout.vector("b", outputs))
        let store = ParameterStore(layout, backend: backend, hasTarget: false, hasHalves: true)
        store.write(floats(w.count), to: store.values + w.offset)
        // Under relu, whole columns are on or off: where a sum near zero falls is not a matter of precision.
        let shift = relu ? 4 * Float(inputs).squareRoot() : 0
        store.write(floats(b.count).map { $0 + ($0 < 0 ? -shift : shift) }, to: store.values + b.offset)
        store.refreshHalves()
        if !isFresh { store.write(floats(w.count), to: store.gradients + w.offset) }
        let tape = Tape(backend: backend)
        tape.bank = store.online
        func addLoss(_ tensor: Tensor) {
            let gradient = tape.allocate(Float.self, count: tensor.count)
            for (index, value) in floats(tensor.count).enumerated() { gradient[index] = value }
            tape.record(.loss(input: tensor, gradient: gradient.baseAddress!))
        }
        let x = tape.variable(floats(rows * inputs), rows: rows, columns: inputs)
        let y = tape.linear(x, w, b, relu: relu)
        addLoss(y)
        if !isFresh { addLoss(x) }
        let output = tape.read(y)
        tape.backward()
        return Outcome(
            y: output, dx: tape.readGradient(x), parameters: store.read(store.gradients, count: layout.valueCount))
    }

    private static let columns = [1, 13, 82, 384]

    private func compare(
        rows: Int, inputs: Int, outputs: Int, relu: Bool, isFresh: Bool, isExact: Bool, tolerance: Double
    ) {
        let half = Self.run(
            CPUBackend(threadCount: 2, precision: .bfloat16), rows: rows, inputs: inputs, outputs: outputs, relu: relu,
            isFresh: isFresh, isExact: isExact)
        let full = Self.run(
            CPUBackend(threadCount: 2), rows: rows, inputs: inputs, outputs: outputs, relu: relu, isFresh: isFresh,
            isExact: isExact)
        let shape = Comment(rawValue: "\(rows) rows, \(inputs) to \(outputs), fresh: \(isFresh)")
        #expect(Self.distance(half.y[...], full.y[...]) < tolerance, shape)
        #expect(Self.distance(half.dx[...], full.dx[...]) < tolerance, shape)
        let bias = (outputs * inputs + 15) & ~15
        #expect(Self.distance(half.parameters[..<bias], full.parameters[..<bias]) < tolerance, shape)
        #expect(Self.distance(half.parameters[bias...], full.parameters[bias...]) < tolerance, shape)
        #expect(half.y.count == rows * outputs && half.dx.count == rows * inputs)
    }

    /// Of factors that bfloat16 holds, products and sums are those of float32.
    @Test(arguments: [1, 15, 17, 64, 300, 5000], [true, false])
    func exactFactors(rows: Int, isFresh: Bool) {
        for inputs in Self.columns {
            for outputs in Self.columns where rows < 5000 || inputs + outputs > 90 {
                compare(
                    rows: rows, inputs: inputs, outputs: outputs, relu: false, isFresh: isFresh, isExact: true,
                    tolerance: 1e-5)
            }
        }
    }

    /// Eight bits of mantissa: each factor is off by a few thousandths at most.
    @Test(arguments: [1, 15, 17, 64, 300, 5000])
    func roundedFactors(rows: Int) {
        for (inputs, outputs) in [(13, 82), (384, 13), (82, 384)] {
            compare(
                rows: rows, inputs: inputs, outputs: outputs, relu: true, isFresh: false, isExact: false,
                tolerance: 1e-2)
        }
    }

    /// More columns than one tile has.
    @Test func wideInputs() {
        compare(rows: 77, inputs: 3136, outputs: 128, relu: false, isFresh: false, isExact: true, tolerance: 1e-5)
    }

    /// What was rounded is not the same as what was not: the comparison is of two ways.
    @Test func roundingShows() {
        let half = Self.run(
            CPUBackend(threadCount: 1, precision: .bfloat16), rows: 17, inputs: 82, outputs: 13, relu: false,
            isFresh: true, isExact: false)
        let full = Self.run(
            CPUBackend(threadCount: 1), rows: 17, inputs: 82, outputs: 13, relu: false, isFresh: true, isExact: false)
        #expect(Self.distance(half.y[...], full.y[...]) > 1e-4)
    }

    /// A backend that multiplies in float32 does not look at the bfloat16 copies, and parameters without copies are
    /// multiplied in float32.
    @Test func eitherSideDecides() {
        var layout = ParameterLayout()
        let w = layout.matrix("w", 3, 5)
        let backend = CPUBackend(threadCount: 1, precision: .bfloat16)
        let store = ParameterStore(layout, backend: backend, hasTarget: false)
        var stream = Stream(state: 9)
        store.write(stream.floats(15), to: store.values)
        let x = stream.floats(20)
        let products = [backend, CPUBackend(threadCount: 1)].map { backend in
            let tape = Tape(backend: backend)
            tape.bank = store.online
            return tape.read(tape.linear(tape.variable(x, rows: 4, columns: 5), w, nil))
        }
        #expect(products[0] == products[1])
    }
}
